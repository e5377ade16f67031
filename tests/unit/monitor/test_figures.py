"""Charts: the data and the words of the Figure, not its pixels."""

from __future__ import annotations

import base64
import re

import pandas as pd

from monitor.figures.palette import palette
from monitor.figures.sparkline import sparkline
from monitor.figures.timeline import Mark, Words, timeline
from tests.tables import table

WORDS = Words("Woninginbraak in Laares", "Laares", "voorlopig", "marge", reference="Enschede", practice="oefendata")


def months(text: str) -> pd.DataFrame:
    frame = table(text)
    frame["last_day"] = pd.to_datetime(frame["last_day"])
    frame["period_label"] = frame["last_day"].dt.strftime("%m")
    frame["hover"] = "h" + frame["period_label"]
    frame["end_label"] = frame["value"].astype(str)
    return frame


FOUR = """
    last_day   | value | lower | upper | status
    2026-01-31 | 4     | 2     | 7     | final
    2026-02-28 |       |       |       | not_delivered
    2026-03-31 | 0     | 0     | 3     | final
    2026-04-30 | 6     | 3     | 9     | provisional
"""


def traces(figure, mode):
    return [trace for trace in figure.data if trace.mode == mode]


def test_a_period_that_was_not_delivered_is_a_hole_and_zero_is_a_point():
    figure = timeline(months(FOUR), words=WORDS, palette=palette("light"), show_band=False)

    (line,) = traces(figure, "lines")
    assert list(line.y) == [4.0, None, 0.0, 6.0]
    assert line.connectgaps is False


def test_a_provisional_point_is_open_and_named():
    light = palette("light")

    figure = timeline(months(FOUR), words=WORDS, palette=light, show_band=False)

    settled, open_points = traces(figure, "markers")
    assert list(settled.y) == [4.0, 0.0]
    assert list(open_points.y) == [6.0]
    assert open_points.name == "voorlopig"
    assert open_points.marker.color == light.surface
    assert settled.marker.color == light.brand


def test_the_band_stops_where_the_interval_is_not_known():
    figure = timeline(months(FOUR), words=WORDS, palette=palette("light"))

    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert [len(band.x) for band in bands] == [2, 4]


def test_the_municipality_is_a_second_quieter_line():
    frame = months(FOUR)

    figure = timeline(frame, words=WORDS, palette=palette("dark"), reference=frame, show_band=False)

    reference = next(trace for trace in figure.data if trace.name == "Enschede")
    assert reference.line.dash == "dash"
    assert reference.line.color == palette("dark").neutral


def test_a_change_in_counting_is_a_line_with_its_reason():
    mark = Mark(pd.Timestamp("2026-03-01"), "nieuwe telwijze")

    figure = timeline(months(FOUR), words=WORDS, palette=palette("light"), marks=[mark])

    assert figure.layout.shapes[0].x0 == pd.Timestamp("2026-03-01")
    assert "nieuwe telwijze" in [note.text for note in figure.layout.annotations]


def test_practice_figures_say_so_inside_the_picture():
    made_up = timeline(months(FOUR), words=WORDS, palette=palette("light"))
    real = timeline(months(FOUR), words=Words("t", "l", "v", "m"), palette=palette("light"))

    assert "oefendata" in [note.text for note in made_up.layout.annotations]
    assert "oefendata" not in [note.text for note in real.layout.annotations]


def test_the_last_figure_stands_at_the_end_of_the_line():
    figure = timeline(months(FOUR), words=WORDS, palette=palette("light"))

    assert "<b>6.0</b>" in [note.text for note in figure.layout.annotations]


def test_ticks_are_words_of_ours_and_hold_the_newest_period():
    figure = timeline(months(FOUR), words=WORDS, palette=palette("light"))

    axis = figure.layout.xaxis
    assert axis.tickmode == "array"
    assert axis.ticktext[-1] == "04"
    assert len(axis.ticktext) <= 6
    assert figure.layout.yaxis.range[0] == 0
    assert figure.layout.meta["title"] == "Woninginbraak in Laares"


def test_a_figure_without_any_number_is_still_a_figure():
    figure = timeline(months(FOUR).iloc[[1]], words=WORDS, palette=palette("light"))

    assert all(value is None for trace in figure.data for value in trace.y)


def test_the_shades_of_the_pictures_are_those_of_the_tokens():
    from pathlib import Path

    tokens = Path("monitor/assets/tokens.css").read_text(encoding="utf-8").lower()
    light, dark = tokens.split('[data-theme="dark"]', 1)
    for part, colours in ((light, palette("light")), (dark, palette("dark"))):
        for name in ("surface", "border", "text", "dim", "brand", "neutral", "higher", "lower"):
            assert re.search(rf"--{name}: {getattr(colours, name)};", part), name


def svg_of(address: str) -> str:
    return base64.b64decode(address.removeprefix("data:image/svg+xml;base64,")).decode()


def test_a_sparkline_has_a_stretch_per_unbroken_run_and_a_point_at_the_end():
    drawn = svg_of(sparkline([1.0, 2.0, None, 3.0, 4.0]))

    assert drawn.count("<polyline") == 2
    assert drawn.count("<circle") == 1


def test_a_sparkline_of_one_number_is_nothing():
    assert sparkline([3.0]) == ""
    assert sparkline([None, None]) == ""
    assert sparkline([0.0, 0.0]) != ""


def test_the_words_of_a_mark_stand_where_there_is_room_and_a_border_has_its_own_line():
    early = Mark(pd.Timestamp("2026-01-31"), "nieuwe telwijze")
    late = Mark(pd.Timestamp("2026-04-20"), "Grens gewijzigd tussen indeling 2022 en 2024 <b>", is_border=True)

    figure = timeline(months(FOUR), words=WORDS, palette=palette("light"), marks=[early, late])

    said = {note.text: note.xanchor for note in figure.layout.annotations}
    assert said["nieuwe telwijze"] == "left"
    assert said["Grens gewijzigd tussen<br>indeling 2022 en 2024<br>&lt;b&gt;"] == "right"
    assert [shape.line.dash for shape in figure.layout.shapes] == ["dot", "dash"]
