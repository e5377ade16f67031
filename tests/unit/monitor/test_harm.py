"""The harm score from YAML to screen: figures by hand, the public edition, the passport, the pages."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from plotly.utils import PlotlyJSONEncoder

from config.harm import HARM
from config.vocabulary import Edition, Role
from etl.disclosure.attacks import from_index
from etl.statistics.rates import poisson_bounds
from monitor.pages import gebied, herkomst, kaart, onderwerp, overzicht
from monitor.pages.parts.harm import harm_sentences
from monitor.queries.harm import sensitivity
from monitor.queries.indicators import indicators, newest
from monitor.queries.lineage import passport
from monitor.queries.map_values import map_values
from monitor.queries.series import cell, table_of_areas
from monitor.router import make_view
from tests.harmtown import AREA, CONFIGURATION, EXCLUDED, KILLED, OFFENCES, harm_town, police_rows
from tests.smalltown import CODES

MEMBERS = {indicator: weight for _, indicator, weight in OFFENCES.values()}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    made = harm_town(tmp_path_factory.mktemp("harm"))
    report = made.load()
    assert report.exit_code == 0, [finding.lines() for finding in report.findings]
    editions = {edition: made.snapshot(edition) for edition in Edition}
    yield SimpleNamespace(town=made, configured=made.configured(), **{str(key): one for key, one in editions.items()})
    for snapshot in editions.values():
        snapshot.close()


def page(loaded, module, search="", argument=None, edition=Edition.INTERNAL):
    """All texts of a page."""
    view = make_view(
        slug="kleinstad", configured=loaded.configured, snapshot=getattr(loaded, str(edition)), page=module.PAGE,
        argument=argument, search=search, role=Role.ADMIN, edition=edition, scheme="light",
    )  # fmt: skip
    return json.dumps(module.PAGE.layout(view), cls=PlotlyJSONEncoder, ensure_ascii=False)


def observed(snapshot, period="2025", indicator=HARM):
    frame = snapshot.query("SELECT * FROM observation WHERE indicator = ? AND period = ?", [indicator, period])
    return frame.set_index("area_code")


# --- figures ----------------------------------------------------------------------------------------------------------


def test_the_score_is_the_sum_of_days_over_residents(loaded):
    year = observed(loaded.internal)

    assert year.numerator[AREA] == 2 * 365 + 31 * 20 + 80 * 2 == 1510
    assert year.numerator[KILLED] == 5475
    assert year.value[AREA] == pytest.approx(1510 / 1010 * 1000)
    assert (year.unit == "days_per_1000_inhabitants").all()


def test_parents_are_the_sum_of_their_areas(loaded):
    year = observed(loaded.internal)

    # 1 killing, 2 + 3 raids, 31 + 14 x 18 burglaries, 80 + 14 x 30 times vandalism
    assert year.numerator["GM9905"] == 5475 + 5 * 365 + 283 * 20 + 500 * 2
    assert year.numerator["WK990501"] + year.numerator["WK990502"] == year.numerator["GM9905"]


def test_the_interval_follows_from_the_offences_not_from_the_days(loaded):
    year = observed(loaded.internal).loc[AREA]

    stretch = np.sqrt((2 * 365**2 + 31 * 20**2 + 80 * 2**2) / 113)
    bounds = (1510 + stretch * (poisson_bounds([113])[0] - 113)) / 1010 * 1000
    assert [year.lower, year.upper] == pytest.approx(bounds)
    as_if_days = poisson_bounds([1510])[0] / 1010 * 1000
    assert year.upper - year.lower > 5 * (as_if_days[1] - as_if_days[0])


def test_windows_add_up_their_months(loaded):
    window = observed(loaded.internal, "2026-09-R12")
    months = [observed(loaded.internal, f"{year}-{month:02}") for year, month in
              [(2025, 10), (2025, 11), (2025, 12), *((2026, month) for month in range(1, 10))]]  # fmt: skip

    assert window.numerator[AREA] == sum(month.numerator[AREA] for month in months)
    assert window.status[AREA] == "final"


def test_an_area_without_offences_has_no_interval(loaded):
    quiet = observed(loaded.internal, "2025-06").loc[KILLED]

    assert quiet.value == 0
    assert np.isnan(quiet.lower)
    assert np.isnan(quiet.upper)


def test_days_are_never_judged_compared_or_ranked(loaded):
    for table in ("verdict", "expectation", "benchmark", "standing", "cluster"):
        named = loaded.internal.query(f"SELECT DISTINCT indicator FROM {table}")["indicator"].tolist()
        assert HARM not in named


def test_what_the_score_rests_on_is_told(loaded):
    frame = loaded.internal.query("SELECT * FROM harm_detail WHERE period = '2025'").set_index("area_code")

    own, killed = frame.loc[AREA], frame.loc[KILLED]
    assert (own.harm, own.n_offences, own.heaviest_title, own.n_heaviest) == (1510, 113, "Overval", 2)
    assert own.per_offence == pytest.approx(1510 / 113)
    assert own.heaviest_share == pytest.approx(365 / 1510)
    assert not own.is_driven_by_one
    assert (killed.heaviest_share, killed.is_driven_by_one, killed.without_heaviest) == (1, True, 0)


def test_the_weights_stand_in_the_snapshot_with_what_is_left_out(loaded):
    frame = loaded.internal.query("SELECT * FROM harm_weight")

    assert dict(zip(frame.member.dropna(), frame.weight.dropna(), strict=True)) == MEMBERS
    assert sorted(frame.code[frame.is_excluded]) == sorted(EXCLUDED)
    assert set(frame.owner) == {"Driehoek"}


def test_other_weights_that_matter_are_found(loaded):
    found = sensitivity(loaded.internal, HARM, "neighbourhood", "2025")

    # Half a raid is lighter than a neighbourhood with burglaries only: one of the three with a raid drops out.
    assert (found.tried, len(found.changed)) == (8, 1)
    assert (found.changed[0].title, found.changed[0].factor) == ("Overval", 0.5)
    assert len(found.top) == 5
    assert {"Buurt 1", "Buurt 2"} <= set(found.top)


# --- public edition ---------------------------------------------------------------------------------------------------


def test_the_public_score_is_made_of_what_is_shown_of_its_offences(loaded):
    for period in ("2025", "2025-05", "2026-09-R12"):
        shown = observed(loaded.public, period).numerator
        made = sum(observed(loaded.public, period, name).numerator * weight for name, weight in MEMBERS.items())

        assert shown.sort_index().tolist() == pytest.approx(made.sort_index().tolist())


def test_who_reads_the_weights_as_digits_finds_only_what_is_shown(loaded):
    month, weights = "2025-03", [5475, 365, 20, 2]
    exact, public = (observed(one, month).numerator[AREA] for one in (loaded.internal, loaded.public))

    assert from_index(exact, weights, largest=9) == [(0, 1, 3, 7)]
    shown = from_index(public, weights, largest=9)
    assert shown
    assert all(not 0 < count < 5 for counts in shown[:1] for count in counts)
    assert public != exact


def test_nothing_of_the_heaviest_offence_is_told_that_the_public_does_not_see(loaded):
    frame = loaded.public.query("SELECT * FROM harm_detail WHERE period = '2025'").set_index("area_code")

    assert frame.harm[KILLED] == observed(loaded.public).numerator[KILLED]
    assert not (frame.n_heaviest == 1).any()


def test_no_day_count_passes_for_a_small_count(loaded):
    assert (observed(loaded.public).status == "final").all()


# --- screens ----------------------------------------------------------------------------------------------------------


def test_the_number_beside_days_is_one_of_offences(loaded):
    table = table_of_areas(loaded.internal, HARM, "neighbourhood", "2025").set_index("area_code")

    assert table.numerator[AREA] == 113
    assert cell(loaded.internal, HARM, KILLED, "2025").numerator == 1
    assert cell(loaded.internal, "burglary_home", AREA, "2025").numerator == 31


def test_the_page_says_what_the_score_rests_on(loaded):
    told = page(loaded, onderwerp, "?period=2025", HARM)

    assert "Ernstscore: 634,3 dagen per 1.000 inwoners in 2025" in told
    assert "Ernstscore 13.960 dagen in 2025 (1 × Moord, doodslag = 39%)." in told
    assert "Weging vastgesteld door Driehoek op 15 januari 2026" in told
    assert "een enkel zwaar delict kan dit cijfer bepalen" in told
    assert "Gewoon geteld: 789 delicten, gemiddeld 17,7 dagen per delict." in told
    assert "Eén delict is meer dan de helft van de score: buurten" in told
    assert "Niet vergeleken met andere gebieden of jaren" in told
    assert "5.475" in told
    assert "Bewust buiten de telling" in told
    assert "Drugs/drankoverlast (2.1.1)" in told
    assert "Verdieping" not in told
    assert "voorstel: Driehoek" not in told


def test_the_page_stands_in_english_too(loaded):
    told = page(loaded, onderwerp, "?period=2025&lang=en", HARM)

    assert "Harm score 13,960 days in 2025 (1 × Moord, doodslag = 39%)." in told
    assert "Weights set by Driehoek on 15 January 2026" in told


def test_without_its_one_heavy_offence_an_area_has_another_score(loaded):
    view = make_view(
        slug="kleinstad", configured=loaded.configured, snapshot=loaded.internal, page=onderwerp.PAGE,
        argument=HARM, search="?period=2025", role=Role.ADMIN, edition=Edition.INTERNAL, scheme="light",
    )  # fmt: skip
    now = newest(loaded.internal, HARM)
    series = indicators(loaded.internal)[HARM]

    told = json.dumps(harm_sentences(view, series, KILLED, "2025", now), cls=PlotlyJSONEncoder, ensure_ascii=False)

    assert "Eén delict (Moord, doodslag) is 100% van dit cijfer. Zonder dat delict: 0 dagen." in told


def test_other_topics_have_no_such_cards(loaded):
    assert "Waar deze score op rust" not in page(loaded, onderwerp, "", "burglary_home")


def test_the_public_page_warns_for_rounded_serious_offences(loaded):
    warning = "een zwaar delict dat 1 tot 4 keer voorkwam, telt hier 0 of 5 keer"

    assert warning in page(loaded, onderwerp, "?period=2025", HARM, Edition.PUBLIC)
    assert warning not in page(loaded, onderwerp, "?period=2025", HARM)


def test_an_area_shows_its_score_with_the_number_and_the_sentence(loaded):
    told = page(loaded, gebied, f"?indicator={HARM}", KILLED)

    assert "dagen per 1.000 inwoners" in told
    assert "Ernstscore 0 dagen in 12 maanden t/m september 2026: geen delict dat iets weegt." in told
    assert "aantal: 0" in told


def test_the_score_never_opens_the_front_page_or_the_map(loaded):
    front = page(loaded, overzicht, f"?indicator={HARM}")

    assert "dagen per 1.000 inwoners" not in front
    assert f'"indicator": "{HARM}"' not in page(loaded, kaart)


def test_the_map_sends_offences_as_numbers(loaded):
    body = json.loads(map_values(loaded.internal, HARM))

    assert body["unit"] == "days_per_1000_inhabitants"
    assert body["municipality"]["2025"][1] == 789


def test_the_passport_gives_the_number_again(loaded):
    for area, period in ((AREA, "2025"), ("GM9905", "2026-09-R12"), (AREA, "2025-03")):
        found = passport(loaded.internal, HARM, area, period)

        assert found.recalculation is not None
        assert "harm_weight" in found.recalculation
        again = loaded.internal.query(found.recalculation)["value"].iloc[0]
        assert again == pytest.approx(observed(loaded.internal, period).value[area])


def test_the_passport_writes_out_the_weights(loaded):
    told = page(loaded, herkomst, f"?indicator={HARM}&area={AREA}&period=2025")

    assert "Overval: 2 × 365 = 730 dagen" in told
    assert "Diefstal/inbraak woning: 31 × 20 = 620 dagen" in told
    assert "1.510 dagen : 1.010 inwoners (2025) × 1.000 = 1.495,0 dagen per 1.000 inwoners" in told
    assert "samengestelde Poisson" in told


def test_a_sum_without_one_of_its_offences_is_not_made_and_told(tmp_path):
    made = harm_town(tmp_path)
    made.deliver("47022NED_2026-10-20.csv", police_rows(["overval", "inbraak", "vernieling"]), folder="politie")

    assert made.load().exit_code == 0

    told = made.ask("SELECT what, what_nl, fix_nl FROM quality_check WHERE code = 'QUA-004'")
    assert told[0][:2] == (
        "the harm score is not made: no figures of killing",
        "de ernstscore is niet gemaakt: geen cijfers van killing",
    )
    assert "ook een nul is een cijfer" in str(told[0][2])
    assert made.ask("SELECT count(*) FROM observation WHERE indicator = ?", HARM) == [(0,)]


def test_a_municipality_without_weights_has_empty_tables(tmp_path):
    made = harm_town(tmp_path, CONFIGURATION)
    assert made.load().exit_code == 0

    for table in ("harm_weight", "harm_detail", "harm_sensitivity"):
        assert made.ask(f"SELECT count(*) FROM {table}") == [(0,)]
    assert made.ask("SELECT count(*) FROM indicator WHERE indicator = ?", HARM) == [(0,)]
    assert len(CODES) == 16
