"""How often one client may ask for something heavy: a bucket of tokens per client, filled at a steady pace."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

#: Clients remembered at most; the longest silent one is forgotten first.
_CLIENTS = 10_000


class Bucket:
    """Allows `per_minute` on average, and as many at once."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size, self._pace, self._clock = float(per_minute), per_minute / 60, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, client: str) -> int:
        """Take a token: 0 when there was one, else the whole seconds after which there is one."""
        with self._lock:
            now = self._clock()
            tokens, then = self._left.pop(client, (self._size, now))
            tokens = min(self._size, tokens + (now - then) * self._pace)
            is_allowed = tokens >= 1
            self._left[client] = (tokens - is_allowed, now)
            while len(self._left) > _CLIENTS:
                self._left.popitem(last=False)
        return 0 if is_allowed else math.ceil((1 - tokens) / self._pace)
