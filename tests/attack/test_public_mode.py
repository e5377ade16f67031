"""access.mode public: everybody sees the public edition, and nothing else of this machine can be reached or guessed."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config.vocabulary import Edition
from etl import snapshot as snapshots
from monitor.app import create_app
from monitor.router import pages
from tests.proefdorp import CODE, NEIGHBOURHOODS, SLUG, make_both_editions, make_config

ROUTER = "..header.children...sidebar.children...main.children...footer.children...page-meta.data.."
OUTPUTS = ("header", "sidebar", "main", "footer", "page-meta")
#: What no answer may hold: places on this machine, the other file, the memory of the rounding, a key.
FORBIDDEN = ("internal.duckdb", "rounding.duckdb", "snapshots/0", "/deliveries/", "site.yml", "Traceback")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("public")


@pytest.fixture(scope="module")
def app(folder: Path) -> Flask:
    make_both_editions(folder / "warehouse" / SLUG)
    config = make_config(folder / "config", folder / "warehouse")
    with (config / "site.yml").open("a", encoding="utf-8") as site:
        site.write("access: {mode: public}\n")
    return create_app(config)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def opened_files() -> set[str]:
    """Names of the snapshot files that this process holds open (where the system tells)."""
    links = Path("/proc/self/fd")
    if not links.is_dir():
        pytest.skip("this system does not list open files")
    targets = {str(link.readlink()) for link in links.iterdir() if link.is_symlink()}
    return {Path(target).name for target in targets if "/public" in target and target.endswith(".duckdb")}


def page_of(client: FlaskClient, path: str, search: str = "", language: str = "nl") -> dict[str, Any]:
    """A page as the browser gets it: the five parts of the router."""
    client.get(f"/g/{SLUG}/")
    cookie = client.get_cookie("_csrf_token")
    assert cookie is not None
    told = client.post(
        f"/g/{SLUG}/_dash-update-component",
        headers={"X-CSRFToken": cookie.value},
        json={
            "output": ROUTER,
            "outputs": [{"id": name, "property": "data" if name == "page-meta" else "children"} for name in OUTPUTS],
            "inputs": [
                {"id": "url", "property": "pathname", "value": f"/g/{SLUG}/{path}"},
                {"id": "url", "property": "search", "value": f"?lang={language}&{search}".rstrip("&")},
                {"id": "scheme", "property": "data", "value": "light"},
            ],
            "changedPropIds": ["url.pathname"],
            "state": [],
        },
    )
    assert told.status_code == 200, told.get_data(as_text=True)
    return dict(json.loads(told.get_data(as_text=True))["response"])


def every_address() -> list[str]:
    arguments = {"area": NEIGHBOURHOODS[0], "indicator": "burglary_home", "source": "police", None: ""}
    return [f"{page.path}/{arguments[page.argument]}".strip("/") for page in pages()]


# --- which file -------------------------------------------------------------------------------------------------------


def test_the_store_is_given_the_public_file_and_opens_no_other(client: FlaskClient, app: Flask, monkeypatch):
    asked: list[str] = []
    connect = snapshots.duckdb.connect
    monkeypatch.setattr(
        snapshots.duckdb, "connect", lambda path, *a, **k: asked.append(str(path)) or connect(path, *a, **k)
    )
    tenant = app.extensions["buurtbeeld"]["tenants"][SLUG]
    tenant.store.close()

    for path in ("", "kaart", "gegevens"):
        page_of(client, path, "indicator=burglary_home")
    client.get(f"/g/{SLUG}/v/000001/public/burglary_home.json")

    assert {Path(path).name for path in asked} == {"public.duckdb"}
    assert "internal.duckdb" not in opened_files()
    assert tenant.store.edition is Edition.PUBLIC
    with tenant.past.pinned("000001") as earlier:
        assert earlier.path.name == "public.duckdb"


def test_it_serves_also_where_the_internal_file_is_not_there(folder: Path, client: FlaskClient, tmp_path: Path):
    internal = next((folder / "warehouse" / SLUG / "snapshots").glob("*/internal.duckdb"))
    aside = tmp_path / "aside.duckdb"
    internal.rename(aside)
    try:
        ready = client.get("/readyz")
        values = client.get(f"/g/{SLUG}/v/000001/public/violent_crime.json")
    finally:
        aside.rename(internal)

    assert (ready.status_code, values.status_code) == (200, 200)


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["internal", "Internal", "INTERNAL", "internal.duckdb", "both", ""])
def test_no_other_edition_has_an_address(client: FlaskClient, edition: str):
    for search in ("", "?edition=internal", "?role=admin"):
        answer = client.get(f"/g/{SLUG}/v/000001/{edition}/burglary_home.json{search}")

        assert answer.status_code in (400, 404)
        assert b"burglary" not in answer.data


def test_what_is_asked_for_does_not_change_the_edition(client: FlaskClient):
    plain = client.get(f"/g/{SLUG}/v/000001/public/burglary_home.json")
    asking = client.get(
        f"/g/{SLUG}/v/000001/public/burglary_home.json?edition=internal&role=admin",
        headers={"X-Role": "admin", "X-Edition": "internal", "X-Forwarded-For": "127.0.0.1"},
    )

    assert plain.data == asking.data
    assert json.loads(plain.data)["about"] == {"base": 5, "leaf": None}


# --- pages, headers, downloads, errors --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", every_address())
def test_no_page_and_no_header_names_a_place_on_this_machine(client: FlaskClient, folder: Path, path: str):
    answer = client.get(f"/g/{SLUG}/{path}")
    said = json.dumps(page_of(client, path, "indicator=burglary_home"), ensure_ascii=False)
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers)

    for text in (said, headers, answer.get_data(as_text=True)):
        assert [word for word in (*FORBIDDEN, str(folder)) if word in text] == []


@pytest.mark.parametrize(("language", "words"), [("nl", "Openbare editie"), ("en", "Public edition")])
def test_the_footer_says_which_edition_this_is(client: FlaskClient, language: str, words: str):
    footer = json.dumps(page_of(client, "", language=language)["footer"], ensure_ascii=False)

    assert words in footer
    assert "local mode" not in footer
    assert "lokale modus" not in footer


@pytest.mark.parametrize("extension", ["csv", "json", "xlsx", "parquet"])
def test_a_download_holds_the_public_figures_and_says_so(client: FlaskClient, extension: str):
    answer = client.get(
        f"/g/{SLUG}/download/figures.{extension}?indicator=burglary_home&area={NEIGHBOURHOODS[0]}&period-type=month"
    )

    assert answer.status_code == 200
    content = answer.data
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    assert b"public" in content
    assert not any(word.encode() in content for word in FORBIDDEN)


def test_an_exported_small_count_keeps_its_number_and_its_status(client: FlaskClient):
    answer = client.get(
        f"/g/{SLUG}/download/figures.csv?indicator=burglary_home&area={NEIGHBOURHOODS[0]}&period=2024-07"
    )
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        rows = packed.read(next(name for name in packed.namelist() if name.endswith(".csv"))).decode("utf-8-sig")
    head, row = (line.split(",") for line in rows.strip().splitlines())
    told = dict(zip(head, row, strict=True))

    assert (told["numerator"], told["status"]) == ("0", "rounded")


@pytest.mark.parametrize(
    "path",
    ["nothing", "v/999999/public/burglary_home.json", "geo/00.json", "download/figures.exe", f"gebied/{CODE}/x/y",
     "v/000001/public/..%2finternal.json", "herkomst?asof=999999"],
)  # fmt: skip
def test_an_error_names_nothing_of_this_machine(client: FlaskClient, folder: Path, path: str):
    answer = client.get(f"/g/{SLUG}/{path}")

    text = answer.get_data(as_text=True)
    assert answer.status_code < 500
    assert [word for word in (*FORBIDDEN, str(folder)) if word in text] == []


def test_a_damaged_snapshot_is_told_without_its_place(tmp_path: Path):
    make_both_editions(tmp_path / "warehouse" / SLUG)
    config = make_config(tmp_path / "config", tmp_path / "warehouse")
    (config / "site.yml").open("a", encoding="utf-8").write("access: {mode: public}\n")
    file = next((tmp_path / "warehouse" / SLUG / "snapshots").glob("*/public.duckdb"))
    file.chmod(0o644)
    file.write_bytes(b"damaged" + file.read_bytes()[7:])
    client = create_app(config).test_client()

    said = json.dumps(page_of(client, ""), ensure_ascii=False)

    assert [word for word in (*FORBIDDEN, str(tmp_path), "public.duckdb") if word in said] == []
    assert client.get("/readyz").status_code == 503


def test_no_effect_is_worked_out_from_rounded_counts(client: FlaskClient):
    client.get(f"/g/{SLUG}/")
    cookie = client.get_cookie("_csrf_token")
    assert cookie is not None
    search = f"?effect={NEIGHBOURHOODS[0]}&effect_from=2026-01"
    address = {"pathname": f"/g/{SLUG}/onderwerp/burglary_home", "search": search}

    told = client.post(
        f"/g/{SLUG}/_dash-update-component",
        headers={"X-CSRFToken": cookie.value},
        json={
            "output": "effect-answer.children",
            "outputs": {"id": "effect-answer", "property": "children"},
            "inputs": [{"id": "effect-asked", "property": "data", "value": 1}],
            "changedPropIds": [],
            "state": [
                *({"id": "url", "property": key, "value": value} for key, value in address.items()),
                {"id": "scheme", "property": "data", "value": "light"},
            ],
        },
    )
    page = page_of(client, "onderwerp/burglary_home", search.removeprefix("?"))
    file = client.get(f"/g/{SLUG}/download/effect-burglary-home.csv{search}")

    text = json.dumps(told.get_json(), ensure_ascii=False)
    assert "op afgeronde aantallen wordt geen effect berekend" in text
    assert "Hoe zeker is dit?" not in text
    assert "effect-asked" in json.dumps(page)
    assert b"ratio" not in zipfile.ZipFile(io.BytesIO(file.data)).read("results.csv")
