"""Sentences made by rule from the same numbers as the figures. A number that changes, changes the sentence.

Every function takes numbers and a translator and returns text; English msgids here, Dutch in `locales/nl.po`. Crimes
are "registered crimes", never "reports"; a percentage stands only beside its verdict.
"""
