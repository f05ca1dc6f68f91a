"""A new version of the word index, built beside the one that serves, and put in its place when it is complete.

The table `search` serves; `serving` says which version of the index it is (1: that of version 0.1). `build` fills the table `search_next`
in short transactions, the heads in the order of their revisions. It costs writers nothing: what they write meanwhile has higher revisions,
so that the walk comes to it, and what they delete is taken out at the end. Then the two tables exchange their names in one transaction, and
the old one is emptied, again in short transactions, and dropped. A call that is killed leaves what it has done, and the next one goes on.

A destruction gives the unfinished index up (`abandon`): it may hold words that have to go.
"""

from __future__ import annotations

import time

from hooks_cli.store.sqlite.maintenance import state
from hooks_cli.store.sqlite.maintenance.throttled_writes import ThrottledWrite, should_commit
from hooks_cli.store.sqlite.schema import NEWEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

SERVING = "word_index"
_BUILDING = "word_index_next"
_DONE_TO = "word_index_done_to"
# How many heads are looked up at once, and how many blocks of the old index are deleted at once.
HEADS = 8
BLOCKS = 16


class Version:
    """A version of the index: its number, the statements that make its table `search_next` and set it up, the statement that inserts
    a head, and what gives that statement its values for (revision, address, tags, metadata, value, kind)."""

    __slots__ = ("create", "insert", "number", "values")

    def __init__(self, number: int, create: tuple[str, ...], insert: str, values: Callable[[Row], Row]) -> None:
        self.number = number
        self.create = create
        self.insert = insert
        self.values = values


def serving(store: EmbeddedStore) -> int:
    """Which version of the index the table `search` is."""
    return state.get(store, SERVING) or 1


def is_due(store: EmbeddedStore, number: int) -> bool:
    """Whether `build` has something to do: another version serves, or what is left of it has to be deleted."""
    return serving(store) != number or _exists(store, "search_old")


def build(store: EmbeddedStore, version: Version, deadline: float) -> bool:
    """Go on building until a time of `time.monotonic`; whether the new version serves and nothing is left of the old one."""
    while time.monotonic() < deadline:
        if serving(store) == version.number:
            if _drop_some(store):
                return True
        elif _fill_some(store, version) and _exchange(store, version.number):
            continue
    return not is_due(store, version.number)


def progress(store: EmbeddedStore) -> tuple[int, int]:
    """(heads that the index being built has, heads in all); (0, 0) when none is being built."""
    if not _exists(store, "search_next"):
        return 0, 0
    counts = [store.query(f"SELECT count(*) FROM {table}")[0][0] for table in ("search_next_docsize", NEWEST)]
    return counts[0], counts[1]


def abandon(tx: Transaction) -> None:
    """Drop an index that is being built and what is left of an old one; the next call starts again."""
    for table in ("search_next", "search_old"):
        if _exists(tx.store, table):
            tx.store.query(f"DROP TABLE {table}")
    tx.store.query("DELETE FROM upkeep WHERE name IN (?, ?)", (_BUILDING, _DONE_TO))


def _exists(store: EmbeddedStore, table: str) -> bool:
    return store.row("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)) is not None


def _fill_some(store: EmbeddedStore, version: Version) -> bool:
    """Index heads in one short transaction; whether the new index has all."""
    with ThrottledWrite(store) as tx:
        began = time.monotonic()
        if state.get(store, _BUILDING) != version.number:
            abandon(tx)
            for statement in version.create:
                store.query(statement)
            state.put(tx, _BUILDING, version.number)
        done_to = state.get(store, _DONE_TO)
        while True:
            rows = store.query(
                f"SELECT d.id, h.address, e.tags, e.metadata, e.value, e.kind FROM {NEWEST} d CROSS JOIN entry e ON e.revision = d.id "
                "CROSS JOIN head h ON h.id = e.head WHERE d.id > ? ORDER BY d.id LIMIT ?",
                (done_to, HEADS),
            )
            for row in rows:
                store.query(version.insert, version.values(row))
                done_to = row[0]
            if len(rows) < HEADS or should_commit(store, began):
                break
        state.put(tx, _DONE_TO, done_to)
    return len(rows) < HEADS


def _exchange(store: EmbeddedStore, number: int) -> bool:
    """Put the new index in the place of the old one if it has each live head and nothing else; whether it does now."""
    # What is not live is not so for ever: revisions do not come back. So it is looked for before the transaction.
    gone = store.query(f"SELECT id FROM search_next_docsize EXCEPT SELECT id FROM {NEWEST}")
    while gone:
        with ThrottledWrite(store):
            began = time.monotonic()
            while gone:
                store.query("DELETE FROM search_next WHERE rowid = ?", gone.pop())
                if should_commit(store, began):
                    break
    with ThrottledWrite(store) as tx:
        newest, count = store.query(f"SELECT coalesce(max(id), 0), count(*) FROM {NEWEST}")[0]
        if (
            newest > state.get(store, _DONE_TO)
            or count != store.query("SELECT count(*) FROM search_next_docsize")[0][0]
        ):
            return False
        store.query("ALTER TABLE search RENAME TO search_old")
        store.query("ALTER TABLE search_next RENAME TO search")
        state.put(tx, SERVING, number)
        state.put(tx, state.UNINDEXED, 0)
        state.put(tx, state.MERGING, 0)
        store.query("DELETE FROM upkeep WHERE name IN (?, ?)", (_BUILDING, _DONE_TO))
    return True


def _drop_some(store: EmbeddedStore) -> bool:
    """Delete some blocks of the old index in one short transaction; whether it is gone."""
    if not _exists(store, "search_old"):
        return True
    with ThrottledWrite(store):
        began = time.monotonic()
        while True:
            for table in ("search_old_data", "search_old_docsize"):
                store.query(f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} ORDER BY id DESC LIMIT {BLOCKS})")
            if not store.row("SELECT 1 FROM search_old_data LIMIT 1") and not store.row(
                "SELECT 1 FROM search_old_docsize LIMIT 1"
            ):
                store.query("DROP TABLE search_old")
                return True
            if should_commit(store, began):
                return False
