"""Events planted in the practice figures, so that signals have something to find.

A story changes the *expected* counts of its municipality before they are drawn: what it plants comes with the same
seasons and the same chance as everything else. Stories about deliveries and mistakes change how figures are handed
over, not what happened; what they do stands in `late` and `reports`. Without stories the practice figures hold no
event at all, so every signal in them is a false one: that is how Enschede stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """The axes of an array of expected counts: categories x neighbourhoods x months."""

    codes: tuple[str, ...]
    neighbourhoods: tuple[str, ...]
    months: tuple[str, ...]


def unchanged(expected: Floats, scene: Scene) -> Floats:
    """For a story about how figures are delivered: what happened stays as it is."""
    return expected


@dataclass(frozen=True)
class Story:
    """One planted event: which municipality, what happens in words, and how it changes the expected counts.

    `change` gets the expected counts (categories x neighbourhoods x months, events per month) and their axes, and
    returns a new array of the same shape; it must not look at or draw random numbers.
    """

    id: str
    slug: str
    nl: str
    en: str
    change: Callable[[Floats, Scene], Floats] = unchanged


# --- the rise --------------------------------------------------------------------------------------------------------

#: Burglaries of homes in Poolstergaard, above what is usual there, per month.
BURGLARY, RISE_IN = "1.1.1", "BU99010903"
RISE = {"2026-07": 3.0, "2026-08": 8.0, "2026-09": 20.0, "2026-10": 70.0, "2026-11": 70.0}


def _rise(expected: Floats, scene: Scene) -> Floats:
    for month, extra in RISE.items():
        _add(expected, scene, BURGLARY, (RISE_IN,), month, extra)
    return expected


def _add(expected: Floats, scene: Scene, code: str, areas: tuple[str, ...], month: str, extra: float) -> None:
    if code in scene.codes and month in scene.months:
        for area in areas:
            expected[scene.codes.index(code), scene.neighbourhoods.index(area), scene.months.index(month)] += extra


# --- the improvement -------------------------------------------------------------------------------------------------

#: Thefts of bikes and mopeds in the neighbourhoods of the centre since the guarded parking opened.
BIKE_THEFT, IMPROVED_DISTRICT, IMPROVED_FROM, IMPROVED_TO = "1.2.3", "WK990100", "2026-06", 0.1


def _improvement(expected: Floats, scene: Scene) -> Floats:
    areas = tuple(code for code in scene.neighbourhoods if code[2:8] == IMPROVED_DISTRICT[2:])
    return _times(expected, scene, (BIKE_THEFT,), areas, IMPROVED_FROM, IMPROVED_TO)


def _times(
    expected: Floats, scene: Scene, codes: tuple[str, ...], areas: tuple[str, ...], since: str, factor: float
) -> Floats:
    rows = [scene.codes.index(code) for code in codes if code in scene.codes]
    columns = [scene.neighbourhoods.index(area) for area in areas]
    months = [index for index, month in enumerate(scene.months) if month >= since]
    expected[np.ix_(rows, columns, months)] *= factor
    return expected


# --- the shift -------------------------------------------------------------------------------------------------------

#: Cameras in Touwdraaiersblok; what they keep away goes to the neighbourhoods that touch it.
NUISANCE_AND_VANDALISM = ("2.1.1", "2.2.1", "3.6.4")
CAMERAS_IN, CAMERAS_FROM, LEFT = "BU99010405", "2026-03", 0.35
NEIGHBOURS = ("BU99010003", "BU99010006", "BU99010401", "BU99010403", "BU99010505")
SHIFTED = 1.9


def _shift(expected: Floats, scene: Scene) -> Floats:
    fallen = _times(expected, scene, NUISANCE_AND_VANDALISM, (CAMERAS_IN,), CAMERAS_FROM, LEFT)
    return _times(fallen, scene, NUISANCE_AND_VANDALISM, NEIGHBOURS, CAMERAS_FROM, SHIFTED)


# --- the registration effect -----------------------------------------------------------------------------------------

#: Registrations about unexplained behaviour also count without a visit of the police, in every area.
COUNTED_OTHERWISE, COUNTED_FROM, COUNTED_TIMES = "E33", "2026-04", 2.6
#: The delivery before it: months up to the change.
DELIVERED_BEFORE = "2026-04-15"


def _registration(expected: Floats, scene: Scene) -> Floats:
    return _times(expected, scene, (COUNTED_OTHERWISE,), scene.neighbourhoods, COUNTED_FROM, COUNTED_TIMES)


#: All planted stories. Tests compare what is found with this list.
STORIES: tuple[Story, ...] = (
    Story(
        "rise",
        "oefenstad",
        "Stijging: vanaf juli 2026 steeds meer woninginbraken in Poolstergaard, in de herfst tientallen per maand.",
        "Rise: from July 2026 ever more home burglaries in Poolstergaard, dozens a month in autumn.",
        _rise,
    ),
    Story(
        "improvement",
        "oefenstad",
        "Verbetering: sinds de bewaakte stalling van juni 2026 nauwelijks nog fietsdiefstal in de Binnenveste.",
        "Improvement: hardly any thefts of bikes in Binnenveste since the guarded parking of June 2026.",
        _improvement,
    ),
    Story(
        "shift",
        "oefenstad",
        "Verplaatsing: cameratoezicht in Touwdraaiersblok vanaf maart 2026; overlast en vernieling dalen daar en "
        "stijgen in de vijf buurten die eraan grenzen.",
        "Displacement: cameras in Touwdraaiersblok from March 2026; nuisance and vandalism fall there and rise in the "
        "five neighbourhoods that touch it.",
        _shift,
    ),
    Story(
        "registration",
        "oefenstad",
        "Registratie-effect: vanaf april 2026 telt onbegrepen gedrag (E33) ruimer, in alle gebieden tegelijk.",
        "Registration effect: from April 2026 unexplained behaviour (E33) counts more widely, in all areas at once.",
        _registration,
    ),
    Story(
        "late",
        "oefenstad",
        "Late en herziene levering: weken komen met nagekomen registraties opnieuw, week 38 van 2026 is sterk herzien, "
        "en week 45 had er al moeten zijn.",
        "Late and revised delivery: weeks come again with late registrations, week 38 of 2026 was revised strongly, "
        "and week 45 should have been in.",
    ),
    Story(
        "source_error",
        "oefenstad",
        "Bronfout: de meldingen openbare ruimte van augustus 2025 kwamen als nullen, en in mei 2026 staat in "
        "Kandelaarskwartier een nul te veel bij graffiti; dat laatste is hersteld met een correctie.",
        "Source error: the public-space reports of August 2025 came as zeros, and in May 2026 the graffiti of "
        "Kandelaarskwartier has a digit too many; the latter is mended by a correction.",
    ),
)


def tell(slug: str, expected: Floats, scene: Scene) -> Floats:
    """Expected counts after the stories of a municipality, in the order of the registry.

    Raises:
        ValueError: a story changes the shape or makes a count negative.
    """
    for story in STORIES:
        if story.slug == slug:
            changed = story.change(expected.copy(), scene)
            if changed.shape != expected.shape or (changed < 0).any():
                raise ValueError(f"story '{story.id}' must keep the shape and never make a count negative")
            expected = changed
    return expected
