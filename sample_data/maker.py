"""Makes the files of the practice municipalities: the same bytes each time, at once where they are there already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import shapely

from etl import calendar
from sample_data import calibration, events, files, former, late, outlines, reports, stories
from sample_data.key_figures import TOPICS, YEARS, Floats, key_figures
from sample_data.places import Place, places, yearly_crimes, yearly_nuisance

#: The practice data stand still here: `today` in the configuration of these municipalities.
TODAY = "2026-11-16"
FIRST_MONTH, LAST_MONTH = "2021-01", "2026-10"
FIRST_WEEK, LAST_WEEK = "2021-W01", "2026-W46"
#: So many of the newest weeks come as a delivery each; older ones per half year.
SINGLE_WEEKS = 6
#: Date in the names of the monthly files: the police publish in the middle of the next month.
PUBLISHED = "2026-11-15"

STAMP = ".made.json"
Progress = Callable[[str, int, int], None]


def make(which: str, root: Path, progress: Progress | None = None) -> list[Path]:
    """Make the files of one municipality, or of all.

    Args:
        which: a slug, or "all".
        root: folder that gets a folder per municipality.
        progress: called with the file made, how many are done and how many there will be (of that municipality).

    Returns:
        All files of the municipalities asked for, whether made now or found as they should be.

    Raises:
        ValueError: no practice municipality has this slug; the message names those there are.
    """
    known = places()
    if which != "all" and which not in known:
        raise ValueError(f"no practice municipality '{which}'; there are {', '.join(known)}")
    return [path for slug in (known if which == "all" else [which]) for path in _make(known[slug], root, progress)]


def _make(place: Place, root: Path, progress: Progress | None) -> list[Path]:
    folder = root / place.slug
    stamped = _stamped(folder)
    if stamped and stamped["maker"] == maker_hash() and _is_whole(stamped["files"], folder):
        return [folder / name for name in stamped["files"]]
    for name in stamped["files"] if stamped else ():
        (folder / name).unlink(missing_ok=True)  # made by another maker, which may have used other names
    made: list[Path] = []
    total = _number_of_files(place)

    def done(path: Path) -> None:
        made.append(path)
        if progress:
            progress(str(path.relative_to(root)), len(made), total)

    _make_boundaries(place, folder, done)
    _make_police(place, folder, done)
    _make_key_figures(place, folder, done)
    stamp = {
        "maker": maker_hash(),
        "files": {path.relative_to(folder).as_posix(): path.stat().st_size for path in made},
    }
    (folder / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    return made


def maker_hash() -> str:
    """sha256 over the maker itself: its code, facts and names. Another maker makes all files again."""
    here = Path(__file__).parent
    sources = sorted([*here.glob("*.py"), *here.glob("*.csv"), *here.glob("*/facts.csv")])
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.relative_to(here).as_posix()}\0".encode())
        digest.update(source.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def _stamped(folder: Path) -> dict[str, Any] | None:
    """What the stamp of an earlier run says, or None: never made, or a stamp that this maker cannot read."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        names = [PurePosixPath(name) for name in stamp["files"]]
        is_readable = isinstance(stamp["maker"], str) and not any(n.is_absolute() or ".." in n.parts for n in names)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return stamp if is_readable else None


def _is_whole(sizes: dict[str, int], folder: Path) -> bool:
    """All files are there with the size they were made with. The same maker makes the same bytes."""
    paths = {folder / name: size for name, size in sizes.items()}
    return all(path.is_file() and path.stat().st_size == size for path, size in paths.items())


def _make_boundaries(place: Place, folder: Path, done: Callable[[Path], None]) -> None:
    path = folder / "buurten.geojson"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(outlines.geojson(place).encode("utf-8"))
    done(path)
    was = former.former(place)
    if was is not None:
        done(former.write_link_table(folder / former.LINK_TABLE, place, was))


def _make_police(place: Place, folder: Path, done: Callable[[Path], None]) -> None:
    """Monthly crimes and nuisance, and where the municipality gets them, the same crimes by week."""
    drawn = calendar.periods_between(FIRST_MONTH, calendar.next(LAST_MONTH))  # the weeks run on into the next month
    published = len(drawn) - 1
    crimes = events.register(place, "crimes", calibration.crimes(), yearly_crimes(place), drawn)
    level = yearly_nuisance(place, calibration.NUISANCE_PER_1000)
    nuisance = events.register(place, "nuisance", calibration.nuisance(), level, drawn)
    tables = [
        ("47022NED", "crimes", crimes, PUBLISHED, published),
        ("47024NED", "nuisance", nuisance, PUBLISHED, published),
    ]
    if _has_stories(place):
        before = drawn.index(stories.COUNTED_FROM)
        tables.append(("47024NED", "nuisance", nuisance, stories.DELIVERED_BEFORE, before))
    for table, topic, registered, day, months in tables:
        path = folder / "politie" / f"{table}_{day}.csv"
        done(files.write_statline(path, table, _spans(place, topic, registered, months)))
    if place.has_weekly:
        _make_weeks(place, crimes, folder / "politie", done)
    if place.slug == reports.SLUG:
        told = events.register(place, "public space", reports.KINDS, reports.yearly_reports(place), drawn)
        done(reports.write_reports(folder / "gemeente" / "meldingen.csv", told, published))


