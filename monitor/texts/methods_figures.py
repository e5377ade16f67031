"""Methods of one figure: rates, comparisons, what is normal, provisional periods."""

from __future__ import annotations

from etl.statistics import examples
from monitor.components.format import number
from monitor.i18n import Translator
from monitor.texts.methods import Measured, Method, Printed, with_example


def told(_: Translator, measured: Measured) -> tuple[Method, ...]:
    """These methods, in reading order."""
    return (_rates(_), _comparison(_), _verdict(_, measured), _provisional(_, measured))


def _rates(_: Translator) -> Method:
    return Method(
        "rates",
        _("Rates and how sure they are"),
        (
            _(
                "A rate is the number counted, divided by the residents (or dwellings), per 1,000 and per year."
                " With fewer than 100 residents or 50 dwellings no rate is made: the number alone is shown."
            ),
            _(
                "Small numbers move by chance. That is why a range stands beside a figure: “probably between 17"
                " and 30”. It is the 95% interval: in 19 of 20 cases such a range holds the true level. The fewer"
                " the counts, the wider the range."
            ),
            _(
                "City centres and business areas have many visitors and few residents. A rate per resident is"
                " then high without the residents having more to do with it."
            ),
        ),
        _(
            "Below 10 events exact Poisson limits, from 10 Byar's approximation (Breslow & Day 1987); shares:"
            " Wilson (1927)."
        ),
        with_example(examples.RATES, _("The same rate is less sure when it rests on fewer counts"), _),
    )


def _comparison(_: Translator) -> Method:
    return Method(
        "comparison",
        _("Comparing with the rest and with a year earlier"),
        (
            _(
                "An area is compared with the rest of the municipality: the municipality without that area. A"
                " year is compared with the year before, and only when both are complete."
            ),
            _(
                "The verdict has four forms: higher, lower, no demonstrable difference, too few to compare. It"
                " says higher or lower only when the whole 95% interval of the ratio lies on one side. With fewer"
                " than 10 events together nothing is compared and no percentage is shown."
            ),
            _(
                "Most changes of one neighbourhood in one year are chance. Where the months of a series vary more"
                " than chance alone explains, the interval is made wider."
            ),
        ),
        _(
            "Exact conditional test with Clopper-Pearson limits (Przyborowski & Wilenski 1940); quasi-Poisson"
            " where the variance is more than 1.5 times the mean."
        ),
        with_example(examples.YEAR_ON_YEAR, _("The same rise of 33% is sure or not sure"), _),
    )


def _verdict(_: Translator, measured: Measured) -> Method:
    runs = tuple((level, kind, number(float(n), _), number(false, _, 3)) for level, kind, n, false in measured.runs)
    tables = with_example(
        examples.VISIBLE_RISE, _("The smallest rise that can be seen (variance 1.2 times the mean)"), _
    )
    if runs:
        head = (_("Level"), _("Period"), _("Series judged"), _("False signals per period"))
        tables += (Printed(_("How many series are looked at in this municipality"), head, runs),)
    return Method(
        "verdict",
        _("What is normal, and the verdict"),
        (
            _(
                "For every series the program works out what is normal for this time of the year, from the same"
                " weeks (or months) of up to five earlier years. Old peaks count less, so one bad year does not"
                " become the measure. The normal range is what 9 of 10 normal periods stay within."
            ),
            _(
                "There are four verdicts. Signal: clearly more (or fewer) than normal, at least 3 cases away,"
                " also when all series are looked at together. Keep an eye on: unusual by itself, but among so"
                " many series it may be chance. Normal. Too few to say: nothing could stand out here, or the"
                " history is too short."
            ),
            _(
                "Hundreds of series are looked at. One in a hundred would then stand out by chance alone, every"
                " week. So the chance is corrected for the number of series. In a test with 280 made-up series in"
                " which nothing happened there was about one false signal per 8 weeks (0.125 a week); with sums of"
                " four weeks at most one per four sums (0.25)."
            ),
            _(
                "Weeks are judged for the municipality and its districts, sums of four weeks for neighbourhoods,"
                " because weekly counts of a neighbourhood are too small. With one to three years of history only"
                " the last periods are the measure; with less than a year nothing is judged. Provisional periods"
                " are never a signal. New Year's Eve is taken into account. When a source or an area falls silent,"
                " that is told instead of a fall."
            ),
            _(
                "What is rare can hardly stand out. The table shows from which number on a rise can be told from"
                " chance."
            ),
        ),
        _(
            "Farrington Flexible with a negative binomial threshold (Noufaily et al. 2013); short histories:"
            " EARS C2 (Hutwagner et al. 2003); false discovery rate: Benjamini & Hochberg (1995), q at most"
            " 0.05 over all series of a level."
        ),
        tables,
    )


def _provisional(_: Translator, measured: Measured) -> Method:
    rows = tuple(
        (source, kind, number(float(age), _), number(float(periods), _), f"{number(100 * share, _, 1)}%")
        for source, kind, age, periods, share in measured.maturity
    )
    head = (_("Source"), _("Period"), _("Days after its end"), _("Periods measured"), _("Known of the final number"))
    paragraphs = [
        _(
            "The newest figures are not complete: reports come in later and are corrected. A period is"
            " provisional until 95% of its final number is known. It is drawn with an open point and never"
            " gets a signal."
        ),
        _(
            "How long that takes is measured: what did earlier deliveries say of a period so many days after"
            " its end, and what is known of it now? Where periods were delivered only once this cannot be"
            " measured, and the configured number of days holds."
        ),
    ]
    tables = (Printed(_("Measured in this municipality"), head, rows),) if rows else ()
    if not rows:
        paragraphs.append(_("In this municipality there are too few repeated deliveries to measure it yet."))
    return Method(
        "provisional",
        _("Provisional figures"),
        tuple(paragraphs),
        _("Delay triangle (as in reserving and in syndromic surveillance; Lawless 1994)."),
        tables,
    )
