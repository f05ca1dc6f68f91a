"""Vectors of current values, in the same encrypted file, for search by meaning.

    vector(revision, part, model, data)    one row for each passage of a head's text; `part` -1 and no data when it has none

The table is not part of the format and not in the ledger: it holds nothing that cannot be made again from the entries. Triggers drop
the vectors of a head that is superseded, collected or destroyed in the very transaction that does it, so that no trace of a destroyed
value stays, and a store without searches by meaning pays nothing.
"""

from __future__ import annotations

from hooks_cli.model.entry import Entry
from hooks_cli.store.sqlite.rows.entries import ALIVE, FROM_NEWEST, SHORT_COLUMNS, shorten
from hooks_cli.store.sqlite.schema import NEWEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.store.sqlite.rows.filters import Filters
    from hooks_cli.store.sqlite.store import EmbeddedStore

TABLE = """CREATE TABLE IF NOT EXISTS vector(
    revision INTEGER NOT NULL, part INTEGER NOT NULL, model TEXT NOT NULL, data BLOB,
    PRIMARY KEY(revision, part)) STRICT, WITHOUT ROWID"""
TRIGGERS = (
    """CREATE TRIGGER IF NOT EXISTS vector_superseded AFTER UPDATE OF revision, live ON head
        BEGIN DELETE FROM vector WHERE revision = OLD.revision; END""",
    """CREATE TRIGGER IF NOT EXISTS vector_changed AFTER UPDATE OF kind, value ON entry
        BEGIN DELETE FROM vector WHERE revision = OLD.revision; END""",
    """CREATE TRIGGER IF NOT EXISTS vector_collected AFTER DELETE ON entry
        BEGIN DELETE FROM vector WHERE revision = OLD.revision; END""",
)
BATCH = 1_000


def prepare(store: EmbeddedStore, model: str) -> None:
    """Make the table where there is none, and empty it when its vectors are another model's."""
    if store.row("SELECT 1 FROM sqlite_master WHERE name = 'vector'") is None:
        with store.writing(local=True):
            for statement in (TABLE, *TRIGGERS):
                store.query(statement)
        return
    row = store.row("SELECT model FROM vector LIMIT 1")
    if row is not None and row[0] != model:
        with store.writing(local=True):
            store.query("DELETE FROM vector")


def missing(store: EmbeddedStore, characters: int, limit: int = BATCH) -> list[Entry]:
    """The next live heads without vectors, oldest first, after those that have them; of long values the first `characters`."""
    rows = store.query(
        f"SELECT {SHORT_COLUMNS} FROM {FROM_NEWEST} WHERE d.id > coalesce((SELECT max(revision) FROM vector), 0) "
        "ORDER BY d.id LIMIT ?",
        (limit,),
    )
    found = [Entry(row) for row in rows]
    shorten(store, found, characters)
    return found


def missing_count(store: EmbeddedStore) -> int:
    """How many live heads have no vectors yet."""
    sql = f"SELECT count(*) FROM {NEWEST} WHERE id > coalesce((SELECT max(revision) FROM vector), 0)"
    return int(store.query(sql)[0][0])


def keep(store: EmbeddedStore, model: str, rows: list[tuple[int, int, bytes | None]]) -> None:
    """Keep (revision, part, data) rows. A head that was superseded meanwhile gets none."""
    with store.writing(local=True):
        for revision, part, data in rows:
            store.query(
                "INSERT OR REPLACE INTO vector(revision, part, model, data) "
                f"SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM {NEWEST} WHERE id = ?1)",
                (revision, part, model, data),
            )


def each(store: EmbeddedStore, filters: Filters, now: int) -> Iterator[tuple[int, bytes]]:
    """(revision, data) of every vector of the live entries that pass the filters."""
    if filters:
        condition, params = filters.condition(now)
        sql = (
            "SELECT v.revision, v.data FROM vector v JOIN entry e ON e.revision = v.revision JOIN head h ON h.id = e.head "
            f"WHERE v.data IS NOT NULL AND {condition}"
        )
        return store.each(sql, params)
    sql = (
        "SELECT revision, data FROM vector WHERE data IS NOT NULL "
        f"AND revision NOT IN (SELECT h.revision FROM head h WHERE h.expires IS NOT NULL AND NOT ({ALIVE}))"
    )
    return store.each(sql, (now,))
