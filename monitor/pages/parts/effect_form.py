"""The question "did it work?": its closed section, its form, and how an address becomes a question."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from monitor.address import STATE_KEYS
from monitor.components.format import period_name
from monitor.pages.parts.topics import listed
from monitor.pages.parts.why import methods_href
from monitor.queries.areas import areas_of_level
from monitor.queries.comparisons import counts_events
from monitor.queries.effect import Question, question_in, starts
from monitor.queries.indicators import Series
from monitor.router import View, href

#: Id of the section; also what the address names after #.
SECTION = "werkte-het"
#: Ids of the summary whose first click asks for the form, of the form's place, of the question asked, of its answer.
OPEN, FORM, ASKED, ANSWER = "effect-open", "effect-place", "effect-asked", "effect-answer"

_OWN_KEYS = tuple(key for key in STATE_KEYS if key.startswith("effect"))


def question_of(view: View, series: Series) -> Question | None:
    """The question in the address of this page."""
    return question_in(view.state, series.indicator)


def section(view: View, series: Series) -> html.Section | None:
    """The closed section, or the open one with its question where the address asks one.

    None where nothing is counted that could have an effect, or where there are no two neighbourhoods.
    """
    _ = view._
    if not counts_events(view.snapshot, series) or len(areas_of_level(view.snapshot, "neighbourhood")) < 2:
        return None
    is_asked = any(view.state.get(key) for key in _OWN_KEYS)
    return html.Section(
        html.Details(
            [
                html.Summary(html.H2(_("Did it work?")), id=OPEN, n_clicks=int(is_asked)),
                html.P(
                    [
                        _("Deeper analysis: where something was done beside where it was not, before and after."), " ",
                        html.A(_("How is this worked out?"), href=methods_href(view, "evaluation")),
                    ],
                    className="meta",
                ),
                html.Div(form(view, series) if is_asked else None, id=FORM),
            ],
            open=is_asked,
        ),
        id=SECTION,
        className="card span-12 deeper effect" + ("" if is_asked else " no-print"),
    )  # fmt: skip


def form(view: View, series: Series) -> html.Div:
    """What to fill in; `assets/effect.js` makes the choices and turns them into an address."""
    _ = view._
    if not starts(view.snapshot, series.indicator):
        return html.Div(html.P(_("There are no settled figures per month or week of the neighbourhoods.")))
    question = question_of(view, series)
    waiting = html.P(_("The effect is being worked out …"), role="status") if question else None
    hint = view.state.get("effect") and not question
    asked = html.Form(
        [
            _choose(_("Where was something done?"), "effect"),
            html.Div(
                [
                    _select(_("From when?"), "effect-from"),
                    _select(_("Up to and including (may stay empty)"), "effect-to"),
                    html.Details(
                        [
                            html.Summary(_("Compare with other areas than all that do not touch it")),
                            _choose(_("Compare with"), "effect-compare"),
                        ],
                        id="effect-beside",
                    ),
                    html.P(id="effect-told", className="meta", role="alert"),
                    html.Button(_("Work it out"), type="submit", className="button is-primary"),
                ],
                className="effect-when",
            ),
        ],
        id="effect-form",
        className="effect-form no-print",
    )
    change = html.Summary(_("Change the question"))
    parts = [
        html.Details([change, asked], className="effect-change no-print") if question else asked,
        html.P(_("Choose a start too: then it can be worked out."), className="meta") if hint else None,
        dcc.Store(id="effect-config", data=_config(view, series)),
        dcc.Store(id="effect-filled"),
        dcc.Store(id=ASKED, data=1) if question else None,
        html.Div(waiting, id=ANSWER, **{"aria-live": "polite"}),
    ]
    return html.Div(listed(parts))


def _choose(title: str, name: str) -> html.Fieldset:
    return html.Fieldset(
        [
            html.Legend(title, className="field-name"),
            html.Div(id=f"{name}-choices", className="effect-choices"),
        ],
        className="field",
    )


def _select(title: str, name: str) -> html.Div:
    return html.Div(
        [html.Label(title, htmlFor=f"{name}-select"), html.Select(id=f"{name}-select", className="select")],
        className="field",
    )


def _config(view: View, series: Series) -> dict[str, Any]:
    """Choices, what is chosen, and the words and address that the browser needs."""
    _ = view._
    districts = {area.code: area.name for area in areas_of_level(view.snapshot, "district")}
    groups: dict[str, list[list[str]]] = {}
    for one in areas_of_level(view.snapshot, "neighbourhood"):
        groups.setdefault(districts.get(one.parent or "", ""), []).append([one.code, one.name])
    kept = {key: value for key, value in (dict(view.state) | view.kept()).items() if value and key not in _OWN_KEYS}
    return {
        "areas": sorted(([name, inside] for name, inside in groups.items()), key=lambda group: str(group[0])),
        "periods": [[one, period_name(one, _)] for one in reversed(starts(view.snapshot, series.indicator))],
        "chosen": {key: view.state.get(key) or "" for key in _OWN_KEYS},
        "kept": kept,
        "order": list(STATE_KEYS),
        "path": href(view.slug, f"onderwerp/{series.indicator}"),
        "section": SECTION,
        "texts": {
            "search": _("Search for a neighbourhood"),
            "none": _("nothing chosen yet"),
            "all": _("all neighbourhoods that do not touch it"),
            "start": _("Choose …"),
            "end": _("the newest"),
            "missing": _("Choose at least one neighbourhood and a start."),
            "long": _("These are too many areas for one address; choose fewer to compare with."),
        },
    }
