"""Neighbourhoods like the own ones in other municipalities, from the key figures that were delivered."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from config.vocabulary import Edition
from etl.areas import build_tree
from etl.deliveries import DeliveryLog
from etl.division_files import build_divisions
from etl.frames import work_connection
from etl.intake import survey, take_in
from etl.peers_elsewhere import Elsewhere, peers_elsewhere
from tests.smalltown import CODES, CONFIGURATION, Town, rows, text, town

NOW = dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC)
TOPICS = (
    "AantalInwoners_5", "k_15Tot25Jaar_9", "HuishoudensTotaal_29", "Eenpersoonshuishoudens_30",
    "Bevolkingsdichtheid_34", "Woningvoorraad_35", "GemiddeldeWOZWaardeVanWoningen_36", "Koopwoningen_41",
    "InBezitWoningcorporatie_43", "BouwjaarVanaf2000_47", "MateVanStedelijkheid_117",
)  # fmt: skip
#: Kleinstad's neighbourhoods once more in another municipality, and others that are like nobody.
TWINS = tuple(code.replace("9905", "9906") for code in CODES)
OTHERS = tuple(f"BU99070{number // 10}{number % 10:02}" for number in range(30))


def figures(number: int) -> list[float]:
    """The topics of a neighbourhood: each number has a character of its own."""
    people = 1_000 + 50 * number
    shares = [(number * step) % 60 + 20 for step in (7, 11, 13)]
    return [people, people // (5 + number % 4), people // 2, people // (4 + number % 5), 500 + 90 * ((number * 5) % 17),
            people // 2, 150 + 15 * ((number * 3) % 16), *shares, 1 + number % 5]  # fmt: skip


def line(code: str, number: int, changes: dict[str, str] | None = None) -> str:
    values = dict(zip(TOPICS, map(str, figures(number)), strict=True)) | (changes or {})
    municipality = {"9905": "Kleinstad", "9906": "Tweelingen", "9907": "Anders"}[code[2:6]]
    return ";".join([f"Buurt {number} van {municipality}", municipality, "Buurt", f"{code:10}", *values.values()])


def key_figures(*lines: str) -> str:
    """A file of the country: Kleinstad's own neighbourhoods first."""
    own = [line(code, number) for number, code in enumerate(CODES)]
    head = ";".join(["WijkenEnBuurten", "Gemeentenaam_1", "SoortRegio_2", "Codering_3", *TOPICS])
    return "\n".join([head, *own, *lines]) + "\n"


def country(changes: dict[str, dict[str, str]] | None = None) -> str:
    """Kleinstad, its twins, and neighbourhoods unlike them. `changes`: code -> topic -> what the file says instead."""
    known = changes or {}
    twins = [line(code, number, known.get(code)) for number, code in enumerate(TWINS)]
    return key_figures(*twins, *(line(code, 40 + number, known.get(code)) for number, code in enumerate(OTHERS)))


def found_in(place: Town) -> Elsewhere:
    """What a load finds, from the sources of key figures alone."""
    configured = place.configured()
    tree, _ = build_tree(configured)
    divisions, _ = build_divisions(configured, tree)
    log, con = DeliveryLog(place.root), work_connection()
    sources = [source for source in configured.municipality.sources if source.kind == "kwb"]
    intakes = [take_in(con, configured, survey(configured, source, log, NOW), divisions) for source in sources]
    before = con.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
    found = peers_elsewhere(con, configured, intakes, divisions)
    assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == before, "something was left behind"
    con.close()
    return found


def test_the_nearest_elsewhere_is_the_twin_with_its_name_municipality_and_year(tmp_path):
    place = town(tmp_path)
    place.deliver("kwb-2025.csv", country(), folder="kwb")

    found = found_in(place)

    nearest = found.peers[found.peers["rank"] == 1].set_index("area_code")
    assert nearest.peer_code.to_dict() == dict(zip(CODES, TWINS, strict=True))
    assert (nearest.distance == 0).all()
    told = ["peer_name", "municipality_code", "municipality_name", "period", "scope"]
    assert nearest.loc[CODES[3], told].tolist() == [
        "Buurt 3 van Tweelingen", "GM9906", "Tweelingen", "2025", "elsewhere",
    ]  # fmt: skip
    assert (found.peers.groupby("area_code").size() == 10).all()
    assert (found.source_id, found.year, found.reason) == ("key_figures", "2025", None)
    assert found.facts() == {"peers_elsewhere_source": "key_figures", "peers_elsewhere_year": "2025"}


def test_no_own_neighbourhood_stands_under_elsewhere_nor_one_of_a_municipality_that_went_into_it(tmp_path):
    merged = "from_code,from_vintage,to_code,to_vintage\n" + "".join(
        f"{twin},2022,{code},2024\n" for twin, code in zip(TWINS, CODES, strict=True)
    )
    place = town(
        tmp_path,
        CONFIGURATION.replace(
            "schematic: true}", "schematic: true, predecessors: [GM9906], crosswalks: [links.csv]}"
        ).replace('kind: kwb, path: "kwb/*.csv"', 'kind: kwb, vintage: 2024, path: "kwb/*.csv"'),
    )
    place.deliver("links.csv", merged, folder=".")
    lines = [line(code, 40 + number) for number, code in enumerate(OTHERS)]
    place.deliver("kwb-2025.csv", key_figures(*lines), folder="kwb")

    found = found_in(place)

    assert set(found.peers.municipality_code) == {"GM9907"}
    assert set(found.peers.area_code) == set(CODES)


