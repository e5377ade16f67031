"""Closed word lists. One word per idea; the same word in tables, exports, addresses and code."""

from enum import StrEnum


class AreaLevel(StrEnum):
    """Levels of the Dutch statistical geography (gemeente, wijk, buurt) and a municipality's own areas."""

    MUNICIPALITY = "municipality"
    DISTRICT = "district"
    NEIGHBOURHOOD = "neighbourhood"
    CUSTOM = "custom"


class PeriodType(StrEnum):
    """Lengths of a period. The two rolling types are windows named by the period they end in."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    ROLLING_12_MONTHS = "rolling_12_months"
    ROLLING_4_WEEKS = "rolling_4_weeks"


class Status(StrEnum):
    """What a cell is. Where several apply the first in this order holds (`Status.worst`)."""

    NOT_APPLICABLE = "not_applicable"
    NOT_DELIVERED = "not_delivered"
    SUPPRESSED = "suppressed"
    ROUNDED = "rounded"
    PROVISIONAL = "provisional"
    ESTIMATED = "estimated"
    FINAL = "final"


#: From the status that prevails to the one that yields; position is the rank used in SQL and frames.
STATUS_ORDER: tuple[Status, ...] = tuple(Status)


class Edition(StrEnum):
    """internal: exact counts. public: protected at the leaf."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Role(StrEnum):
    """Who looks, from least to most. `auditor` sees the audit log only."""

    VISITOR = "visitor"
    VIEWER = "viewer"
    PARTNER = "partner"
    ADVISER = "adviser"
    ADMIN = "admin"
    AUDITOR = "auditor"


#: Rank of a role for "role at least"; the auditor stands outside the ladder.
ROLE_RANK: dict[Role, int] = {
    Role.AUDITOR: -1,
    Role.VISITOR: 0,
    Role.VIEWER: 1,
    Role.PARTNER: 2,
    Role.ADVISER: 3,
    Role.ADMIN: 4,
}


class SourceKind(StrEnum):
    """Kinds of source; each is one adapter `etl/sources/<kind>.py`."""

    STATLINE = "statline"
    KWB = "kwb"
    HEALTH = "health"
    POLITIE_KAART = "politie_kaart"
    TABULAR = "tabular"


#: Kinds that describe areas once a year, with the area codes of that year; they hold no events.
CONTEXT_KINDS = frozenset({SourceKind.KWB, SourceKind.HEALTH})

#: Code of "everything" in the category lists of the police tables; it is no offence.
TOTAL_CODE = "0.0.0"


class Publication(StrEnum):
    """open: already public as exact counts. restricted: protected in the public edition."""

    OPEN = "open"
    RESTRICTED = "restricted"


class Unit(StrEnum):
    """Unit of an indicator's value."""

    PER_1000_INHABITANTS = "per_1000_inhabitants"
    PER_10000_INHABITANTS = "per_10000_inhabitants"
    PER_1000_DWELLINGS = "per_1000_dwellings"
    PER_1000_ESTABLISHMENTS = "per_1000_establishments"
    PER_1000_CARS = "per_1000_cars"
    DAYS_PER_1000_INHABITANTS = "days_per_1000_inhabitants"
    SHARE_PCT = "share_pct"
    COUNT = "count"
    SCORE = "score"
    DAYS = "days"
    EURO = "euro"
    THOUSAND_EURO = "thousand_euro"
    PER_KM2 = "per_km2"
    CLASS = "class"


#: Base of a rate: events per this many of the denominator, per year. Absent: the value is no rate over a count.
UNIT_BASE: dict[Unit, int] = {
    Unit.PER_1000_INHABITANTS: 1_000,
    Unit.PER_10000_INHABITANTS: 10_000,
    Unit.PER_1000_DWELLINGS: 1_000,
    Unit.PER_1000_ESTABLISHMENTS: 1_000,
    Unit.PER_1000_CARS: 1_000,
    Unit.DAYS_PER_1000_INHABITANTS: 1_000,
    Unit.SHARE_PCT: 100,
}


class Direction(StrEnum):
    """Which way is better. Decides colour words, never a verdict."""

    HIGHER_IS_WORSE = "higher_is_worse"
    HIGHER_IS_BETTER = "higher_is_better"
    NEUTRAL = "neutral"


class Comparison(StrEnum):
    """The verdict of a comparison of two figures."""

    HIGHER = "higher"
    LOWER = "lower"
    NO_DIFFERENCE = "no_difference"
    TOO_FEW = "too_few"


class Pack(StrEnum):
    """Sets of indicators that a municipality switches on together."""

    POLICE = "police"
    NUISANCE = "nuisance"
    CONTEXT = "context"
    PERCEPTION = "perception"
    QUALITY = "quality"
    SOCIAL_DOMAIN = "social_domain"
    YOUTH = "youth"
    SUBVERSION = "subversion"
    PUBLIC_SPACE = "public_space"
    OWN = "own"
