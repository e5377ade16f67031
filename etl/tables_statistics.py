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
        "Neighbourhoods that are alike in context (not in crime), nearest first, per scope.",
        {
            "scope": ("VARCHAR", "own: inside the municipality; elsewhere: in other municipalities"),
            "area_code": ("VARCHAR", "an area"),
            "peer_code": ("VARCHAR", "an area like it"),
            "rank": ("INTEGER", "1 = most alike"),
            "distance": (
                "DOUBLE",
                "root mean square difference in standard deviations of the features, over all areas compared in that"
                " scope; about 1.4: two areas at random",
            ),
            "kept_share": ("DOUBLE", "part of the runs without one of the features in which it stays a peer"),
            "is_stable": ("BOOLEAN", "true: most peers of this area stay whichever single feature is left out"),
            "features": ("VARCHAR", "ids of the context indicators that were compared"),
            "peer_name": ("VARCHAR", "elsewhere: its name as the file of key figures tells, or its code; own: empty"),
            "municipality_code": ("VARCHAR", "elsewhere: the municipality it lies in; own: empty"),
            "municipality_name": ("VARCHAR", "elsewhere: the name of that municipality, or its code; own: empty"),
            "period": ("VARCHAR", "elsewhere: year of figures and codes; own: empty, the newest of each feature"),
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
    "composite_base": Table(
        "What an index is measured by: mean and spread of each of its parts over neighbourhoods in the base year. Score"
        " = 100 + 25 x (value - mean) / deviation, with the sign turned where higher is worse.",
        {
            "indicator": ("VARCHAR", "id of the index"),
            "theme": ("INTEGER", "number of the theme within the index, from 1; themes count alike"),
            "theme_nl": ("VARCHAR", "name of the theme in Dutch; empty: the index has no themes"),
            "theme_en": ("VARCHAR", "name of the theme in English"),
            "part": ("VARCHAR", "id of the indicator that is a part"),
            "base_period": ("VARCHAR", "the base year"),
            "mean": ("DOUBLE", "mean over neighbourhoods in the base year, weighed by residents"),
            "deviation": ("DOUBLE", "standard deviation over neighbourhoods in the base year, weighed by residents"),
            "is_higher_better": ("BOOLEAN", "false: a higher value gives a lower score"),
            "n_areas": ("INTEGER", "neighbourhoods it rests on"),
            "is_carried": ("BOOLEAN", "true: figures of the base year were carried over from another division"),
            "vintage": ("INTEGER", "year of the division that the base stands on"),
        },
    ),
    "composite_part": Table(
        "The parts of each index: value and score per area and year, on the division on screen.",
        {
            "indicator": ("VARCHAR", "id of the index"),
            "area_code": ("VARCHAR", "code of the area"),
            "period": ("VARCHAR", "year"),
            "part": ("VARCHAR", "id of the indicator that is a part"),
            "value": ("DOUBLE", "its value, as in observation; smoothed where the area has too few people for a rate"),
            "is_smoothed": ("BOOLEAN", "true: drawn towards the mean of all neighbourhoods (empirical Bayes)"),
            "score": ("DOUBLE", "points: 100 is the municipality in the base year"),
        },
    ),
    "composite_standing": Table(
        "Where an area stands on an index, and which places other ways of making it give.",
        {
            "indicator": ("VARCHAR", "id of the index"),
            "area_code": ("VARCHAR", "code of the area"),
            "period": ("VARCHAR", "year"),
            "band": ("VARCHAR", "far_below (to 70), below (to 90), average (to 110), above (to 130) or far_above"),
            "rank": ("INTEGER", "place among the areas of its level, 1 = highest index; empty: too few residents"),
            "rank_min": ("INTEGER", "first place over all ways of making it"),
            "rank_max": ("INTEGER", "last place over all ways of making it"),
            "n_ranked": ("INTEGER", "areas with a place"),
        },
    ),
    "composite_way": Table(
        "The place of an area under each other way of making an index.",
        {
            "indicator": ("VARCHAR", "id of the index"),
            "area_code": ("VARCHAR", "code of the area"),
            "period": ("VARCHAR", "year"),
            "way": ("VARCHAR", "without:<indicator>, geometric (mean), principal (weights by the first component)"),
            "rank": ("INTEGER", "place among the areas of its level"),
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