def test_a_withheld_figure_is_unknown_and_never_zero(tmp_path):
    changes = {
        TWINS[0]: {"Koopwoningen_41": "       .", "GemiddeldeWOZWaardeVanWoningen_36": ""},
        TWINS[1]: {"k_15Tot25Jaar_9": "-99997", "Bevolkingsdichtheid_34": "geheim"},
        TWINS[2]: {"Eenpersoonshuishoudens_30": "-5"},
        TWINS[3]: {"AantalInwoners_5": "40", "HuishoudensTotaal_29": "20"},
    }
    place = town(tmp_path)
    place.deliver("kwb-2025.csv", country(changes), folder="kwb")

    table = found_in(place).features

    assert table.loc[TWINS[0], ["owner_occupied_share", "woz_average"]].isna().all()
    assert table.loc[TWINS[1], ["share_15_24", "population_density"]].isna().all()
    assert np.isnan(table.loc[TWINS[2], "single_households"])
    assert table.loc[TWINS[3], ["share_15_24", "single_households"]].isna().all()  # too few people for a rate
    assert table.loc[TWINS[4]].notna().all()
    assert not (table[["owner_occupied_share", "woz_average", "population_density"]] == 0).any().any()


def test_an_area_that_stands_twice_is_unknown(tmp_path):
    place = town(tmp_path)
    place.deliver("kwb-2025.csv", country() + line(TWINS[5], 60) + "\n", folder="kwb")

    found = found_in(place)

    assert found.features.reindex([TWINS[5]]).isna().all(axis=None)
    assert TWINS[5] not in set(found.peers.peer_code)


def test_the_newest_file_with_most_of_the_features_is_used(tmp_path):
    place = town(tmp_path)
    place.deliver("kwb-2023.csv", country(), folder="kwb")  # those of 2024 and 2025 know inhabitants and dwellings
    older = found_in(place)

    place.deliver("kwb-2025.csv", country({OTHERS[0]: {"AantalInwoners_5": "900"}}), folder="kwb")

    assert (older.year, found_in(place).year) == ("2023", "2025")


@pytest.mark.parametrize(
    ("deliver", "changed", "reason"),
    [
        (key_figures(), ("", ""), "own_only"),
        (country(), ("kind: kwb,", "kind: kwb, publication: restricted, legal_basis: a, purpose: b,"
                     " retention_months: 12,"), "no_file"),
        (country(), ("indicators:", "peers: {features: [population, dwellings, cars]}\nindicators:"),
         "too_few_features"),
    ],
)  # fmt: skip
def test_where_there_are_none_it_says_why(tmp_path, deliver, changed, reason):
    place = town(tmp_path, CONFIGURATION.replace(*changed) if changed[0] else CONFIGURATION)
    place.deliver("kwb-2025.csv", deliver, folder="kwb")

    found = found_in(place)

    assert found.peers.empty
    assert found.facts() == {"peers_elsewhere_reason": reason}


def test_neighbourhoods_that_have_other_codes_in_the_file_have_no_peers_elsewhere(tmp_path):
    before = {code: f"BU9905{number:02}99" for number, code in enumerate(CODES)}
    links = "".join(f"{old},2022,{code},2024\n" for code, old in before.items())
    place = town(tmp_path, CONFIGURATION.replace("schematic: true}", "schematic: true, crosswalks: [links.csv]}"))
    place.deliver("links.csv", f"from_code,from_vintage,to_code,to_vintage\n{links}", folder=".")
    head, *lines = country().splitlines()
    old = [line(code, number) for number, code in enumerate(before.values())]
    place.deliver("kwb-2022.csv", "\n".join([head, *old, *lines[len(CODES) :]]) + "\n", folder="kwb")

    assert found_in(place).facts() == {"peers_elsewhere_reason": "other_codes"}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Town:
    place = town(tmp_path_factory.mktemp("elsewhere"))
    changes = {CODES[2]: {"Koopwoningen_41": "."}}
    own = [line(code, number, changes.get(code)) for number, code in enumerate(CODES)]
    lines = country().splitlines()
    place.deliver("kwb-2025.csv", "\n".join([lines[0], *own, *lines[1 + len(CODES) :]]) + "\n", folder="kwb")
    place.deliver("reports_2026-11-02.csv", text(rows()))
    report = place.load()
    assert report.exit_code == 0, report.traceback or report.findings
    return place


def test_the_own_neighbourhoods_are_compared_by_the_figures_on_screen(loaded):
    table = found_in(loaded).features
    shown = loaded.ask(
        """SELECT area_code, indicator, value FROM observation
        WHERE period = '2025' AND area_level = 'neighbourhood' AND indicator IN (SELECT unnest(?))""",
        list(table.columns),
    )

    assert table.shape == (len(CODES) + len(TWINS) + len(OTHERS), 8)
    assert len(shown) == len(CODES) * 8
    for code, indicator, value in shown:
        expected = np.nan if value is None else value
        assert table.at[code, indicator] == pytest.approx(expected, rel=1e-12, nan_ok=True), (code, indicator)
    assert np.isnan(table.at[CODES[2], "owner_occupied_share"])


def test_both_editions_say_the_same_and_the_own_peers_stay_apart(loaded):
    sql = "SELECT * EXCLUDE (features) FROM peer WHERE scope = 'elsewhere' ORDER BY area_code, rank"

    internal = loaded.ask(sql)
    public = loaded.ask(sql, edition=Edition.PUBLIC)

    assert internal == public
    assert len(internal) == 10 * len(CODES)
    own = loaded.ask("SELECT DISTINCT peer_code, peer_name, period FROM peer WHERE scope = 'own'")
    assert {code for code, *_ in own} <= set(CODES)
    assert {rest for _, *rest in map(tuple, own) for rest in rest} == {None}
