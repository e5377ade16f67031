"""From a folder of YAML to what a load needs: indicators in use, places, folders, and a hash that tells a change."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import available, load_catalogue, load_municipality, load_site, validate_all
from config.vocabulary import Pack, Publication
from tests.configuration import SMALLEST, config_folder, findings_of, places

#: The file of the README with every optional key; a restricted source says why, an own indicator says who acts.
FULL = """\
version: 1
code: GM0153
name: Enschede
folder: enschede
geography:
  boundaries: buurten.gpkg
  vintage: 2024
  area_list: areas.txt
  crosswalks: [buurt_2023_2024.csv]
  custom_areas:
    - {id: binnensingel, name: Centrum binnen de singel, neighbourhoods: [BU01530000, BU01530001]}
sources:
  - {id: police_monthly, kind: statline, table: 47022NED, path: "politie/*.csv", vintage: 2024}
  - id: police_weekly
    kind: tabular
    path: "politie/week-*.csv"
    format: {delimiter: ";", encoding: cp1252, decimal: ","}
    columns: {area: Buurtcode, period: Weeknr, category: Categorie, count: Aantal}
    area_code: {prefix: BU, pad: 8}
    period: {type: week, pattern: "{year}{week:02}"}
    categories: {Vermogen: property_crime, Geweld: violent_crime, Overlast/vernieling: nuisance_vandalism}
    zero_rows: listed
    delivery: {date: "{year}-{week:02}", weekday: tuesday, count_basis: net, lag_weeks: 1}
    publication: restricted
    legal_basis: "Convenant gegevensdeling politie–gemeente, art. 3"
    purpose: "Gebiedsgericht veiligheidsbeleid"
    retention_months: 120
    practice: false
  - id: reports
    kind: tabular
    path: "meldingen.csv"
    columns: {area: buurt, period: maand}
    values: {Meldingen zwerfafval: litter_reports}
    publication: open
indicators:
  packs: [police, context]
  disable: [cybercrime]
  owners: {burglary_home: "Team Wonen", empty_shops: "Team Economie"}
  own:
    - id: empty_shops
      pack: own
      label: {nl: Leegstaande winkels, en: Empty shops}
      unit: count
      numerator: {tabular: {}}
      follow_up: {nl: Gesprek met eigenaren}
questions:
  - {id: inbraak, question: "Waar loopt woninginbraak op?", owner: "Team Veiligheid", follow_up: "Gesprek met agent",
     indicators: [burglary_home], audience: [adviser], maintainer: "Informatiemanagement", review: 2027-03-01}
targets:
  - {indicator: burglary_home, level: municipality, period: "2027", value: 3.0, source: "Integraal Veiligheidsplan"}
