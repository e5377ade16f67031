"""Disclosure control of the public edition: rounding of small counts at the leaf, its memory, and the attacks."""
