"""Methods that set areas beside each other: smoothing, ranks, funnel, clusters, peers, severity, index."""

from __future__ import annotations

from etl.statistics import examples
from monitor.i18n import Translator
from monitor.texts.methods import Measured, Method, with_example


def told(_: Translator, measured: Measured) -> tuple[Method, ...]:
    """These methods, in reading order."""
    return (
        _smoothing(_),
        _ranks(_),
        _funnel(_),
        _urbanity(_),
        _concentration(_),
        _clusters(_),
        _peers(_, measured),
        _associations(_),
        _harm(_),
        _index(_),
    )


def _smoothing(_: Translator) -> Method:
    return Method(
        "smoothing",
        _("Smoothed rates"),
        (
            _(
                "A rate on few residents jumps up and down. A smoothed rate is drawn towards the mean of all"
                " areas, the more so the less it rests on. Where areas differ no more than chance makes them, all"
                " get the mean: then there are no demonstrable differences. It needs ten areas."
            ),
        ),
        _("Empirical Bayes, global method of moments (Marshall 1991)."),
        with_example(examples.SMOOTHING, _("Ten areas: small ones move most"), _),
    )


def _ranks(_: Translator) -> Method:
    return Method(
        "ranks",
        _("Places on a list"),
        (
            _(
                "A place on a list suggests more than the counts can carry. So each place comes with the places"
                " that chance leaves open: “place 3 of 70; it can be any place from 1 to 19”. There is no top ten"
                " without it."
            ),
        ),
        _("Klein, Wright & Wieczorek (2020), on the 95% intervals of the rates."),
        with_example(examples.RANKS, _("Eight areas of 1,000 residents: only the highest place is sure"), _),
    )


def _funnel(_: Translator) -> Method:
    return Method(
        "funnel",
        _("Funnel: which areas differ from the rest"),
        (
            _(
                "In a small area the counted number may differ much from the expected one by chance, in a large"
                " area only a little. The limits of the funnel show how much: 1 area in 20 crosses the inner"
                " limits by chance, 1 in 500 the outer ones."
            ),
            _(
                "Neighbourhoods always differ somewhat, more than chance alone explains. From 20 areas on that"
                " ordinary spread is measured and widens the limits; otherwise half a city would stand out."
            ),
        ),
        _("Spiegelhalter (2005); Spiegelhalter et al. (2012) for the spread between areas."),
        with_example(examples.FUNNEL, _("Limits of counted divided by expected, by chance alone"), _),
    )


def _urbanity(_: Translator) -> Method:
    return Method(
        "urbanity",
        _("Weighed for urbanity: like with like"),
        (
            _(
                "A city centre has more offences per resident than a village, whatever its residents do. So each"
                " neighbourhood is also set against the neighbourhoods of its own class of urbanity: how many events"
                " would it have at their rate, and how many times as many does it have? A class of fewer than three"
                " neighbourhoods is left out. Other differences, such as visitors who are no residents, stay."
            ),
        ),
        _("Indirect standardisation; intervals exact below 10 events, Byar from 10 (Breslow & Day 1987)."),
        with_example(examples.STANDARDISATION, _("Six neighbourhoods of two classes"), _),
    )


def _concentration(_: Translator) -> Method:
    return Method(
        "concentration",
        _("Concentration"),
        (
            _(
                "How few areas hold half of all events? That number is set beside what chance alone would give"
                " when events fall in proportion to residents. The Gini coefficient runs from 0 (spread evenly) to"
                " 1 (all in one area). With fewer events than areas it is corrected: few events look concentrated"
                " by arithmetic alone."
            ),
        ),
        _("Generalised Gini: Bernasco & Steenbeek (2017); 999 simulated draws."),
        with_example(examples.CONCENTRATION, _("Four events in four of ten areas are not concentrated"), _),
    )


def _clusters(_: Translator) -> Method:
    return Method(
        "clusters",
        _("Contiguous areas with more events"),
        (
            _(
                "The program looks for neighbouring areas that are high together, and holds that against 9,999"
                " random shuffles of the figures over the map. The outcome is corrected for the number of areas."
                " It names the area and its surroundings, not one neighbourhood. Below 20 areas it is not offered;"
                " areas without neighbours are left out."
            ),
        ),
        _("Local Moran (Anselin 1995) and Getis-Ord Gi* (1995) on smoothed rates, Benjamini-Hochberg at 0.05."),
    )


