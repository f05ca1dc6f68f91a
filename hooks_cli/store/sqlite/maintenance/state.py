"""Progress of long jobs as named integers, so that a killed job can be completed later.

`collected_to` is the head after which the bounded garbage collection goes on; `scrub` is 1 from the moment a destruction is committed
until its bytes have left the word index and the write-ahead log. `unindexed` counts the entries whose words are still in the index as
deleted ones, since its segments were last merged; `merging` is 1 while such a merge is under way. On a machine that shares its memory
`remote_seq` is the number of the last record of the log that is in this store, and `remote_write` the write id (16 bytes) of the last
append, which tells after a lost answer whether it arrived. `project_rules` is a hash of what the
project's settings file said of collection when that was last looked at, 0 for nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

COLLECTED_TO = "collected_to"
SCRUB = "scrub"
UNINDEXED = "unindexed"
MERGING = "merging"
REMOTE_SEQ = "remote_seq"
REMOTE_WRITE = "remote_write"
PROJECT_RULES = "project_rules"
# Which version of the word index serves, and which one this program makes (`search.index_form`).
WORD_INDEX = "word_index"
WORD_INDEX_VERSION = 2


def get(store: EmbeddedStore, name: str) -> int:
    """The number, 0 when there is none."""
    row = store.row("SELECT value FROM upkeep WHERE name = ?", (name,))
    return 0 if row is None else int(row[0])


def put(tx: Transaction, name: str, value: int) -> None:
    """Set the number; it is kept when the transaction commits."""
    tx.store.query("INSERT OR REPLACE INTO upkeep(name, value) VALUES(?, ?)", (name, value))


def get_bytes(store: EmbeddedStore, name: str) -> bytes:
    """The bytes kept under a name, b"" when there are none."""
    row = store.row("SELECT bytes FROM upkeep WHERE name = ?", (name,))
    return b"" if row is None or row[0] is None else bytes(row[0])


def put_bytes(tx: Transaction, name: str, value: bytes) -> None:
    """Keep bytes under a name; they are kept when the transaction commits."""
    tx.store.query("INSERT OR REPLACE INTO upkeep(name, value, bytes) VALUES(?, 0, ?)", (name, value))


def add(tx: Transaction, name: str, amount: int) -> None:
    """Add to the number."""
    tx.store.query(
        "INSERT INTO upkeep(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = value + ?2",
        (name, amount),
    )
