"""What `init` writes is accepted, also with every optional key switched on; the schema knows every key."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

import config.model
from config.describe import MEANING
from config.load import load_municipality
from config.write import json_schema, slug_of, starter
from tests.configuration import config_folder, findings_of, places


def _switched_on(text: str) -> str:
    """The same file with every optional key; prose keeps its `# ` and a capital, backtick or quote after it."""
    return re.sub(r"^#(?=\S|  )", "", text, flags=re.MULTILINE)


def test_a_starter_loads_as_it_is(tmp_path: Path):
    config = config_folder(tmp_path, {"municipalities/delft.yml": starter("GM0503", "Delft")})

    configured = load_municipality(config, "delft")

    assert (configured.municipality.code, configured.municipality.name) == ("GM0503", "Delft")
    assert configured.municipality.folder == "delft"
    assert configured.municipality.sources[0].id == "police_monthly"


def test_a_starter_loads_with_every_optional_key_switched_on(tmp_path: Path):
    text = _switched_on(starter("GM0503", "Delft"))

    assert places(findings_of(tmp_path, text)) == []
    assert "\nquestions:" in text
    assert "\n  - id: police_weekly" in text


def test_a_starter_names_every_key_a_municipality_can_set():
    text = starter("GM0503")

    keys = {field.alias or name for name, field in config.model.Municipality.model_fields.items()}
    assert {key for key in keys if not re.search(rf"^#?{key}:", text, re.MULTILINE)} == {"version", "today"}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Delft", "delft"),
        ("'s-Gravenhage", "s-gravenhage"),
        ("Súdwest-Fryslân", "sudwest-fryslan"),
        ("Hengelo (O.)", "hengelo-o"),
        ("No", "no"),
        ("Bergen: NH #1", "bergen-nh-1"),
        ('Het "Bildt" \\', "het-bildt"),
        ("123", "gm0503"),
        (None, "gm0503"),
    ],
)
def test_names_of_every_kind_stay_text_and_give_a_folder(name: str | None, slug: str, tmp_path: Path):
    text = starter("GM0503", name)

    municipality = load_municipality(config_folder(tmp_path, {"municipalities/x.yml": text}), "x").municipality
    assert municipality.name == (name or "GM0503")
    assert municipality.folder == slug


@pytest.mark.parametrize(("code", "name"), [("0503", "Delft"), ("GM503", None), ("GM0503", "<b>"), ("GM0503\n", "x")])
def test_a_starter_refuses_what_no_file_could_hold(code: str, name: str | None):
    with pytest.raises(ValueError, match="expected a"):
        starter(code, name)


def test_a_slug_never_starts_with_a_digit_and_is_short():
    assert slug_of("2e Exloërmond") == "e-exloermond"
    assert len(slug_of("a" * 80)) == 40


def test_the_schema_gives_every_key_a_meaning():
    schema = json_schema()

    parts = [schema, *schema["$defs"].values()]
    keys = [known for part in parts for known in part.get("properties", {}).values()]
    assert len(keys) > 100
    assert all(known["description"] for known in keys)
    assert schema["required"] == ["code", "name", "folder", "geography", "sources"]
    json.dumps(schema)


def test_no_meaning_is_left_of_a_key_that_is_gone():
    models = {name: kind for name, kind in vars(config.model).items() if isinstance(kind, type)}
    sources = {"StatlineSource", "KwbSource", "HealthSource", "PolitieKaartSource", "TabularSource"}
    for name, meanings in MEANING.items():
        names = sources if name == "SourceBase" else {name}
        kinds = [models[one] for one in names]
        assert all(issubclass(kind, BaseModel) for kind in kinds)
        known = {field.alias or key for kind in kinds for key, field in kind.model_fields.items()}
        assert set(meanings) == known
