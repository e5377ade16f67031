"""An area on paper: two A4 pages as PDF, from the same questions and sentences as the page of the area."""
