"""The state of the data in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from config.model import Delivery, HealthSource, KwbSource, PolitieKaartSource, Source, StatlineSource
from etl.calendar import iso_week
from etl.timeliness import weeks_late
from monitor.components.format import date_name, number
from monitor.i18n import Translator

#: Hexadecimal signs of a sha256.
_FINGERPRINT = 64


@dataclass(frozen=True)
class Lateness:
    """Is the next delivery late? `words` says by how much, up to where the figures reach, or that no day is agreed."""

    is_late: bool
    words: str


def lateness(delivery: Delivery | None, newest_end: dt.date | None, today: dt.date, _: Translator) -> Lateness:
    """Hold the newest delivered week against the agreed day of delivery.

    Args:
        delivery: what was agreed: a weekday, and how many weeks after a week its figures come.
        newest_end: last day of the newest period delivered; None where there is none.
    """
    if delivery is None or delivery.weekday is None:
        return Lateness(False, _("no day agreed"))
    late = weeks_late(delivery, iso_week(newest_end) if newest_end else None, today)
    if late or newest_end is None:
        return Lateness(True, _.plural("{n} week late", "{n} weeks late", max(1, len(late))))
    return Lateness(False, _("on time, to {day}", day=date_name(newest_end, _)))


def short_fingerprint(said: str, signs: int = 12) -> str:
    """The first signs of a fingerprint; what an edition says in its place, whole."""
    return said[:signs] if len(said) == _FINGERPRINT else said


def source_title(source: Source | None, _: Translator) -> str:
    """What kind of source it is, for people who do not know its id; empty for one that is no longer configured."""
    if isinstance(source, StatlineSource):
        is_nuisance = source.table == "47024NED"
        title = _("Police: nuisance registrations") if is_nuisance else _("Police: registered crimes")
        return f"{title} ({source.table})"
    if isinstance(source, KwbSource):
        return _("CBS: key figures of neighbourhoods")
    if isinstance(source, HealthSource):
        return _("RIVM: health of adults")
    if isinstance(source, PolitieKaartSource):
        return _("Police: map of crimes")
    return _("Delivery of the municipality") if source else ""


def source_name(sources: Sequence[Source], source_id: str, _: Translator) -> str:
    """The title of a source, with its id where another of the municipality has the same title; or its id alone.

    Args:
        sources: all of the municipality.
    """
    titles = {source.id: source_title(source, _) for source in sources}
    title = titles.get(source_id, "")
    if not title:
        return source_id
    return f"{title} ({source_id})" if list(titles.values()).count(title) > 1 else title


def headline(n_sources: int, n_warnings: int, _: Translator) -> str:
    """How many sources there are and whether they need attention."""
    if not n_sources:
        return _("No source has delivered yet")
    listed = _.plural("{n} source", "{n} sources", n_sources)
    if n_warnings:
        return _(
            "{sources}, {warnings}",
            sources=listed,
            warnings=_.plural("{n} point of attention", "{n} points of attention", n_warnings),
        )
    return _("{sources}, nothing that needs attention", sources=listed)


def lede(n_set_aside: int, n_areas: int, n_topics: int, _: Translator) -> str:
    """What is set aside or missing, in numbers; zero is said too."""
    return " ".join(
        (
            _.plural(
                "{shown} row was set aside.", "{shown} rows were set aside.", n_set_aside, shown=number(n_set_aside, _)
            ),
            _.plural("{n} area has no figures.", "{n} areas have no figures.", n_areas),
            _.plural("{n} topic has no source.", "{n} topics have no source.", n_topics),
        )
    )
