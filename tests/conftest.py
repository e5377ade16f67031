"""For all tests: generated cases are repeatable and judged by what they find, not by how busy the machine is."""

from __future__ import annotations

import os

from hypothesis import settings

#: BUURTBEELD_SOAK=1 runs the same tests longer (`make soak`).
IS_SOAK = os.environ.get("BUURTBEELD_SOAK") == "1"

settings.register_profile("suite", deadline=None, derandomize=not IS_SOAK, max_examples=1_000 if IS_SOAK else 100)
settings.load_profile("suite")
