"""Changes that write no version: pins, lifetimes, clearing the content of destroyed versions."""

from __future__ import annotations

from hooks_cli.model.entry import DESTROYED
from hooks_cli.store.sqlite.rows.entries import is_version_sql
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.text.json_writer import numbers_text, object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

HEAD = LEDGER_TABLES["head"]
ENTRY = LEDGER_TABLES["entry"]
EVENT = LEDGER_TABLES["event"]
TASK = LEDGER_TABLES["task"]
_HEAD_COLUMNS = [name.strip() for name in HEAD.split(",")]
_ENTRY_COLUMNS = [name.strip() for name in ENTRY.split(",")]
_TASK_COLUMNS = [name.strip() for name in TASK.split(",")]

# What of a version is content; the rest (who, when, which) is the fact that stays.
_CONTENT = ("data_version", "source", "tags", "metadata", "value")


def head_row(tx: Transaction, address: str) -> Row | None:
    """The head's row in the ledger's order, or None."""
    return tx.store.row(f"SELECT {HEAD} FROM head WHERE address = ?", (address,))


def update_heads(tx: Transaction, rows: list[Row], **changes: object) -> None:
    """Change columns of heads, all in the same way."""
    assignments = ", ".join(f"{name} = ?" for name in changes)
    tx.store.query(
        f"UPDATE head SET {assignments} WHERE id IN (SELECT value FROM json_each(?))",
        (*changes.values(), numbers_text([row[0] for row in rows])),
    )
    for row in rows:
        tx.forget("head", row)
        tx.remember("head", tuple(changes.get(name, old) for name, old in zip(_HEAD_COLUMNS, row, strict=True)))


def set_expires(tx: Transaction, head: Row, expires: int | None) -> None:
    """Give the newest version of a head another end of life (ms since the epoch, None for none)."""
    update_heads(tx, [head], expires=expires)
    row = tx.store.query(f"SELECT {ENTRY} FROM entry WHERE revision = ?", (head[1],))[0]
    _update_entry(tx, row, {"expires": expires})


def _update_entry(tx: Transaction, row: Row, changes: dict[str, object]) -> None:
    new = tuple(changes.get(name, old) for name, old in zip(_ENTRY_COLUMNS, row, strict=True))
    assignments = ", ".join(f"{name} = ?" for name in changes)
    tx.store.query(f"UPDATE entry SET {assignments} WHERE revision = ?", (*changes.values(), row[0]))
    tx.forget("entry", row)
    tx.remember("entry", new)


def destroy(tx: Transaction, address: str, versions: list[int] | None) -> list[int]:
    """Take the content out of versions of an address (None: all of them), of their events and of the word index.

    Returns the numbers of the versions that lost content now. The bytes leave the file with the commit, since freed space is
    overwritten; the word index and the write-ahead log need `scrubbing.scrub` after it.
    """
    head = head_row(tx, address)
    if head is None:
        return []
    wanted = "" if versions is None else " AND e.version IN (SELECT value FROM json_each(?))"
    params: tuple[object, ...] = (address,) if versions is None else (address, f"[{','.join(map(str, versions))}]")
    columns = ", ".join([f"e.{name}" for name in ENTRY.split(", ")])
    rows = tx.store.query(
        f"SELECT {columns} FROM head h CROSS JOIN entry e ON {is_version_sql()} WHERE h.address = ? AND e.kind < 2{wanted}",
        params,
    )
    for row in rows:
        _update_entry(tx, row, {"kind": DESTROYED, "sealed": 0, **dict.fromkeys(_CONTENT)})
        _scrub_event(tx, "revision = ?", (row[0],), address)
    if rows:
        from hooks_cli.store.sqlite.annotations import relations
        from hooks_cli.store.sqlite.search import next_index

        relations.forget_files(tx, head[0], versions)
        next_index.abandon(tx)
    if head[3] and any(row[0] == head[1] for row in rows):
        tx.store.query("DELETE FROM search WHERE rowid = ?", (head[1],))
        update_heads(tx, [head], live=0, expires=None)
        tx.live -= 1
    return sorted(row[2] for row in rows)


def events_naming(store: EmbeddedStore, addresses: set[str], after: int = 0) -> dict[str, list[int]]:
    """By address, the revisions above `after` of the events that name it: of those too whose version was collected."""
    found: dict[str, list[int]] = {}
    sql = "SELECT revision, fields ->> '$.memory_key' FROM event WHERE revision > ? AND entry = 1 ORDER BY revision"
    for revision, address in store.each(sql, (after,)):
        if address in addresses:
            found.setdefault(address, []).append(revision)
    return found


_ONE_OF = "IN (SELECT value FROM json_each(?))"


def scrub_events(tx: Transaction, address: str, revisions: list[int]) -> None:
    """Take the content out of these events."""
    _scrub_event(tx, f"revision {_ONE_OF}", (numbers_text(revisions),), address)


def scrub_calls(tx: Transaction, revisions: list[int]) -> None:
    """Take out of the journal what these calls said: their events' content, and the descriptions of the tasks that they began."""
    numbers = (numbers_text(revisions),)
    _scrub_event(tx, f"revision {_ONE_OF}", numbers, None)
    for row in tx.store.query(
        f"SELECT {TASK} FROM task WHERE opened_revision {_ONE_OF} AND description IS NOT NULL", numbers
    ):
        tx.store.query("UPDATE task SET description = NULL WHERE id = ?", (row[0],))
        tx.forget("task", row)
        tx.remember(
            "task", tuple(None if name == "description" else old for name, old in zip(_TASK_COLUMNS, row, strict=True))
        )


def _scrub_event(tx: Transaction, condition: str, params: tuple[object, ...], address: str | None) -> None:
    named = {} if address is None else {"memory_key": address}
    for row in tx.store.query(f"SELECT {EVENT} FROM event WHERE {condition}", params):
        new = (*row[:-1], object_text({**named, "destroyed": True}))
        if new != row:
            tx.store.query("UPDATE event SET fields = ? WHERE revision = ?", (new[-1], row[0]))
            tx.forget("event", row)
            tx.remember("event", new)
