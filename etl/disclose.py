"""Disclosure control: what each edition may show, decided once, on the figures as delivered.

Everything derived later (sums, rates, verdicts) is computed from what this step returns, so nothing downstream can
leak what was hidden here.
"""

from __future__ import annotations

from config.errors import ConfigError
from config.vocabulary import Edition
from etl.cube import Cube


def disclose(cube: Cube, edition: Edition) -> Cube:
    """The figures an edition may show.

    The internal edition shows exact counts: the cube is returned as it is.

    Raises:
        ConfigError: DIS-001 for the public edition, which this version does not build.
    """
    if edition is Edition.INTERNAL:
        return cube
    raise not_built_yet()


def not_built_yet() -> ConfigError:
    """The refusal wherever somebody asks for the public edition."""
    return ConfigError(
        "DIS-001",
        "the public edition is not built yet",
        where="--edition public",
        fix="use --edition internal; the public edition comes with small-count rounding in a later version",
    )
