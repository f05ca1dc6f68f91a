"""Verifies a store by reading every row: pages, ledger, anchor, and the consistency of its tables."""

from __future__ import annotations

from hooks_cli.crypto.ledger import MODULUS
from hooks_cli.store import anchor
from hooks_cli.store.sqlite.schema import LEDGER_TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.store.sqlite.store import EmbeddedStore

STEP = 5_000
# What must hold between the tables; each query gives the first row that breaks it.
RULES = (
    (
        "each live head points to the newest version of its address",
        # A head that is not live may have lost its versions to garbage collection; it remembers the number of the last one.
        "SELECT h.address FROM head h LEFT JOIN entry e ON e.revision = h.revision "
        "WHERE h.live = 1 AND (e.head IS NOT h.id OR e.version IS NOT h.version)",
    ),
    ("no version belongs to an address that is not there", "SELECT revision FROM entry WHERE head NOT IN (SELECT id FROM head)"),
    (
        "no version is newer than its head",
        "SELECT e.revision FROM entry e JOIN head h ON h.id = e.head WHERE e.version > h.version OR e.revision > h.revision",
    ),
    ("a head is live when its newest version holds something", "SELECT h.address FROM head h JOIN entry e ON e.revision = h.revision "
        "WHERE h.live != (e.kind < 2)"),
    ("no write has a revision beyond the newest", "SELECT revision FROM entry WHERE revision > (SELECT revision FROM state)"),
    ("no event has a revision beyond the newest", "SELECT revision FROM event WHERE revision > (SELECT revision FROM state)"),
    ("the count of live entries is true", "SELECT live FROM state WHERE live != (SELECT count(*) FROM head WHERE live = 1)"),
    ("each live entry is in the word index", "SELECT address FROM head WHERE live = 1 AND revision NOT IN (SELECT id FROM search_docsize)"),
    ("the word index has nothing else", "SELECT id FROM search_docsize WHERE id NOT IN (SELECT revision FROM head WHERE live = 1)"),
    ("each mark belongs to an address", "SELECT head FROM mark WHERE head NOT IN (SELECT id FROM head)"),
    ("each relation begins at an address", "SELECT target FROM relation WHERE head NOT IN (SELECT id FROM head)"),
    ("each other name of a task belongs to a task", "SELECT alias FROM task_alias WHERE task NOT IN (SELECT id FROM task)"),
    ("no address has a version twice", "SELECT e.revision FROM entry f CROSS JOIN entry e ON e.head = f.head AND e.version = f.version "
        "AND e.revision <> e.head WHERE f.revision = f.head"),
)  # fmt: skip


class Evidence:
    """What was found: rows read, the ledger kept and computed, the anchor, damaged pages and broken rules (empty when all is well)."""

    __slots__ = ("anchored", "broken", "computed", "kept", "pages", "revision", "rows")

    def __init__(self) -> None:
        self.rows = 0
        self.revision = 0
        self.kept = b""
        self.computed = b""
        self.anchored: tuple[int, bytes] | None = None
        self.pages: list[str] = []
        self.broken: list[str] = []

    @property
    def sound(self) -> bool:
        """Whether the rows are those that were written."""
        return self.kept == self.computed and not self.pages and not self.broken

    @property
    def only_words(self) -> bool:
        """Whether nothing but the word index is wrong, which can be rebuilt from the rows: `memory reindex`."""
        whole = self.kept == self.computed and not self.pages
        return whole and bool(self.broken) and all("word index" in rule.partition(":")[0] for rule in self.broken)


def verify(store: EmbeddedStore, told: Callable[[int], None]) -> Evidence:
    """Read everything in one read transaction, so that writers go on meanwhile. `told` gets the number of rows read since the last call.

    Raises Tampered (77) for a page that cannot be read at all.
    """
    found = Evidence()
    found.anchored = anchor.read(store.anchor_path, store.key.raw, store.store_id)
    store.query("BEGIN")
    try:
        found.revision, found.kept = store.query("SELECT revision, ledger FROM state")[0]
        found.computed = _ledger(store, found, told)
        rows = [str(row[0]) for row in store.query("PRAGMA integrity_check(10)")]
        found.pages = [] if rows == ["ok"] else rows
        for rule, query in RULES:
            row = store.row(f"{query} LIMIT 1")
            if row is not None:
                found.broken.append(f"{rule}: not so for {row[0]!r}")
    finally:
        store.query("ROLLBACK")
    return found


def row_count(store: EmbeddedStore) -> int:
    """How many rows `verify` will read."""
    return sum(int(store.query(f"SELECT count(*) FROM {table}")[0][0]) for table in LEDGER_TABLES)


def _ledger(store: EmbeddedStore, found: Evidence, told: Callable[[int], None]) -> bytes:
    total, since = 0, 0
    for table, columns in LEDGER_TABLES.items():
        for row in store.each(f"SELECT {columns} FROM {table}"):
            total = (total + store.ledger.row(table, row)) % MODULUS
            since += 1
            if since == STEP:
                told(since)
                found.rows += since
                since = 0
    told(since)
    found.rows += since
    return total.to_bytes(32, "little")


def accept(store: EmbeddedStore) -> None:
    """Take the store as it is for what it should be: its rows' ledger becomes the kept one, and the anchor starts again."""
    store.rollback_seen = None
    anchored = anchor.read(store.anchor_path, store.key.raw, store.store_id)
    with store.writing() as tx:
        computed = _ledger(store, Evidence(), lambda _: None)
        # Above what was ever anchored: a revision is never used twice.
        tx.accept_ledger(int.from_bytes(computed, "little"), 0 if anchored is None else anchored[0])
    revision, ledger = store.query("SELECT revision, ledger FROM state")[0]
    anchor.replace(store.anchor_path, store.key.raw, store.store_id, revision, ledger)
