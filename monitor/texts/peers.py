"""Neighbourhoods that are alike, in words."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.components.format import number
from monitor.i18n import Translator

#: Up to which distance neighbourhoods are called very alike, fairly alike, and a little. Two at random are 1.4 apart.
VERY_ALIKE, FAIRLY_ALIKE, A_LITTLE_ALIKE = 0.5, 1.0, 1.4


def how_alike(distance: float, _: Translator) -> str:
    """A distance in words."""
    if distance < VERY_ALIKE:
        return _("very alike")
    if distance < FAIRLY_ALIKE:
        return _("fairly alike")
    return _("a little alike") if distance < A_LITTLE_ALIKE else _("hardly alike")


def what_alike_is(_: Translator) -> str:
    return _("Alike in dwellings, households and density, not in crime.")


def what_distance_is(_: Translator) -> str:
    """How to read the distances of both lists."""
    return _(
        "Distance: 0 is the same, about 1.4 are two neighbourhoods at random; below {very} is very alike, below"
        " {fairly} fairly alike. The two lists have a measure each: the spread between the neighbourhoods compared"
        " there.",
        very=number(VERY_ALIKE, _, 1),
        fairly=number(FAIRLY_ALIKE, _),
    )


def stability(is_stable: bool, _: Translator) -> str:
    """Does the list hang on one feature?"""
    if is_stable:
        return _("These neighbourhoods stay much the same whichever single feature is left out.")
    return _("With one feature left out other neighbourhoods come up: read this with care.")


def features(names: Sequence[str], _: Translator) -> str:
    return _("Compared: {features}.", features=", ".join(names))


def compared_in(source: str, year: str, _: Translator) -> str:
    """Where neighbourhoods elsewhere come from."""
    return _("{source}, {year}; names and codes are those of {year}.", source=source, year=year)


def why_none_elsewhere(reason: str, year: str, _: Translator) -> str:
    """Why no neighbourhood of another municipality is named.

    Args:
        reason: a word of `etl.peers_elsewhere.Reason`; empty where others of this municipality have peers elsewhere.
        year: of the key figures that were compared.
    """
    if not reason:
        return _(
            "Of this neighbourhood the key figures of {year} say too little to compare, or know it under another code.",
            year=year,
        )
    return {
        "no_file": _("No open key figures were delivered in which other municipalities could stand."),
        "too_few_features": _("The key figures delivered know too few of the features that make neighbourhoods alike."),
        "own_only": _(
            "The key figures delivered are of this municipality alone. With the file of the whole country (CBS)"
            " similar neighbourhoods elsewhere stand here."
        ),
        "other_codes": _("The key figures that hold other municipalities know these neighbourhoods under other codes."),
    }[reason]
