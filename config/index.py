"""An index of several indicators, which only a municipality that asks for it has: what it is made of, who set it, why.

There is no index by default and no weight to set: within a theme, and between themes, each part counts alike.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from config.base import Model
from config.fields import Identifier, Plain
from config.text import Text

#: An index of one indicator is that indicator.
FEWEST_PARTS = 2


def _year(value: Any) -> Any:
    """A year as `2024`, with or without quotes."""
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    if len(text) == 4 and text.isascii() and text.isdigit() and text[:2] in ("19", "20"):
        return text
    raise PydanticCustomError("CFG-009", "expected a year", {"fix": 'write it like "2024"'})


Year = Annotated[str, BeforeValidator(_year, json_schema_input_type=str | int)]


class IndexTheme(Model):
    """A part of an index that counts as one: the mean of its indicators."""

    label: Text
    indicators: tuple[Identifier, ...] = Field(strict=False, min_length=1)


class Index(Model):
    """One index: `themes`, or `indicators` where all are of one theme. 100 is the municipality in the year `base`."""

    id: Identifier
    label: Text
    base: Year
    owner: Plain
    purpose: Plain
    source: Plain
    themes: tuple[IndexTheme, ...] = Field(default=(), strict=False)
    indicators: tuple[Identifier, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _one_way(self) -> Index:
        if bool(self.themes) == bool(self.indicators):
            raise ValueError("give `themes` with their indicators, or `indicators` where there are no themes")
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """Every indicator of it, theme by theme."""
        return tuple(name for theme in self.themes for name in theme.indicators) or self.indicators

    @property
    def theme_of(self) -> dict[str, str]:
        """Indicator -> number of its theme, from 1; "1" for all where there are no themes."""
        found = {name: str(n) for n, theme in enumerate(self.themes, start=1) for name in theme.indicators}
        return found or dict.fromkeys(self.indicators, "1")
