"""Pieces that several pages show: they ask a question, word and draw the answer."""