rates: {min_inhabitants: 100, min_dwellings: 50}
disclosure: {public: {base: 5}, external_totals: []}
languages: [nl, en]
contact: {name: Team Veiligheid, email: veiligheid@enschede.example}
theme: {primary: "#00594f", logo: logo.svg}
roles: {viewer: [bb-lezers], adviser: [bb-adviseurs], admin: [bb-beheer]}
"""


def test_the_smallest_file_is_enough(tmp_path: Path):
    config = config_folder(tmp_path, {"municipalities/enschede.yml": SMALLEST})

    configured = load_municipality(config, "enschede")

    assert configured.slug == "enschede"
    assert configured.folder == (tmp_path / "data" / "enschede").resolve()
    assert configured.warehouse == (tmp_path / "warehouse").resolve()
    assert configured.site == load_site(config)
    assert configured.municipality.languages == ("nl", "en")
    assert [source.effective_publication for source in configured.municipality.sources] == [Publication.OPEN] * 2


def test_every_optional_key_is_read(tmp_path: Path):
    assert places(findings_of(tmp_path, FULL)) == []

    configured = load_municipality(tmp_path / "config", "x")

    assert configured.municipality.roles["admin"] == ("bb-beheer",)
    assert configured.municipality.targets[0].value == 3.0
    assert str(configured.municipality.questions[0].review) == "2027-03-01"
    assert configured.municipality.sources[1].effective_publication is Publication.RESTRICTED


def test_in_use_are_packs_own_and_fed_indicators_with_what_they_are_computed_from(tmp_path: Path):
    findings_of(tmp_path, FULL)

    configured = load_municipality(tmp_path / "config", "x")

    used = configured.indicators
    assert {"burglary_home", "dwellings", "property_crime", "empty_shops", "litter_reports"} <= set(used)
    assert "cybercrime" not in used  # disabled
    assert "nuisance_total" not in used  # its pack is off
    assert {"drug_trade", "weapons"} <= configured.helpers  # members of a group, of a pack that is off
    assert not configured.helpers & {"dwellings", "litter_reports", "empty_shops"}
    assert list(used)[:4] == ["property_crime", "violent_crime", "nuisance_vandalism", "subversion"]


def test_a_disabled_member_of_a_group_still_counts_in_the_group(tmp_path: Path):
    text = SMALLEST + "indicators: {packs: [police], disable: [vandalism, dwellings]}\n"
    findings_of(tmp_path, text)

    configured = load_municipality(tmp_path / "config", "x")

    assert {"vandalism", "dwellings", "population"} <= configured.helpers


@pytest.mark.parametrize(
    ("loc", "place"),
    [
        (("sources", 1, "path"), "7:34"),
        (("sources", 1, "delivery"), "7:5"),
        (("geography", "crosswalks"), "4:1"),
        (("geography", "vintage"), "4:39"),
        (("theme", "primary"), "1:1"),
        ((), "1:1"),
    ],
)
def test_where_tells_the_place_of_a_key_or_of_its_nearest_parent(
    loc: tuple[str | int, ...], place: str, tmp_path: Path
):
    config = config_folder(tmp_path, {"municipalities/x.yml": SMALLEST})

    where = load_municipality(config, "x").where(*loc)

    assert where.endswith(f"config/municipalities/x.yml:{place}")


def test_places_are_told_as_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    config_folder(tmp_path, {"municipalities/x.yml": SMALLEST})
    monkeypatch.chdir(tmp_path)

    assert load_municipality(Path("config"), "x").where("name") == "config/municipalities/x.yml:2:1"


def test_a_file_may_be_named_by_its_path(tmp_path: Path):
    config = config_folder(tmp_path, {"elsewhere/x.yml": SMALLEST})

    assert load_municipality(config, str(config / "elsewhere" / "x.yml")).slug == "x"


def test_the_hash_changes_with_content_and_not_with_place_or_layout(tmp_path: Path):
    one = config_folder(tmp_path / "one", {"municipalities/x.yml": SMALLEST})
    same = config_folder(tmp_path / "two", {"municipalities/y.yml": "# a remark\n" + SMALLEST})
    other = config_folder(tmp_path / "three", {"municipalities/x.yml": SMALLEST + "rates: {min_dwellings: 60}\n"})

    first = load_municipality(one, "x").config_hash

    assert len(first) == 64
    assert load_municipality(same, "y").config_hash == first
    assert load_municipality(other, "x").config_hash != first


def test_site_says_where_data_and_snapshots_are(tmp_path: Path):
    data = tmp_path / "elsewhere"
    (data / "enschede").mkdir(parents=True)
    site = f"warehouse: made\ndata_roots: [nothing, {data}]\naccess: {{mode: public, public: true}}\n"
    config = config_folder(tmp_path, {"municipalities/x.yml": SMALLEST, "site.yml": site})

    configured = load_municipality(config, "x")

    assert configured.folder == (data / "enschede").resolve()
    assert configured.warehouse == (tmp_path / "made").resolve()
    assert load_municipality(config, "x", warehouse=tmp_path / "w").warehouse == (tmp_path / "w").resolve()
    assert configured.site.access.mode == "public"


def test_mistakes_in_site_are_told_with_those_of_the_municipality(tmp_path: Path):
    findings = findings_of(tmp_path, SMALLEST + "nam: x\n", **{"site.yml": "warehous: x\naccess: {mode: oidc}\n"})

    assert [(finding.code, Path(finding.where).name) for finding in findings] == [
        ("CFG-005", "site.yml:1:1"),
        ("CFG-005", "x.yml:8:1"),
    ]


def test_a_folder_of_indicators_adds_to_the_shipped_catalogue_and_replaces_by_id(tmp_path: Path):
    entry = (
        "- {{id: {id}, pack: public_space, label: {t}, description: {t}, unit: count, numerator: {{tabular: {{}}}},\n"
        "   source: {{publisher: Gemeente, licence: eigen}}, caveat: {t}, owner: {t}, follow_up: {t}}}\n"
    )
    text = entry.format(id="vandalism", t="{nl: Anders}") + entry.format(id="benches", t="{nl: Banken}")
    config = config_folder(tmp_path, {"indicators/own.yml": text, "municipalities/x.yml": SMALLEST})

    catalogue = load_catalogue(config)

    assert catalogue["vandalism"].pack is Pack.PUBLIC_SPACE
    assert catalogue["benches"].label.in_language("en") == "Banken"
    assert len(catalogue) == len(load_catalogue(tmp_path / "none")) + 1


@pytest.mark.parametrize(
    ("entry", "code", "place"),
    [
        ("- {id: a, pack: police, label: {nl: A}, unit: count, numerator: {tabular: {}}}", "CFG-025", "own.yml:1:3"),
        ("- {id: a, pack: police, label: {nl: A}, numerator: {tabular: {}}}", "CFG-006", "own.yml:1:3"),
        ("- {id: a, pack: polic, label: {nl: A}, unit: count, numerator: {tabular: {}}}", "CFG-009", "own.yml:1:17"),
        ("- id: a\n- id: b\n  - c", "CFG-003", "own.yml:3:3"),
    ],
)
def test_mistakes_in_a_catalogue_file_are_told_at_their_place(entry: str, code: str, place: str, tmp_path: Path):
    config = config_folder(tmp_path, {"indicators/own.yml": entry + "\n"})

    with pytest.raises(ConfigError) as refused:
        load_catalogue(config)

    assert [(finding.code, Path(finding.where).name) for finding in refused.value] == [(code, place)]


def test_catalogue_entries_refer_to_known_codes_and_ids_and_stand_once(tmp_path: Path):
    text = {"nl": "T"}
    rest = (
        f"description: {text}, source: {{publisher: P, licence: L}}, caveat: {text}, owner: {text}, follow_up: {text}"
    )
    rest = rest.replace("'", "")
    head = "pack: police, label: {nl: A}, unit: count"
    entries = f"""\
