"""The public edition of a few leaves: what is shown, remembered and withheld, and what is read beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd
import pytest

from config.errors import DisclosureError, Finding, StructureError
from config.vocabulary import Publication
from etl import public_edition as module
from etl.areas import AreaTree
from etl.crosswalk import Crosswalk, Line
from etl.disclosure.memory import Memory
from etl.disclosure.rounding import round_leaves
from etl.divisions import Divisions
from etl.frames import LEAF
from etl.public_edition import PublicEdition, external_totals, is_restricted
from tests.tables import frame, table

KEY = b"a key of sixteen bytes or more"
TREE = """
    area_code  | area_level    | parent
    GM0153     | municipality  |
    WK015301   | district      | GM0153
    BU01530101 | neighbourhood | WK015301
    BU01530102 | neighbourhood | WK015301
"""
#: The division before: the second neighbourhood was 01530199 then.
TREE_BEFORE = TREE.replace("BU01530102", "BU01530199")
REPORTS = """
    source_id | indicator | area_code  | area_level    | period  | period_type | value | lower | status       | delivery
    reports   | litter    | BU01530101 | neighbourhood | 2026-01 | month       | 3     | 1     | final        | d1
    reports   | litter    | BU01530102 | neighbourhood | 2026-01 | month       | 12    | 10    | provisional  | d1
    reports   | litter    | BU01530101 | neighbourhood | 2026-02 | month       |       |       | not_delivered | d1
    reports   | litter    | BU01530102 | neighbourhood | 2026-02 | month       | 0     | 0     | final        | d2
    reports   | litter    | GM0153     | municipality  | 2026-01 | month       | 15    |       | final        | d1
"""
OPEN = """
    source_id | indicator | area_code  | area_level    | period  | period_type | value | status | delivery
    police    | burglary  | BU01530101 | neighbourhood | 2026-01 | month       | 2     | final  | d9
