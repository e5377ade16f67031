"""The tree of areas: levels, names, neighbours, own areas and areas that only a list names."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Polygon

from config.errors import AreasError, ConfigError
from config.load import load_municipality
from config.model import CustomArea
from config.vocabulary import AreaLevel
from etl.areas import build_tree
from etl.sources.area_list import police_code, read_area_list
from tests.boundary_files import SOUTH, UNIT, WEST, four, police_line, read, square, tree_of, where, write


def test_levels_are_built_up_where_only_neighbourhoods_are_given(tmp_path: Path) -> None:
    tree, findings = tree_of(write(tmp_path / "buurten.gpkg", four()))

    assert tree.codes(AreaLevel.MUNICIPALITY) == ["GM0153"]
    assert tree.codes("district") == ["WK015300", "WK015301"]
    assert tree.codes("neighbourhood") == ["BU01530000", "BU01530001", "BU01530100", "BU01530101"]
    assert tree.parent_of("BU01530101") == "WK015301"
    assert tree.parent_of("WK015301") == "GM0153"
    assert tree.parent_of("GM0153") is None
    assert tree.children_of("WK015300") == ["BU01530000", "BU01530001"]
    assert findings == {}


def test_surface_is_measured_in_the_national_grid(tmp_path: Path) -> None:
    tree, _ = tree_of(write(tmp_path / "buurten.gpkg", four()))

    surface = tree.frame.set_index("area_code")["area_km2"]
    assert surface["BU01530000"] == pytest.approx(1.0, abs=1e-6)
    assert surface["WK015300"] == pytest.approx(2.0, abs=1e-6)
    assert surface["GM0153"] == pytest.approx(4.0, abs=1e-6)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "zip"])
@pytest.mark.parametrize("crs", ["EPSG:28992", "EPSG:4326", "EPSG:3857"])
def test_every_format_in_every_system_gives_the_same_tree(tmp_path: Path, suffix: str, crs: str) -> None:
    frame = gpd.GeoDataFrame(four(), geometry="geometry", crs="EPSG:28992").to_crs(crs)
    rows = [
        {"BU_CODE": row.buurtcode, "BU_NAAM": row.buurtnaam, "geometry": row.geometry} for row in frame.itertuples()
    ]

    tree, _ = tree_of(write(tmp_path / f"b.{suffix}", rows, crs))

    assert tree.names()["BU01530001"] == "De Laares"
    assert tree.frame.set_index("area_code").loc["GM0153", "area_km2"] == pytest.approx(4.0, abs=1e-3)


@pytest.mark.parametrize(
    ("code", "name"),
    [("buurtcode", "buurtnaam"), ("BU_CODE", "BU_NAAM"), ("statcode", "statnaam"), ("BUURTCODE", "BUURTNAAM")],
)
def test_property_names_of_all_vintages_are_known(tmp_path: Path, code: str, name: str) -> None:
    rows = [{code: f"{row['buurtcode']}  ", name: row["buurtnaam"], "geometry": row["geometry"]} for row in four()]

    tree, _ = tree_of(write(tmp_path / "b.gpkg", rows))

    assert tree.names()["BU01530000"] == "City"


def test_a_code_with_the_year_before_it_is_read_and_the_year_is_compared(tmp_path: Path) -> None:
    rows = [{"jaarstatcode": f"2021{row['buurtcode']}", "geometry": row["geometry"]} for row in four()]
    path = write(tmp_path / "b.gpkg", rows)

    _, findings = tree_of(path, vintage=2021)
    assert findings == {}

    tree, findings = tree_of(path, vintage=2024)
    assert len(tree.codes("neighbourhood")) == 4
    assert findings["GEO-019"] == "b.gpkg: division 2021; `geography.vintage` says 2024 (4 areas)"


def test_all_layers_of_a_geopackage_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "b.gpkg", four(), layer="buurten")
    wijken = [
        {"wijkcode": "WK015300", "wijknaam": "Binnensingelgebied", "geometry": square(0, 0, 1, 2)},
        {"wijkcode": "WK015301", "wijknaam": "Hogeland", "geometry": square(1, 0, 1, 2)},
    ]
    write(path, wijken, layer="wijken")
    write(path, [{"gemeentecode": "GM0153", "gemeentenaam": "ENSCHEDE", "geometry": square(0, 0, 2, 2)}], layer="gm")

    tree, _ = tree_of(path)

    assert tree.names()["WK015301"] == "Hogeland"
    assert tree.names()["GM0153"] == "Enschede"  # as the municipality writes it


def test_areas_of_other_municipalities_and_provinces_are_skipped_and_counted(tmp_path: Path) -> None:
    rows = [{"statcode": row["buurtcode"], "geometry": row["geometry"]} for row in four()]
    rows.append({"statcode": "BU01640000", "geometry": square(5, 5)})
    rows.append({"statcode": "PV23", "geometry": square(0, 0, 9, 9)})

    boundaries = read(write(tmp_path / "b.gpkg", rows))

    assert boundaries.skipped == {"other municipality": 1, "other kind of region": 1}
    assert len(boundaries.frame) == 4


def test_neighbours_share_a_border_or_a_corner_in_both_directions(tmp_path: Path) -> None:
    rows = [*four(), {"buurtcode": "BU01530200", "buurtnaam": "Ver", "geometry": square(4, 0)}]

    pairs = tree_of(write(tmp_path / "b.gpkg", rows))[0].neighbours("neighbourhood")

    assert ("BU01530000", "BU01530101") in pairs  # a corner
    assert len(pairs) == 12
    assert all((second, first) in pairs for first, second in pairs)
    assert not any("BU01530200" in pair for pair in pairs)


def test_the_same_name_twice_is_shown_with_the_district(tmp_path: Path) -> None:
    rows = four(BU01530000={"buurtnaam": "Centrum"}, BU01530100={"buurtnaam": "Centrum"})

    names = tree_of(write(tmp_path / "b.gpkg", rows))[0].names()

    assert names["BU01530000"] == "Centrum (Wijk 00)"
    assert names["BU01530100"] == "Centrum (Wijk 01)"
    assert names["BU01530101"] == "Wooldrik"


def test_the_same_name_twice_in_one_district_is_shown_with_the_code(tmp_path: Path) -> None:
    rows = four(BU01530000={"buurtnaam": "Verspreide huizen"}, BU01530001={"buurtnaam": "Verspreide huizen"})

    names = tree_of(write(tmp_path / "b.gpkg", rows))[0].names()

    assert names["BU01530000"] == "Verspreide huizen (BU01530000)"


def test_letters_occur_in_codes(tmp_path: Path) -> None:
    rows = [*four(), {"buurtcode": "BU0153AA01", "buurtnaam": "Nieuw", "geometry": square(2, 0)}]

    tree, _ = tree_of(write(tmp_path / "b.gpkg", rows))

    assert tree.parent_of("BU0153AA01") == "WK0153AA"


def test_a_cbs_list_names_districts_and_areas_without_a_polygon(tmp_path: Path) -> None:
    area_list = tmp_path / "WijkenEnBuurten.csv"
    area_list.write_text(
        '"Key","Title","Description","Municipality","DetailRegionCode"\n'
        '"NL00      ","Nederland",,"",""\n'
        '"GM0153    ","Enschede","x","GM0153","GM0153"\n'
        '"WK015300  ","Wijk 00 Binnensingelgebied","regel een\nregel twee, ""tussen"" haken","GM0153","WK015300"\n'
        '"BU01530000","City","","GM0153","BU01530000"\n'
        '"WK015302  ","Wijk 02 Boswinkel","","GM0153","WK015302"\n'
        '"BU01530200","Boswinkel","","GM0153","BU01530200"\n'
        '"WK015399  ","Wijk onbekend","","GM0153","WK015399"\n'
        '"BU01640000","Hengelo","","GM0164","BU01640000"\n'
        '"BU00000000","Buurt onbekend","","GM0000","BU00000000"\n',
        encoding="utf-8-sig",
    )

    tree, findings = tree_of(write(tmp_path / "b.gpkg", four()), area_list=area_list)

    assert tree.names()["WK015300"] == "Wijk 00 Binnensingelgebied"
    assert tree.is_listed_only("BU01530200")
    assert tree.is_listed_only("WK015302")
    assert not tree.is_listed_only("WK015300")
    assert tree.frame.set_index("area_code").loc["BU01530200", "geometry"] is None
    assert "WK015399" not in tree
    assert tree.is_pseudo("WK015399")
    assert findings["GEO-108"].startswith("WijkenEnBuurten.csv: 2 areas are not in b.gpkg")


def test_a_police_list_draws_districts_without_neighbourhoods_on_free_ground_only(tmp_path: Path) -> None:
    # WK015302 lies free to the east; WK015303 is drawn over City, which the boundary file has.
    area_list = tmp_path / "areas.txt"
    area_list.write_text(
        police_line("15300", "Binnenstad", square(0, 0, 1, 2))
        + police_line("15302", "Oost", square(2, 0, 1, 2))
        + police_line("15303", "Dubbel", square(0, 0))
        + police_line("50311", "Delft", square(50, 0)),
        encoding="ascii",
    )

    tree, findings = tree_of(write(tmp_path / "b.gpkg", four()), area_list=area_list)

    areas = tree.frame.set_index("area_code")
    assert areas.loc["WK015302", "area_km2"] == pytest.approx(2.0, rel=0.01)
    assert areas.loc["GM0153", "area_km2"] == pytest.approx(6.0, rel=0.01)
    assert areas.loc["WK015303", "geometry"] is None
    assert tree.names()["WK015300"] == "Binnenstad"
    assert "WK050311" not in tree
    assert ("WK015301", "WK015302") in tree.neighbours("district")
    assert findings["GEO-108"].startswith("areas.txt: 2 areas")


def test_a_ring_break_in_a_police_list_starts_a_new_part(tmp_path: Path) -> None:
    one, two = (police_line("1", "x", shape).split("|", 1)[1].strip() for shape in (square(2, 0), square(4, 0)))
    path = tmp_path / "areas.txt"
    path.write_text(f"15302,Oost|{one}^{two}\n", encoding="ascii")

    listed = read_area_list(path, name="areas.txt", municipality_code="GM0153", where="x")

    assert listed.frame["geometry"].iloc[0].geom_type == "MultiPolygon"


@pytest.mark.parametrize(
    ("digits", "municipality", "code"),
    [
        ("50311", "GM0503", "WK050311"),
        ("1400", "GM0014", "WK001400"),
        ("140001", "GM0014", "BU00140001"),
        ("6030221", "GM0603", "BU06030221"),
        ("63700", "GM0603", "WK063700"),
    ],
)
def test_police_codes_get_their_prefix_and_leading_zeros_back(digits: str, municipality: str, code: str) -> None:
    assert police_code(digits, municipality) == code


def test_own_areas_are_the_union_of_their_neighbourhoods(tmp_path: Path) -> None:
    own = CustomArea(id="midden", name="Het midden", neighbourhoods=("BU01530000", "BU01530100"))

    tree, _ = tree_of(write(tmp_path / "b.gpkg", four()), own_areas=[own])

    assert tree.level_of("midden") == AreaLevel.CUSTOM
    assert tree.children_of("midden") == ["BU01530000", "BU01530100"]
    assert tree.frame.set_index("area_code").loc["midden", "area_km2"] == pytest.approx(2.0, abs=1e-6)
    assert tree.parent_of("midden") is None


def test_an_own_area_with_an_unknown_neighbourhood_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    own = CustomArea(id="midden", name="Het midden", neighbourhoods=("BU01530000", "BU01539999"))

    with pytest.raises(ConfigError) as refused:
        tree_of(write(tmp_path / "b.gpkg", four()), own_areas=[own])

    finding = next(iter(refused.value))
    assert finding.what == "area 'midden': neighbourhood code 'BU01539999' is not in vintage 2024"
    assert finding.where == where("geography", "custom_areas", 0, "neighbourhoods", 1)


def test_places_unknown_are_told_from_areas_that_are_missing(tmp_path: Path) -> None:
    rows = [*four(), {"buurtcode": "BU01539901", "buurtnaam": "Buitengebied", "geometry": square(2, 0)}]
    tree, _ = tree_of(write(tmp_path / "b.gpkg", rows))

    assert tree.is_pseudo("BU00000000")
    assert tree.is_pseudo("GM0000")
    assert tree.is_pseudo("BU01539999")
    assert not tree.is_pseudo("WK015399")  # Assen has a real district 99: what a boundary has is no pseudo area
    assert not tree.is_pseudo("BU01539901")
    assert not tree.is_pseudo("BU01640000")
    assert not tree.is_pseudo("BU01530777")


def test_the_nearest_known_code_is_of_the_same_kind(tmp_path: Path) -> None:
    tree, _ = tree_of(write(tmp_path / "b.gpkg", four()))

    assert tree.nearest("BU01530109") == "BU01530101" or tree.nearest("BU01530109") == "BU01530100"
    assert tree.nearest("WK015309") in {"WK015300", "WK015301"}
    assert tree.nearest("XX99") is None


def test_codes_of_another_division_as_a_whole_are_refused_and_a_few_are_not(tmp_path: Path) -> None:
    tree, _ = tree_of(write(tmp_path / "b.gpkg", four()))
    tree.check_division(["BU01530000", "BU01537777"], vintage=2026, where="police.csv")
    tree.check_division(["BU01539999"], vintage=2026, where="police.csv")

    with pytest.raises(AreasError) as refused:
        tree.check_division(["BU01537777", "BU01537778", "BU01539999"], vintage=2026, where="police.csv")

    assert next(iter(refused.value)).what == "b.gpkg: division 2024; data needs 2026 (2 codes differ)"
    assert refused.value.exit_code == 40


def test_borders_that_miss_each_other_by_a_hair_are_closed_and_told(tmp_path: Path) -> None:
    corners = [(0, 0), (1, 0), (0.998, 0.5), (1, 1), (0, 1)]  # 2 m of nothing between City and Velve
    dented = Polygon([(WEST + x * UNIT, SOUTH + y * UNIT) for x, y in corners])
    rows = four(BU01530000={"geometry": dented})

    tree, findings = tree_of(write(tmp_path / "b.gpkg", rows))

    assert findings["GEO-104"].startswith("b.gpkg: borders did not meet exactly and were closed")
    assert "GEO-010" not in findings
    assert tree.frame["area_km2"].iloc[0] == pytest.approx(4.0, abs=1e-6)
    assert not tree.frame["geometry"].iloc[0].interiors


def test_a_configured_municipality_gets_its_tree_from_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "config/municipalities").mkdir(parents=True)
    (tmp_path / "data/enschede").mkdir(parents=True)
    write(tmp_path / "data/enschede/buurten.gpkg", four())
    (tmp_path / "data/enschede/areas.txt").write_text(police_line("15302", "Oost", square(2, 0, 1, 2)), "ascii")
    (tmp_path / "config/municipalities/enschede.yml").write_text(
        "code: GM0153\n"
        "name: Enschede\n"
        "folder: enschede\n"
        "geography:\n"
        "  boundaries: buurten.gpkg\n"
        "  vintage: 2024\n"
        "  area_list: areas.txt\n"
        "  custom_areas:\n"
        "    - {id: midden, name: Het midden, neighbourhoods: [BU01530000, BU01530100]}\n"
        "sources:\n"
        "  - {id: police, kind: statline, table: 47018NED, path: 'politie/*.csv'}\n",
        encoding="utf-8",
    )
    configured = load_municipality(tmp_path / "config", "enschede")

    tree, findings = build_tree(configured)

    assert [len(tree.codes(level)) for level in tree.levels()] == [1, 3, 4, 1]
    assert tree.files == ("buurten.gpkg",)
    assert [(finding.code, finding.where) for finding in findings] == [
        ("GEO-108", configured.where("geography", "area_list"))
    ]
