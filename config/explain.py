"""What the models refuse, in the words of a reader of the YAML file: what, line and column, how to fix."""

from __future__ import annotations

import difflib
import types
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.strict_yaml import Document, KeyPath

#: Kind of pydantic error -> what was expected. Kinds that are absent get the sentence of pydantic itself.
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
}
#: What a field with a pattern is, by its key.
_PATTERNS = {
    "code": ("expected a municipality code", "write GM and four digits, such as GM0153, as CBS gives it"),
    "table": ("expected the number of a StatLine table", "write five digits and NED, such as 47022NED"),
    "crs": ("expected a coordinate system", "write its EPSG number, such as EPSG:28992"),
    "email": ("expected an e-mail address", "write it like team@gemeente.nl"),
}


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like `word`; None where nothing is."""
    close = difflib.get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence: `; did you mean …?`, or nothing."""
    match = nearest(word, known)
    return f"; did you mean `{match}`?" if match else ""


def add_model_errors(document: Document, error: ValidationError, model: Any, *, base: KeyPath = ()) -> None:
    """Turn every error of pydantic into a finding with its place.

    Args:
        document: the file the data came from.
        error: what pydantic refused.
        model: the model that was asked (to know which keys exist).
        base: key path in the document of what was validated (an item of a list, say).
    """
    by_place: dict[KeyPath, list[ErrorDetails]] = defaultdict(list)
    for detail in error.errors(include_url=False):
        by_place[document_path(document.data, base, detail["loc"])].append(detail)
    for path, details in by_place.items():
        if document.is_spoiled(path):
            continue
        if all(_is_consequence(detail) for detail in details):
            continue
        _explain(document, path, details, model, base)


def document_path(data: Any, base: KeyPath, loc: tuple[int | str, ...]) -> KeyPath:
    """The key path a pydantic location stands for: names of union members are left out."""
    value: Any = data
    for part in base:
        value = value[part]
    path = list(base)
    for position, part in enumerate(loc):
        is_last = position == len(loc) - 1
        is_item = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if is_item or (isinstance(value, Mapping) and part in value):
            value = value[part]
        elif not (isinstance(value, Mapping) and is_last and part != "[key]" and not _is_member(str(part))):
            continue
        path.append(part)
    return tuple(path)


def _is_member(part: str) -> bool:
    """True: pydantic's name for one type of a union, such as `tuple[str, ...]`, not a key."""
    return any(sign in part for sign in "[(") or part in ("str", "int", "float", "bool")


def _is_consequence(detail: ErrorDetails) -> bool:
    """A list counts as too short only because its items were refused, which is told already."""
    given = detail["input"]
    return (
        detail["type"] == "too_short" and isinstance(given, (list, tuple)) and len(given) >= detail["ctx"]["min_length"]
    )


def _explain(document: Document, path: KeyPath, details: list[ErrorDetails], model: Any, base: KeyPath) -> None:
    own = [detail for detail in details if detail["type"].startswith("CFG-")]
    detail = own[0] if own else details[0]
    kind, key = detail["type"], path[-1] if path else ""
    if own:
        document.add(kind, detail["msg"], where=document.where(path, value=True), fix=detail["ctx"]["fix"])
    elif kind == "extra_forbidden" or (kind == "literal_error" and detail["loc"][-1] == "[key]"):
        known = _keys_at(model, path[len(base) : -1], document.data, base)
        names = ", ".join(f"`{name}`" for name in sorted(known))
        what = f"unknown key `{key}`{did_you_mean(str(key), known)}"
        match = nearest(str(key), known)
        document.add("CFG-005", what, path=path, fix=f"write `{match}`" if match else f"keys known here: {names}")
    elif kind in ("missing", "union_tag_not_found"):
        name = detail["ctx"]["discriminator"].strip("'") if kind == "union_tag_not_found" else key
        document.add("CFG-006", f"required key `{name}` is missing", path=path, fix=f"add `{name}:` here")
    elif kind == "string_pattern_mismatch" and key in _PATTERNS:
        what, fix = _PATTERNS[str(key)]
        document.add("CFG-009", what, where=document.where(path, value=True), fix=fix)
    elif kind in _EXPECTED or kind in ("enum", "literal_error", "union_tag_invalid", "is_instance_of"):
        _explain_type(document, path, details)
    else:
        what = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
        what = f"`{key}` {what}" if not what[:1].isupper() and what.startswith("should") else what
        document.add(
            "CFG-009", what, where=document.where(path, value=True), fix=f"mend `{key}`; see `buurtbeeld schema`"
        )


