"""Every case of the catalogue on files, values and personal data is a test; those of other steps are named here."""

from __future__ import annotations

import json
import re
from pathlib import Path

TESTS = Path(__file__).parent.parent
CASES = json.loads((Path(__file__).parent / "bad_inputs.json").read_text(encoding="utf-8"))["cases"]
GROUPS = ("FILE", "VAL", "PII")
#: Case -> test that shows it under a name of its own subject.
ELSEWHERE = {
    "VAL-037": ("unit/etl/test_derive.py", "test_without_any_denominator_there_is_no_rate"),
    "VAL-038": ("unit/etl/test_derive.py", "test_too_few_inhabitants_give_no_rate"),
}
#: Cases of disclosure control, which works on accepted figures: shown by the tests of the public edition.
OF_DISCLOSURE = {"PII-020", "PII-021"}


def test_every_case_of_these_groups_is_shown_by_a_test():
    texts = {
        path.relative_to(TESTS).as_posix(): path.read_text(encoding="utf-8")
        for path in TESTS.rglob("*.py")
        if path.name != Path(__file__).name
    }
    named = "\n".join(texts.values())

    cases = [case["id"] for case in CASES if case["id"].split("-")[0] in GROUPS]
    missing = [
        case
        for case in cases
        if case not in ELSEWHERE and not re.search(f"{case}|{case.lower().replace('-', '_')}_", named)
    ]

    assert len(cases) > 60
    assert set(missing) <= OF_DISCLOSURE
    assert [case for case, (file, test) in ELSEWHERE.items() if f"def {test}" not in texts[file]] == []
