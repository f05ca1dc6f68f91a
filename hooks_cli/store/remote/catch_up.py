"""Applies the server's snapshot to a store whose next records were compacted away: row by row, in one transaction.

The rows that the snapshot has not are deleted, those that it has more are inserted, and the ledger that follows must be the snapshot's,
which its seal vouches for. So nothing has to be read but the two files, no other process has to close the store, and what is this
machine's own stays.
"""

from __future__ import annotations

from hooks_cli.crypto.ledger import MODULUS
from hooks_cli.store import anchor
from hooks_cli.store.anchor import find_mark
from hooks_cli.store.remote import apply, position, snapshots
from hooks_cli.store.remote.failures import LogTampered
from hooks_cli.store.sqlite import connection
from hooks_cli.store.sqlite.maintenance import state
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.system.atomic_file import AtomicFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.remote.contract import Snapshot
    from hooks_cli.store.remote.direct_link import DirectLink
    from hooks_cli.store.sqlite.store import EmbeddedStore


def catch_up(store: EmbeddedStore, link: DirectLink) -> None:
    """Bring the store to the state of the log's newest snapshot. The caller has the local turn.

    Raises LogTampered (77) when the snapshot is older than what is here or of another history, and the errors of the server and the disk;
    nothing is changed then."""
    key = store.key.raw.hex() if connection.cipher_in_force(store.connection) else ""
    with AtomicFile(store.path) as draft:
        found = snapshots.fetch(link.log, link.seal, draft)
        if found.seq < position.position(store):
            raise LogTampered(
                expected=f"a snapshot of record {position.position(store)} or later", found=f"one of record {found.seq}"
            )
        store.query("ATTACH DATABASE ? AS snapshot KEY ?", (draft.name, f"raw:{key}" if key else ""))
        try:
            store.query("BEGIN IMMEDIATE")
            try:
                _exchange(store, found)
                store.query("COMMIT")
            except BaseException:
                if store.connection.in_transaction:
                    store.connection.execute("ROLLBACK")
                raise
        finally:
            store.query("DETACH DATABASE snapshot")
    revision, ledger = store.query("SELECT revision, ledger FROM state")[0]
    anchor.advance(store.anchor_path, store.key.raw, store.store_id, revision, ledger)


def _exchange(store: EmbeddedStore, found: Snapshot) -> None:
    revision, before = store.query("SELECT revision, ledger FROM main.state")[0]
    store_id, form, new_revision, live, collected, ledger, marks = store.query(
        "SELECT store_id, format, revision, live, collected, ledger, marks FROM snapshot.state"
    )[0]
    if (store_id, form, ledger) != (store.store_id, store.format, found.ledger):
        raise LogTampered(
            expected=f"store {store.store_id.hex()}, format {store.format}, ledger {found.ledger.hex()[:16]}",
            found=f"store {store_id.hex()}, format {form}, ledger {ledger.hex()[:16]}",
        )
    mark = find_mark(marks, revision)
    if new_revision < revision or (mark is not None and mark != before[: anchor.SHORT_HASH]):
        raise LogTampered(
            expected=f"a snapshot that continues revision {revision} with ledger {before.hex()[:16]}",
            found=f"one of another history, at revision {new_revision}",
        )
    total = int.from_bytes(before, "little")
    heads: set[int] = set()
    gone: list[tuple[str, Row]] = []
    come: list[tuple[str, Row]] = []
    for table, columns in LEDGER_TABLES.items():
        gone += [(table, row) for row in store.query(_except(columns, table, "main", "snapshot"))]
        come += [(table, row) for row in store.query(_except(columns, table, "snapshot", "main"))]
    heads = apply.heads_of(gone) | apply.heads_of(come)
    live_before = apply.live(store, heads)
    for table, row in gone:
        names = LEDGER_TABLES[table].split(", ")
        key = apply.key_of(store, table)
        store.query(f"DELETE FROM main.{table} WHERE {key} = ?", (row[names.index(key)],))
        total -= store.ledger.row(table, row)
    for table, row in come:
        columns = LEDGER_TABLES[table]
        store.query(f"INSERT INTO main.{table}({columns}) VALUES({','.join('?' * len(row))})", row)
        total += store.ledger.row(table, row)
    if (total % MODULUS).to_bytes(32, "little") != ledger:
        raise LogTampered(
            expected=f"ledger {ledger.hex()[:16]} in the snapshot of record {found.seq}", found="rows with another one"
        )
    apply.reindex(store, live_before, apply.live(store, heads))
    store.query(
        "UPDATE main.state SET revision=?, live=?, collected=?, ledger=?, marks=?",
        (new_revision, live, collected, ledger, marks),
    )
    store.query("INSERT OR REPLACE INTO upkeep(name, value) VALUES(?, 1)", (state.SCRUB,))
    position.note(store, found.seq)


def _except(columns: str, table: str, one: str, other: str) -> str:
    return f"SELECT {columns} FROM {one}.{table} EXCEPT SELECT {columns} FROM {other}.{table}"