def _explain_type(document: Document, path: KeyPath, details: list[ErrorDetails]) -> None:
    """A value of the wrong kind, or a word that is not in a closed list."""
    given = details[0]["input"]
    words: list[str] = []
    for detail in details:
        if detail["type"] in ("enum", "literal_error", "union_tag_invalid"):
            listed = detail["ctx"].get("expected", detail["ctx"].get("expected_tags", ""))
            words += [word.strip(" '") for word in listed.replace(" or ", ", ").split(",") if word.strip(" '")]
    expected = list(dict.fromkeys(_EXPECTED[detail["type"]] for detail in details if detail["type"] in _EXPECTED))
    where = document.where(path, value=True)
    if details[0]["type"] == "union_tag_invalid":
        given, where = given.get("kind"), document.where((*path, "kind"), value=True)
    if isinstance(given, str) and words:
        what = f"`{given[:60]}` is not known here{did_you_mean(given, words)}"
        document.add("CFG-009", what, where=where, fix="choose " + _listed(expected + [f"`{word}`" for word in words]))
        return
    wanted = _listed(expected + [f"`{word}`" for word in words]) or "another value"
    fix = f"write {wanted}"
    if wanted == "text":
        fix = "put quotes around the value"
    elif isinstance(given, str) and expected and "number" in wanted:
        fix = "write the number without quotes"
    document.add("CFG-007", f"expected {wanted}, got {_kind(given)}", where=where, fix=fix)


def _listed(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _kind(value: Any) -> str:
    """What a value is, in words; never the value."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true/false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "keys with values"


# --- which keys exist at a place --------------------------------------------------------------------------------------


def _keys_at(model: Any, path: KeyPath, data: Any, base: KeyPath) -> set[str]:
    """Keys that the models know at `path` (relative to `base`)."""
    value: Any = data
    for part in base:
        value = value[part]
    types_here = _models(model, value)
    for part in path:
        value = value[part]
        types_here = [found for annotation in _below(types_here, part) for found in _models(annotation, value)]
    keys: set[str] = set()
    for found in types_here:
        if isinstance(found, type) and issubclass(found, BaseModel):
            keys |= {field.alias or name for name, field in found.model_fields.items()}
        elif get_origin(found) is dict:
            keys |= {str(word) for word in get_args(get_args(found)[0])}
    return keys


def _models(annotation: Any, value: Any) -> list[Any]:
    """The plain types behind an annotation; of a tagged union the one that `kind` names, where it names one."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _models(get_args(annotation)[0], value)
    if origin in (Union, types.UnionType):
        found = [plain for member in get_args(annotation) for plain in _models(member, value)]
        kind = value.get("kind") if isinstance(value, Mapping) else None
        tagged = [plain for plain in found if kind is not None and kind in _tags(plain)]
        return tagged or found
    return [annotation]


def _tags(plain: Any) -> tuple[Any, ...]:
    if not (isinstance(plain, type) and issubclass(plain, BaseModel)) or "kind" not in plain.model_fields:
        return ()
    annotation = plain.model_fields["kind"].annotation
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _below(types_here: list[Any], part: str | int) -> list[Any]:
    """Annotations of what stands under a key, or in a list."""
    found: list[Any] = []
    for plain in types_here:
        if isinstance(plain, type) and issubclass(plain, BaseModel):
            found += [
                field.annotation for name, field in plain.model_fields.items() if part in (name, field.alias or name)
            ]
        elif get_origin(plain) in (tuple, list):
            found.append(get_args(plain)[0])
        elif get_origin(plain) is dict:
            found.append(get_args(plain)[1])
    return found