- {{id: a, {head}, numerator: {{statline: {{tables: [47022NED], codes: ["9.9.9"]}}}}, {rest}}}
- {{id: b, {head}, numerator: {{sum_of: [c, d]}}, {rest}}}
- {{id: c, {head}, numerator: {{sum_of: [b]}}, {rest}}}
"""
    config = config_folder(tmp_path, {"indicators/own.yml": entries})
    with pytest.raises(ConfigError) as refused:
        load_catalogue(config)

    assert [(finding.code, finding.what) for finding in refused.value] == [
        ("CFG-022", "`9.9.9` is no code of 47022NED"),
        ("CFG-022", "`d` is not defined"),
        ("CFG-023", "circular definition: b -> c -> b"),
    ]

    twice = config_folder(tmp_path, {"indicators/own.yml": entries.splitlines()[1] + "\n" + entries.splitlines()[1]})
    with pytest.raises(ConfigError) as refused:
        load_catalogue(twice)
    assert [finding.code for finding in refused.value] == ["CFG-024"]


def test_official_titles_of_codes_come_with_the_table(tmp_path: Path):
    config = config_folder(tmp_path, {"municipalities/x.yml": SMALLEST})

    categories = load_municipality(config, "x").categories

    assert len(categories["47022NED"]) == len(categories["47018NED"]) == 59
    assert categories["47022NED"]["1.1.1"] == "Diefstal/inbraak woning"
    assert len(categories["47024NED"]) == 9
    assert set(categories["politie_kaart"]) >= {"100", "101", "104", "117"}


def test_validate_tells_which_named_files_are_absent(tmp_path: Path):
    config = config_folder(tmp_path, {"municipalities/x.yml": SMALLEST})
    (tmp_path / "data" / "enschede" / "politie").mkdir()
    (tmp_path / "data" / "enschede" / "politie" / "a.csv").touch()

    findings = validate_all(config, ["x"])

    assert [(finding.code, finding.level, Path(finding.where).name) for finding in findings] == [
        ("CFG-037", "error", "x.yml:4:25"),
        ("CFG-037", "warning", "x.yml:7:40"),
    ]


def test_validate_tells_that_the_folder_is_absent_while_loading_the_configuration_does_not(tmp_path: Path):
    text = SMALLEST.replace("folder: enschede", "folder: nergens")
    config = config_folder(tmp_path, {"municipalities/x.yml": text})

    assert load_municipality(config, "x").folder == (tmp_path / "data" / "nergens").resolve()
    assert [(finding.code, Path(finding.where).name) for finding in validate_all(config)] == [("CFG-030", "x.yml:3:9")]


def test_available_lists_files_whose_name_is_a_slug(tmp_path: Path):
    config = config_folder(
        tmp_path, {f"municipalities/{name}": SMALLEST for name in ("b.yml", "a-1.yml", "Te Groot.yml", "c.txt")}
    )

    assert available(config) == ["a-1", "b"]
    assert available(tmp_path / "none") == []


def test_the_sample_municipalities_are_accepted():
    shipped = Path(__file__).resolve().parents[3] / "config"

    for slug in available(shipped):
        configured = load_municipality(shipped, slug)
        assert configured.municipality.is_practice
        assert str(configured.municipality.today) == "2026-11-16"
        assert len(configured.indicators) > 50
    assert {"enschede", "oefenstad", "kleinedam"} <= set(available(shipped))


def test_reading_configuration_imports_nothing_heavy():
    heavy = ("dash", "duckdb", "pandas", "numpy")
    code = f"import sys, config.load, config.write; print([name for name in {heavy} if name in sys.modules])"

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert shown.strip() == "[]"


def test_a_break_that_the_municipality_wrote_down_stands_beside_those_of_the_catalogue(tmp_path):
    own = "breaks:\n  - {indicators: [crime_total], date: 2022-03-01, reason: {nl: Nieuw systeem}}\n"
    config = config_folder(tmp_path, {"municipalities/enschede.yml": SMALLEST + own})

    breaks = load_municipality(config, "enschede").indicators["crime_total"].breaks

    assert [(str(one.date), one.reason.nl) for one in breaks][-1] == ("2022-03-01", "Nieuw systeem")
    assert str(breaks[0].date) == "2018-07-01"
