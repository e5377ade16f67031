"""What keeps figures trustworthy: boundaries, breaks, disclosure control, corrections, the gate for personal data."""

from __future__ import annotations

from etl.statistics import examples
from monitor.i18n import Translator
from monitor.texts.methods import Measured, Method, with_example


def told(_: Translator, measured: Measured) -> tuple[Method, ...]:
    """These methods, in reading order."""
    return (_boundaries(_), _breaks(_), _disclosure(_), _corrections(_), _personal_data(_))


def _boundaries(_: Translator) -> Method:
    return Method(
        "boundaries",
        _("Changed boundaries and estimated figures"),
        (
            _(
                "Neighbourhoods are split, merged and renumbered. Older figures are carried to the boundaries on"
                " screen: by code, by the official link table, or by residents (else by area) where two maps"
                " overlap."
            ),
            _(
                "Where an area was split, its events are divided by those shares. Such a figure is marked"
                " “estimated”, with the share that was divided; ≈ stands before it. Totals of the municipality"
                " stay exactly the same. A series that cannot be carried breaks visibly."
            ),
        ),
        _("Areal interpolation with population weights (Goodchild & Lam 1980); link tables of CBS."),
    )


def _breaks(_: Translator) -> Method:
    return Method(
        "breaks",
        _("Changes in the way of counting"),
        (
            _(
                "When a law or a way of registering changes, a series jumps without anything having changed in"
                " the neighbourhood. Known dates are drawn as a dotted line. No trend or normal range crosses"
                " them. When all areas jump at once, the load asks whether the way of counting changed; a factor"
                " of ten against history is refused."
            ),
        ),
        _("Notes of the sources; level shift against the robust spread of earlier months."),
    )


def _disclosure(_: Translator) -> Method:
    return Method(
        "disclosure",
        _("Protection of people: what is promised and what is not"),
        (
            _(
                "The internal edition shows exact numbers. The public edition protects confidential sources once,"
                " at the smallest published count (one neighbourhood, one topic, one period): counts of 1 to 4"
                " are replaced by 0 or 5. Everything shown is computed from those protected counts: rates,"
                " percentages, sums, limits, places, classes of the map and files to download."
            ),
            _(
                "The promise: “From everything Buurtbeeld publishes – any level, period, category, selection,"
                " rate or vintage – a count of 1–4 cannot be told from at least four other values: shown 0 means"
                " 0–4, shown 5 means 1–5. Counts of 6 and more are exact in the leaf. Totals deviate by at most"
                " 10.” A leaf is that smallest published count."
            ),
            _(
                "The bound of 10 is checked at every load: a period in which a total would deviate more is left out."
                " Knowing the bound does not help to find a count. A protected count that is revised keeps what"
                " was shown as long as it stays between 1 and 4."
            ),
            _(
                "What it does not protect against: exact totals published elsewhere, such as open data of the"
                " police. Who combines such a total with the counts here may come to know more. The municipality"
                " declares the totals that others know, under disclosure.external_totals; when these would give a"
                " count away, nothing is published."
            ),
            _(
                "Which counts become 0 and which 5 also depends on a secret key of the municipality. Who holds"
                " the key could exclude some patterns by repeating the calculation. The key therefore stays with"
                " the administrator. Sources that are published openly by their owner stay exact."
            ),
        ),
        _("Small count rounding (Langsrud & Heldal 2018) with base 5; the bound is checked in every load."),
        with_example(examples.ROUNDING, _("What the public edition shows, and what it may stand for"), _),
    )


def _corrections(_: Translator) -> Method:
    return Method(
        "corrections",
        _("Known errors and corrections"),
        (
            _(
                "A known mistake of a source is mended here in the open: which number, what it becomes, why, who"
                " decided and when. It stands on the data page and with the figure. When the source changes the"
                " number itself, the correction ends and the load says so."
            ),
        ),
        _("Corrections as data with an expiry guard; lineage of every figure."),
    )


def _personal_data(_: Translator) -> Method:
    return Method(
        "personal-data",
        _("No personal data"),
        (
            _(
                "Only figures about areas come in. A file that looks like it is about people is refused: by the"
                " names of its columns, and by values that look like a citizen number, e-mail address, phone"
                " number, street address, bank account, case number or number plate. The file is not kept, and"
                " messages name columns and counts, never a value."
            ),
        ),
        _("Data minimisation, GDPR article 5; checks on headings and on the form of values."),
    )
