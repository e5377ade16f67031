"""Errors a user can mend: what, where, how to fix. Each class has its own exit code."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


class ExitCode:
    """Exit codes of the command line (docs: README, section commands)."""

    DONE = 0
    NOTHING_FOUND = 1
    USAGE = 2
    CONFIGURATION = 10
    STRUCTURE = 20
    VALUES = 21
    PERSONAL_DATA = 30
    DISCLOSURE = 35
    AREAS = 40
    BUSY = 50
    ENVIRONMENT = 60
    BUG = 70
    STOPPED = 130


@dataclass(frozen=True)
class Finding:
    """One thing a user should know: an error that refuses, a warning, or a note.

    `where` is file:line:column, file Sheet!Cell, or file area-code. Never holds a row's values, only codes and counts.
    """

    code: str
    what: str
    where: str
    fix: str
    level: str = "error"  # error | warning | note
    number: int | None = None  # how many rows, areas or periods, where that is known

    def lines(self) -> str:
        """The three lines that a terminal prints."""
        return f"{self.level} {self.code}: {self.what}\n  where: {self.where}\n  fix:   {self.fix}"


class FixableError(Exception):
    """One or more findings that stop the work. Never shown with a traceback."""

    exit_code = ExitCode.BUG

    def __init__(self, code: str, what: str, *, where: str, fix: str) -> None:
        self.findings: tuple[Finding, ...] = (Finding(code, what, where, fix),)
        super().__init__(what)

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "FixableError":
        """All findings of one file in one error; at least one finding is required."""
        collected = tuple(findings)
        first = collected[0]
        error = cls(first.code, first.what, where=first.where, fix=first.fix)
        error.findings = collected
        return error

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __str__(self) -> str:
        return "\n".join(finding.lines() for finding in self.findings)


class UsageError(FixableError):
    """Wrong command line (an argument that names nothing)."""

    exit_code = ExitCode.USAGE


class ConfigError(FixableError):
    """Configuration or catalogue refused."""

    exit_code = ExitCode.CONFIGURATION


class StructureError(FixableError):
    """A delivery whose structure cannot be read."""

    exit_code = ExitCode.STRUCTURE


class ValuesError(FixableError):
    """A delivery whose values do not keep the contract."""

    exit_code = ExitCode.VALUES


class PersonalDataError(FixableError):
    """A delivery that looks like it is about persons."""

    exit_code = ExitCode.PERSONAL_DATA


class DisclosureError(FixableError):
    """An attack of the auditor succeeded."""

    exit_code = ExitCode.DISCLOSURE


class AreasError(FixableError):
    """Boundaries or area codes refused."""

    exit_code = ExitCode.AREAS


class BusyError(FixableError):
    """Another load of the same municipality is running."""

    exit_code = ExitCode.BUSY


class MachineError(FixableError):
    """Disk, permission, port or damaged data."""

    exit_code = ExitCode.ENVIRONMENT


class NothingFound(FixableError):
    """No figure under these filters."""

    exit_code = ExitCode.NOTHING_FOUND
