from etl.retention import loads_to_keep


def loads(*moments: str) -> list[tuple[str, str | None]]:
    return [(f"{number:06d}", f"{moment}T12:00:00+00:00") for number, moment in enumerate(moments, 1)]


def test_the_newest_stay_whatever_their_age():
    kept = loads_to_keep(loads(*["2026-11-16"] * 20), newest=12)

    assert kept == {f"{number:06d}" for number in range(9, 21)}


def test_of_an_older_month_the_last_load_stays():
    kept = loads_to_keep(loads("2026-08-03", "2026-08-31", "2026-09-07", "2026-09-28", "2026-10-05"), newest=1)

    assert kept == {"000002", "000004", "000005"}


def test_of_a_year_long_ago_only_its_last_load_stays():
    kept = loads_to_keep(loads("2022-03-31", "2022-12-30", "2023-05-31", "2026-10-30", "2026-11-16"), newest=1)

    assert kept == {"000002", "000003", "000004", "000005"}


def test_last_is_by_number_and_not_by_clock():
    kept = loads_to_keep(loads("2026-09-30", "2026-09-01", "2026-11-16"), newest=1)

    assert kept == {"000002", "000003"}


def test_the_end_of_a_month_is_that_of_the_municipality():
    moments = [("000001", "2026-09-30T21:59:00+00:00"), ("000002", "2026-09-30T22:01:00+00:00")]

    kept = loads_to_keep([*moments, ("000003", "2026-11-16T12:00:00+00:00")], newest=1)

    assert kept == {"000001", "000002", "000003"}


def test_a_load_without_a_known_moment_stays_by_its_number_only():
    made: list[tuple[str, str | None]] = [("000001", None), ("000002", None)]

    assert loads_to_keep(made, newest=1) == {"000002"}
    assert loads_to_keep([], newest=1) == set()
