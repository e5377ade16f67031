"""Areas, outlines, key figures and facts of the practice municipalities."""

import csv
import json
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import shape

import sample_data
from config.model import AREA_CODE
from sample_data import calibration
from sample_data.places import places

FOLDER = Path(sample_data.__file__).parent
SOURCES = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")
SLUGS = ("enschede", "oefenstad", "kleinedam")

real = pytest.mark.skipif("BUURTBEELD_REAL_DATA" not in os.environ, reason="BUURTBEELD_REAL_DATA is not set")


def features(made, slug):
    return json.loads((made / slug / "buurten.geojson").read_text(encoding="utf-8"))["features"]


def key_figures(path):
    rows = pd.read_csv(path, sep=";", encoding="utf-8-sig", dtype=str)
    rows.columns = [re.sub(r"_\d+$", "", column) for column in rows.columns]
    codes = rows["Codering"].str.strip()
    numbers = rows.drop(columns=["WijkenEnBuurten", "Gemeentenaam", "SoortRegio", "Codering"])
    return numbers.apply(lambda column: pd.to_numeric(column.str.strip().replace(".", None))).set_index(codes)


@pytest.mark.parametrize("slug", SLUGS)
def test_outlines_fit_without_gaps_or_overlaps(made, slug):
    outlines = np.array([shape(feature["geometry"]) for feature in features(made, slug)])

    assert shapely.is_valid(outlines).all()
    assert shapely.coverage_is_valid(outlines)
    whole = shapely.coverage_union_all(outlines)
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert shapely.area(outlines).sum() == pytest.approx(whole.area, rel=1e-9)


@pytest.mark.parametrize("slug", SLUGS)
def test_each_neighbourhood_lies_around_its_own_middle_and_is_named(made, slug):
    place = places()[slug]
    found = features(made, slug)

    assert len(found) == len(place.neighbourhoods)
    for feature, neighbourhood in zip(found, place.neighbourhoods, strict=True):
        properties = feature["properties"]
        assert properties["buurtcode"] == neighbourhood.code
        assert properties["wijkcode"] == neighbourhood.district_code
        assert (properties["gemeentecode"], properties["jaar"]) == (place.code, 2024)
        assert shapely.contains_xy(shape(feature["geometry"]), neighbourhood.longitude, neighbourhood.latitude)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_outlines_say_that_they_are_schematic(made, slug):
    note = json.loads((made / slug / "buurten.geojson").read_text(encoding="utf-8"))["note"]

    assert "Schematische grenzen" in note
    assert "Schematic outlines" in note


def test_districts_hang_together_in_the_invented_towns(made):
    for slug in ("oefenstad", "kleinedam"):
        districts = {}
        for feature in features(made, slug):
            districts.setdefault(feature["properties"]["wijkcode"], []).append(shape(feature["geometry"]))
        for outlines in districts.values():
            assert shapely.union_all(outlines).geom_type == "Polygon"


def test_cells_are_smaller_in_the_centre(made):
    place = places()["oefenstad"]
    area = np.array([shape(feature["geometry"]).area for feature in features(made, "oefenstad")])
    district = np.array([n.district_code for n in place.neighbourhoods])

    assert area[district == "WK990100"].mean() < 0.4 * area.mean()


@pytest.mark.parametrize(("slug", "districts", "areas", "inhabitants"), [
    ("enschede", 10, 70, 161_220), ("oefenstad", 14, 116, 190_000), ("kleinedam", 3, 12, 11_000),
])  # fmt: skip
def test_size_of_the_municipalities(slug, districts, areas, inhabitants):
    place = places()[slug]

    assert (len(place.districts), len(place.neighbourhoods)) == (districts, areas)
    assert place.population.sum() == pytest.approx(inhabitants, abs=30)
    codes = [place.code, *place.districts, *(n.code for n in place.neighbourhoods)]
    assert all(AREA_CODE.match(code) for code in codes)
    assert len(set(codes)) == len(codes)
    assert len({n.name for n in place.neighbourhoods}) == areas


@pytest.mark.parametrize("slug", SLUGS)
def test_key_figures_of_each_year_are_plausible(made, slug):
    paths = sorted((made / slug / "kwb").glob("*kwb_*.csv"))
    assert [path.stem[-4:] for path in paths] == ["2021", "2022", "2023", "2024"]
    for path in paths:
        rows = key_figures(path)
        shares = rows[["Koopwoningen", "InBezitWoningcorporatie", "BouwjaarVanaf2000", "PercentageOnbewoond"]]
        assert rows.index[0] == places()[slug].code
        assert ((shares >= 0) & (shares <= 100) | shares.isna()).all(axis=None)
        assert (rows["Eenpersoonshuishoudens"] <= rows["HuishoudensTotaal"]).all()
        assert (rows["Koopwoningen"] + rows["InBezitWoningcorporatie"]).max() <= 100
        assert rows["MateVanStedelijkheid"].between(1, 5).all()
        assert rows["HuishoudensMetEenLaagInkomen"].isna().all() == path.stem.endswith("2024")


