"""The shared indicator catalogue and the official titles of categories: the shipped ones, then those of `--config`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

from config.errors import Finding
from config.explain import add_model_errors, did_you_mean
from config.fields import Plain
from config.index_indicator import index_parts
from config.model import Indicator, Model, Publisher
from config.strict_yaml import Document, KeyPath, read
from config.vocabulary import Unit

SHIPPED = Path(__file__).resolve().parent
_ENTRIES = TypeAdapter(list[Indicator])

#: Order of themes on screen; a theme that is not named here comes after these, in the order of the files.
THEMES = (
    "group", "crime", "property", "violence", "nuisance", "traffic", "digital", "subversion", "social", "care", "youth",
    "public_space", "enforcement", "perception", "quality", "context", "housing", "income", "health",
)  # fmt: skip

#: Where an entry stands: (id of the indicator, key path below it) -> file:line:column.
Where = Callable[[str, KeyPath], str]


class CategoryList(Model):
    """`config/categories/*.yml`: titles of the codes of tables, facts with their source."""

    tables: tuple[str, ...] = Field(strict=False, min_length=1)
    source: Publisher
    categories: dict[str, Plain]


@dataclass(frozen=True)
class Catalogue:
    """What all municipalities share, with the place of each entry and what is wrong with it."""

    indicators: dict[str, Indicator]
    categories: dict[str, dict[str, str]]
    findings: tuple[Finding, ...]
    places: dict[str, tuple[Document, int]] = field(repr=False)

    def where(self, indicator_id: str, path: KeyPath = ()) -> str:
        document, position = self.places[indicator_id]
        return document.where((position, *path))


def shown_path(path: Path) -> str:
    """A path as messages name it: relative to the working folder where it lies below it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def read_catalogue(config_dir: Path) -> Catalogue:
    """The shipped catalogue; entries of `config_dir/indicators` add to it or replace by id."""
    findings: list[Finding] = []
    indicators: dict[str, Indicator] = {}
    places: dict[str, tuple[Document, int]] = {}
    for folder in _folders(config_dir, "indicators"):
        here: dict[str, str] = {}
        for path in sorted(folder.glob("*.yml")):
            document, entries = _entries(path, *_stamp(path))
            findings += document.findings
            for position, entry in entries:
                where = document.where((position, "id"))
                if entry.id in here:
                    what = f"indicator `{entry.id}` is defined twice (first at {here[entry.id]})"
                    findings.append(Finding("CFG-024", what, where, "remove one, or give it another id"))
                    continue
                here[entry.id] = where
                indicators[entry.id] = entry
                places[entry.id] = (document, position)
    categories = _read_categories(config_dir, findings)
    catalogue = Catalogue(_on_screen(indicators), categories, (), places)
    if not findings:
        findings += check_definitions(indicators, indicators, catalogue.where, categories)
        findings += _incomplete(catalogue)
    return Catalogue(catalogue.indicators, categories, tuple(findings), places)


def _folders(config_dir: Path, name: str) -> list[Path]:
    """The shipped folder, then that of `--config` where it is another one."""
    shipped, own = SHIPPED / name, config_dir / name
    return [shipped, own] if own.is_dir() and own.resolve() != shipped.resolve() else [shipped]


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=256)
def _entries(path: Path, modified: int, size: int) -> tuple[Document, tuple[tuple[int, Indicator], ...]]:
    """Entries of one file with their position in it; parsed again only when the file changed."""
    document = read(path, shown_path(path), required=("id", "pack", "label", "unit", "numerator"))
    if document.data is None:
        return document, ()
    try:
        entries = _ENTRIES.validate_python(document.data)
    except ValidationError as error:
        add_model_errors(document, error, list[Indicator])
        return document, ()
    return document, tuple(enumerate(entries))


def _on_screen(indicators: Mapping[str, Indicator]) -> dict[str, Indicator]:
    """The same entries in the order of themes; within a theme in the order of the files."""
    rank = {theme: position for position, theme in enumerate(THEMES)}
    ids = sorted(indicators, key=lambda name: rank.get(indicators[name].theme, len(THEMES)))
    return {name: indicators[name] for name in ids}


def _read_categories(config_dir: Path, findings: list[Finding]) -> dict[str, dict[str, str]]:
    categories: dict[str, dict[str, str]] = {}
    for folder in _folders(config_dir, "categories"):
        for path in sorted(folder.glob("*.yml")):
            document, listed = _category_list(path, *_stamp(path))
            findings += document.findings
            for table in listed.tables if listed else ():
                categories[table] = dict(listed.categories) if listed else {}
    return categories


def category_titles(table: str) -> dict[str, str]:
    """Code -> title of a table, as shipped; empty for a table without a list."""
    return _read_categories(SHIPPED, []).get(table, {})


