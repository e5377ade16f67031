"""Answers kept for as long as a snapshot is served.

A published snapshot never changes, so an answer to the same question is the same. The key holds the path of the
snapshot file, and that path holds municipality, load and edition: an answer cannot reach another municipality, another
edition or a later load.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from etl.snapshot import Snapshot

P = ParamSpec("P")
T = TypeVar("T")

#: Answers kept at most, over all municipalities of the process; the least recently asked goes first.
CAPACITY = 512

_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = threading.Lock()


def remembered(
    question: Callable[Concatenate[Snapshot, P], T],
) -> Callable[Concatenate[Snapshot, P], T]:
    """Keep the answers of a question; its arguments after the snapshot must be hashable.

    A frame is handed out as a copy, so a reader that changes it changes nothing for the next one.
    """

    @wraps(question)
    def ask(snapshot: Snapshot, *args: P.args, **kwargs: P.kwargs) -> T:
        place = (str(snapshot.path), snapshot.vintage)
        key = (question.__module__, question.__name__, place, args, tuple(sorted(kwargs.items())))
        with _lock:
            if key in _kept:
                _kept.move_to_end(key)
                return _own(_kept[key])
        answer = question(snapshot, *args, **kwargs)
        with _lock:
            _kept[key] = answer
            while len(_kept) > CAPACITY:
                _kept.popitem(last=False)
        return _own(answer)

    return ask


def _own(answer: Any) -> Any:
    return answer.copy() if isinstance(answer, pd.DataFrame) else answer
