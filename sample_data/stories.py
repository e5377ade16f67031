"""Events planted in the practice figures, so that signals have something to find.

A story changes the *expected* counts of its municipality before they are drawn: what it plants comes with the same
seasons and the same chance as everything else. Without stories the practice figures hold no event at all, so every
signal in them is a false one. The registry is empty: a story is planted together with the signal that must find it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Scene:
    """The axes of an array of expected counts: categories x neighbourhoods x months."""

    codes: tuple[str, ...]
    neighbourhoods: tuple[str, ...]
    months: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """One planted event: which municipality, what happens in words, and how it changes the expected counts.

    `change` gets the expected counts (categories x neighbourhoods x months, events per month) and their axes, and
    returns a new array of the same shape; it must not look at or draw random numbers.
    """

    id: str
    slug: str
    description: str
    change: Callable[[NDArray[np.float64], Scene], NDArray[np.float64]]


#: All planted stories. Tests compare what the signals find with this list.
STORIES: tuple[Story, ...] = ()


def tell(slug: str, expected: NDArray[np.float64], scene: Scene) -> NDArray[np.float64]:
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
