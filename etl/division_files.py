"""Read what a municipality says about its former divisions: link tables, and boundaries of earlier years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from config.errors import AreasError, ConfigError, Finding, FixableError
from config.geography import FormerBoundaries
from config.load import Configured
from config.vocabulary import AreaLevel
from etl.area_tree import Draft
from etl.areas import AreaTree, build_tree, make_tree
from etl.crosswalk import Line
from etl.divisions import Divisions, divisions_of
from etl.geometry import DEGREES, PLANE, array_of, dissolve, reproject
from etl.overlap import overlap_lines
from etl.proposals import proposals
from etl.sources.boundaries import Boundaries, Request, read_boundaries
from etl.sources.link_table import read_link_table


def division_paths(configured: Configured) -> list[Path]:
    """Files that the divisions are made from, apart from the boundaries on screen and the area list."""
    geography = configured.municipality.geography
    names = [*geography.crosswalks, *(former.path for former in geography.former_boundaries)]
    return [configured.folder / name for name in names]


def build_divisions(configured: Configured, tree: AreaTree) -> tuple[Divisions, tuple[Finding, ...]]:
    """All divisions of a municipality, and what a person should look at: areas that no link leads anywhere.

    Where a former division has boundaries and no link table starts from it, its areas lead to those on screen by area
    of overlap.

    Raises:
        AreasError: a link table or boundary file is refused (exit code 40).
    """
    geography = configured.municipality.geography
    lines: list[Line] = []
    for place, name in enumerate(geography.crosswalks):
        where = configured.where("geography", "crosswalks", place)
        lines += read_link_table(configured.folder / name, name=name, where=where)
    former = {
        one.vintage: _former_tree(configured, place, one) for place, one in enumerate(geography.former_boundaries)
    }
    started = {line.from_vintage for line in lines}
    by_overlap = [vintage for vintage in former if vintage not in started and vintage < tree.vintage]
    lines += [line for vintage in by_overlap for line in overlap_lines(former[vintage], tree)]
    try:
        divisions = divisions_of(tree, lines, former=former, predecessors=geography.predecessors)
    except AreasError as error:
        shown = configured.where("geography", "crosswalks")
        raise AreasError.of([one if one.where else replace(one, where=shown) for one in error]) from error
    return replace(divisions, overlapping=frozenset(by_overlap)), proposals(divisions, configured.slug)


def check_divisions(configured: Configured) -> tuple[Finding, ...]:
    """What is wrong with the link tables and former boundaries of a municipality, and links a person may confirm.

    Nothing is looked at where neither is configured, or where a file is missing (that is told elsewhere).
    """
    boundaries = [configured.folder / name for name in configured.municipality.geography.boundary_paths]
    paths = division_paths(configured)
    if not paths or not all(path.is_file() for path in (*boundaries, *paths)):
        return ()
    try:
        tree, _ = build_tree(configured)
        return build_divisions(configured, tree)[1]
    except FixableError as error:
        return error.findings


def _former_tree(configured: Configured, place: int, former: FormerBoundaries) -> AreaTree:
    """The areas of an earlier division, those of municipalities that went into this one included."""
    municipality = configured.municipality

    def where(*_: str | int) -> str:
        return configured.where("geography", "former_boundaries", place, "path")

    files = [(former.path, configured.folder / former.path)]
    read: list[Boundaries] = []
    for code in (municipality.code, *municipality.geography.predecessors):
        try:
            read.append(read_boundaries(files, Request(code, municipality.name, former.vintage, former.crs, where)))
        except ConfigError:
            if code == municipality.code and not municipality.geography.predecessors:
                raise
    if not read:
        what = f"{former.path}: no area of {municipality.code} or of the municipalities that went into it"
        raise AreasError("GEO-102", what, where=where(), fix="use boundaries of that year that hold them")
    whole = Boundaries(pd.concat([one.frame for one in read], ignore_index=True), files=(former.path,))
    whole = replace(whole, frame=whole.frame[whole.frame["area_level"] != AreaLevel.MUNICIPALITY.value])
    tree, _ = make_tree(Draft(municipality.code, municipality.name, former.vintage, whole, None, (), where))
    return _under_one_roof(tree)


def _under_one_roof(tree: AreaTree) -> AreaTree:
    """Districts of former municipalities lie in this one: it is shown on the ground that it has today."""
    frame = tree.frame.copy()
    is_district = frame["area_level"] == AreaLevel.DISTRICT.value
    if (frame.loc[is_district, "parent"] == tree.municipality_code).all():
        return tree
    frame.loc[is_district, "parent"] = tree.municipality_code
    shapes: Sequence[Any] = [shape for shape in frame.loc[is_district, "geometry"] if shape is not None]
    whole = dissolve(reproject(array_of(shapes), DEGREES, PLANE))
    row = frame.index[frame["area_code"] == tree.municipality_code][0]
    frame.at[row, "geometry"] = reproject(array_of([whole]), PLANE, DEGREES)[0]
    frame.at[row, "area_km2"] = whole.area / 1_000_000
    return replace(tree, frame=frame)
