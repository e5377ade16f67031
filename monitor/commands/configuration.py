"""init, validate, schema: the configuration. Nothing here loads a figure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.errors import ExitCode, Finding, FixableError, UsageError
from monitor.commands.options import Options, say, say_json, tell, verb


@verb
def init(
    given: Options,
    code: Annotated[str, typer.Argument(help="CBS code of the municipality, such as GM0503.")],
    name: Annotated[str | None, typer.Option("--name", help="Name on screen, such as Delft.")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="File to write; - for standard output.")] = None,
) -> int:
    """Write a commented, valid configuration file."""
    from config.write import slug_of, starter

    try:
        text = starter(code, name)
    except ValueError as error:
        raise UsageError(
            "CLI-006", str(error), where="command line", fix="such as `buurtbeeld init GM0503 --name Delft`"
        ) from error
    if output is not None and str(output) == "-":
        say(text.rstrip("\n"))
        return ExitCode.DONE
    path = output or given.config_dir / "municipalities" / f"{slug_of(name or code)}.yml"
    if path.exists():
        raise UsageError("CLI-003", f"{path} exists already", where=str(path), fix="name another file with --output")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if given.json:
        say_json({"file": str(path)})
    else:
        say(f"{path} written. Next: put your files in its folder, then `buurtbeeld validate {path.stem}`")
    return ExitCode.DONE


@verb
def validate(
    given: Options,
    targets: Annotated[list[str] | None, typer.Argument(help="Municipalities or files; none: all.")] = None,
) -> int:
    """Check configuration, catalogue and the files they name; loads nothing."""
    from config.load import validate_all

    findings = [*validate_all(given.config_dir, targets or []), *_of_divisions(given, targets or [])]
    errors = [finding for finding in findings if finding.level == "error"]
    if given.json:
        say_json({"ok": not errors, "findings": [finding.__dict__ for finding in findings]})
    tell(findings)
    if not errors and not given.json:
        say("configuration is in order")
    return ExitCode.CONFIGURATION if errors else ExitCode.DONE


def _of_divisions(given: Options, targets: list[str]) -> list[Finding]:
    """Findings on link tables and former boundaries, of the municipalities whose configuration can be read."""
    from config.load import available, load_municipality

    findings: list[Finding] = []
    for slug in available(given.config_dir):
        if targets and slug not in {Path(target).stem for target in targets}:
            continue
        try:
            configured = load_municipality(given.config_dir, slug, warehouse=given.warehouse_dir)
        except FixableError:
            continue  # told by the check of the configuration itself
        geography = configured.municipality.geography
        if geography.crosswalks or geography.former_boundaries:
            from etl.division_files import check_divisions

            findings += check_divisions(configured)
    return findings


@verb
def schema(
    given: Options,
    output: Annotated[Path | None, typer.Option("--output", help="File to write; default standard output.")] = None,
    corrections: Annotated[bool, typer.Option("--corrections", help="The schema of a file of corrections.")] = False,
) -> int:
    """Print the JSON Schema of a municipality's file, or of its corrections, for editors."""
    import json

    from config.write import corrections_schema, json_schema

    text = json.dumps(corrections_schema() if corrections else json_schema(), ensure_ascii=False, indent=2)
    if output is None:
        say(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
    return ExitCode.DONE