"""


def indicator(sum_of: Sequence[str] = (), weights: dict[str, int] | None = None) -> SimpleNamespace:
    numerator = SimpleNamespace(sum_of=tuple(sum_of) or None, statline=None, weight_of=weights)
    return SimpleNamespace(numerator=numerator, is_group=bool(sum_of), is_weighted=weights is not None)


def tree(text: str, vintage: int) -> AreaTree:
    rows = table(text)
    return AreaTree("GM0153", vintage, rows.assign(parent=rows.parent.where(rows.parent.notna(), None)))


def divisions(*, two: bool = False) -> Divisions:
    """The division of 2024 alone, or after that of 2023."""
    trees = {2024: tree(TREE, 2024)} | ({2023: tree(TREE_BEFORE, 2023)} if two else {})
    codes = {
        year: frozenset(one.frame.area_code[one.frame.area_level == "neighbourhood"]) for year, one in trees.items()
    }
    steps = {(2023, 2024): (Line("BU01530199", 2023, "BU01530102", 2024),)} if two else {}
    return Divisions("GM0153", 2024, trees, Crosswalk(2024, codes, steps))


class Place:
    """A work connection with the leaves of sources, and all that a public edition is made from."""

    def __init__(self, root: Path, *, external: Sequence[str] = ()) -> None:
        self.con = duckdb.connect(config={"threads": 1})
        self.root = root
        self.leaves: list[Any] = []
        self.asked = 0
        self.configured: Any = SimpleNamespace(
            indicators={name: indicator() for name in ("litter", "burglary")},
            folder=root,
            where=lambda *at: f"town.yml, {'.'.join(map(str, at))}",
            municipality=SimpleNamespace(
                code="GM0153",
                disclosure=SimpleNamespace(public=SimpleNamespace(base=5), external_totals=tuple(external)),
                geography=SimpleNamespace(custom_areas=()),
            ),
        )

    def deliver(
        self, source_id: str, text: str, *, vintage: int = 2024, figures: Sequence[str] = (), is_open: bool = False
    ):
        name = frame(self.con, f"leaf_{source_id}", LEAF, text)
        publication = Publication.OPEN if is_open else Publication.RESTRICTED
        source = SimpleNamespace(id=source_id, vintage=vintage, kind="tabular", effective_publication=publication)
        self.leaves = [one for one in self.leaves if one.source.id != source_id]
        self.leaves.append(SimpleNamespace(source=source, table=name, figures=frozenset(figures)))
        return self

    def key(self) -> bytes:
        self.asked += 1
        return KEY

    def edition(self, **how: Any) -> PublicEdition:
        return PublicEdition(self.con, self.configured, self.leaves, divisions(**how), Memory.read(self.root), self.key)

    def shown(self, name: str) -> pd.DataFrame:
        columns = "area_code, period, value, lower, upper, status, delivery"
        return self.con.execute(f'SELECT {columns} FROM "{name}" ORDER BY period, area_code').df()


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(tmp_path)


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_an_open_source_is_shown_as_it_is_and_needs_no_key(place):
    edition = place.deliver("police", OPEN, is_open=True).edition()

    assert edition.protect(place.leaves[0]) == "leaf_police"
    assert edition.is_as_internal
    assert edition.findings == ()
    assert edition.prepare("000001") is None
    assert edition.rounded is None
    assert edition.vintages == {}
    edition.audit(place.con, "memory")
    assert place.asked == 0


def test_small_counts_of_a_restricted_source_are_rounded_and_the_rest_stays(place):
    edition = place.deliver("reports", REPORTS).deliver("police", OPEN, is_open=True).edition()

    name = edition.protect(place.leaves[0])
    assert name == "public_reports"
    assert edition.protect(place.leaves[1]) == "leaf_police"
    assert not edition.is_as_internal
    assert place.asked == 1
    shown = place.shown(name)
    assert shown[["area_code", "period", "status", "delivery"]].to_numpy().tolist() == [
        ["BU01530101", "2026-01", "final", "d1"],
        ["BU01530102", "2026-01", "provisional", "d1"],
        ["BU01530101", "2026-02", "not_delivered", "d1"],
        ["BU01530102", "2026-02", "final", "d2"],
    ]
    assert shown.value[0] in (0, 5)
    assert shown.value.fillna(-1).tolist()[1:] == [12, -1, 0]
    assert shown[["lower", "upper"]].isna().all(axis=None)  # margins would tell
    described = place.con.execute(f'DESCRIBE "{name}"').fetchall()
    assert [(column, kind) for column, kind, *_ in described] == list(LEAF.items())
    assert edition.vintages == {"public_reports": {"2026-01": 2024, "2026-02": 2024}}
    assert edition.true_leaves.district.tolist() == ["WK015301"] * 4
    assert edition.findings == ()


def test_leaves_of_a_district_lie_in_no_district(place):
    text = REPORTS.replace("BU01530101", "WK015301  ").replace("neighbourhood", "district     ")
    without = "\n".join(line for line in text.splitlines() if "BU0153" not in line and "GM0153" not in line)

    edition = place.deliver("reports", without).edition()

    assert edition.true_leaves.area_code.tolist() == ["WK015301"] * 2
    assert edition.true_leaves.district.isna().all()


def test_a_source_of_figures_alone_is_left_out(place):
    edition = place.deliver("reports", REPORTS, figures=["litter"]).edition()

    assert edition.protect(place.leaves[0]) is None
    assert not edition.is_as_internal
    assert edition.true_leaves.empty
    assert [(note.code, note.where, note.level) for note in edition.findings] == [("DIS-011", "reports", "note")]
    assert edition.prepare("000001") is None
    edition.audit(place.con, "memory")
    assert place.asked == 0


def test_of_two_restricted_sources_one_may_be_left_out(place):
    place.deliver("reports", REPORTS)
    place.deliver("calls", REPORTS.replace("reports", "calls  ").replace("litter", "noise "))
    place.configured.indicators["noise"] = indicator()
    place.leaves[1].figures = frozenset({"noise"})

    edition = place.edition()

    assert [edition.protect(one) for one in place.leaves] == ["public_reports", None]
    assert edition._protected == ["reports"]


def test_the_order_of_the_sources_decides_whose_figures_are_shown(place):
    place.deliver("zeta", REPORTS.replace("reports", "zeta   ")).deliver("alpha", REPORTS.replace("reports", "alpha  "))

    edition = place.edition()

    assert [edition.protect(one) for one in place.leaves] == ["public_zeta", None]
    assert [(note.code, note.where) for note in edition.findings] == [("DIS-014", "alpha")]


def test_groups_and_own_areas_are_reckoned_with_in_the_rounding(place, monkeypatch):
    given = {}

    def seen(leaves, **how):
        given.update(how)
        return round_leaves(leaves, **how)

    monkeypatch.setattr(module, "round_leaves", seen)
    place.configured.indicators["all"] = indicator(["litter", "burglary"])
    place.configured.indicators["harm"] = indicator(["litter", "burglary"], {"litter": 1, "burglary": 20})
    own = SimpleNamespace(id="centre", neighbourhoods=("BU01530101",))
    place.configured.municipality.geography.custom_areas = (own,)

    place.deliver("reports", REPORTS).edition()

    assert given.pop("remembered").empty
    assert given == {
        "key": KEY, "base": 5, "groups": {"all": ("litter", "burglary")}, "own_areas": {"centre": ("BU01530101",)},
    }  # fmt: skip


@pytest.mark.parametrize(("publication", "is_one"), [(Publication.OPEN, False), (Publication.RESTRICTED, True)])
def test_what_is_not_open_is_restricted(publication, is_one):
    source = SimpleNamespace(effective_publication=publication)

    assert is_restricted(SimpleNamespace(source=source)) is is_one  # type: ignore[arg-type]


# --- what is remembered -----------------------------------------------------------------------------------------------


def test_what_was_shown_is_remembered_with_its_division(place):
    edition = place.deliver("reports", REPORTS).edition()
    first = place.shown("public_reports").value[0]

    prepared = edition.prepare("000001")
    assert prepared is not None
    prepared.commit()

    memory = Memory.read(place.root)
    assert memory.vintages("reports") == {"2026-01": 2024, "2026-02": 2024}
    assert memory.small()[["area_code", "period", "shown"]].to_numpy().tolist() == [["BU01530101", "2026-01", first]]
    place.deliver("reports", REPORTS.replace("| 3     | 1 ", "| 1     | 1 "))
    again = PublicEdition(place.con, place.configured, place.leaves, divisions(), memory, lambda: b"another key" * 3)
    assert place.shown(again.protect(place.leaves[0])).value[0] == first


def test_periods_that_come_again_on_another_division_keep_the_figures_that_were_shown(place):
    before = REPORTS.replace("BU01530102", "BU01530199")
    prepared = place.deliver("reports", before, vintage=2023).edition(two=True).prepare("000001")
    assert prepared is not None
    prepared.commit()
    small = place.shown("public_reports").value[0]
    march = "    reports | litter | BU01530102 | neighbourhood | 2026-03 | month | 8 | | final | d3"

    edition = place.deliver("reports", REPORTS.replace("| 12 ", "| 44 ") + march, vintage=2024).edition(two=True)

    assert [(note.code, note.where, note.number, note.level) for note in edition.findings] == [
        ("DIS-015", "reports", 2, "note")
    ]
    assert edition.findings[0].what.startswith("2 periods of reports were published on another division before")
    assert edition.vintages == {"public_reports": {"2026-01": 2023, "2026-02": 2023, "2026-03": 2024}}
    shown = place.shown("public_reports")
    assert shown[["area_code", "period", "value", "status", "delivery"]].to_numpy().tolist() == [
        ["BU01530101", "2026-01", small, "provisional", "d1"],  # as long as any figure of the month is
        ["BU01530199", "2026-01", 12, "provisional", "d1"],
        ["BU01530199", "2026-02", 0, "final", "d2"],
        ["BU01530102", "2026-03", 8, "final", "d3"],
    ]
    assert edition.true_leaves.area_level.unique().tolist() == ["neighbourhood"]
    assert edition.true_leaves.district.tolist() == ["WK015301"] * 4
    assert edition.true_leaves.period_type.unique().tolist() == ["month"]


def test_a_number_that_was_shown_does_not_take_the_status_of_a_figure_that_is_missing_now(place):
    before = REPORTS.replace("BU01530102", "BU01530199")
    prepared = place.deliver("reports", before, vintage=2023).edition(two=True).prepare("000001")
    assert prepared is not None
    prepared.commit()
    january = "\n".join(line for line in REPORTS.splitlines() if "2026-02" not in line and "GM0153" not in line)
    missing = january.replace("| 12    | 10    | provisional  ", "|       |       | not_delivered")

    place.deliver("reports", missing).edition(two=True)
    assert place.shown("public_reports").status.tolist() == ["final", "final"]

    gone = missing.replace("| 3     | 1     | final       ", "|       |       | not_delivered")
    assert place.deliver("reports", gone).edition(two=True).protect(place.leaves[0]) is None


def test_periods_on_the_division_they_were_shown_on_are_new_figures(place):
    prepared = place.deliver("reports", REPORTS).edition(two=True).prepare("000001")
    assert prepared is not None
    prepared.commit()

    edition = place.deliver("reports", REPORTS.replace("| 12 ", "| 44 ")).edition(two=True)

    assert edition.findings == ()
    assert place.shown("public_reports").value.tolist()[1] == 44


def test_links_lead_from_every_other_division_to_that_on_screen(place):
    edition = place.deliver("reports", REPORTS).edition(two=True)

    assert edition._links().to_dict("list") == {
        "from_code": ["BU01530101", "BU01530199"], "from_vintage": [2023, 2023],
        "to_code": ["BU01530101", "BU01530102"], "to_vintage": [2024, 2024],
    }  # fmt: skip
    assert place.edition()._links() is None


# --- what is withheld -------------------------------------------------------------------------------------------------


class Beyond:
    """Stands for `round_leaves`: the periods that deviate too much, attempt after attempt."""

    def __init__(self, *attempts: Sequence[str]) -> None:
        self.attempts, self.seen = list(attempts), []

    def __call__(self, leaves: pd.DataFrame, **how: Any) -> Any:
        self.seen.append(leaves.copy())
        made = round_leaves(leaves, **how)
        beyond = [("reports", period) for period in (self.attempts.pop(0) if self.attempts else ())]
        refuse = [Finding("DIS-010", "too far", "source reports", "none")] if beyond else []

        def require_bound() -> None:
            if refuse:
                raise DisclosureError.of(refuse)

        return SimpleNamespace(frame=made.frame, blocks=made.blocks, beyond=lambda: beyond, require_bound=require_bound)


def test_a_period_beyond_the_bound_is_withheld_and_the_rest_is_shown(place, monkeypatch):
    rounds = Beyond(["2026-01"])
    monkeypatch.setattr(module, "round_leaves", rounds)

    edition = place.deliver("reports", REPORTS).edition()

    (told,) = edition.findings
    assert told == Finding(
        "DIS-016",
        "1 periods of reports are withheld from the public edition: revised so much that totals could not stay within"
        " the promised bound (2026-01)",
        "reports",
        "none needed; the internal edition has them",
        "warning",
        number=1,
    )
    assert len(rounds.seen) == 2
    assert rounds.seen[0].value.notna().sum() == 3
    assert rounds.seen[1].groupby("period").value.count().to_dict() == {"2026-01": 0, "2026-02": 1}
    shown = place.shown("public_reports")
    assert shown.status.tolist() == ["suppressed", "suppressed", "not_delivered", "final"]
    assert shown.value.fillna(-1).tolist() == [-1, -1, -1, 0]


def test_after_four_times_a_load_gives_up(place, monkeypatch):
    place.deliver("reports", REPORTS)
    rounds = Beyond(["2026-01"], ["2026-02"], ["2026-01"], ["2026-02"])
    monkeypatch.setattr(module, "round_leaves", rounds)
    edition = place.edition()
    assert [note.code for note in edition.findings] == ["DIS-016"] * 4
    assert len(rounds.seen) == 5

    rounds = Beyond(*[["2026-01"]] * 5)
    monkeypatch.setattr(module, "round_leaves", rounds)
    with pytest.raises(DisclosureError, match="too far"):
        place.edition()
    assert len(rounds.seen) == 5


def test_what_is_withheld_is_told_by_source_with_its_first_periods():
    beyond = [("b", "2026-01"), *(("a", f"2026-0{month}") for month in range(1, 5))]

    told = list(module._withheld(beyond))

    assert [(one.where, one.number) for one in told] == [("a", 4), ("b", 1)]
    assert told[0].what.endswith("(2026-01, 2026-02, 2026-03)")


# --- the attack on what is published ----------------------------------------------------------------------------------

OBSERVATION = """
    area_level    | area_code  | vintage | indicator | period  | value | unit  | numerator | numerator_status | source  | source_id
    neighbourhood | BU01530101 | 2024    | litter    | 2026-01 | {0}   | count | {0}       | rounded          | reports | reports
    neighbourhood | BU01530102 | 2024    | litter    | 2026-01 | 12    | count | 12        | final            | reports | reports
    neighbourhood | BU01530102 | 2024    | litter    | 2026-02 | 0     | count | 0         | rounded          | reports | reports
    municipality  | GM0153     | 2024    | litter    | 2026-01 | {1}   | count | {1}       | final            | reports | reports
    neighbourhood | BU01530101 | 2024    | burglary  | 2026-01 | 2     | count | 2         | final            | police  | police
