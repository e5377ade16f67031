"""Options that every verb has, before or after the verb."""

from __future__ import annotations

import functools
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from config.errors import Finding, FixableError, UsageError
from config.vocabulary import Edition

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Folder with site.yml, indicators/ and municipalities/.", show_default="config"),
]
WarehouseOption = Annotated[
    Path | None, typer.Option("--warehouse", help="Folder of deliveries and snapshots.", show_default="from site.yml")
]
JsonOption = Annotated[bool | None, typer.Option("--json", help="Machine-readable output.", show_default=False)]
LangOption = Annotated[str | None, typer.Option("--lang", help="Language of messages: en or nl.", show_default="en")]


@dataclass
class Options:
    """What holds for one call of the command line."""

    config: Path | None = None
    warehouse: Path | None = None
    json: bool = False
    lang: str = "en"

    @property
    def config_dir(self) -> Path:
        """--config, else BUURTBEELD_CONFIG, else `config` here."""
        return self.config or Path(os.environ.get("BUURTBEELD_CONFIG", "config"))

    @property
    def warehouse_dir(self) -> Path | None:
        """--warehouse, else BUURTBEELD_WAREHOUSE; None: what site.yml says."""
        named = os.environ.get("BUURTBEELD_WAREHOUSE")
        return self.warehouse or (Path(named) if named else None)


#: Options given before the verb; those after it win.
_given = Options()


def remember(config: Path | None, warehouse: Path | None, as_json: bool | None, lang: str | None) -> Options:
    """Lay the options of one place (before or after the verb) over those known."""
    if lang is not None and lang not in ("en", "nl"):
        raise UsageError("CLI-002", f"unknown language '{lang}'", where="--lang", fix="use en or nl")
    _given.config = config or _given.config
    _given.warehouse = warehouse or _given.warehouse
    _given.json = _given.json if as_json is None else as_json
    _given.lang = lang or _given.lang
    return _given


def verb(command: Callable[..., int]) -> Callable[..., int]:
    """Make a command of `command(given, …)`: the options that every verb has are added after its own."""
    own = inspect.signature(command, eval_str=True)
    options = {"config": ConfigOption, "warehouse": WarehouseOption, "as_json": JsonOption, "lang": LangOption}

    @functools.wraps(command)
    def run(*, config: Any, warehouse: Any, as_json: Any, lang: Any, **arguments: Any) -> int:
        return command(remember(config, warehouse, as_json, lang), **arguments)

    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in options.items()
    ]
    shown = [*(parameter for name, parameter in own.parameters.items() if name != "given"), *added]
    run.__signature__ = own.replace(parameters=shown)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    return run


def edition_of(word: str) -> Edition:
    """The edition that `--edition` names.

    Raises:
        UsageError: there is no such edition.
    """
    if word not in set(Edition):
        raise UsageError("CLI-005", f"unknown edition '{word}'", where="--edition", fix="use internal or public")
    return Edition(word)


def forget() -> None:
    """Start a call without options (a test may call the command line more than once in a process)."""
    _given.__init__()  # type: ignore[misc]


def say(text: str) -> None:
    """A line for a person, on standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say_json(value: Any) -> None:
    """A value for a program, on standard output."""
    say(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def tell(findings: Iterable[Finding]) -> None:
    """Findings for a person, on standard error: what, where, fix."""
    for finding in findings:
        sys.stderr.write(f"{shown(finding)}\n")
    sys.stderr.flush()


def shown(finding: Finding) -> str:
    """Three lines; in Dutch the first sentence and the labels."""
    if _given.lang != "nl":
        return finding.lines()
    from etl.findings_nl import dutch, dutch_repair

    word = {"error": "fout", "warning": "let op", "note": "ter info"}[finding.level]
    return f"{word} {finding.code}: {dutch(finding)}\n  waar:  {finding.where}\n  doe:   {dutch_repair(finding)}"


def error_record(error: FixableError) -> dict[str, Any]:
    """An error for `--json`."""
    return {"exit_code": error.exit_code, "findings": [finding.__dict__ for finding in error.findings]}


def slugs_of(options: Options, named: list[str] | None, *, all_of_them: bool = False) -> list[str]:
    """Municipalities that a command is about.

    Raises:
        UsageError: none named while there are several, or a name that has no file.
    """
    from config.load import available

    known = available(options.config_dir)
    if all_of_them or (not named and len(known) == 1):
        if not known:
            raise UsageError(
                "CLI-001",
                "no municipality is configured",
                where=str(options.config_dir / "municipalities"),
                fix="start one with `buurtbeeld init CODE`",
            )
        return known
    if not named:
        raise UsageError(
            "CLI-001", "name a municipality", where="command line", fix=f"one of: {', '.join(known) or 'none'}"
        )
    return named
