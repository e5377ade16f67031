"""Statistics of series that were asked before in the same load: two editions share most of their series."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


class Memory:
    """Results per series, by all that they follow from."""

    def __init__(self) -> None:
        self._rows: dict[Hashable, dict[str, Any]] = {}
        self._whole: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """A whole result, by all that it follows from."""
        if key not in self._whole:
            self._whole[key] = make()
        found: T = self._whole[key]
        return found

    def recall(self, keys: Sequence[Hashable], ask: Callable[[NDArray[np.intp]], T]) -> T:
        """The result for all keys, asking only for those that are new.

        Args:
            keys: one per series; the first part names the kind of result.
            ask: gives the result of the series at these positions: a dataclass whose arrays have the series as their
                first axis. It must not depend on which other series are asked with them, except for its single numbers.

        Raises:
            TypeError: the result is no dataclass.
        """
        new = np.array([place for place, key in enumerate(keys) if key not in self._rows], dtype=np.intp)
        if len(new) == len(keys):
            found = ask(new)
            self._keep(keys, new, found)
            return found
        sample = ask(new if len(new) else np.array([0], dtype=np.intp))
        if len(new):
            self._keep(keys, new, sample)
        if not is_dataclass(sample) or isinstance(sample, type):
            raise TypeError("only a dataclass can be remembered")
        columns = {
            name: np.array([self._rows[key][name] for key in keys], dtype=getattr(sample, name).dtype)
            for name in _columns(sample)
        }
        return replace(sample, **columns)

    def _keep(self, keys: Sequence[Hashable], places: NDArray[np.intp], found: Any) -> None:
        columns = {name: getattr(found, name) for name in _columns(found)}
        for row, place in enumerate(places):
            self._rows[keys[place]] = {name: column[row] for name, column in columns.items()}


def _columns(found: Any) -> list[str]:
    return [field.name for field in fields(found) if isinstance(getattr(found, field.name), np.ndarray)]