@lru_cache(maxsize=64)
def _category_list(path: Path, modified: int, size: int) -> tuple[Document, CategoryList | None]:
    document = read(path, shown_path(path), required=("tables", "source", "categories"))
    if document.data is None:
        return document, None
    try:
        return document, CategoryList.model_validate(document.data)
    except ValidationError as error:
        add_model_errors(document, error, CategoryList)
        return document, None


# --- rules between entries --------------------------------------------------------------------------------------------


def check_definitions(
    checked: Iterable[str],
    indicators: Mapping[str, Indicator],
    where: Where,
    categories: Mapping[str, Mapping[str, str]],
) -> list[Finding]:
    """Do the entries `checked` refer to what exists, without going in a circle?"""
    findings: list[Finding] = []
    for name in checked:
        findings += _unknown_references(name, indicators, where)
        findings += _unknown_codes(name, indicators[name], where, categories)
        if indicators[name].numerator.index is not None:
            what, fix = f"indicator `{name}` is an index", "write it under `indexes` of the municipality's file"
            findings.append(Finding("CFG-085", what, where(name, ("numerator", "index")), fix))
        findings += _weighted(name, indicators[name], where)
    return findings + _circles(checked, indicators, where)


def references(indicator: Indicator) -> list[tuple[KeyPath, str]]:
    """Key path and id of every indicator that this one needs."""
    numerator = indicator.numerator
    found: list[tuple[KeyPath, str]] = []
    found += [(("numerator", "sum_of", n), name) for n, name in enumerate(numerator.sum_of or ())]
    found += [(("numerator", "ratio", n), name) for n, name in enumerate(numerator.ratio or ())]
    found += index_parts(indicator)
    return found + ([(("denominator",), indicator.denominator)] if indicator.denominator else [])


def _unknown_references(name: str, indicators: Mapping[str, Indicator], where: Where) -> list[Finding]:
    return [
        Finding(
            "CFG-022",
            f"`{other}` is not defined{did_you_mean(other, indicators)}",
            where(name, path),
            "name an indicator of the catalogue or of `indicators.own`",
        )
        for path, other in references(indicators[name])
        if other not in indicators
    ]


def _unknown_codes(
    name: str, indicator: Indicator, where: Where, categories: Mapping[str, Mapping[str, str]]
) -> list[Finding]:
    """Codes that the named table does not have; a table without a list of titles cannot be checked."""
    wanted: list[tuple[KeyPath, str, str]] = []
    if indicator.numerator.statline:
        path: KeyPath = ("numerator", "statline", "codes")
        statline = indicator.numerator.statline
        wanted += [(path, table, code) for table in statline.tables for code in statline.codes]
    if indicator.numerator.politie_kaart:
        path = ("numerator", "politie_kaart", "codes")
        wanted += [(path, "politie_kaart", code) for code in indicator.numerator.politie_kaart.codes]
    return [
        Finding("CFG-022", f"`{code}` is no code of {table}", where(name, path), "see config/categories for its codes")
        for path, table, code in wanted
        if table in categories and code not in categories[table]
    ]


def _weighted(name: str, indicator: Indicator, where: Where) -> list[Finding]:
    """Weights say who set them and when, which the entry of an indicator cannot."""
    if indicator.numerator.weights is None and indicator.unit is not Unit.DAYS_PER_1000_INHABITANTS:
        return []
    what = f"indicator `{name}` counts in days of harm"
    return [Finding("CFG-076", what, where(name, ()), "set the weights under `harm` of the municipality's file")]


def _circles(checked: Iterable[str], indicators: Mapping[str, Indicator], where: Where) -> list[Finding]:
    """Each circle once, at the first entry of it that is checked."""
    findings: list[Finding] = []
    told: set[frozenset[str]] = set()
    for start in checked:
        circle = _circle_through(start, indicators)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            what = "circular definition: " + " -> ".join([*circle, start])
            findings.append(Finding("CFG-023", what, where(start, ()), "let one of them come from a source"))
    return findings


def _circle_through(start: str, indicators: Mapping[str, Indicator]) -> list[str]:
    """Ids on a way from `start` back to itself, or nothing."""
    came_from: dict[str, str] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        for _, other in references(indicators[name]):
            if other == start:
                way = [name]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if other in indicators and other not in came_from:
                came_from[other] = name
                waiting.append(other)
    return []


def _incomplete(catalogue: Catalogue) -> list[Finding]:
    """A shared entry says what it means, where it comes from, what misleads, and who does what with it."""
    findings: list[Finding] = []
    for name, entry in catalogue.indicators.items():
        lacking = [
            key for key in ("description", "source", "caveat", "owner", "follow_up") if getattr(entry, key) is None
        ]
        if lacking:
            keys = ", ".join(f"`{key}`" for key in lacking)
            what = f"indicator `{name}` lacks {keys}; required by the purpose rule"
            findings.append(Finding("CFG-025", what, catalogue.where(name), f"add {keys} to this entry"))
    return findings
