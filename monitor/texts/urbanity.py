"""Sentences on neighbourhoods against others of the same class of urbanity."""

from __future__ import annotations

from monitor.components.format import about_text, count_text, number
from monitor.i18n import Translator
from monitor.queries.exactness import EXACT, Exactness
from monitor.queries.urbanity import AgainstUrbanity
from monitor.texts.words import names


def spread_sentence(found: AgainstUrbanity, _: Translator) -> str:
    """How many neighbourhoods differ from their class, the clearest named."""
    frame = found.areas
    more = frame[frame["verdict"] == "higher"].sort_values("lower", ascending=False)["area_name"].tolist()
    less = frame[frame["verdict"] == "lower"].sort_values("upper")["area_name"].tolist()
    said = [
        _(
            "{n} neighbourhoods, each against those of the same class of urbanity ({classes} classes), allowing for"
            " ordinary differences between neighbourhoods.",
            n=number(len(frame), _), classes=number(found.n_classes, _),
        )
    ]  # fmt: skip
    if more:
        said.append(_("More than usual for its class in {n}: {areas}.", n=number(len(more), _), areas=names(more, _)))
    if less:
        said.append(_("Fewer than usual for its class in {n}: {areas}.", n=number(len(less), _), areas=names(less, _)))
    if not more and not less:
        said.append(_("None differs demonstrably from what is usual for its class."))
    return " ".join(said)


def own_sentence(found: AgainstUrbanity, area_code: str, _: Translator, exact: Exactness = EXACT) -> str:
    """One neighbourhood against its class; empty where it takes no part."""
    row = next(found.areas[found.areas["area_code"] == area_code].itertuples(), None)
    if row is None:
        return ""
    return _(
        "{count} counted; at the rate of the neighbourhoods that are as urban (class {urbanity} of 5) {expected} would"
        " be expected: {ratio} times as many (probably {lower} to {upper} times).",
        count=count_text(float(row.count), _, exact),
        urbanity=number(int(row.urbanity), _),
        expected=about_text(float(row.expected), _, 1, exact),
        ratio=about_text(float(row.ratio), _, 1, exact),
        lower=number(float(row.lower), _, 1),
        upper=number(float(row.upper), _, 1),
    )
