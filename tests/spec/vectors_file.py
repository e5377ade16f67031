"""Reads the vectors: numbers from independent implementations, one JSON per topic with its origin and tolerance."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "vectors"


def vector(topic: str) -> dict[str, Any]:
    """The vector of a topic, with null as None."""
    return json.loads((FOLDER / f"{topic}.json").read_text(encoding="utf-8"))


def number(value: float | None) -> float:
    """null in a vector is NaN in ours."""
    return float("nan") if value is None else float(value)
