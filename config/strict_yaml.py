"""YAML as a municipality writes it, read strictly, with the place of every key and value.

Only the events of the YAML parser are used; values are built here. So a tag is never run, an alias never expanded, a
key never silently overwritten, and each value keeps its line and column. A word that one reader takes for true/false
or for an octal number and another for text (`no`, `0153`) is refused instead of guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from config.errors import Finding, MachineError

MAX_BYTES = 256_000
MAX_DEPTH = 20

KeyPath = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+|0[xob][0-9A-Fa-f]+")
_AMBIGUOUS = {"yes", "no", "on", "off"}
_SECRET = re.compile(r"(^|_)(secret|password|passwd|wachtwoord|token|api_?key|private_key|secret_key)$", re.IGNORECASE)
#: Below these keys the municipality's own words stand, so a word such as `token` is no setting.
_OWN_WORDS = {"categories", "values", "owners"}


@dataclass(frozen=True)
class Place:
    """Line and column, counted from 1, of a key (or of the item, in a list) and of its value."""

    key: tuple[int, int]
    value: tuple[int, int]


@dataclass
class Document:
    """One YAML file: its plain value, the places in it, and what is wrong with it.

    `spoiled` holds the key paths that already have a finding: what follows from them is not told twice.
    """

    shown: str
    data: Any = None
    places: dict[KeyPath, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    spoiled: set[KeyPath] = field(default_factory=set)

    def where(self, path: KeyPath, *, value: bool = False) -> str:
        """`file:line:column` of a key, or of its value; of the nearest parent where the key does not occur."""
        for length in range(len(path), -1, -1):
            place = self.places.get(path[:length])
            if place is not None:
                line, column = place.value if value and length == len(path) else place.key
                return f"{self.shown}:{line}:{column}"
        return self.shown

    def is_spoiled(self, path: KeyPath) -> bool:
        return any(path[:length] in self.spoiled for length in range(len(path) + 1))

    def add(self, code: str, what: str, *, path: KeyPath = (), where: str | None = None, fix: str) -> None:
        self.findings.append(Finding(code, what, where or self.where(path), fix))


def read(path: Path, shown: str, *, required: tuple[str, ...] = ()) -> Document:
    """The document in `path`. Never raises for what is in the file: `findings` tells, `data` is None then.

    Raises:
        MachineError: the file cannot be read at all.

    Args:
        path: an existing file.
        shown: its name in messages.
        required: keys to name when the file is empty.
    """
    document = Document(shown)
    text = _text(path, document)
    if text is None:
        return document
    try:
        _Builder(document).build(text)
    except _Stop:
        document.data = None
    except MarkedYAMLError as error:
        document.data = None
        mark = error.problem_mark or error.context_mark
        at = f"{shown}:{mark.line + 1}:{mark.column + 1}" if mark else shown
        problem = " ".join(str(error.problem or error.context or "unreadable").split())
        document.add(
            "CFG-003", f"not readable as YAML: {problem}", where=at, fix="mend the indentation or the quotes there"
        )
    except YAMLError as error:
        document.data = None
        line, sign = _unprintable(text)
        what = f"sign {sign} is not allowed in YAML" if sign else f"not readable as YAML ({type(error).__name__})"
        document.add("CFG-003", what, where=f"{shown}:{line}", fix="remove it, or save the file as plain UTF-8 text")
    if document.data is None and not document.findings:
        names = ", ".join(f"`{name}`" for name in required)
        document.add("CFG-002", "file is empty", where=shown, fix=f"required keys: {names}" if names else "fill it")
    return document


def _text(path: Path, document: Document) -> str | None:
    """The file as text; None after a finding on its size or encoding."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        reason = error.strerror or type(error).__name__
        fix = "give the user of this program the right to read it"
        raise MachineError("CFG-038", f"file cannot be read: {reason}", where=document.shown, fix=fix) from error
    if size > MAX_BYTES:
        document.add(
            "CFG-017",
            f"{size / 1_000_000:.1f} MB; the limit is 256 kB",
            where=document.shown,
            fix="keep figures out of the configuration; give files below the municipality's folder",
        )
        return None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(raw) > 3 and raw[1:4:2] == b"\x00\x00"):
        document.add("CFG-032", "encoded as UTF-16", where=document.shown, fix="save as UTF-8")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        document.add("CFG-032", "not encoded as UTF-8", where=f"{document.shown}:{line}", fix="save as UTF-8")
        return None


def _unprintable(text: str) -> tuple[int, str]:
    """Line and name of the first control sign; YAML allows none but tab and line ends."""
    for line, content in enumerate(text.split("\n"), start=1):
        for sign in content:
            if (ord(sign) < 32 and sign not in "\t\r") or ord(sign) == 127:
                return line, f"U+{ord(sign):04X}"
    return 1, ""


class _Stop(Exception):
    """What follows cannot be understood; the finding is already written."""


@dataclass
class _Open:
    """A mapping or list that is being filled."""

    path: KeyPath
    value: dict[str, Any] | list[Any]
    key: str | None = None
    key_at: tuple[int, int] = (1, 1)
    is_twice: bool = False


