"""Import what the deeper analysis needs before somebody asks for it: it takes seconds, a start must not wait."""

from __future__ import annotations

import importlib
import threading

#: Seconds after the start: the first pages go first.
AFTER = 5.0

#: Modules that import statsmodels, scipy.stats, libpysal or ruptures.
SLOW = (
    "etl.statistics.trend",
    "etl.statistics.seasonal",
    "etl.statistics.forecast",
    "etl.statistics.change_points",
    "etl.statistics.multiplicity",
    "etl.statistics.associations",
    "etl.statistics.evaluation",
    "libpysal.weights",
)


def begin(after: float = AFTER) -> threading.Timer:
    """Import them on a thread of their own; whoever asks sooner waits for the import, as without this."""
    timer = threading.Timer(after, _import_all)
    timer.daemon = True
    timer.start()
    return timer


def _import_all() -> None:
    for name in SLOW:
        importlib.import_module(name)