def _peers(_: Translator, measured: Measured) -> Method:
    paragraphs = [
        _(
            "Neighbourhoods that resemble each other in dwellings, households and density are each other's"
            " peers. Crime is no part of that, so that peers can differ in it. The distance is 0 for the same"
            " neighbourhood and about 1.4 for two at random. Peers are called stable when at least 7 in 10"
            " stay, whichever single feature is left out."
        ),
        _(
            "In other municipalities peers are sought in the delivered key figures, where these are open and hold more"
            " than this municipality: the newest file that knows at least two thirds of the features. All"
            " neighbourhoods of that file are worked out as those of this municipality are; a withheld figure is"
            " unknown, never 0. The distance is measured by the spread over all neighbourhoods of that file, so it is"
            " another measure than inside the municipality. Only names are shown, no figures of others."
        ),
    ]
    if measured.features:
        paragraphs.append(_("Compared in this municipality: {features}.", features=", ".join(measured.features)))
    return Method(
        "peers",
        _("Similar neighbourhoods"),
        tuple(paragraphs),
        _("Nearest neighbours by the root mean square difference of standardised features."),
    )


def _associations(_: Translator) -> Method:
    return Method(
        "associations",
        _("What goes together"),
        (
            _(
                "A correlation says whether areas with more of one thing often have more of another. It needs 20"
                " areas, is corrected for the number of pairs looked at, and that number is always told. It says"
                " nothing about people and nothing about cause."
            ),
        ),
        _(
            "Spearman's rank correlation; Benjamini-Hochberg over all pairs; checked by weighing areas by"
            " residents and by Moran's I of what is left."
        ),
    )


def _harm(_: Translator) -> Method:
    return Method(
        "severity",
        _("Harm score (only when a municipality asks for it)"),
        (
            _(
                "Every offence gets a weight in days, set and dated by the municipality; there are no standard"
                " Dutch weights. The score is the sum of numbers times weights. One serious offence can decide it,"
                " so the score is also given without the heaviest offence, and with each weight halved and"
                " doubled."
            ),
            _(
                "Every offence of the police table has a weight or is left out on purpose, and the page says which."
                " The plain number stands beside the days. The interval follows from the numbers of offences and"
                " their weights, never from the days as if those were events. The score is not compared, ranked or"
                " signalled: days are no events. In the public edition it is made from the rounded counts of a"
                " restricted source, so a single serious offence counts 0 or 5 times."
            ),
        ),
        _("Sherman, Neyroud & Neyroud (2016); interval: compound Poisson (Dobson et al. 1991)."),
        with_example(
            examples.HARM, _("Two robberies weigh more than 95 stolen bicycles (the weights are an example)"), _
        ),
    )


def _index(_: Translator) -> Method:
    return Method(
        "index",
        _("Composite index (only when a municipality asks for it)"),
        (
            _(
                "Each figure becomes points: 100 is the municipality in the base year, and 25 points are one"
                " ordinary spread between its neighbourhoods, both weighed by residents. The index is the plain"
                " mean, of themes where there are any; no figure has a weight. It stands on the pages of the index"
                " and of an area, never on the front page, and always with its parts."
            ),
            _(
                "The base follows from the base year alone and is used for every year and level, so adding a year"
                " changes nothing that was there. Corrected figures of the base year, or a new division into areas,"
                " do move it; a new division is told. Only years that are complete for all parts have an index."
            ),
            _(
                "With more than a third of its parts missing an area has no index, with the reason. A rate on too"
                " few people is smoothed first; an area with too few residents for a rate has an index but no place."
            ),
            _(
                "Because another way of calculating may give another place, the first and last place over all ways"
                " always stand beside it: leaving out each figure, multiplying instead of adding, and weights that"
                " follow from what goes together. In the public edition everything is made of protected figures."
            ),
        ),
        _("Modelled on the public description of the Rotterdam Wijkprofiel; OECD & JRC (2008) for the checks."),
        (
            *with_example(examples.INDEX, _("A figure of which more is less favourable"), _),
            *with_example(
                examples.INDEX_PLACES, _("Five areas and three figures: only the first and the last place are sure"), _
            ),
        ),
    )
