"""Tables of a snapshot about what figures mean: normal ranges, verdicts, standing among areas, peers, clusters."""

from __future__ import annotations

from etl.table import Table

TABLES_OF_STATISTICS: dict[str, Table] = {
    "expectation": Table(
        "What is normal for a cell at that time of the year, from the series itself (quasi-Poisson with season).",
        {
            "indicator": ("VARCHAR", "id of the indicator"),
            "area_code": ("VARCHAR", "code of the area"),
            "period_type": ("VARCHAR", "length of the period"),
            "period": ("VARCHAR", "period"),
            "expected": ("DOUBLE", "events that are normal for this period"),
            "lower": ("DOUBLE", "5 % of normal periods have fewer events"),
            "upper": ("DOUBLE", "5 % of normal periods have more events"),
            "outer_lower": ("DOUBLE", "1 % of normal periods have fewer events"),
            "outer_upper": ("DOUBLE", "1 % of normal periods have more events"),
        },
    ),
    "verdict": Table(
        "The one verdict on the newest complete period of each series, with its reason.",
        {
            "indicator": ("VARCHAR", "id of the indicator"),
            "area_code": ("VARCHAR", "code of the area"),
            "period_type": ("VARCHAR", "week, rolling_4_weeks or month"),
            "period": ("VARCHAR", "period that is judged"),
            "verdict": ("VARCHAR", "signal, watch, normal or too_few"),
            "direction": ("VARCHAR", "high or low: which side of normal; empty: within"),
            "reason": ("VARCHAR", "why it is too few or no signal, as a word"),
            "observed": ("DOUBLE", "events in the period"),
            "expected": ("DOUBLE", "events that are normal for this period"),
            "lower": ("DOUBLE", "lower end of the normal range (5 %)"),
            "upper": ("DOUBLE", "upper end of the normal range (95 %)"),
            "excess": ("DOUBLE", "observed minus expected"),
            "p": ("DOUBLE", "chance of a number at least this far from normal if nothing changed"),
            "q": ("DOUBLE", "the same after Benjamini-Hochberg over all series of the level"),
            "dispersion": ("DOUBLE", "variance divided by mean, at least 1"),
            "visible_from": ("DOUBLE", "smallest number of events that can be told from chance"),
            "smallest_rise": ("DOUBLE", "smallest multiple of normal that can be told from chance"),
            "method": ("VARCHAR", "farrington, ears or none"),
            "n_tested": ("INTEGER", "series of this level that were judged in this load"),
            "expected_false": ("DOUBLE", "signals per period to expect among them if nothing changed"),
        },
    ),
    "standing": Table(
        "Where an area stands among the areas of its level in the newest complete period.",
        {
            "indicator": ("VARCHAR", "id of the indicator"),
            "area_code": ("VARCHAR", "code of the area"),
            "period": ("VARCHAR", "period"),
            "smoothed": ("DOUBLE", "rate drawn towards the mean of the areas as far as its number is small"),
            "rank": ("INTEGER", "place from the highest rate, 1 = highest"),
            "rank_lower": ("INTEGER", "best place that the interval of the rate allows"),
            "rank_upper": ("INTEGER", "worst place that the interval of the rate allows"),
            "n_ranked": ("INTEGER", "areas with a rate"),
            "funnel": ("VARCHAR", "higher, lower or no_difference, allowing for ordinary spread between areas"),
        },
    ),
    "peer": Table(
        "Areas of one level that are alike in context (not in crime), nearest first.",
        {
            "area_code": ("VARCHAR", "an area"),
            "peer_code": ("VARCHAR", "an area like it"),
            "rank": ("INTEGER", "1 = most alike"),
            "distance": (
                "DOUBLE",
                "root mean square difference in standard deviations of the features; about 1.4: two areas at random",
            ),
            "kept_share": ("DOUBLE", "part of the runs without one of the features in which it stays a peer"),
            "is_stable": ("BOOLEAN", "true: most peers of this area stay whichever single feature is left out"),
            "features": ("VARCHAR", "ids of the context indicators that were compared"),
        },
    ),
    "cluster": Table(
        "Contiguous areas with more events than chance would give, in the newest complete year or twelve months.",
        {
            "indicator": ("VARCHAR", "id of the indicator"),
            "area_code": ("VARCHAR", "code of the area"),
            "period": ("VARCHAR", "period"),
            "cluster": ("INTEGER", "number of the cluster within the indicator; empty: belongs to none"),
            "local_moran": ("DOUBLE", "local Moran's I of the smoothed rate"),
            "gi_star": ("DOUBLE", "Getis-Ord Gi* of the smoothed rate, as z: the area and its neighbours together"),
            "q": ("DOUBLE", "two-sided permutation p of both, after Benjamini-Hochberg over the areas"),
        },
    ),
    "maturity": Table(
        "Delay triangle: how much of the final number is known at each age, from past deliveries.",
        {
            "source_id": ("VARCHAR", "id of the source"),
            "indicator": ("VARCHAR", "id of the indicator"),
            "period_type": ("VARCHAR", "length of the period"),
            "age_days": ("INTEGER", "days since the end of the period"),
            "periods": ("INTEGER", "periods that were measured"),
            "events": ("DOUBLE", "events in them as known now"),
            "complete_share": ("DOUBLE", "share of the number now that was known at this age"),
        },
    ),
}
