"""Pages that were fetched already, kept until the download is whole; an interrupted one goes on where it was.

    <warehouse>/<slug>/fetch/<name>/state.json          what is asked, which pages are here, and where the next one is
    <warehouse>/<slug>/fetch/<name>/pages/000001.json   the pages as the service gave them
    <warehouse>/<slug>/fetch/<name>.json                what the last finished download was

A page counts once it is on the disk and the state names it. A state of another question, or of another edition of the
table (`stamp`), is thrown away with its pages.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from etl.storage import Damaged, fingerprint_file, read_record, replace_record, sync_file, sync_folder


@dataclass(frozen=True)
class Page:
    """A page on the disk, and the address of the one after it (None: it was the last).

    `note`: what its headers said that its body does not.
    """

    name: str
    sha256: str
    rows: int
    next: str | None
    note: str = ""


class Work:
    """The pages of one download."""

    def __init__(self, folder: Path, question: dict[str, Any]) -> None:
        self.folder = folder
        self.pages_folder = folder / "pages"
        self.question = question
        self.pages = self._resumed()
        self.resumed = len(self.pages)

    @property
    def rows(self) -> int:
        return sum(page.rows for page in self.pages)

    @property
    def is_whole(self) -> bool:
        return bool(self.pages) and self.pages[-1].next is None

    def next(self, first: str) -> str | None:
        """The address to ask now: `first` at the start, None where every page is here."""
        return self.pages[-1].next if self.pages else first

    def keep(self, content: bytes, rows: int, follows: str | None, note: str = "") -> None:
        """Keep a page; when this returns it will not be asked again."""
        name = f"{len(self.pages) + 1:06}.json"
        path = self.pages_folder / name
        part = path.with_name(f".{name}.part")
        part.write_bytes(content)
        sync_file(part)
        os.replace(part, path)
        sync_folder(self.pages_folder)
        self.pages.append(Page(name, fingerprint_file(path), rows, follows, note))
        self._write()

    def clear(self) -> None:
        """Throw the pages away."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.pages = []

    def restart(self) -> None:
        """Throw the pages away and begin anew."""
        self.clear()
        self.pages_folder.mkdir(parents=True)
        self._write()

    def _resumed(self) -> list[Page]:
        try:
            state = read_record(self.folder / "state.json")
            pages = [Page(**page) for page in state["pages"]]
            is_same = state["question"] == self.question
        except (FileNotFoundError, Damaged, KeyError, TypeError):
            pages, is_same = [], False
        if not is_same:
            self.pages = []
            self.restart()
            return []
        good: list[Page] = []
        for page in pages:
            path = self.pages_folder / page.name
            if not path.is_file() or fingerprint_file(path) != page.sha256:
                break
            good.append(page)
        known = {page.name for page in good}
        for path in self.pages_folder.iterdir():
            if path.name not in known:
                path.unlink()
        return good

    def _write(self) -> None:
        record = {"question": self.question, "pages": [asdict(page) for page in self.pages]}
        replace_record(self.folder / "state.json", record)


def last_of(folder: Path, name: str) -> dict[str, Any]:
    """What the last finished download of this name was; empty where there was none."""
    try:
        return read_record(folder / f"{name}.json")
    except (FileNotFoundError, Damaged):
        return {}


def remember(folder: Path, name: str, record: dict[str, Any]) -> None:
    """Note a finished download."""
    replace_record(folder / f"{name}.json", record)
