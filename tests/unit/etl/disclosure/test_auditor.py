"""The auditor: an edition of rounded leaves passes, and each way to break it is found."""

import numpy as np
import pandas as pd
import pytest

from config.errors import DisclosureError
from etl.disclosure.auditor import audit
from etl.disclosure.rounding import round_leaves
from etl.findings_nl import dutch, dutch_repair
from etl.statistics.rates import poisson_bounds
from tests.conftest import IS_SOAK
from tests.editions import MUNICIPALITY, edition_of
from tests.spec.test_rounding import GROUPS, KEY, leaves_of

PAIRS = 10_000 if IS_SOAK else 1_000


class Town:
    """Fifteen months of twelve neighbourhoods, as they are and as they are published."""

    def __init__(self):
        noise = np.random.default_rng(7)
        self.leaves = leaves_of(noise.poisson(noise.gamma(1.5, 2, size=(12, 3, 15))))
        self.rounded = round_leaves(self.leaves, key=KEY, groups=GROUPS)
        self.blocks = [one.block for one in self.rounded.blocks]
        self.public = edition_of(self.rounded.frame, GROUPS)
        self.exact = edition_of(self.leaves, GROUPS)
        self.is_leaf = (
            self.public.area_code.str.startswith("BU")
            & self.public.indicator.isin(self.leaves.indicator.unique())
            & self.public.period.isin(self.leaves.period.unique())
        )

    def audit(self, published=None, **known):
        published = self.public if published is None else published
        return audit(published, self.blocks, municipality=MUNICIPALITY, pairs=PAIRS, **known)


@pytest.fixture(scope="module")
def town():
    return Town()


def attacks(report):
    return {finding.what.split(":")[0] for finding in report.findings if finding.code == "DIS-030"}


def test_an_edition_made_of_rounded_leaves_passes(town):
    report = town.audit(remembered=town.rounded.memory[town.rounded.memory.is_small])

    report.require_safe()
    assert report.findings == ()
    assert report.tried["totals minus parts"] == len(town.public)
    assert report.tried["two exports"] == PAIRS


def test_a_weighted_sum_must_be_made_of_what_is_shown(town):
    names = sorted(town.leaves.indicator.unique())[:2]
    weights = dict(zip(names, (365, 20), strict=True))

    def scored(edition):
        parts = edition[edition.indicator.isin(names)]
        days = parts.assign(numerator=parts.numerator * parts.indicator.map(weights), indicator="score")
        keys = ["source", "area_code", "period", "indicator", "status", "unit", "vintage"]
        added = days.assign(status="final").groupby(keys, as_index=False).numerator.sum()
        return pd.concat([town.public, added.assign(value=added.numerator)])

    protected = town.audit(scored(town.public), weighted={"score": weights})
    exact = town.audit(scored(town.exact), weighted={"score": weights})

    assert protected.findings == ()
    assert [finding.code for finding in exact.findings] == ["DIS-031"]
    assert "weighted sums" in exact.findings[0].what


def test_an_edition_of_exact_figures_falls_to_every_attack(town):
    report = town.audit(town.exact)

    assert attacks(report) == {"a figure itself", "totals minus parts", "windows one period apart", "two exports"}
    with pytest.raises(DisclosureError) as refused:
        report.require_safe()
    assert refused.value.exit_code == 35


@pytest.mark.parametrize(
    "is_exact",
    [
        lambda rows: rows.area_code.str.startswith("WK"),
        lambda rows: rows.area_code == MUNICIPALITY,
        lambda rows: rows.indicator == "all",
        lambda rows: rows.period.str.endswith("-R12"),
        lambda rows: rows.period.str.fullmatch(r"\d{4}"),
    ],
    ids=["districts", "the municipality", "a group", "twelve months", "years"],
)
def test_exact_totals_beside_rounded_leaves_are_found(town, is_exact):
    mixed = town.public.copy()
    exact = is_exact(mixed) & ~town.is_leaf
    for column in ("value", "numerator"):
        mixed.loc[exact, column] = town.exact.loc[exact, column]

    report = town.audit(mixed)

    assert attacks(report) & {"totals minus parts", "windows one period apart", "two exports"}
    assert "DIS-031" in {finding.code for finding in report.findings}


def test_one_leaf_that_is_shown_as_it_is_is_found(town):
    slip = town.public.copy()
    leaf = town.is_leaf & town.exact.value.between(1, 4)
    slip.loc[leaf.idxmax(), ["value", "numerator"]] = town.exact.value[leaf.idxmax()]

    report = town.audit(slip)

    assert "a figure itself" in attacks(report)
    assert {finding.number for finding in report.findings if "itself" in finding.what} == {1}


