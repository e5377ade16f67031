"""How the figures are made, in plain words: one source for the methods page, docs/methods.md and docs/methoden.md.

The worked examples are those of `etl.statistics.examples`, which tests hold against the code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from etl.statistics import examples
from etl.statistics.examples import Cell, Example
from monitor.components.format import comparison_name, number
from monitor.i18n import Translator


@dataclass(frozen=True)
class Measured:
    """What was measured in this municipality; empty where nothing was, and in the printed documentation.

    maturity: (source, length of period, days after its end, periods measured, share of the final number known).
    runs: (level in words, length of period in words, series judged, false signals to expect per period).
    features: names of what makes neighbourhoods alike.
    """

    maturity: Sequence[tuple[str, str, int, int, float]] = ()
    runs: Sequence[tuple[str, str, int, float]] = ()
    features: Sequence[str] = ()


@dataclass(frozen=True)
class Printed:
    """A table in words. `example`: the worked example it prints, None for what was measured here."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    example: Example | None = None


@dataclass(frozen=True)
class Method:
    """One method: `key` is its anchor on the page."""

    key: str
    title: str
    paragraphs: tuple[str, ...]
    source: str
    tables: tuple[Printed, ...] = field(default=())


def methods(_: Translator, measured: Measured | None = None) -> tuple[Method, ...]:
    """All methods in reading order.

    Args:
        measured: what was measured in the municipality of the page; None for the documentation.
    """
    from monitor.texts import methods_development, methods_figures, methods_places, methods_trust

    known = measured or Measured()
    parts = (methods_figures, methods_development, methods_places, methods_trust)
    return tuple(method for part in parts for method in part.told(_, known))


def as_markdown(_: Translator, *, printed_by: str) -> str:
    """The same as a page of documentation."""
    lines = [f"# {title(_)}", "", lede(_), "", printed_by]
    for one in methods(_):
        lines += ["", f"## {one.title}"]
        for paragraph in one.paragraphs:
            lines += ["", paragraph]
        for part in one.tables:
            lines += ["", f"*{part.caption}*", "", *_table_lines(part)]
        lines += ["", f"*{source_word(_)}: {one.source}*"]
    return "\n".join(lines) + "\n"


def title(_: Translator) -> str:
    return _("How the figures are made")


def lede(_: Translator) -> str:
    return _(
        "Every method behind the figures, in plain words, with its source. The examples are tests of the"
        " program too: what stands here is what it does."
    )


def source_word(_: Translator) -> str:
    return _("Source")


def printed_example(example: Example, caption: str, _: Translator) -> Printed:
    """A worked example in the numbers and words of a language."""
    names = _columns(_)
    head = tuple(names[column] for column in example.columns)
    rows = tuple(
        tuple(_cell(cell, column, example, _) for cell, column in zip(row, example.columns, strict=True))
        for row in example.rows
    )
    return Printed(caption, head, rows, example)


def _table_lines(part: Printed) -> Iterator[str]:
    yield "| " + " | ".join(part.head) + " |"
    yield "|" + "---|" * len(part.head)
    for row in part.rows:
        yield "| " + " | ".join(row) + " |"


def _cell(cell: Cell, column: str, example: Example, _: Translator) -> str:
    """A number with as many decimals as the longest of its column; words in the reader's language."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return _words(cell, column, _)
    numbers = [one for one in example.column(column) if isinstance(one, (int, float))]
    decimals = max(len(f"{one:g}".partition(".")[2]) for one in numbers)
    return number(float(cell), _, decimals).replace("-", "−")


def _words(cell: str, column: str, _: Translator) -> str:
    if column == "comparison":
        return comparison_name(cell, _)
    offences = {
        "bicycle_theft": _("bicycle theft"),
        "burglary": _("home burglary"),
        "robbery": _("robbery"),
    }
    return offences.get(cell, cell)


def _columns(_: Translator) -> dict[str, str]:
    """Names of the columns of all examples."""
    return {
        "events": _("counted"),
        "people": _("residents"),
        "rate": _("per 1,000"),
        "lower": _("at least"),
        "upper": _("at most"),
        "before": _("year before"),
        "now": _("this year"),
        "change": _("change in %"),
        "comparison": _("verdict"),
        "mean": _("normal"),
        "alarm_from": _("shows from"),
        "times": _("times normal"),
        "expected": _("expected"),
        "urbanity": _("urbanity"),
        "ratio": _("ratio"),
        "lower_95": _("lower limit 95%"),
        "upper_95": _("upper limit 95%"),
        "lower_998": _("lower limit 99.8%"),
        "upper_998": _("upper limit 99.8%"),
        "smoothed": _("smoothed"),
        "rank": _("place"),
        "best": _("best place possible"),
        "worst": _("worst place possible"),
        "events_per_area": _("counted in ten areas"),
        "areas_half": _("areas with half of it"),
        "gini": _("Gini"),
        "gini_generalised": _("Gini, corrected"),
        "counted": _("counted"),
        "shown": _("shown"),
        "may_be": _("may be"),
        "offence": _("offence"),
        "weight": _("weight (days)"),
        "harm": _("severity"),
        "value": _("figure"),
        "base_mean": _("municipality"),
        "deviation": _("spread"),
        "score": _("points"),
        "points": _("points of three figures"),
        "index": _("index"),
    }


def with_example(example: Example, caption: str, _: Translator) -> tuple[Printed, ...]:
    """The one table of a method that shows one example."""
    if example not in examples.EXAMPLES:
        raise ValueError(f"{example.name} is no worked example")
    return (printed_example(example, caption, _),)
