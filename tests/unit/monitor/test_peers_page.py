"""Similar neighbourhoods on the page of an area: in words, with links only where a page is served."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from plotly.utils import PlotlyJSONEncoder

from config.vocabulary import Edition
from etl.past import PastSnapshots
from etl.snapshot import SnapshotStore
from monitor.i18n import translator
from monitor.pages import gebied
from monitor.tenant import Tenant
from monitor.texts import peers as texts
from tests.proefdorp import NEIGHBOURHOODS, PEERS_ELSEWHERE, SLUG

NL, EN = translator("nl"), translator("en")
HERE = NEIGHBOURHOODS[2]


def shown(part) -> str:
    return json.dumps(part, cls=PlotlyJSONEncoder, ensure_ascii=False)


def deeper(view) -> str:
    return shown(gebied.show_deeper(view, 1))


@pytest.mark.parametrize(
    ("distance", "dutch", "english"),
    [
        (0.0, "sterk", "very alike"),
        (0.5, "redelijk", "fairly alike"),
        (1.0, "enigszins", "a little alike"),
        (1.4, "nauwelijks", "hardly alike"),
    ],
)
def test_a_distance_has_a_word_from_its_limit_on(distance, dutch, english):
    assert (texts.how_alike(distance, NL), texts.how_alike(distance, EN)) == (dutch, english)
    if distance:
        assert texts.how_alike(distance - 0.01, NL) != dutch


def test_peers_elsewhere_stand_with_municipality_distance_and_year_and_without_figures(view_of):
    told = deeper(view_of(f"gebied/{HERE}", "?indicator=burglary_home"))

    for code, name, municipality, distance in PEERS_ELSEWHERE:
        assert name in told
        assert municipality in told
        assert f"{distance:.2f}".replace(".", ",") in told
        assert code not in told
    assert "CBS: kerncijfers van wijken en buurten, 2024; namen en codes zijn die van 2024." in told
    assert "Laat je één kenmerk weg" in told
    elsewhere = told[told.index("In andere gemeenten") :]
    assert "Per 1.000" not in elsewhere


def test_only_what_this_server_serves_is_a_link(view_of):
    (served, *_), (other, *_) = PEERS_ELSEWHERE
    view = view_of(f"gebied/{HERE}", "?indicator=burglary_home&lang=en")

    told = deeper(
        replace(view, served_elsewhere=lambda code, lang: f"/g/buren/{code}/{lang}" if code == served else None)
    )

    assert f'"href": "/g/buren/{served}/en"' in told
    assert other not in told


def test_a_neighbourhood_without_peers_elsewhere_says_why(view_of):
    told = deeper(view_of(f"gebied/{NEIGHBOURHOODS[0]}", "?indicator=burglary_home"))

    assert "Over deze buurt zeggen de kerncijfers van 2024 te weinig om te vergelijken" in told


@pytest.mark.parametrize("language", [NL, EN], ids=["nl", "en"])
def test_every_reason_has_a_sentence_of_its_own(language):
    reasons = ("", "no_file", "too_few_features", "own_only", "other_codes")

    assert len({texts.why_none_elsewhere(reason, "2024", language) for reason in reasons}) == len(reasons)


def test_an_address_elsewhere_is_given_for_areas_that_are_on_screen_there(place, configured, tmp_path):
    def tenant(slug, root, of, served):
        return Tenant(slug, of, SnapshotStore(root, Edition.INTERNAL), PastSnapshots(root, Edition.INTERNAL), served)

    served: dict[str, Tenant] = {}
    here = SimpleNamespace(municipality=SimpleNamespace(code="GM9902", languages=("nl",)))
    served["here"] = tenant("here", tmp_path, here, served)
    served[SLUG] = tenant(SLUG, place / "warehouse" / SLUG, configured, served)

    assert served["here"].address_elsewhere(HERE, "nl") == f"/g/{SLUG}/gebied/{HERE}"
    assert served["here"].address_elsewhere(HERE, "en") == f"/g/{SLUG}/gebied/{HERE}?lang=en"
    assert served["here"].address_elsewhere("BU99019999", "nl") is None
    assert served["here"].address_elsewhere("BU99050000", "nl") is None
    assert served["here"].address_elsewhere("BU99020000", "nl") is None  # its own
    assert served[SLUG].address_elsewhere("BU99020000", "nl") is None  # nothing is published there
    served[SLUG].store.close()
