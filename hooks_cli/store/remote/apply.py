"""Applies other machines' writes to the store: rows, ledger, word index, and the figures of `state`."""

from __future__ import annotations

from hooks_cli.crypto.ledger import MODULUS
from hooks_cli.model.entry import DESTROYED, JSON
from hooks_cli.store import anchor
from hooks_cli.store.anchor import MARK_BYTES, MARKS
from hooks_cli.store.remote import payload
from hooks_cli.store.remote.failures import LogTampered
from hooks_cli.store.sqlite.maintenance import state
from hooks_cli.store.sqlite.rows import entry_writes
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.system.apsw_import import apsw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore

    # What the word index holds of a head: address, tags, metadata, value.
    Texts = tuple[str, str | None, str | None, str, bool]


def apply(store: EmbeddedStore, writes: list[tuple[int, bytes]]) -> None:
    """Take in writes, oldest first, each with the number of its last record. They were opened on the ledger that is here;
    the caller notes the position.

    Raises LogTampered (77) for a write that does what no machine of ours does; the caller rolls back.
    """
    for seq, content in writes:
        _apply(store, seq, payload.decode(content))


def _apply(store: EmbeddedStore, seq: int, write: payload.Payload) -> None:
    before, marks, known = store.query("SELECT ledger, marks, revision FROM state")[0]
    keys = _changed(seq, write.changeset)
    if write.revision <= known:
        raise LogTampered(expected=f"a revision above {known} in record {seq}", found=f"{write.revision}")
    old = _rows(store, keys)
    heads = heads_of(old)
    live_before = live(store, heads)
    try:
        apsw.Changeset.apply(
            write.changeset, store.connection, filter=LEDGER_TABLES.__contains__, conflict=_refuse_conflict
        )
    except apsw.Error as error:
        if isinstance(error, (apsw.AbortError, apsw.ConstraintError)):
            raise LogTampered(expected=f"changes of this store in record {seq}", found=str(error)) from None
        raise
    new = _rows(store, keys)
    total = int.from_bytes(before, "little")
    total -= sum([store.ledger.row(table, row) for table, row in old])
    total += sum([store.ledger.row(table, row) for table, row in new])
    ledger = (total % MODULUS).to_bytes(32, "little")
    if ledger != write.ledger:
        raise LogTampered(
            expected=f"ledger {write.ledger.hex()[:16]} after record {seq}", found=f"ledger {ledger.hex()[:16]}"
        )
    if any(table == "entry" and row[4] == DESTROYED for table, row in new):
        store.query("INSERT OR REPLACE INTO upkeep(name, value) VALUES(?, 1)", (state.SCRUB,))
    heads |= heads_of(new)
    reindex(store, live_before, live(store, heads))
    mark = write.revision.to_bytes(8, "little") + ledger[: anchor.SHORT_HASH]
    store.query(
        "UPDATE state SET revision=?, live=?, collected=?, ledger=?, marks=?",
        (write.revision, write.live, write.collected, ledger, marks[-(MARKS - 1) * MARK_BYTES :] + mark),
    )


def _changed(seq: int, changeset: bytes) -> list[tuple[str, object]]:
    """(table, primary key) of every row that a changeset changes. Raises LogTampered (77) for a table that is none of the ledger's."""
    keys = []
    for change in apsw.Changeset.iter(changeset):
        if change.name not in LEDGER_TABLES:
            raise LogTampered(expected=f"changes of the ledger's tables in record {seq}", found=f"one of {change.name}")
        row = change.new if change.op == "INSERT" else change.old
        assert row is not None  # each kind of change has one of the two
        keys.append((change.name, row[min(change.pk_columns)]))
    return keys


def _refuse_conflict(kind: int, change: object) -> int:
    return apsw.SQLITE_CHANGESET_ABORT


def _rows(store: EmbeddedStore, keys: list[tuple[str, object]]) -> list[tuple[str, Row]]:
    found = []
    names: dict[str, str] = {}
    for table, key in keys:
        if table not in names:
            names[table] = key_of(store, table)
        rows = store.query(f"SELECT {LEDGER_TABLES[table]} FROM {table} WHERE {names[table]} = ?", (key,))
        found += [(table, row) for row in rows]
    return found


def key_of(store: EmbeddedStore, table: str) -> str:
    """The name of a table's primary key."""
    return str(store.query("SELECT name FROM pragma_table_info(?) WHERE pk = 1", (table,))[0][0])


def heads_of(rows: list[tuple[str, Row]]) -> set[int]:
    """The ids of the heads that these rows are, or are versions of."""
    return {row[0] if table == "head" else row[1] for table, row in rows if table in ("head", "entry")}


def live(store: EmbeddedStore, heads: set[int]) -> dict[int, Texts]:
    """By revision, what the word index holds of those of these heads that are live."""
    found: dict[int, Texts] = {}
    for head in heads:
        row = store.row(
            "SELECT h.revision, h.address, e.tags, e.metadata, e.value, e.kind FROM head h JOIN entry e ON e.revision = h.revision "
            "WHERE h.id = ? AND h.live = 1",
            (head,),
        )
        if row is not None:
            found[row[0]] = (row[1], row[2], row[3], row[4], row[5] == JSON)
    return found


def reindex(store: EmbeddedStore, old: dict[int, Texts], new: dict[int, Texts]) -> None:
    """Bring the word index from one state of some heads to another."""
    for revision, texts in old.items():
        if new.get(revision) != texts:
            store.query("DELETE FROM search WHERE rowid = ?", (revision,))
    for revision, texts in new.items():
        if old.get(revision) != texts:
            address, tags, metadata, value, is_json = texts
            entry_writes.index(store, revision, address, tags, metadata, value, is_json=is_json)
