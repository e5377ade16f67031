"""The content check over whole columns: none of N clean ones refused, none of M dirty ones missed. Fixed seeds."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence

import duckdb
import pandas as pd
import pytest

from config.errors import PersonalDataError
from etl.frames import RAW, RawFrame, create, work_connection
from etl.personal_data_columns import Column, check_file_name, check_raw, check_table, check_texts
from etl.personal_data_text import passes_11_test

#: Columns of each maker; BUURTBEELD_SOAK=1 makes ten times as many.
TIMES = 150 if os.environ.get("BUURTBEELD_SOAK") else 6
AREA_CODES = [f"BU0153{district:02}{number:02}" for district in range(10) for number in range(10)]
Maker = Callable[[random.Random, int], list[str]]


def place(row: int, position: int) -> str:
    return f"own.csv:{row}:{position}"


def check(texts: Sequence[str | None], *, heading: str = "kolom", is_declared: bool = True, con=None):
    con = con or duckdb.connect()
    con.register("_texts", pd.DataFrame({"row": range(2, len(texts) + 2), "c": pd.Series(texts, dtype=object)}))
    con.execute("CREATE OR REPLACE TABLE gate_t AS SELECT row, CAST(c AS VARCHAR) AS c FROM _texts")
    column = Column("c", heading, 4, is_declared=is_declared)
    return check_table(con, "gate_t", [column], place=place, known_codes=AREA_CODES)


def codes(texts: Sequence[str | None], **how) -> set[str]:
    """Codes of what refuses a column; empty where it passes."""
    try:
        check(texts, **how)
    except PersonalDataError as error:
        return {finding.code for finding in error}
    return set()


# --- makers, each seeded ---------------------------------------------------------------------------------------------


def citizen(random_: random.Random) -> str:
    while True:
        digits = f"{random_.randrange(10_000_000, 999_999_999):09}"
        if passes_11_test(digits):
            return digits


def grouped(digits: str, random_: random.Random) -> str:
    form = random_.choice(["{}", "{}.{}.{}", "{} {} {}", "{}-{}-{}"])
    return form.format(digits) if form == "{}" else form.format(digits[:3], digits[3:6], digits[6:])


def plate(random_: random.Random, separator: str = "-") -> str:
    letters = "BDFGHJKLNPRSTVXZ"
    form = random_.choice(["LL-DDD-L", "L-DDD-LL", "DD-LLL-D", "D-LLL-DD", "DD-LL-LL", "LLL-DD-L"])
    made = "".join(
        random_.choice(letters) if sign == "L" else random_.choice("0123456789") if sign == "D" else separator
        for sign in form
    )
    return made if random_.random() < 0.7 else made.lower()


def account(random_: random.Random) -> str:
    bank = random_.choice(["ABNA", "INGB", "RABO", "KNAB", "ASNB"])
    rest = f"{bank}{random_.randrange(10**10):010}"
    value = int("".join(str(int(sign, 36)) for sign in f"{rest}NL00"))
    made = f"NL{98 - value % 97:02}{rest}"
    return made if random_.random() < 0.5 else " ".join(made[i : i + 4] for i in range(0, len(made), 4))


def phone(random_: random.Random) -> str:
    tail = f"{random_.randrange(10**8):08}"
    return random_.choice(["06-{}", "06{}", "+31 6 {}", "+316{}", "0031 6 {}", "06 {}"]).format(tail)


FIRST = [
    "Jan",
    "Piet",
    "Fatima",
    "Mohammed",
    "Sanne",
    "Lotte",
    "Kees",
    "Anna",
    "Bram",
    "Noor",
    "Emma",
    "Daan",
    "Sophie",
    "Lucas",
    "Mila",
]
LAST = ["Jansen", "deVries", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Yilmaz", "Dekker", "Bos", "Vos", "Peters"]
STREETS = [
    "Hengelosestraat",
    "Deurningerstraat",
    "Kuipersdijk",
    "Haaksbergerstraat",
    "Oldenzaalsestraat",
    "Gronausestraat",
    "Boulevard1945laan",
]
SIGHT = [
    "zag",
    "een",
    "man",
    "met",
    "donkere",
    "jas",
    "wegrennen",
    "bij",
    "de",
    "flat",
    "en",
    "belde",
    "daarna",
    "de",
    "politie",
    "omdat",
    "hij",
    "dreigde",
]


def mostly(odd: Callable[[random.Random], str], usual: Sequence[str], share: float) -> Maker:
    """Columns in which only a part of the rows is odd, at least one."""

    def made(random_: random.Random, size: int) -> list[str]:
        rows = [odd(random_) if random_.random() < share else random_.choice(usual) for _ in range(size)]
        rows[random_.randrange(size)] = odd(random_)
        return rows

    return made


def every(odd: Callable[[random.Random], str]) -> Maker:
    return lambda random_, size: [odd(random_) for _ in range(size)]


LABELS = [
    "Overlast",
    "Woninginbraak",
    "Fietsdiefstal",
    "Vernieling",
    "Geluid 23:00-07:00",
    "1.1.1 Diefstal",
    "Jeugd 12-18",
]
DIRTY: dict[str, tuple[Maker, str]] = {
    "citizen numbers": (every(lambda r: grouped(citizen(r), r)), "PII-001"),
    "citizen numbers with gaps": (
        lambda r, n: [grouped(citizen(r), r) if r.random() < 0.8 else "" for _ in range(n)],
        "PII-001",
    ),
    "mistyped citizen numbers": (
        every(lambda r: citizen(r) if r.random() < 0.85 else f"{r.randrange(10**8, 10**9)}"),
        "PII-001",
    ),
    "one e-mail": (mostly(lambda r: f"{r.choice(FIRST)}.{r.choice(LAST)}@example.nl".lower(), LABELS, 0.0), "PII-005"),
    "some phones": (mostly(phone, LABELS, 0.02), "PII-006"),
    "phones as Excel numbers": (every(lambda r: f"6{r.randrange(10**7, 10**8)}"), "PII-006"),
    "home addresses": (every(lambda r: f"{r.choice(STREETS)} {r.randrange(1, 300)}"), "PII-009"),
    "some addresses": (
        mostly(lambda r: f"{r.choice(STREETS)} {r.randrange(1, 300)}{r.choice(['', 'a', 'b'])}", LABELS, 0.2),
        "PII-009",
    ),
    "postcode and number": (
        mostly(lambda r: f"75{r.randrange(10, 99)}{r.choice(['', ' '])}AB {r.randrange(1, 90)}", LABELS, 0.05),
        "PII-007",
    ),
    "plates": (mostly(plate, LABELS, 0.05), "PII-011"),
    "plates without dashes": (every(lambda r: plate(r, "").upper()), "PII-011"),
    "accounts": (mostly(account, LABELS, 0.01), "PII-012"),
    "case numbers": (mostly(lambda r: f"PL0600-2026{r.randrange(10**6):06}", LABELS, 0.05), "PII-013"),
    "bare case numbers": (every(lambda r: f"2026{r.randrange(10**6):06}"), "PII-013"),
    "moments": (
        every(lambda r: f"2026-03-{r.randrange(1, 29):02} {r.randrange(1, 24):02}:{r.randrange(60):02}"),
        "PII-018",
    ),
    "times": (every(lambda r: f"{r.randrange(1, 24):02}:{r.randrange(60):02}"), "PII-018"),
    "free text": (every(lambda r: " ".join(r.choices(SIGHT, k=r.randrange(6, 20)))), "PII-016"),
    "citizen number named": (mostly(lambda r: f"zie bsn {citizen(r)}", LABELS, 0.0), "PII-002"),
    "births": (
        mostly(lambda r: f"man, geb. {r.randrange(1, 28)}-{r.randrange(1, 12)}-19{r.randrange(50, 99)}", LABELS, 0.0),
        "PII-015",
    ),
    "postcodes as area": (
        every(lambda r: f"75{r.randrange(10, 99)} {r.choice('ABCDEFGH')}{r.choice('BCDEFG')}"),
        "PII-008",
    ),
}

PLACES = [
    "Lasonder, Zeggelt",
    "De Laares",
    "Wijk 00 Binnenstad",
    "'t Weldink",
    "Hof van Delft",
    "Kop van Zuid 2e fase",
    "Bedrijventerrein Euroweg",
    "Wijk 11 Noord-West",
    "Plan 2000",
    "Stadspark 3",
    "Laan 1940-1945",
    "N35",
]
CLEAN: dict[str, Maker] = {
    "counts": every(lambda r: str(int(r.expovariate(0.1)))),
    "large counts": every(lambda r: str(r.randrange(10**8, 10**9))),
    "dotted totals": every(lambda r: f"{r.randrange(100, 999)}.{r.randrange(1000):03}.{r.randrange(1000):03}"),
    "decimals": every(lambda r: f"{r.uniform(0, 100):.{r.randrange(1, 9)}f}".replace(".", r.choice(",."))),
    "bare area codes": every(lambda r: r.choice(AREA_CODES)[2:]),
    "area codes": every(lambda r: r.choice(AREA_CODES)),
    "codes of elsewhere": every(lambda r: f"{r.randrange(14, 1990):04}{r.randrange(20):02}{r.randrange(12):02}"),
    "codes of municipalities": every(lambda r: f"GM{r.randrange(14, 1990):04}"),
    "short periods": every(lambda r: f"{r.randrange(10, 27)}{r.choice(['KW', 'MM'])}{r.randrange(1, 13):02}"),
    "weeks": every(lambda r: f"2026{r.choice(['-W', '', '/'])}{r.randrange(1, 53):02}"),
    "months": every(lambda r: f"{r.randrange(2012, 2027)}{r.choice(['MM', '-', 'M'])}{r.randrange(1, 13):02}"),
    "days": every(lambda r: f"{r.randrange(1, 29):02}-{r.randrange(1, 13):02}-{r.randrange(2012, 2027)}"),
    "compact days": every(lambda r: f"{r.randrange(2012, 2027)}{r.randrange(1, 13):02}{r.randrange(1, 29):02}"),
    "midnights": every(lambda r: f"2026-{r.randrange(1, 13):02}-{r.randrange(1, 29):02} 00:00:00"),
    "labels": every(lambda r: r.choice(LABELS)),
    "long labels": every(
        lambda r: r.choice([f"Diefstal uit of vanaf motorvoertuigen en overige vervoermiddelen {i}" for i in range(9)])
    ),
    "names of places": every(lambda r: r.choice(PLACES)),
    "one street as a name": mostly(lambda r: "Hengelosestraat 51", PLACES, 0.0),
    "category codes": every(lambda r: f"{r.randrange(1, 4)}.{r.randrange(1, 10)}.{r.randrange(1, 15)}"),
    "letter codes": every(lambda r: f"{r.choice(['OV', 'GE', 'VE', 'HI'])}-{r.randrange(1, 90):02}"),
    "row ids": lambda r, n: [f"ID{number:07}" for number in range(n)],
    "numbers of rows": lambda r, n: [str(4_000_000 + number) for number in range(n)],
    "postcodes of four": every(lambda r: str(r.randrange(1011, 9999))),
    "euros": every(lambda r: f"{r.randrange(10**6, 9 * 10**6)},{r.randrange(100):02}"),
    "codes of tables": every(lambda r: r.choice(["T001540", "CRI1122", "GM1680", "2018JJ00", "MW00000", "20300"])),
    "empty": lambda r, n: [""] * n,
}


@pytest.mark.parametrize("kind", DIRTY)
def test_no_dirty_column_is_missed(kind):
    maker, code = DIRTY[kind]
    con = duckdb.connect()

    missed = [
        seed
        for seed in range(TIMES)
        if code not in codes(maker(r := random.Random(f"{kind} {seed}"), r.randrange(40, 400)), con=con)
    ]

    assert missed == []


@pytest.mark.parametrize("kind", CLEAN)
def test_no_clean_column_is_refused(kind):
    con = duckdb.connect()

    refused = {}
    for seed in range(TIMES):
        random_ = random.Random(f"{kind} {seed}")
        found = codes(CLEAN[kind](random_, random_.randrange(10, 400)), con=con)
        if found:
            refused[seed] = found

    assert refused == {}


# --- one by one ------------------------------------------------------------------------------------------------------


def test_a_refusal_names_place_and_kind_and_never_the_text():
    rows = [*(["Overlast"] * 50), "bel jan@example.nl", *(["Overlast"] * 49)]

    with pytest.raises(PersonalDataError) as caught:
        check(rows, heading="Soort")

    finding = caught.value.findings[0]
    assert (finding.code, finding.where, caught.value.exit_code) == ("PII-005", "own.csv:52:4", 30)
    assert finding.what == "an e-mail address. Nothing was loaded"
    assert "return the file to its sender" in finding.fix
    assert "72 hours" in finding.fix
    assert "jan" not in str(caught.value)


def test_pii_003_numbers_that_pass_by_chance_are_accepted():
    random_ = random.Random(3)
    totals = [str(random_.randrange(10**8, 10**9)) for _ in range(500)]

    assert 20 < sum(passes_11_test(text) for text in totals) < 80
    assert check(totals) == ()


def test_pii_004_one_number_in_a_text_that_passes_is_told_and_not_loaded():
    told = check([*(["Overlast"] * 50), "melding 123456782 van"], heading="Soort")

    assert [(finding.code, finding.level, finding.where) for finding in told] == [
        ("PII-004", "warning", "own.csv:52:4")
    ]
    assert "123456782" not in str(told)


def test_many_of_them_are_no_chance():
    random_ = random.Random(4)

    assert codes([f"melding {citizen(random_)} van" for _ in range(5)]) == {"PII-001"}


def test_pii_010_a_few_addresses_may_be_names_of_places():
    told = check([*(["Centrum"] * 98), "Hengelosestraat 51", "Kuipersdijk 2"])

    assert [(finding.code, finding.level, finding.number) for finding in told] == [("PII-010", "warning", 2)]


def test_pii_008_undeclared_postcodes_are_told_declared_ones_refused():
    postcodes = [f"75{number} AB" for number in range(11, 60)]

    assert [finding.level for finding in check(postcodes, is_declared=False)] == ["warning"]
    assert codes(postcodes) == {"PII-008"}


def test_a_column_of_three_numbers_that_all_pass_is_refused_and_of_fewer_or_others_not():
    draw = random.Random(5)
    passing = sorted({citizen(draw) for _ in range(4)})
    failing = next(text for text in map(str, range(123_456_780, 123_456_800)) if not passes_11_test(text))

    assert codes(passing[:3] * 4) == {"PII-001"}
    assert codes(passing[:4]) == {"PII-001"}
    assert check(passing[:2] * 4) == ()
    assert check([*passing[:3], failing]) == ()
    assert check([*passing[:3], "12"]) == ()
    assert check([text[1:] for text in passing[:3]]) == ()


def test_known_area_codes_are_no_citizen_numbers():
    passing = [code for code in AREA_CODES if passes_11_test(code[2:])]

    assert len(passing) >= 5
    assert check([code[2:] for code in passing]) == ()


def test_a_heading_that_is_a_text_is_not_repeated():
    with pytest.raises(PersonalDataError) as caught:
        check([f"{hour:02}:14" for hour in range(1, 24)], heading="Jan Jansen 0612345678")

    assert "Jansen" not in str(caught.value)


def individuals(con, rows: int, repeated: int, value: float = 1.0) -> RawFrame:
    create(con, "raw", RAW)
    con.execute(
        """INSERT INTO raw (row, area, period, measure, value)
           SELECT i + 2, 'BU0153' || lpad((i % ?)::VARCHAR, 4, '0'), '2026-03', 'nuisance', ? FROM range(?) t(i)""",
        [rows - repeated, value, rows],
    )
    return RawFrame("raw")


def test_pii_017_one_row_per_incident_is_refused():
    con = work_connection()

    with pytest.raises(PersonalDataError) as caught:
        check_raw(con, individuals(con, 3000, 2970), name="own.csv")

    assert caught.value.findings[0].code == "PII-017"
    assert "2,970 of 3,000 rows repeat a key with value 1: individual incidents" in caught.value.findings[0].what


def test_counts_that_stand_twice_are_no_incidents():
    con = work_connection()

    check_raw(con, individuals(con, 3000, 2970, value=4.0), name="own.csv")
    check_raw(con, individuals(con, 3000, 30), name="own.csv")


def test_words_of_a_raw_frame_are_looked_at_whatever_the_kind():
    con = work_connection()
    raw = individuals(con, 100, 0)
    con.execute("UPDATE raw SET mark = 'invalid', value = NULL, text = '06-12345678' WHERE row = 7")

    with pytest.raises(PersonalDataError) as caught:
        check_raw(con, RawFrame(raw.table, columns={"value": 5}, sheet="Data"), name="own.xlsx")

    assert [(finding.code, finding.where) for finding in caught.value] == [("PII-006", "own.xlsx Data!E7")]


def test_texts_elsewhere_are_looked_at_too():
    check_texts([("own.xlsx, author", "Team Veiligheid")])
    with pytest.raises(PersonalDataError) as caught:
        check_texts([("own.xlsx Data!C5, comment", "bel jan@example.nl")], code="PII-023")

    assert str(caught.value.findings[0].what) == "holds an e-mail address. Nothing was loaded"
    assert caught.value.findings[0].code == "PII-023"


def test_the_name_of_a_file_is_looked_at_and_not_repeated():
    with pytest.raises(PersonalDataError) as caught:
        check_file_name("export jan@example.nl.csv", "incidents")

    assert [(finding.code, "jan" in str(finding)) for finding in caught.value] == [("PII-022", False)]


def test_the_check_leaves_no_table_behind():
    con = duckdb.connect()

    codes(["jan@example.nl"], con=con)

    assert con.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("gate_t",)]
