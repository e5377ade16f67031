"""A long table as one component: its rows travel as data, and `assets/tables.js` makes them when it is opened.

Every cell of a Dash table is a component that the browser looks after with each change on the page; hundreds of them
in a folded table would make a page slow that nobody reads as a table.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from dash import html

from monitor.i18n import Translator


def light_twin(
    head: Sequence[str], rows: Sequence[Sequence[str]], _: Translator, *, caption: str, numeric: Sequence[int] = ()
) -> html.Details:
    """The figures of a picture as a table, folded in below it. Cells are words; the first of a row is its header."""
    told = {"head": list(head), "rows": [list(row) for row in rows], "caption": caption, "numeric": list(numeric)}
    place = html.Div(
        className="table-wrap",
        tabIndex="0",
        role="region",
        **{"aria-label": caption, "data-table": json.dumps(told, ensure_ascii=False, separators=(",", ":"))},
    )
    return html.Details([html.Summary(_("As a table")), place], className="twin")
