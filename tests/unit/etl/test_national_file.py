"""A file of the whole country is loaded for one municipality in the memory of one municipality."""

from __future__ import annotations

import pytest

from bench import national
from tests.conftest import IS_SOAK

#: Municipalities and categories in the file, of 2,500 rows each, and the most memory that the process may take, in MB.
#: The whole country is 14.6 million rows and may take 2,000; the process takes some 190 before it reads anything.
SIZES = [(365, national.CATEGORIES, 2_000)] if IS_SOAK else [(300, ("0.0.0", "1.1.1"), 600)]


@pytest.mark.parametrize(("municipalities", "categories", "most"), SIZES)
def test_memory_stays_that_of_one_municipality(tmp_path, municipalities, categories, most):
    config = national.make(tmp_path, municipalities, categories)

    found = national.load(config, tmp_path / "warehouse")

    assert found["rows"] == municipalities * len(categories) * 2_500 + 42
    assert found["peak_mb"] < most