@pytest.mark.parametrize("value", [0, 5])
def test_a_status_that_tells_true_zeros_and_fives_apart_is_found(town, value):
    slip = town.public.copy()
    slip.loc[town.is_leaf & (town.exact.value == value), "status"] = "final"

    report = town.audit(slip)

    assert "a figure itself" in attacks(report)


def with_rates(edition, counts):
    inhabitants = 812
    events = counts * 1_000 * 12 / inhabitants
    return edition.assign(
        unit="per_1000_inhabitants",
        denominator=inhabitants,
        rate=events,
        upper=poisson_bounds(counts)[:, 1] * 1_000 * 12 / inhabitants,
    )


def test_rates_and_bounds_of_what_is_shown_pass_and_those_of_the_truth_are_found(town):
    months = town.public[town.public.period.str.fullmatch(r"\d{4}-\d\d")]
    true = town.exact.value[months.index]

    safe = town.audit(with_rates(months, months.value))
    by_rate = town.audit(with_rates(months, months.value).assign(rate=with_rates(months, true).rate))
    by_bound = town.audit(with_rates(months, months.value).assign(upper=with_rates(months, true).upper))

    assert safe.findings == ()
    assert attacks(by_rate) == attacks(by_bound) == {"rates and bounds"}


def test_a_small_leaf_that_is_shown_otherwise_than_before_is_found(town):
    before = town.rounded.memory[town.rounded.memory.is_small]
    changed = before.assign(shown=5 - before.shown)

    report = town.audit(remembered=changed)

    assert attacks(report) == {"earlier editions"}


def test_another_division_made_from_rounded_leaves_passes_and_an_exact_one_is_found(town):
    parts = ["BU01530000", "BU01530001"]
    links = pd.DataFrame({"from_code": "BU01530099", "from_vintage": 2023, "to_code": parts, "to_vintage": 2024})

    def merged(edition):
        rows = edition[edition.area_code.isin(parts) & town.is_leaf]
        old = rows.groupby(["source", "indicator", "period"], as_index=False).numerator.sum()
        return old.assign(area_code="BU01530099", value=old.numerator, unit="count", vintage=2023, status="final")

    safe = town.audit(pd.concat([town.public, merged(town.public)]), links=links)
    broken = town.audit(pd.concat([town.public, merged(town.exact)]), links=links)

    assert safe.findings == ()
    assert attacks(broken) == {"another division of areas"}


def known_elsewhere(rows):
    return rows.rename(columns={"source": "source_id", "value": "count"})


def test_totals_of_a_whole_year_elsewhere_tell_nothing_and_those_of_a_neighbourhood_do(town):
    year = town.exact[(town.exact.area_code == MUNICIPALITY) & town.exact.period.str.fullmatch(r"\d{4}")]
    leaves = town.exact[town.is_leaf & (town.exact.period == "2024-03")]

    safe = town.audit(external=known_elsewhere(year))
    broken = town.audit(external=known_elsewhere(leaves))

    assert safe.findings == ()
    assert attacks(broken) == {"totals known elsewhere"}
    assert "open source" in broken.findings[0].fix


def test_totals_that_tell_nothing_apart_tell_together_what_they_share():
    # x + y = y + z = x + z = 4: each sum alone leaves 0 to 4 for all, the three leave one answer
    leaves = leaves_of(np.full((3, 1, 1), 2))
    x, y, z = leaves.area_code
    pairs = {"one": {x, y}, "two": {y, z}, "three": {x, z}}
    shown = leaves[["source_id", "indicator", "area_code", "period"]].assign(shown=0)
    rounded = round_leaves(leaves, key=KEY, own_areas=pairs, remembered=shown)
    known = leaves.assign(area_code=list(pairs), count=4)

    def told(totals):
        blocks = [one.block for one in rounded.blocks]
        return audit(edition_of(rounded.frame), blocks, municipality=MUNICIPALITY, pairs=0, external=totals).findings

    assert told(known[:1]) == told(known[:2]) == ()
    assert [finding.number for finding in told(known)] == [3]


def test_totals_of_other_events_tell_nothing(town):
    year = town.exact[town.is_leaf & (town.exact.period == "2024-03")]

    report = town.audit(external=known_elsewhere(year.assign(value=year.value + 1_000)))

    assert report.findings == ()


def test_findings_hold_codes_and_counts_and_read_in_dutch(town):
    mixed = pd.concat([town.public[town.is_leaf], town.exact[~town.is_leaf]])
    report = town.audit(mixed)

    assert {finding.code for finding in report.findings} == {"DIS-030", "DIS-031"}
    for finding in report.findings:
        assert finding.code in ("DIS-030", "DIS-031")
        assert finding.number
        assert dutch(finding) != finding.what
        assert dutch_repair(finding) != finding.fix


def test_nothing_published_is_safe(town):
    assert town.audit(town.public.head(0)).findings == ()
