"""Earlier snapshots, open for readers: what was known then."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.vocabulary import Edition
from etl.snapshot import Snapshot, open_snapshot


@dataclass
class _Open:
    snapshot: Snapshot
    users: int = 0


class PastSnapshots:
    """Some earlier snapshots of one edition of one municipality, opened when asked and kept open for a while.

    Args:
        capacity: snapshots that stay open at most while nobody reads them.
    """

    def __init__(self, root: Path, edition: Edition, *, capacity: int = 3) -> None:
        self._root, self._edition, self._capacity = root, edition, capacity
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def pinned(self, load_id: str) -> Iterator[Snapshot]:
        """The snapshot of a load; it stays open until the block ends.

        Raises:
            UsageError: that load is not kept. MachineError: it is damaged. ConfigError: this edition is not in it.
        """
        held = self._take(load_id)
        try:
            yield held.snapshot
        finally:
            with self._lock:
                held.users -= 1
                self._let_go()

    def _take(self, load_id: str) -> _Open:
        if self._pid != os.getpid():  # a forked process must not use the connections of its parent
            self._begin()
        with self._lock:
            held = self._open.get(load_id)
            if held is None:
                held = self._open[load_id] = _Open(open_snapshot(self._root, self._edition, load_id))
            self._open.move_to_end(load_id)
            held.users += 1
            return held

    def _let_go(self) -> None:
        """Close what nobody reads beyond the capacity, the least recently asked first."""
        for load_id in [name for name, held in self._open.items() if not held.users]:
            if len(self._open) <= self._capacity:
                return
            self._open.pop(load_id).snapshot.close()
