"""Is a person in this text? E-mail, phone, address, number plate, bank account, case number, moment, citizen number.

Pure: one text in, kinds out. A kind is meant to be right nearly always, because one cell refuses a whole delivery;
what a single text cannot say (a number that happens to pass the 11-test, a bare time) is judged over a whole column in
`personal_data_columns`. Period and area notations of CBS and the police pass (2023MM04, 2019KW01, BU01530103).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_LETTER, _WORD = r"[^\W\d_]", r"(?<![^\W_])"  # a letter; the start of a word
_END = r"(?![^\W_])"  # the end of a word
#: Letters of Dutch number plates: no vowels but O (trailers), no C and Q, so that codes of categories pass.
_P, _D = "[BDFGHJKLMNOPRSTVWXZ]", "[0-9]"
_PLATE_FORMS = (
    "LL-DD-DD", "DD-DD-LL", "DD-LL-DD", "LL-DD-LL", "LL-LL-DD", "DD-LL-LL", "DD-LLL-D", "D-LLL-DD", "LL-DDD-L",
    "L-DDD-LL", "LLL-DD-L", "L-DD-LLL", "D-LL-DDD", "DDD-LL-D",
)  # fmt: skip


#: Without dashes these are also codes of municipalities (GM1680) and postcodes (7511AB).
_ONLY_WITH_DASHES = ("LL-DD-DD", "DD-DD-LL")


def _plates(separator: str, forms: tuple[str, ...] = _PLATE_FORMS) -> str:
    signs = ("".join({"L": _P, "D": _D, "-": separator}[sign] for sign in form) for form in forms)
    return "|".join(signs)


_STREET = (
    "straat|straatweg|laan|weg|plein|gracht|kade|singel|dijk|steeg|dreef|plantsoen|boulevard|hof|pad|markt|kamp|brink"
    "|stede|erf|veld|burg|haven|wal|ring|baan|dwarsstraat"
)
_SEPARATED = r"[ .-]{0,2}"
_EMAIL = re.compile(r"[\w.+-]+ ?(?:@|\(at\)|\[at\]) ?[\w-]+(?:(?:\.|\(dot\)|\[dot\])[\w-]+)+", re.IGNORECASE)
_MOBILE = re.compile(r"(?<!\d)(?<!\d[.,])(?:\+31|0031)?[ -]?\(?0?\)?[ -]?6[ -]?(?:\d[ .-]?){7}\d(?![\d])")
_LANDLINE = re.compile(
    r"(?<!\d)(?<!\d[.,])(?:\(?0[1-9]\d{1,2}\)?[ /-]{1,3}|(?:\+31|0031)[ -]?(?:\(0\))?[ -]?[1-9]\d{1,2}[ -]?)"
    r"\d{2,4}(?:[ .-]?\d{2,4}){0,2}(?!\d)"
)
#: The digits of both: ten from 0, or the country and a number that may have a digit too many.
_DUTCH_PHONE = re.compile(r"0\d{9}|31\d{9,12}|0031\d{7,10}")
_FOREIGN_PHONE = re.compile(r"(?<!\d)(?<!\d[.,])(?:\+|00)(?:32|49|33|44|48|90|212)[ -]?(?:\d[ .-]?){7,10}\d(?!\d)")
_POSTCODE_NUMBER = re.compile(
    rf"{_WORD}(?:[1-9]\d{{3}} ?(?!S[ADS])[A-Z]{{2}}|[1-9]\d{{3}}[a-z]{{2}})[ ,;/-]*"
    rf"\d{{1,5}}(?:[ -]?[a-zA-Z]{{1,2}})?{_END}"
)
_CBS_PERIOD = re.compile(r"(?:19|20)\d\d ?(?:JJ|MM|KW|WK|HJ|X0|SJ|BE|VR)[ -]?\d{1,2}")
#: A year before the code of an area, as in the name of a file: 2023 GM0153, 2024 BU01530000.
_YEAR_AND_AREA = re.compile(r"(?:19|20)\d\d ?(?:GM\d{4}|WK\d{6}|BU\d{8})")
_ADDRESS = re.compile(
    rf"{_WORD}(?:(?:(?:oude|nieuwe|grote|kleine|korte|lange) |{_LETTER}[\w'’.-]{{1,40}})(?:{_STREET})"
    r"|(?:laan|plein|weg|kade) (?:van|der|den|de|het|'t) [^\d,]{2,40}?)"
    rf"(?: {_LETTER}{{1,3}})?[ ,]{{1,2}}(?:nr\.? ?|no\.? ?|huisnummer ?)?"
    rf"[1-9]\d{{0,4}} ?(?:[a-df-z]|-\d{{1,3}}|hs|bis)?{_END}",  # 2e is an ordinal, no house number
    re.IGNORECASE,
)
_PLATE = re.compile(rf"(?<![\w-])(?:{_plates('-')})(?![\w-])")
_PLATE_WORD = re.compile(rf"(?:kenteken|plaat|plate)\W{{0,3}}(?:{_plates('[ -]?')})(?!\w)", re.IGNORECASE)
_PLATE_BARE = re.compile(_plates("[ -]?", tuple(form for form in _PLATE_FORMS if form not in _ONLY_WITH_DASHES)))
_IBAN = re.compile(rf"{_WORD}([A-Z]{{2}}\d{{2}}(?:[ .-]?[A-Z0-9]){{11,30}}){_END}", re.IGNORECASE)
_CASE = re.compile(
    rf"{_WORD}(?:PL[ -]?\d{{2}}[0-9A-Z]{{2}}[ -]?(?:20)?\d{{2}}[ -]?\d{{4,6}}(?:-\d{{1,2}})?"
    rf"|\d{{2}}[/-]\d{{6}}[/-]\d{{2}}"
    rf"|(?:BVH|BOSZ|PV|parketnummer|proces-?verbaal|zaak(?:nummer|nr)?|mutatie(?:nummer|nr)?)[ .:#-]{{0,3}}(?:nr\.? ?)?"
    rf"(?:PL)?[0-9][0-9 /-]{{6,18}}[0-9]){_END}",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))(?:[ T,]{1,2}|\s*(?:om|at)\s*)"
    r"((?:[01]?\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d)?)(?![\d])"
)
_TIME = re.compile(r"(?:[01]?\d|2[0-3])[:.][0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?: ?(?:uur|u|h|am|pm))?", re.IGNORECASE)
_BORN = re.compile(
    r"(?:geb\.?|geboren|born|geboortedatum|d\.?o\.?b\.?)(?: op| on|:)? ?"
    r"\d{1,4}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ]\d{2,4}",
    re.IGNORECASE,
)
_BSN_WORD = re.compile(
    rf"{_WORD}(?:bsn|burgerservicen(?:ummer|r)|sofi-?(?:nummer|nr)?|citizen service number)"
    r"[^\d]{0,20}\d(?:[ .-]?\d){4,9}",
    re.IGNORECASE,
)
_NINE = re.compile(rf"(?<!\d)(?<!\d[.,])\d(?:{_SEPARATED}\d){{7,8}}(?![\d]|[.,]\d)")
#: How citizen numbers are written: bare, or in groups. A decimal number is none.
BSN_FORM = re.compile(r"\d{8,9}|\d{2,3}([ .-])\d{3}\1\d{3}|\d{4}([ .-])\d{2}\2\d{3}")
POSTCODE_6 = re.compile(r"[1-9]\d{3} ?(?!S[ADS])[A-Z]{2}", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """What a text can hold: the code of its finding, and the word for a message."""

    code: str
    words: str


EMAIL = Kind("PII-005", "e-mail address")
PHONE = Kind("PII-006", "phone number")
POSTCODE = Kind("PII-007", "postcode and house number")
ADDRESS = Kind("PII-009", "street and house number")
PLATE = Kind("PII-011", "licence plate")
ACCOUNT = Kind("PII-012", "bank account")
CASE = Kind("PII-013", "case number of the police or the prosecutor")
BIRTH = Kind("PII-015", "date of birth")
MOMENT = Kind("PII-018", "time of day; the finest allowed period is the week")
CITIZEN = Kind("PII-002", "citizen service number in text")
#: Nine digits inside a text that pass the 11-test: one in eleven does by chance, so this one does not refuse.
MAYBE_CITIZEN = Kind("PII-004", "a number inside a text that may be a citizen service number")


def plain(text: str) -> str:
    """The text as a detector reads it: usual digits, signs and spaces; an underscore parts words as a space does."""
    same = unicodedata.normalize("NFKC", text)
    same = re.sub(r"[\u200b-\u200f\u2060\ufeff\u00ad]", "", same)
    same = re.sub(r"[\u2010-\u2015\u2212]", "-", same)
    return re.sub(r"[\s_]+", " ", same).strip()


def passes_11_test(digits: str) -> bool:
    """The check of a citizen service number (8 digits: with a leading zero): 9a+8b+…+2h−i is a multiple of 11."""
    nine = digits.zfill(9)
    if len(nine) != 9 or not nine.isdigit() or not nine.isascii() or not int(nine):
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * int(digit) for weight, digit in zip(weights, nine, strict=True)) % 11 == 0


def is_account(text: str) -> bool:
    """An IBAN of 15 to 34 signs whose check digits are right (ISO 13616, modulus 97)."""
    signs = re.sub(r"[ .-]", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", signs):
        return False
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


def kinds_in(text: str) -> tuple[Kind, ...]:
    """What about persons stands in one text, surest first; empty for a text about areas."""
    same = plain(text)
    return tuple(kind for kind, finds in _FINDERS if finds(same))


def _has_account(text: str) -> bool:
    runs = (found.group(1).split(" ") for found in _IBAN.finditer(text))
    # The pattern may run on into the next words: try every shorter end.
    return any(is_account("".join(words[: last + 1])) for words in runs for last in range(len(words)))


def _has_phone(text: str) -> bool:
    # Dates and moments are rows of digits too; what is left of the text is looked at.
    rest = re.sub(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}:\d{2}(:\d{2})?", " ; ", text)
    found = (one.group(0) for pattern in (_MOBILE, _LANDLINE) for one in pattern.finditer(rest))
    return any(_DUTCH_PHONE.fullmatch(re.sub(r"\D", "", one)) for one in found) or bool(_FOREIGN_PHONE.search(rest))


def _has_postcode_and_number(text: str) -> bool:
    found = (text[match.start() :] for match in _POSTCODE_NUMBER.finditer(text))
    return any(not (_CBS_PERIOD.match(rest) or _YEAR_AND_AREA.match(rest.lstrip())) for rest in found)


def _has_plate(text: str) -> bool:
    return bool(_PLATE.search(text.upper()) or _PLATE_WORD.search(text))


def _has_moment(text: str) -> bool:
    return any(re.sub(r"\D", "", found.group(1)).strip("0") for found in _MOMENT.finditer(text))


def _may_be_citizen(text: str) -> bool:
    # A bare number is judged with its column.
    is_bare = BSN_FORM.fullmatch(text) or re.fullmatch(r"[+-]?[\d.,]+", text)
    found = (re.sub(r"\D", "", one.group(0)) for one in _NINE.finditer(text))
    return not is_bare and any(len(digits) == 9 and passes_11_test(digits) for digits in found)


_FINDERS: tuple[tuple[Kind, Callable[[str], object]], ...] = (
    (CITIZEN, _BSN_WORD.search),
    (EMAIL, _EMAIL.search),
    (ACCOUNT, _has_account),
    (CASE, _CASE.search),
    (PHONE, _has_phone),
    (PLATE, _has_plate),
    (POSTCODE, _has_postcode_and_number),
    (BIRTH, _BORN.search),
    (MOMENT, _has_moment),
    (ADDRESS, _ADDRESS.search),
    (MAYBE_CITIZEN, _may_be_citizen),
)

#: In words of RE2: what a text must hold to be looked at. Wider than the detectors; DuckDB passes over the rest.
CANDIDATE = "|".join(
    (
        r"[@＠﹫]|\(at\)|\[at\]",
        r"[0-9](?:[ ._/()-]{0,3}[0-9]){7}",  # phones, citizen numbers, accounts, cases
        r"[0-9][-/.][0-9]{1,4}[ T,omat]{1,4}[0-9]{1,2}[:.][0-9]",
        r"[1-9][0-9]{3}[ _]?[a-z]{2}[ ,;/_-]*[0-9]",
        r"[a-z0-9]{1,3}-[a-z0-9]{2,3}-[a-z0-9]{1,3}",
        r"(?:geb|born|dob|d\.o\.b|bsn|burgerserv|sofi|citizen|kenteken|plaat|plate).*[0-9]",
        rf"(?:{_STREET})[^0-9]{{0,16}}[1-9]|(?:laan|plein|weg|kade) (?:van|der|den|de|het|'t) .*[1-9]",
        r"[^\x00-\x7F].*[0-9]|[0-9].*[^\x00-\x7F]|\p{Nd}.*[^\x00-\x7F]|[^\x00-\x7F]{6}",
    )
)


# --- what only a whole column can say --------------------------------------------------------------------------------


def is_bare_plate(text: str) -> bool:
    """A text that is a number plate and nothing else, with or without its dashes; no postcode, no code of a period."""
    same = plain(text).upper()
    return bool(_PLATE_BARE.fullmatch(same) and not re.fullmatch(r"\d\d(?:JJ|MM|KW|WK|HJ)\d\d", same))


def is_time(text: str) -> bool:
    """A text that is a time of day and nothing else, other than midnight."""
    same = plain(text)
    return bool(_TIME.fullmatch(same)) and ":" in same and bool(re.sub(r"\D", "", same).strip("0"))


def is_postcode(text: str) -> bool:
    return bool(POSTCODE_6.fullmatch(plain(text))) and not _CBS_PERIOD.match(plain(text) + "00")


def is_bare_phone(text: str) -> bool:
    """Ten digits from 0, or the nine that a spreadsheet leaves of a mobile number."""
    return bool(re.fullmatch(r"0[1-9]\d{8}|6[1-9]\d{7}|316[1-9]\d{7}", plain(text)))


def is_bare_case(text: str) -> bool:
    """Ten digits: a year and six digits, as the police number their cases."""
    return bool(re.fullmatch(r"20[0-4]\d\d{6}", plain(text)))


def is_date(digits: str) -> bool:
    """Eight digits that are a day: 20260301 or 01032026."""
    return bool(
        re.fullmatch(r"(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])|([0-2]\d|3[01])(0[1-9]|1[0-2])(19|20)\d\d", digits)
    )