def test_counts_of_the_key_figures_add_up(made):
    rows = key_figures(made / "oefenstad" / "kwb" / "kwb_2023.csv")
    level = rows.index.str[:2]

    for column in ("AantalInwoners", "Woningvoorraad", "BedrijfsvestigingenTotaal"):
        sums = rows.groupby(level)[column].sum()
        assert sums["GM"] == sums["WK"] == sums["BU"]


def test_positions_of_topics_differ_per_year_and_a_topic_is_renamed(made):
    heads = {
        year: (made / "oefenstad" / "kwb" / f"kwb_{year}.csv").read_text(encoding="utf-8-sig").split("\n")[0]
        for year in (2022, 2023, 2024)
    }

    assert "MateVanStedelijkheid_116;" in heads[2022] + ";"
    assert "MateVanStedelijkheid_117;" in heads[2024] + ";"
    assert "OpleidingsniveauLaag" in heads[2022]
    assert "OpleidingsniveauLaag" not in heads[2023]
    assert "BasisonderwijsVmboMbo1" in heads[2023]


def test_the_real_population_stands_apart_from_practice_figures(made):
    folder = made / "enschede" / "kwb"
    population = key_figures(folder / "bevolking_2023.csv")["AantalInwoners"]

    assert population.to_dict() == {n.code: n.population for n in places()["enschede"].neighbourhoods}
    for path in folder.glob("oefen_kwb_*.csv"):
        assert "AantalInwoners" not in path.read_text(encoding="utf-8-sig")


def test_every_fact_has_a_source_and_a_licence():
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in SOURCES.splitlines() if line.startswith("|")]
    sources = {(row[0], row[1]): row for row in rows}
    assert all(len(row) == 5 and all(row) for row in rows)

    for name in ("enschede/facts.csv", "calibration.csv"):
        with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
            columns = next(csv.reader(lines))
        for column in columns:
            wanted = "month_01 … month_12" if column.startswith("month_") else column
            assert (name, wanted) in sources, f"{name}: {column}"
    constants = [name for name in vars(calibration) if name.startswith(("NATIONAL_", "NUISANCE_"))]
    assert constants
    assert all(("calibration.py", name) in sources for name in constants)


def test_the_categories_of_the_calibration_add_up_to_the_national_total():
    shares = sum(category.share for category in calibration.crimes())

    assert shares == pytest.approx(1, abs=1e-9)
    for category in calibration.crimes():
        assert np.mean(category.season) == pytest.approx(1, abs=0.01)


@real
@pytest.mark.real
def test_invented_names_and_codes_belong_to_no_real_area():
    listed = Path(os.environ["BUURTBEELD_REAL_DATA"]) / "politie_47018NED" / "WijkenEnBuurten.csv"
    with listed.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    names, codes = {row["Title"].strip().lower() for row in rows}, {row["Key"].strip() for row in rows}

    for slug in ("oefenstad", "kleinedam"):
        place = places()[slug]
        assert not {n.name.lower() for n in place.neighbourhoods} & names
        assert not {n.code for n in place.neighbourhoods} & codes
        assert place.code not in codes


@real
@pytest.mark.real
def test_the_facts_of_enschede_are_those_of_their_sources():
    folder = Path(os.environ["BUURTBEELD_REAL_DATA"])
    totals = pd.read_csv(folder / "politie_47018NED" / "PolRegCrime47018_2023__GM0153.csv", dtype=str)
    people = pd.read_csv(folder / "cbs_kwb" / "Population85618_2023__GM0153.csv", dtype=str)

    found = places()["enschede"].neighbourhoods

    expected = dict(zip(totals["WijkenEnBuurten"].str.strip(), totals["GeregistreerdeMisdrijven_1"], strict=True))
    assert {n.code: n.police_total_2023 for n in found} == {code: int(total) for code, total in expected.items()}
    assert {n.name for n in found} == set(totals["WijkenEnBuurten_label"].str.strip())
    expected = {row.nhood_id: (int(row.population), int(row.area)) for row in people.itertuples()}
    assert {n.code: (n.population, n.land_ha) for n in found} == expected
