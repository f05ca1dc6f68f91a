"""Reads one entry, or the entries that a glob matches: `memory recall` and `memory list`."""

from __future__ import annotations

from hooks_cli.model import address as addresses
from hooks_cli.model.entry import Entry
from hooks_cli.store.sqlite.rows import entries, lists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.store.sqlite.store import EmbeddedStore


class Found:
    """What a recall found: `exact` when the argument is one address (and not a glob); newest first, with the number of all."""

    __slots__ = ("entries", "exact", "total")

    def __init__(self, found: list[Entry], total: int, exact: bool) -> None:
        self.entries = found
        self.total = total
        self.exact = exact


def recall(
    store: EmbeddedStore,
    pattern: str,
    now: int,
    limit: int,
    offset: int = 0,
    *,
    counted: bool = False,
    short: bool = False,
    lazy: bool = False,
) -> Found:
    """The entry at an address, or the entries that a glob matches.

    A live address that equals the argument wins over reading it as a glob. `counted` asks for the exact total of a glob that has more
    than `limit` entries (it costs a scan of its range); otherwise `total` is then limit + 1 or more. `short` reads of long values of a
    glob only the beginning, as a list shows it; `lazy` leaves them out, for `store.sqlite.rows.lists.each` to read one at a time.
    """
    entry = entries.read(store, pattern, now)
    if entry is not None:
        return Found([entry], 1, True)
    if not addresses.is_glob(pattern):
        return Found([], 0, True)
    found = lists.newest(
        store, pattern, now, limit + 1, offset, entries.SHORT_COLUMNS if short or lazy else entries.COLUMNS
    )
    if short:
        entries.shorten(store, found)
    total = offset + len(found)
    if len(found) > limit and counted:
        total = lists.count(store, pattern, now)
    return Found(found[:limit], total, False)


def current(store: EmbeddedStore, address: str, now: int) -> Entry | None:
    """The live entry at an address, None when there is none."""
    return entries.read(store, address, now)


def whole(store: EmbeddedStore, found: list[Entry]) -> Iterator[Entry]:
    """The entries that were read `lazy`, each with its whole value, one at a time."""
    return lists.each(store, found)
