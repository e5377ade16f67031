"""Link tables as files: the forms that are read, and what is refused with its line."""

from fractions import Fraction

import pytest

from config.errors import AreasError
from etl.sources.link_table import read_link_table


def read(folder, text: str):
    path = folder / "links.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    return read_link_table(path, name="links.csv", where="x.yml:5:3")


def test_our_own_columns_with_semicolons_and_a_decimal_comma(tmp_path):
    (first, second) = read(
        tmp_path,
        "from_code;from_vintage;to_code;to_vintage;share\n"
        "BU01530001;2018;BU01530001;2024;0,25\nBU01530001;2018;BU01530002;2024;0,75\n",
    )

    assert (first.from_code, first.step, first.to_code, first.share) == (
        "BU01530001", (2018, 2024), "BU01530001", Fraction(1, 4),
    )  # fmt: skip
    assert second.where == "links.csv:3"


def test_years_in_the_names_of_the_columns(tmp_path):
    (line,) = read(
        tmp_path,
        "GWBcode_2024,naam_2024,code_2018,naam_2018,oude_code_bestaat_in_2024,naam_van_die_code_in_2024\n"
        "BU06030431,Julianapark,BU06030331,Julianapark,nee,\n",
    )

    assert (line.from_code, line.to_code, line.step) == ("BU06030331", "BU06030431", (2018, 2024))
    assert (line.share, line.from_name) == (1, "Julianapark")


def test_every_line_that_cannot_be_read_is_told_at_once(tmp_path):
    with pytest.raises(AreasError) as error:
        read(
            tmp_path,
            "from_code,from_vintage,to_code,to_vintage,share\n"
            "1530001,2018,BU01530001,2024,1\nBU01530001,18,BU01530001,2024,1\nBU01530001,2018,BU01530001,2024,1.5\n",
        )

    assert [(finding.code, finding.where) for finding in error.value] == [
        ("GEO-111", "links.csv:2"),
        ("GEO-111", "links.csv:3"),
        ("GEO-111", "links.csv:4"),
    ]


@pytest.mark.parametrize("text", ["", "buurt,naam\nBU01530001,x\n", "code_2018,code_2018\n"])
def test_another_file_is_no_link_table(tmp_path, text):
    with pytest.raises(AreasError) as error:
        read(tmp_path, text)

    assert error.value.findings[0].code == "GEO-110"


def test_a_missing_file_is_told_at_its_key(tmp_path):
    with pytest.raises(AreasError) as error:
        read_link_table(tmp_path / "none.csv", name="none.csv", where="x.yml:5:3")

    assert error.value.findings[0].where == "x.yml:5:3"