"""  # noqa: E501


def publish(place: Place, leaf: float, whole: float) -> None:
    """A table of published figures, as a snapshot has it."""
    rows = table(OBSERVATION.format(leaf, whole)).assign(denominator=None, rate=None, lower=None, upper=None)
    place.con.register("_published", rows)
    place.con.execute("CREATE OR REPLACE TABLE observation AS SELECT * FROM _published")
    place.con.unregister("_published")


def test_published_figures_made_of_rounded_leaves_pass(place):
    edition = place.deliver("reports", REPORTS).edition()
    shown = place.shown("public_reports").value[0]

    publish(place, shown, shown + 12)

    edition.audit(place.con, "memory")


@pytest.mark.parametrize(("leaf", "whole"), [(3, 15), (None, 15)])
def test_published_figures_that_tell_a_small_count_are_refused(place, leaf, whole):
    edition = place.deliver("reports", REPORTS).edition()
    publish(place, place.shown("public_reports").value[0] if leaf is None else leaf, whole)

    with pytest.raises(DisclosureError) as refused:
        edition.audit(place.con, "memory")

    assert "DIS-030" in {finding.code for finding in refused.value.findings}


def test_the_audit_knows_totals_of_others_what_was_shown_before_and_other_divisions(place, monkeypatch):
    given = {}
    monkeypatch.setattr(
        module, "audit", lambda *of, **how: given.update(how, of=of) or SimpleNamespace(require_safe=int)
    )
    place.configured.indicators["all"] = indicator(["litter"])
    place.configured.indicators["harm"] = indicator(["litter"], {"litter": 3})
    (place.root / "elders.csv").write_text("area_code,indicator,period,count\nGM0153,litter,2026-01,15\n")
    place.configured.municipality.disclosure.external_totals = ("elders.csv",)
    edition = place.deliver("reports", REPORTS).deliver("police", OPEN, is_open=True).edition(two=True)
    publish(place, 5, 17)

    edition.audit(place.con, "memory")

    published, blocks = given["of"]
    assert published.source.tolist() == ["reports"] * 4  # figures of open sources are not attacked
    assert {"status", "rate", "upper", "denominator", "vintage"} <= set(published.columns)
    assert [block.source_id for block in blocks] == ["reports"]
    assert (given["municipality"], given["base"]) == ("GM0153", 5)
    assert given["external"]["count"].tolist() == [15]
    assert given["external"].source_id.tolist() == ["reports"]
    assert given["remembered"].empty
    assert len(given["links"]) == 2
    assert given["weighted"] == {"harm": {"litter": 3}}


# --- totals of others -------------------------------------------------------------------------------------------------

HEADER = "area_code,indicator,period,count\n"


def test_totals_of_others_hold_for_every_restricted_source(tmp_path):
    (tmp_path / "one.csv").write_text(f"{HEADER}GM0153,litter,2026-01,15\nBU01530101,litter,2026,007\n")
    (tmp_path / "two.csv").write_text(f"{HEADER}GM0153,null,2026,3\n")  # a text, whatever it means elsewhere
    place = Place(tmp_path, external=["one.csv", "two.csv"])

    found = external_totals(place.configured, ["a", "b"])

    assert found is not None
    assert found[["source_id", "area_code", "indicator", "period", "count"]].to_numpy().tolist() == [
        ["a", "GM0153", "litter", "2026-01", 15], ["a", "BU01530101", "litter", "2026", 7],
        ["b", "GM0153", "litter", "2026-01", 15], ["b", "BU01530101", "litter", "2026", 7],
        ["a", "GM0153", "null", "2026", 3], ["b", "GM0153", "null", "2026", 3],
    ]  # fmt: skip
    assert found.index.tolist() == list(range(6))
    assert found["count"].dtype == "int64"
    assert external_totals(Place(tmp_path).configured, ["a"]) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"), ("", "cannot be read"),
        ("area_code;indicator;period;count\n", "has not the columns area_code, indicator, period, count"),
        ("area_code,indicator,count,period\n", "has not the columns"), (f"{HEADER}A,b,2026,1.5\n", "no whole numbers"),
        (f"{HEADER}A,b,2026,1\nA,b,2027,\n", "no whole numbers"), (f"{HEADER}A,b,2026,-1\n", "no whole numbers"),
    ],
)  # fmt: skip
def test_a_file_of_totals_that_cannot_be_used_is_refused_by_its_place(tmp_path, text, words):
    (tmp_path / "good.csv").write_text(HEADER)
    if text is not None:
        (tmp_path / "bad.csv").write_text(text)
    place = Place(tmp_path, external=["good.csv", "bad.csv"])

    with pytest.raises(StructureError, match=words) as refused:
        external_totals(place.configured, ["a"])

    (finding,) = refused.value.findings
    assert (finding.code, finding.where) == ("DIS-040", "town.yml, disclosure.external_totals.1")
    assert finding.what.startswith("bad.csv ")