class _Builder:
    """Plain values from parser events, without recursion: depth is bounded before it costs anything."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.open: list[_Open] = []
        self.documents = 0

    def build(self, text: str) -> None:
        for event in YAML(typ="safe", pure=True).parse(text):
            at = (event.start_mark.line + 1, event.start_mark.column + 1)
            if isinstance(event, DocumentStartEvent):
                self._one_document(at)
            elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                self._close()
            elif isinstance(event, AliasEvent):
                self._refuse_alias(at)
                self._value(None, at)
            elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
                self._decorated(event, at)
                self._start({} if isinstance(event, MappingStartEvent) else [], at)
            elif isinstance(event, ScalarEvent):
                self._decorated(event, at)
                self._scalar(event, at)

    def _at(self, at: tuple[int, int]) -> str:
        return f"{self.document.shown}:{at[0]}:{at[1]}"

    def _one_document(self, at: tuple[int, int]) -> None:
        self.documents += 1
        if self.documents > 1:
            self.document.add(
                "CFG-003", "a second document starts here", where=self._at(at), fix="remove the line `---`"
            )
            raise _Stop

    def _refuse_alias(self, at: tuple[int, int]) -> None:
        self.document.spoiled.add(self._path())
        self.document.add(
            "CFG-015", "YAML anchors and aliases are not allowed", where=self._at(at), fix="write the value out"
        )

    def _decorated(self, event: Any, at: tuple[int, int]) -> None:
        """Tags and anchors: a finding; the value itself is read on as if they were not there."""
        if event.anchor is not None:
            self._refuse_alias(at)
        if event.tag is not None:
            self.document.spoiled.add(self._path())
            self.document.add(
                "CFG-014", "YAML tags are not allowed", where=self._at(at), fix="remove the word that starts with `!`"
            )

    def _path(self) -> KeyPath:
        """Key path of the value that comes next."""
        if not self.open:
            return ()
        top = self.open[-1]
        if isinstance(top.value, list):
            return (*top.path, len(top.value))
        if top.is_twice:  # a place of its own, so that what stands below it hides nothing of the first
            return (*top.path, str(top.key), "second")
        return (*top.path, top.key) if top.key is not None else top.path

    def _expects_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and self.open[-1].key is None

    def _start(self, value: dict[str, Any] | list[Any], at: tuple[int, int]) -> None:
        if len(self.open) >= MAX_DEPTH:
            self.document.add(
                "CFG-016", f"nested deeper than {MAX_DEPTH} levels", where=self._at(at), fix="flatten the structure"
            )
            raise _Stop
        if self._expects_key():
            self.document.add("CFG-003", "a key must be a word", where=self._at(at), fix="write `key: value`")
            raise _Stop
        path = self._path()
        self._value(value, at)
        self.open.append(_Open(path, value))

    def _close(self) -> None:
        self.open.pop()

    def _scalar(self, event: Any, at: tuple[int, int]) -> None:
        if self._expects_key():
            self._key(event.value, at)
            return
        self._value(self._resolve(event, at) if event.implicit[0] else event.value, at)

    def _key(self, key: str, at: tuple[int, int]) -> None:
        top = self.open[-1]
        top.key, top.key_at, top.is_twice = key, at, False
        path = self._path()
        if key in top.value:
            top.is_twice = True
            first = self.document.places[path].key[0]
            self.document.add(
                "CFG-004", f"key `{key}` given twice (first on line {first})", where=self._at(at), fix="remove one"
            )
        elif _SECRET.search(key) and not _OWN_WORDS & set(top.path):
            self.document.spoiled.add(path)
            self.document.add(
                "CFG-031",
                "secrets do not belong in config",
                where=self._at(at),
                fix=f"remove `{key}`, change the secret, and set it in the environment as BUURTBEELD_OIDC_SECRET",
            )

    def _value(self, value: Any, at: tuple[int, int]) -> None:
        """Put a value where it belongs, with its place. A key given twice keeps its first value."""
        path = self._path()
        if not self.open:
            self.document.data = value
            self.document.places[()] = Place(at, at)
            return
        top = self.open[-1]
        if isinstance(top.value, list):
            self.document.places[path] = Place(at, at)
            top.value.append(value)
        elif top.key is None:
            self.document.add("CFG-003", "a key must be a word", where=self._at(at), fix="write `key: value`")
            raise _Stop
        else:
            if not top.is_twice:
                self.document.places[path] = Place(top.key_at, at)
                top.value[top.key] = value
            top.key, top.is_twice = None, False

    def _resolve(self, event: Any, at: tuple[int, int]) -> Any:
        """A plain scalar: text, or what YAML 1.2 calls null, a boolean or a number. Dates stay text."""
        text: str = event.value
        word = text.lower()
        if word in ("", "~", "null"):
            return None
        if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return word == "true"
        if word in _AMBIGUOUS:
            self._refuse(
                "CFG-007",
                f"expected text, got true/false (`{text}` means that to many readers)",
                at,
                f'put quotes around the value ("{text}"), or write true or false',
            )
            return None
        if _LEADING_ZERO.fullmatch(text):
            self._refuse(
                "CFG-018",
                "expected text, got a number with a leading zero, which readers take for different numbers",
                at,
                f'put quotes around the value ("{text}"); a municipality code is written as GM and four digits',
            )
            return None
        if _INTEGER.fullmatch(text):
            return int(text) if len(text) <= 18 else text
        if _FLOAT.fullmatch(text):
            return float(text)
        return text

    def _refuse(self, code: str, what: str, at: tuple[int, int], fix: str) -> None:
        self.document.spoiled.add(self._path())
        self.document.add(code, what, where=self._at(at), fix=fix)
