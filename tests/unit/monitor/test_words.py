"""Numbers, periods, statuses and colours on screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.vocabulary import AreaLevel, Comparison, Status, Unit
from monitor.access.limits import Bucket
from monitor.components import theme
from monitor.components.cards import status_mark, tone
from monitor.components.format import (
    comparison_name,
    figure,
    interval_words,
    level_name,
    number,
    period_name,
    status_name,
    unit_name,
)
from monitor.components.icons import ICONS, icon
from monitor.compression import Kept, pack
from monitor.i18n import translator

NL, EN = translator("nl"), translator("en")
ASSETS = Path(theme.__file__).parent.parent / "assets"


@pytest.mark.parametrize(
    ("period", "dutch", "english"),
    [
        ("2026", "2026", "2026"),
        ("2026-Q3", "3e kwartaal 2026", "quarter 3 of 2026"),
        ("2026-10", "oktober 2026", "October 2026"),
        ("2026-W46", "week 46 van 2026", "week 46 of 2026"),
        ("2026-10-R12", "12 maanden t/m oktober 2026", "12 months to October 2026"),
        ("2026-W46-R4", "4 weken t/m week 46 van 2026", "4 weeks to week 46 of 2026"),
        ("2026-13", "2026-13", "2026-13"),
        ("abc", "abc", "abc"),
    ],
)
def test_a_period_reads_as_people_say_it(period: str, dutch: str, english: str):
    assert (period_name(period, NL), period_name(period, EN)) == (dutch, english)


def test_zero_is_a_number_and_nothing_is_a_dash():
    assert number(0, NL) == "0"
    assert number(None, NL) == number(float("nan"), NL) == "–"
    assert interval_words(None, 3, Unit.COUNT, NL) == ""


def test_figures_take_the_signs_of_the_language_and_the_digits_of_the_unit():
    assert (number(1234.5, NL, 1), number(1234.5, EN, 1)) == ("1.234,5", "1,234.5")
    assert figure(12.34, Unit.SHARE_PCT, NL) == "12,3%"
    assert figure(31.4, Unit.COUNT, NL) == "31"
    assert figure(28.25, Unit.THOUSAND_EURO, NL) == "€ 28,2"
    assert interval_words(17, 30, Unit.COUNT, NL) == "waarschijnlijk tussen 17 en 30"


@pytest.mark.parametrize("language", [NL, EN], ids=["nl", "en"])
def test_every_closed_word_has_words(language):
    named = [
        {status_name(word, language) for word in Status},
        {comparison_name(word, language) for word in Comparison},
        {unit_name(word, language) for word in Unit},
        {level_name(word, language, plural=many) for word in AreaLevel for many in (False, True)},
    ]

    assert [len(words) for words in named] == [len(Status), len(Comparison), len(Unit), 2 * len(AreaLevel)]


def test_colour_follows_the_direction_and_only_where_there_is_one():
    assert tone("higher", "higher_is_worse") == tone("lower", "higher_is_better") == "higher"
    assert tone("lower", "higher_is_worse") == "lower"
    assert (
        tone("higher", "neutral") == tone("no_difference", "higher_is_worse") == tone("too_few", "neutral") == "neutral"
    )


def test_a_final_figure_has_no_mark_and_every_other_status_has_its_own_look():
    css = (ASSETS / "cards.css").read_text(encoding="utf-8")
    drawn = {status: re.findall(rf"\.swatch\.status-{status} {{ ([^}}]+) }}", css) for status in Status}

    assert not status_mark(Status.FINAL, NL).children
    assert drawn[Status.FINAL] == []
    looks = [look[0] for status, look in drawn.items() if status != Status.FINAL]
    assert len(set(looks)) == len(Status) - 1


def test_every_icon_is_drawn_and_an_unknown_one_is_refused():
    css = (ASSETS / "icons.css").read_text(encoding="utf-8")

    assert {name for name in re.findall(r"\.icon-([a-z]+) {", css)} == set(ICONS)
    with pytest.raises(ValueError, match="no icon"):
        icon("unicorn")


@pytest.mark.parametrize("primary", ["#00594f", "#7a0019", "#1a1a1a", "#8a4b00", "#5b2a86"])
def test_a_municipalitys_own_colour_stays_readable_in_both_themes(primary: str):
    css = theme.theme_css(primary)
    light, dark = css.split("@media")[0], css.rsplit(":root[data-theme=dark]", 1)[1]

    def token(part: str, name: str) -> tuple[int, int, int]:
        found = re.search(rf"--{name}:(#[0-9a-f]{{6}})", part)
        assert found
        return theme._parse(found[1])

    for part, surface in ((light, (255, 255, 255)), (dark, (22, 33, 43))):
        assert theme._contrast(token(part, "brand"), surface) >= 4.5
        assert theme._contrast(token(part, "brand-ink"), token(part, "brand-soft")) >= 4.5


def test_light_and_dark_tokens_name_the_same_things():
    css = (ASSETS / "tokens.css").read_text(encoding="utf-8")
    blocks = [set(re.findall(r"--([a-z0-9-]+):", block)) for block in re.findall(r"{([^{}]*color-scheme[^{}]*)}", css)]
    colours = {name for name in blocks[0] if not re.match(r"font|radius|s\d|header|sidebar|page", name)}

    assert len(blocks) == 3
    assert blocks[1] == blocks[2] == colours


def test_kept_bodies_stay_within_their_room_and_the_oldest_goes_first():
    body = pack(b"a" * 10_000, "text/plain")
    kept = Kept(capacity=int(body.size * 2.5))

    for name in ("one", "two"):
        kept.put((name,), body)
    kept.get(("one",))
    kept.put(("three",), body)

    assert [kept.get((name,)) is not None for name in ("one", "two", "three")] == [True, False, True]


def test_a_bucket_gives_what_it_holds_and_fills_again():
    now = [0.0]
    bucket = Bucket(per_minute=60, clock=lambda: now[0])

    first = [bucket.wait("a") for _ in range(61)]
    now[0] = 1.0

    assert first == [0] * 60 + [1]
    assert (bucket.wait("a"), bucket.wait("b")) == (0, 0)
