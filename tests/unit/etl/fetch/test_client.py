"""Asking a service: which addresses are followed, what is sent, and how much is taken."""

from __future__ import annotations

import pytest

from config.errors import ConfigError
from config.load import load_site
from etl.fetch import client as client_module
from etl.fetch.client import Client, Patience, ServiceError
from etl.fetch.run import fetch
from etl.fetch.statline import version_of

BASE = "https://data.example/ODataFeed/OData"
SHORT = Patience(tries=1, pause=0, connect=1, read=1)


@pytest.mark.parametrize(
    ("target", "followed"),
    [
        ("http://data.example/ODataFeed/x?$skip=1", "https://data.example/ODataFeed/x?$skip=1"),
        ("/ODataFeed/y", "https://data.example/ODataFeed/y"),
        ("?cursor=2", "https://data.example/ODataFeed/OData/47022NED/TypedDataSet?cursor=2"),
    ],
)
def test_a_next_page_at_the_same_host_is_asked_with_tls(target, followed):
    assert Client(BASE).follow(target, f"{BASE}/47022NED/TypedDataSet?$skip=0") == followed


@pytest.mark.parametrize(
    "target", ["https://other.example/x", "//other.example/x", "https://data.example:444/x", "ftp://data.example/x"]
)
def test_a_next_page_elsewhere_is_refused(target):
    with pytest.raises(ServiceError) as caught:
        Client(BASE).follow(target, f"{BASE}/47022NED")

    assert caught.value.findings[0].code == "NET-003"


@pytest.mark.parametrize("base", ["http://data.example/x", "ftp://data.example", "file:///etc/passwd"])
def test_an_address_without_tls_is_not_asked(base):
    with pytest.raises(ServiceError) as caught:
        Client(base, SHORT).json(f"{base}/TableInfos")

    assert caught.value.findings[0].code == "NET-003"


@pytest.mark.parametrize(
    "address", ["http://data.example/x", "http://127.0.0.1.example/x", "https://user:secret@data.example"]
)
def test_the_configuration_refuses_such_an_address_too(tmp_path, address):
    (tmp_path / "site.yml").write_text(f"services: {{statline: '{address}'}}\n", encoding="utf-8")

    with pytest.raises(ConfigError):
        load_site(tmp_path)


def test_the_form_of_the_address_says_which_version_it_speaks():
    addresses = ["https://a/ODataFeed/OData", "https://a/ODataApi/odata", "https://a/odata/v1/CBS", "https://a/CBS"]

    assert [version_of(address) for address in addresses] == [3, 3, 4, 4]


def test_signs_of_odata_stay_readable_in_the_address():
    address = Client(BASE).address("T/TypedDataSet", _filter="startswith(RegioS,'GM0001')", _top=10)

    assert address == f"{BASE}/T/TypedDataSet?$filter=startswith(RegioS,'GM0001')&$top=10"


def test_an_answer_without_end_is_not_taken_in(services, monkeypatch):
    monkeypatch.setattr(client_module, "MAX_ANSWER_BYTES", 1_000)
    client = Client(f"{services.base}/ODataFeed/OData", SHORT)

    with pytest.raises(ServiceError) as caught:
        client.json(client.address("47022NED/TypedDataSet", _filter="startswith(WijkenEnBuurten,'BU9906')"))

    assert caught.value.findings[0].code == "NET-005"


def test_passwords_of_the_user_are_not_sent(services, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login anna password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    sent = []
    answer = services.answer
    services.answer = lambda address, headers: (sent.append(headers.get("Authorization")), answer(address, headers))[1]
    client = Client(f"{services.base}/ODataFeed/OData", SHORT)

    client.json(client.address("47022NED/TableInfos"))

    assert sent == [None]


def test_a_proxy_is_taken_from_the_environment(configured, services, place, monkeypatch):
    proxy = services.base
    services.base = "http://localhost:1"
    (place / "config" / "site.yml").write_text("data_roots: [data]\n" + services.configuration, encoding="utf-8")
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("http_proxy", proxy)

    report = fetch(configured(), only=["police"], patience=SHORT)

    assert report.got[0].rows == 396
    assert all(one.startswith("http://localhost:1/ODataFeed/") for one in services.asked)
