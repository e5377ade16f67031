"""Kinds of text and numbers that occur in the configuration; each refusal brings its own code and repair."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from config.vocabulary import AreaLevel, Pack, PeriodType

#: Area codes as Statistics Netherlands gives them; letters occur since 2023 (docs: cbs.nl, wijk- en buurtindeling).
AREA_CODE = re.compile(r"^(GM[0-9]{4}|WK[0-9]{4}[0-9A-Z]{2}|BU[0-9]{4}[0-9A-Z]{4})\Z")
SLUG = re.compile(r"^[a-z][a-z0-9-]{0,39}\Z")
IDENTIFIER = re.compile(r"^[a-z][a-z0-9_]{0,59}\Z")
COLUMN_NAME = re.compile(r"^[\w .\-/()%&']{1,80}\Z", re.UNICODE)
COLOUR = re.compile(r"^#[0-9a-fA-F]{6}\Z")

#: Version of the keys; a file without `version` is taken to be of this one.
SCHEMA_VERSION = 1
#: No public edition rounds to less: small counts can be personal data.
SMALLEST_BASE = 5


def _refused(code: str, what: str, fix: str) -> PydanticCustomError:
    """A refusal that brings its own code and repair; `config.explain` adds the place."""
    return PydanticCustomError(code, what, {"fix": fix})  # type: ignore[arg-type]


def _plain(text: str) -> str:
    if "<" in text:
        raise _refused(
            "CFG-021", "plain text only: `<` is not allowed", "leave markup out, or write the sign as a word"
        )
    return text


def _identifier(text: str) -> str:
    if not IDENTIFIER.match(text):
        raise _refused(
            "CFG-009",
            "an id is lower case letters, digits and _ (at most 60), starting with a letter",
            "write it like `police_monthly`",
        )
    return text


def _column(text: str) -> str:
    if not COLUMN_NAME.match(text):
        raise _refused(
            "CFG-020",
            "column name may hold letters, digits, space and _ . - / ( ) only",
            "rename the column in the delivery, at most 80 signs",
        )
    return text


def _colour(text: str) -> str:
    if not COLOUR.match(text):
        raise _refused("CFG-028", "colour must be #rrggbb", 'write it like "#00594f", in quotes')
    return text


def _path(text: str) -> str:
    below = "give a path below the municipality's folder"
    if "://" in text:
        raise _refused("CFG-013", "network sources are not allowed", "place the file below the municipality's folder")
    if text.startswith(("/", "\\", "~")) or re.match(r"^[A-Za-z]:", text):
        raise _refused("CFG-011", "absolute path not allowed", below)
    if ".." in text.replace("\\", "/").split("/"):
        raise _refused("CFG-010", "path leaves the municipality folder", below)
    return text


def _https(text: str) -> str:
    if not text.startswith("https://"):
        raise _refused("CFG-019", "link must start with https://", "give the full address, starting with https://")
    if "@" in text.removeprefix("https://").split("/")[0]:
        raise _refused(
            "CFG-031",
            "secrets do not belong in config: the link holds a name or password",
            "take the part before @ out; set BUURTBEELD_OIDC_SECRET in the environment",
        )
    return text


def _service(text: str) -> str:
    """The address of a service: https, and plain http only where it does not leave this machine."""
    if re.match(r"^http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)", text):
        return text
    return _https(text)


def _date(value: Any) -> Any:
    """A date as `2026-11-16`; numbers are no dates, though pydantic would take them for seconds."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise _refused("CFG-009", "expected a date", "write it like 2026-11-16")


def not_below_the_floor(value: int) -> int:
    if value < SMALLEST_BASE:
        raise _refused(
            "CFG-026",
            f"threshold {value} is below the floor of {SMALLEST_BASE}",
            f"ask your privacy officer; set it to {SMALLEST_BASE} or higher",
        )
    return value


Plain = Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_plain)]
Identifier = Annotated[str, AfterValidator(_identifier)]
ColumnName = Annotated[str, AfterValidator(_column)]
Colour = Annotated[str, AfterValidator(_colour)]
RelativePath = Annotated[str, Field(min_length=1), AfterValidator(_path)]
HttpsLink = Annotated[str, AfterValidator(_https)]
ServiceAddress = Annotated[str, AfterValidator(_service)]
Date = Annotated[dt.date, BeforeValidator(_date, json_schema_input_type=dt.date)]
#: In a list the words of a vocabulary are taken as written; `strict` would ask for the enum itself.
AnyLevel = Annotated[AreaLevel, Field(strict=False)]
AnyPeriodType = Annotated[PeriodType, Field(strict=False)]
AnyPack = Annotated[Pack, Field(strict=False)]
SchemaVersion = Annotated[int, Field(description="Version of the keys of this file; this program reads 1.")]
