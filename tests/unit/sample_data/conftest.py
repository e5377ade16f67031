"""The practice files, made once for all tests of them."""

from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest

from sample_data.maker import make


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of all practice municipalities."""
    root = tmp_path_factory.mktemp("sample_data")
    make("all", root)
    return root


@pytest.fixture(scope="session")
def police(made):
    """Reads a StatLine table of a municipality: code, area, month (2026-03) and count, None where withheld."""

    @lru_cache(maxsize=8)
    def read(slug: str, table: str = "47022NED") -> pd.DataFrame:
        path = max((made / slug / "politie").glob(f"{table}_*.csv"))  # the newest holds all months
        rows = pd.read_csv(path, sep=";", encoding="utf-8-sig", dtype=str)
        dimension, measure = rows.columns[1], rows.columns[4]
        return pd.DataFrame(
            {
                "code": rows[dimension].str.strip(),
                "area": rows["WijkenEnBuurten"].str.strip(),
                "month": rows["Perioden"].str.replace("MM", "-"),
                "count": pd.to_numeric(rows[measure].str.strip().replace(".", None)),
            }
        )

    return read
