"""Page after page until there is no next one, each kept as it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from etl.fetch.client import Answer, Client, ServiceError, parsed, shown
from etl.fetch.work import Work

#: Bounds of one download: a table of one municipality has some 100 pages.
MAX_PAGES, MAX_BYTES = 20_000, 8 * 1024**3


@dataclass(frozen=True)
class Read:
    """What a page says: how many rows, where the next one is (as written), how many there are in all (None: unsaid).

    `note` is kept with the page.
    """

    rows: int
    follows: str | None
    announced: int | None = None
    note: str = ""


def gather(
    client: Client,
    work: Work,
    first: str,
    read: Callable[[Any, Answer], Read],
    *,
    shape: Callable[[Any], bool],
    etag: str | None = None,
) -> str | None:
    """Ask the pages that are not here yet.

    Args:
        first: address of the first page. read: what a page says; ValueError where it is no good (it is asked again).
        shape: is it such a page at all? etag: of the first page, last time.

    Returns:
        ETag of the first page, where it was asked and has one; `etag` itself when nothing changed since (then no page
        is kept, and `work.pages` is empty).

    Raises:
        ServiceError: see `Client.get`; NET-005 a next page that was asked before, or too many pages; NET-008 fewer
            or more rows than the pages announce.
    """
    found: str | None = None
    announced: int | None = None
    asked = {page.next for page in work.pages}
    address = work.next(first)
    while address is not None:
        if len(work.pages) >= MAX_PAGES or client.bytes > MAX_BYTES:
            what = f"more than {MAX_PAGES:,} pages or {MAX_BYTES // 1024**3} GB"
            raise ServiceError("NET-005", what, where=shown(first), fix="check `services` in config/site.yml")
        is_first = not work.pages
        answer, page = client.get(
            address, lambda said: read(parsed(said.content, shape), said), etag=etag if is_first else None
        )
        if page is None:
            return etag
        follows = client.follow(page.follows, answer.address) if page.follows else None
        if follows is not None and (follows in asked or follows == address):
            what = "the next page is one that was asked already"
            raise ServiceError("NET-005", what, where=shown(address), fix="tell the publisher of the service")
        if is_first:
            found = answer.etag
        work.keep(answer.content, page.rows, follows, page.note)
        announced = page.announced
        asked.add(address)
        address = follows
    refuse_other_number(work, announced, first)
    return found


def refuse_other_number(work: Work, announced: int | None, address: str) -> None:
    """Throw pages away that do not hold the number of rows that the service counts.

    Raises:
        ServiceError: NET-008.
    """
    if announced is None or work.rows == announced:
        return
    rows = work.rows
    work.clear()
    what = f"the service counts {announced:,} rows, its pages hold {rows:,}; nothing is kept"
    raise ServiceError("NET-008", what, where=shown(address), fix="run the same command again; it starts anew")


def is_page(data: Any) -> bool:
    """A page of OData: an object with a list of objects under `value`."""
    rows = data.get("value") if isinstance(data, dict) else None
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