def _make_weeks(place: Place, crimes: events.Registered, folder: Path, done: Callable[[Path], None]) -> None:
    """The same crimes by week: each week once, or again as long as registrations come in."""
    weeks = calendar.periods_between(FIRST_WEEK, LAST_WEEK)
    weekly = events.per_week(place, crimes, files.WEEKLY_GROUPS, weeks)
    if place.slug == late.SLUG:
        deliveries = late.sent(place, weekly, weeks, _archive())
    else:
        deliveries = (
            late.Sent(name, covered, {group: _of_weeks(counts, weeks, covered) for group, counts in weekly.items()})
            for name, covered in _batches().items()
        )
    for one in deliveries:
        path = folder / f"week-{one.name.replace('-W', '-')}.csv"
        done(files.write_weeks(path, place, one.counts, one.weeks))


def _of_weeks(counts: events.Counts, weeks: list[str], covered: list[str]) -> events.Counts:
    return counts[:, [weeks.index(week) for week in covered]]


def _archive() -> dict[str, list[str]]:
    """The half years before the weeks that come one by one."""
    first = calendar.periods_between(FIRST_WEEK, late.NEWEST)[-late.DELIVERIES]
    batches = files.week_batches(FIRST_WEEK, late.NEWEST, late.DELIVERIES)
    return {name: covered for name, covered in batches.items() if name < first}


def _has_stories(place: Place) -> bool:
    return any(story.slug == place.slug for story in stories.STORIES)


def _spans(place: Place, topic: str, registered: events.Registered, published: int) -> list[files.Span]:
    """The months in the division that held: one span, or two where borders changed on the way."""
    was = former.former(place)
    if was is None:
        return [files.Span(place, registered, range(published))]
    changed = sum(int(month[:4]) <= former.LAST_YEAR for month in registered.scene.months)
    before = former.counts_before(place, was, registered, topic)
    return [files.Span(was.place, before, range(changed)), files.Span(place, registered, range(changed, published))]


def _make_key_figures(place: Place, folder: Path, done: Callable[[Path], None]) -> None:
    """Enschede: the real population apart from practice figures without population. Others: all in one file a year."""
    topics = {topic.name for topic in TOPICS}
    if not place.is_invented:
        done(files.write_population(folder / "kwb" / "bevolking_2023.csv", place, 2023))
        topics -= {"AantalInwoners"}
    land, was = _land_km2(place), former.former(place)
    for year in YEARS:
        name = f"kwb_{year}.csv" if place.is_invented else f"oefen_kwb_{year}.csv"
        figures, shown = key_figures(place, year, land), place
        others = _others(place) if year == YEARS[-1] else []
        if was is not None and year <= former.LAST_YEAR:
            figures, shown = former.figures_before(was, figures), was.place
        done(files.write_key_figures(folder / "kwb" / name, year, [(shown, figures), *others], topics))


def _others(place: Place) -> list[tuple[Place, dict[str, Floats]]]:
    """The newest file of an invented municipality holds the other invented one too, as that of the CBS holds all."""
    others = [one for one in places().values() if place.is_invented and one.is_invented and one.slug != place.slug]
    return [(one, key_figures(one, YEARS[-1], _land_km2(one))) for one in others]


def _land_km2(place: Place) -> np.ndarray:
    """Land of each neighbourhood: a fact where known, else the surface of its schematic outline."""
    if not place.is_invented:
        return np.array([(n.land_ha or 1) / 100 for n in place.neighbourhoods])
    shapes = np.array(outlines.outlines(place))
    latitude = np.radians(np.mean([n.latitude for n in place.neighbourhoods]))
    return shapely.area(shapes) * 111.32**2 * np.cos(latitude)


def _batches() -> dict[str, list[str]]:
    return files.week_batches(FIRST_WEEK, LAST_WEEK, SINGLE_WEEKS)


def _number_of_files(place: Place) -> int:
    number = 3 + len(YEARS) + (0 if place.is_invented else 1) + (1 if former.former(place) else 0)
    number += (1 if _has_stories(place) else 0) + (1 if place.slug == reports.SLUG else 0)
    if place.has_weekly:
        number += len(_archive()) + late.DELIVERIES if place.slug == late.SLUG else len(_batches())
    return number
