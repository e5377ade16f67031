"""What is left of a file when its refused parts are taken out, so that the other mistakes are found in the same run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from config.explain import add_model_errors, document_path
from config.strict_yaml import Document, KeyPath

T = TypeVar("T", bound=BaseModel)
_ROUNDS = 8


def validated(document: Document, model: type[T], stand_ins: Mapping[str, Any]) -> tuple[T | None, Document]:
    """The model, or what is left of it, and a document with the places of what is left.

    Args:
        document: gets a finding for every error.
        model: what the whole document should be.
        stand_ins: values for required keys that were refused; for checks only, they are never shown or used.

    Returns:
        The model is None where too little is left to check anything else.
    """
    try:
        return model.model_validate(document.data), document
    except ValidationError as error:
        add_model_errors(document, error, model)
        refused = error
    left = document
    for _ in range(_ROUNDS):
        left = _without(left, _refused_paths(left, refused))
        if not isinstance(left.data, dict):
            return None, document
        left.data = {**stand_ins, **left.data}
        try:
            return model.model_validate(left.data), left
        except ValidationError as error:
            refused = error
    return None, document


def _refused_paths(document: Document, error: ValidationError) -> set[KeyPath]:
    """Paths to take out: the refused value itself, or what holds it where a required key is missing."""
    paths: set[KeyPath] = set()
    for detail in error.errors(include_url=False):
        path = document_path(document.data, (), detail["loc"])
        is_missing = detail["type"] == "missing"
        paths.add(path[:-1] if is_missing and len(path) > 1 else path)
    return paths


def _without(document: Document, removed: set[KeyPath]) -> Document:
    """The same document without what stands at `removed`; list items move up and keep their own places."""
    left = Document(document.shown, findings=document.findings, spoiled=document.spoiled)

    def copied(value: Any, old: KeyPath, new: KeyPath) -> Any:
        if old in document.places:
            left.places[new] = document.places[old]
        if isinstance(value, dict):
            return {
                key: copied(below, (*old, key), (*new, key))
                for key, below in value.items()
                if (*old, key) not in removed
            }
        if isinstance(value, list):
            kept: list[Any] = []
            for position, below in enumerate(value):
                if (*old, position) not in removed:
                    kept.append(copied(below, (*old, position), (*new, len(kept))))
            return kept
        return value

    left.data = None if () in removed else copied(document.data, (), ())
    return left
