"""Attacks over HTTP on a server in access.mode local: refused with the right status, never an error of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config.errors import ConfigError, MachineError, UsageError
from config.vocabulary import Role
from monitor.access.guard import CLOSED_ROUTES, ROOT_ROUTES, SLUG_ROUTES
from monitor.app import bind, create_app, refuse_foreign_switches, refuse_open_host, serve
from tests.proefdorp import make_config, make_snapshot

SLUG, OTHER = "proefdorp", "anderdorp"
ROUTER = "..header.children...sidebar.children...main.children...footer.children...page-meta.data.."
OUTPUTS = [("header", "children"), ("sidebar", "children"), ("main", "children"), ("footer", "children")]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("guard")
    for slug in (SLUG, OTHER):
        make_snapshot(folder / "warehouse" / slug, slug)
    return create_app(make_config(folder / "config", folder / "warehouse", (SLUG, OTHER)))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def token(client: FlaskClient) -> str:
    client.get(f"/g/{SLUG}/")
    cookie = client.get_cookie("_csrf_token")
    assert cookie is not None
    return cookie.value


def router_body(**changes: Any) -> dict[str, Any]:
    body = {
        "output": ROUTER,
        "outputs": [{"id": name, "property": key} for name, key in [*OUTPUTS, ("page-meta", "data")]],
        "inputs": [
            {"id": "url", "property": "pathname", "value": f"/g/{SLUG}/kaart"},
            {"id": "url", "property": "search", "value": ""},
            {"id": "scheme", "property": "data", "value": "light"},
        ],
        "changedPropIds": ["url.pathname"],
    }
    return body | changes


def post(client: FlaskClient, token: str, body: Any, slug: str = SLUG, query: str = "", **headers: str) -> Any:
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(
        f"/g/{slug}/_dash-update-component{query}",
        data=data,
        headers={"X-CSRFToken": token, "Content-Type": "application/json"} | headers,
    )


# --- what is allowed works --------------------------------------------------------------------------------------------


def test_the_router_answers_its_own_page(client: FlaskClient, token: str):
    answer = post(client, token, router_body())

    assert answer.status_code == 200
    assert "Woninginbraak" in answer.get_data(as_text=True)


def test_every_route_of_the_server_has_a_policy(app: Flask):
    without = []
    for rule in app.url_map.iter_rules():
        below = rule.rule.removeprefix(f"/g/{SLUG}/").removeprefix(f"/g/{OTHER}/")
        known = ROOT_ROUTES if below == rule.rule else SLUG_ROUTES
        if below not in known and below not in CLOSED_ROUTES:
            without.append(rule.rule)

    assert without == []


def test_every_server_callback_is_declared_with_role_and_components(app: Flask):
    guard = app.extensions["buurtbeeld"]["guard"]
    dashes = app.extensions["buurtbeeld"]["dashes"]

    for slug, dash in dashes.items():
        served = {name for name, entry in dash.callback_map.items() if "callback" in entry}
        declared = {output for owner, output in guard.callbacks if owner == slug}
        assert served == declared
        for output in declared:
            policy = guard.callbacks[slug, output]
            entry = dash.callback_map[output]
            assert isinstance(policy.role, Role)
            assert [part["id"] for part in entry["inputs"]] == [name for name, _ in policy.inputs]
            assert [part["id"] for part in entry["state"]] == [name for name, _ in policy.states]
            assert all(not name.startswith("{") for name, _ in (*policy.outputs, *policy.inputs, *policy.states))


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/g/proefdorp/../anderdorp/", "/g/proefdorp//kaart", "//g/proefdorp/", "/g/proefdorp/%2e%2e/",
        "/g/proefdorp/%6baart", "/g/proefdorp/kaart%00", "/g/proefdorp/a\\b", "/g/proefdorp/.", "/%67/proefdorp/",
    ],
)  # fmt: skip
def test_a_path_with_tricks_is_400(client: FlaskClient, path: str):
    answer = client.get("/", environ_overrides={"REQUEST_URI": path, "PATH_INFO": path})

    assert answer.status_code == 400


#: Addresses at which nothing is: another municipality, routes of Dash that nobody gets, unknown data.
NOTHING_THERE = [
    "/g/UTRECHT/",
    "/g/utrecht/",
    "/g/Proefdorp/",
    "/g/proefdorp;/",
    "/g/",
    "/g",
    "/admin",
    "/_mcp",
    "/_reload-hash",
    "/g/proefdorp/_reload-hash",
    "/g/proefdorp/_mcp",
    "/g/proefdorp/_favicon.ico",
    "/g/proefdorp/_dash_startup_route/x",
    "/g/proefdorp/geenpagina",
    "/g/proefdorp/kaart/iets",
    "/g/utrecht/_dash-layout",
    "/g/utrecht/assets/tokens.css",
    "/fonts/other.woff2",
    "/g/proefdorp/geo/abc.json",
    "/g/proefdorp/v/000001/public/burglary_home.json",
    "/g/proefdorp/v/999999/internal/burglary_home.json",
    "/g/proefdorp/v/000001/internal/nothing.json",
]


@pytest.mark.parametrize("path", NOTHING_THERE)
def test_what_is_not_there_is_404_with_one_body(client: FlaskClient, path: str):
    answer = client.get(path)

    assert answer.status_code == 404
    if not path.startswith("/fonts"):
        assert answer.get_json() == {"error": "not found"}


def test_an_unknown_municipality_and_an_unknown_page_look_the_same_to_a_person(client: FlaskClient):
    unknown = client.get("/g/utrecht/", headers={"Accept": "text/html"})
    missing = client.get(f"/g/{SLUG}/geenpagina", headers={"Accept": "text/html"})

    assert unknown.status_code == missing.status_code == 404
    assert unknown.data == missing.data


def test_a_query_longer_than_four_kilobytes_is_414(client: FlaskClient):
    assert client.get(f"/g/{SLUG}/?x=" + "a" * 4096).status_code == 414


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", f"/g/{SLUG}/", f"/g/{SLUG}/_dash-update-component", "/healthz"])
def test_other_methods_are_405(client: FlaskClient, method: str, path: str):
    assert client.open(path, method=method).status_code == 405


def test_a_post_on_a_page_is_405(client: FlaskClient):
    assert client.post(f"/g/{SLUG}/kaart").status_code == 405
    assert client.get(f"/g/{SLUG}/_dash-update-component").status_code == 404


# --- who asks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1.evil.test:80", "localhost.evil.test", "192.168.1.4", ""])
def test_the_host_of_another_site_is_400(client: FlaskClient, host: str):
    assert client.get("/healthz", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "localhost:8050", "127.0.0.1:8050", "[::1]:8050", "[::1]"])
def test_this_machine_under_its_own_names_is_answered(client: FlaskClient, host: str):
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("address", ["192.168.1.20", "10.0.0.1", "2001:db8::1", ""])
def test_another_machine_is_refused(client: FlaskClient, address: str):
    answer = client.get(f"/g/{SLUG}/", environ_overrides={"REMOTE_ADDR": address})

    assert answer.status_code == 403


def test_a_proxy_that_hides_who_asks_is_refused(client: FlaskClient):
    assert client.get(f"/g/{SLUG}/", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


def test_another_site_cannot_read_figures_but_may_link_to_us(client: FlaskClient):
    read = client.get(f"/g/{SLUG}/_dash-layout", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})
    linked = client.get(f"/g/{SLUG}/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})

    assert read.status_code == 403
    assert linked.status_code == 200


# --- callbacks --------------------------------------------------------------------------------------------------------


def test_a_callback_of_an_unknown_municipality_is_404(client: FlaskClient, token: str):
    answer = post(client, token, router_body(), slug="utrecht")

    assert answer.status_code == 404
    assert answer.get_json() == {"error": "not found"}


def test_the_address_in_a_callback_cannot_reach_another_municipality(client: FlaskClient, token: str):
    inputs = router_body()["inputs"]
    inputs[0]["value"] = f"/g/{OTHER}/kaart"

    answer = post(client, token, router_body(inputs=inputs))

    assert answer.status_code == 200
    assert "geen pagina" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "output", ["cl.children", "arrived.data", "scheme.data", "nothing.children", "", "main.children"]
)
def test_an_undeclared_or_client_side_callback_is_403(client: FlaskClient, token: str, output: str):
    answer = post(client, token, router_body(output=output))

    assert answer.status_code == 403
    assert answer.get_json() == {"error": "undeclared callback"}


@pytest.mark.parametrize(
    "changes",
    [
        {"outputs": [{"id": "secret", "property": "children"}]},
        {"outputs": {"id": "main", "property": "children"}},
        {"outputs": []},
        {"outputs": None},
        {"inputs": []},
        {"inputs": "x"},
        {"inputs": [{"id": "url", "property": "pathname"}] * 3},
        {"inputs": [[{"id": "url", "property": "pathname"}], {"id": "url", "property": "search"}, {}]},
        {"state": [{"id": "url", "property": "href", "value": "x"}]},
        {"changedPropIds": ["other.value"]},
        {"changedPropIds": {"a": 1}},
        {"extra": 1},
        {"background": True},
    ],
)
def test_a_forged_shape_is_400(client: FlaskClient, token: str, changes: dict[str, Any]):
    answer = post(client, token, router_body(**changes))

    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith("bad callback body")


@pytest.mark.parametrize("body", ["[1]", '"x"', "null", "12", '{"output": "a.b", "output": "c.d"}', "true"])
def test_a_body_that_is_no_object_is_403(client: FlaskClient, token: str, body: str):
    assert post(client, token, body).status_code == 403


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 50_000, "{", "", "\xff\xfe", '{"output": NaN'])
def test_a_body_that_cannot_be_read_is_400(client: FlaskClient, token: str, body: str):
    assert post(client, token, body.encode("latin-1")).status_code == 400


def test_a_large_body_is_413(client: FlaskClient, token: str):
    assert post(client, token, b" " * 300_000).status_code == 413


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_content_type_is_403(client: FlaskClient, token: str, kind: str):
    assert post(client, token, router_body(), **{"Content-Type": kind}).status_code == 403


@pytest.mark.parametrize("query", ["?cancelJob=1&cacheKey=x", "?cacheKey=x", "?job=1", "?oldJob=1"])
def test_parameters_of_background_callbacks_are_403(client: FlaskClient, token: str, query: str):
    assert post(client, token, router_body(), query=query).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRFToken": ""},
        {"X-CSRFToken": "0" * 97},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_call_from_another_site_is_403(client: FlaskClient, token: str, headers: dict[str, str]):
    assert post(client, token, router_body(), **headers).status_code == 403


def test_a_token_we_did_not_make_is_403_even_when_cookie_and_header_agree(client: FlaskClient):
    client.set_cookie("_csrf_token", "abc.def")

    assert post(client, "abc.def", router_body()).status_code == 403


@pytest.mark.parametrize(
    "value", [{"a": 1}, [1, 2], 12, None, True, "<script>alert(1)</script>", "/g/../x", "x" * 9000]
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_any_value_in_the_address_gives_a_page_never_an_error(client: FlaskClient, token: str, value: Any, place: int):
    inputs = router_body()["inputs"]
    inputs[place]["value"] = value

    answer = post(client, token, router_body(inputs=inputs))

    assert answer.status_code == 200


def page_of(client: FlaskClient, token: str, path: str, search: str) -> str:
    inputs = router_body()["inputs"]
    inputs[0]["value"], inputs[1]["value"] = f"/g/{SLUG}/{path}", search
    answer = post(client, token, router_body(inputs=inputs))
    assert answer.status_code == 200
    return json.dumps(json.loads(answer.data)["response"]["main"], ensure_ascii=False)


def test_unknown_parts_of_an_address_are_told_and_replaced(client: FlaskClient, token: str):
    shown = page_of(client, token, "kaart", "?indicator=zzz&period=abc&level=buurt")

    assert shown.count("uit het adres is hier onbekend") == 3
    assert "Woninginbraak" in shown


def test_an_area_of_another_municipality_reads_like_an_unknown_one(client: FlaskClient, token: str):
    other = page_of(client, token, "kaart", "?area=BU03440101").replace("BU03440101", "X")
    unknown = page_of(client, token, "kaart", "?area=QQ00000000").replace("QQ00000000", "X")

    assert other == unknown


def test_a_query_never_overrides_the_path(client: FlaskClient, token: str):
    shown = page_of(client, token, "kaart", f"?gemeente={OTHER}&slug={OTHER}&role=admin&edition=public")

    assert OTHER not in shown
    assert "Proefdorp" in shown


def test_emptying_the_site_by_downloads_is_slowed_down(client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    guard = client.application.extensions["buurtbeeld"]["guard"]
    monkeypatch.setattr(guard._downloads, "_clock", lambda: 0.0)  # a slow machine gives no new tokens meanwhile
    address = f"/g/{SLUG}/download/figures.csv?indicator=burglary_home&period=2025"

    codes = [client.get(address, environ_overrides={"REMOTE_ADDR": "127.0.0.9"}).status_code for _ in range(130)]
    last = client.get(address, environ_overrides={"REMOTE_ADDR": "127.0.0.9"})

    assert codes[0] == 200
    assert 429 in codes
    assert codes.index(429) >= 120
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) >= 1
    assert client.get(address).status_code == 200  # another client


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", f"/g/{SLUG}/", f"/g/{SLUG}/_dash-layout", "/g/utrecht/", "/favicon.ico"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]

    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_pages_are_not_stored_and_what_never_changes_is(client: FlaskClient):
    page = client.get(f"/g/{SLUG}/")
    values = client.get(f"/g/{SLUG}/v/000001/internal/burglary_home.json")

    assert page.headers["Cache-Control"] == "no-store"
    assert values.headers["Cache-Control"] == "private, max-age=31536000, immutable"


def test_a_page_tells_no_version_of_python_and_no_other_address(client: FlaskClient):
    text = client.get(f"/g/{SLUG}/").get_data(as_text=True)

    assert "python_version" not in text
    assert "http" not in text.replace('http-equiv="X-UA-Compatible"', "")


# --- the process ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "monitor.example", ""])
def test_an_address_beyond_this_machine_is_refused_in_mode_local(host: str):
    with pytest.raises(UsageError, match="loopback"):
        refuse_open_host(host)


def test_a_taken_port_is_told(app: Flask):
    taken = bind("127.0.0.1", 0)
    port = taken.getsockname()[1]

    with pytest.raises(MachineError, match=f"port {port} is in use by another process; use --port") as caught:
        serve(app, "127.0.0.1", port)

    assert caught.value.exit_code == 60
    taken.close()


@pytest.mark.parametrize("mode", ["oidc"])
def test_a_mode_of_a_later_version_is_refused(tmp_path: Path, mode: str):
    config = make_config(tmp_path / "config", tmp_path / "warehouse")
    site = config / "site.yml"
    oidc = ', oidc: {issuer: "https://login.example", client_id: buurtbeeld}' if mode == "oidc" else ""
    site.write_text(site.read_text() + f"access: {{mode: {mode}{oidc}}}\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="comes with a later version") as caught:
        create_app(config)

    assert caught.value.exit_code == 10


@pytest.mark.parametrize("name", ["DASH_MCP_ENABLED", "DASH_DEBUG", "DASH_HOT_RELOAD", "DASH_ANYTHING"])
def test_switches_of_dash_in_the_environment_are_refused(name: str):
    with pytest.raises(MachineError, match=name):
        refuse_foreign_switches({name: "1"})


def test_a_municipality_without_a_snapshot_says_so_and_the_server_is_not_ready(tmp_path: Path):
    empty = create_app(make_config(tmp_path / "config", tmp_path / "warehouse"))
    client = empty.test_client()
    client.get(f"/g/{SLUG}/")
    cookie = client.get_cookie("_csrf_token")
    assert cookie is not None

    page = post(client, cookie.value, router_body())

    assert page.status_code == 200
    assert "Er zijn nog geen cijfers" in page.get_data(as_text=True)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_bundle_without_a_fingerprint_is_sent_once(client: FlaskClient):
    address = f"/g/{SLUG}/_dash-component-suites/plotly/package_data/plotly.min.js"

    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code) == (200, 304)
    assert again.data == b""


def test_the_list_of_municipalities_speaks_both_languages(client: FlaskClient):
    assert "Kies een gemeente" in client.get("/").get_data(as_text=True)
    assert "Choose a municipality" in client.get("/?lang=en").get_data(as_text=True)
