"""Garbage collection of the journal in SQL: deletes old events, ended tasks, sessions without references.

What may go is looked for outside of transactions, in portions by number, so that a transaction only deletes, whatever the size of the
journal; what was in use again by then stays.
"""

from __future__ import annotations

from hooks_cli.store.sqlite.maintenance.versions import ROW_BYTES
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.text.json_writer import numbers_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

# Times may go back between two revisions (a clock set right, an import): so many writes are looked at one by one.
LOOKED_AT = 1_000


def oldest_events(store: EmbeddedStore, limit: int) -> tuple[list[int], int]:
    """The revisions of the oldest events, and the bytes that they take."""
    rows = store.query(
        f"SELECT revision, octet_length(fields) + {ROW_BYTES} FROM event ORDER BY revision LIMIT ?", (limit,)
    )
    return [row[0] for row in rows], sum(row[1] for row in rows)


def old_events(store: EmbeddedStore, cutoff: int, after: int, limit: int) -> tuple[list[int], int]:
    """The revisions of those of the next `limit` events after a revision that are older than `cutoff`, and where these ended (0: there
    are no more)."""
    rows = store.query("SELECT revision, at FROM event WHERE revision > ? ORDER BY revision LIMIT ?", (after, limit))
    return [row[0] for row in rows if row[1] < cutoff], rows[-1][0] if rows else 0


def count_events(store: EmbeddedStore, cutoff: int) -> int:
    """How many events are older than `cutoff`."""
    return int(store.query("SELECT count(*) FROM event WHERE at < ?", (cutoff,))[0][0])


def drop_events(tx: Transaction, revisions: list[int]) -> int:
    """Delete events; how many there were."""
    rows = tx.store.query(
        f"DELETE FROM event WHERE revision IN (SELECT value FROM json_each(?)) RETURNING {LEDGER_TABLES['event']}",
        (numbers_text(revisions),),
    )
    for row in rows:
        tx.forget("event", row)
    return len(rows)


def old_tasks(store: EmbeddedStore, cutoff: int, after: int, limit: int) -> tuple[list[int], int]:
    """Those of the next `limit` tasks after one that ended (or began, and never ended) before `cutoff`, and where these ended (0: there
    are no more)."""
    return _old(store, "task", cutoff, after, limit)


def old_sessions(store: EmbeddedStore, cutoff: int, after: int, limit: int) -> tuple[list[int], int]:
    """The same of sessions, without those that anything refers to."""
    found, last = _old(store, "session", cutoff, after, limit)
    if found:
        numbers = numbers_text(found)
        used = {
            row[0]
            for row in store.query(
                "SELECT value FROM json_each(?1) WHERE EXISTS (SELECT 1 FROM entry WHERE session = value) "
                "OR EXISTS (SELECT 1 FROM event WHERE session = value) "
                "UNION SELECT session FROM task WHERE session IN (SELECT value FROM json_each(?1))",
                (numbers,),
            )
        }
        found = [number for number in found if number not in used]
    return found, last


def _old(store: EmbeddedStore, table: str, cutoff: int, after: int, limit: int) -> tuple[list[int], int]:
    rows = store.query(
        f"SELECT id, coalesce(closed_at, opened_at) FROM {table} WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
    )
    return [row[0] for row in rows if row[1] is not None and row[1] < cutoff], rows[-1][0] if rows else 0


def newest_task(store: EmbeddedStore) -> int:
    """The largest number of a task, 0 without any."""
    return int(store.query("SELECT coalesce(max(id), 0) FROM task")[0][0])


def drop_tasks(tx: Transaction, numbers: list[int], cutoff: int) -> int:
    """Delete those of these tasks that are still as old; how many."""
    return _drop(tx, "task", numbers, "coalesce(closed_at, opened_at) < ?", (cutoff,))


def drop_sessions(tx: Transaction, numbers: list[int], cutoff: int, newest_task_then: int) -> int:
    """Delete those of these sessions that are still as old and unused; how many.

    `newest_task_then`: what `newest_task` gave before they were looked for.
    """
    unused = (
        "coalesce(closed_at, opened_at) < ? "
        "AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.session = session.id) "
        "AND NOT EXISTS (SELECT 1 FROM event v WHERE v.session = session.id) "
        "AND NOT EXISTS (SELECT 1 FROM task t WHERE t.id > ? AND t.session = session.id)"
    )
    return _drop(tx, "session", numbers, unused, (cutoff, newest_task_then))


def _drop(tx: Transaction, table: str, numbers: list[int], condition: str, params: tuple[int, ...]) -> int:
    rows = tx.store.query(
        f"DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?)) AND {condition} RETURNING {LEDGER_TABLES[table]}",
        (numbers_text(numbers), *params),
    )
    for row in rows:
        tx.forget(table, row)
    if rows:
        _drop_what_names(tx, table, numbers_text([row[0] for row in rows]))
    return len(rows)


def _drop_what_names(tx: Transaction, table: str, numbers: str) -> None:
    """Delete the other names of deleted tasks, what deleted sessions were shown, and their processes: their numbers may be reused."""
    if table == "session":
        from hooks_cli.store.sqlite.annotations import shown
        from hooks_cli.store.sqlite.rows import bindings

        shown.forget_sessions(tx, numbers)
        bindings.forget_sessions(tx, numbers)
        return
    rows = tx.store.query(
        f"DELETE FROM task_alias WHERE task IN (SELECT value FROM json_each(?)) RETURNING {LEDGER_TABLES['task_alias']}",
        (numbers,),
    )
    for row in rows:
        tx.forget("task_alias", row)


def newest_write_before(store: EmbeddedStore, at: int) -> int | None:
    """The time (ms) of the newest event or version made at or before a time, or None. Looks at a bounded number of them."""
    times = [_newest_before(store, table, at) for table in ("event", "entry")]
    return max((time for time in times if time is not None), default=None)


def _newest_before(store: EmbeddedStore, table: str, at: int) -> int | None:
    rows = store.query(f"SELECT at, revision FROM {table} ORDER BY revision DESC LIMIT {LOOKED_AT}")
    for written, _ in rows:
        if written <= at:
            return int(written)
    if len(rows) < LOOKED_AT:
        return None
    # A busy day: beyond these the times are taken to go the way of the revisions.
    low, high, found = 0, int(rows[-1][1]), None
    while low < high:
        middle = (low + high) // 2
        row = store.row(f"SELECT at FROM {table} WHERE revision <= ? ORDER BY revision DESC LIMIT 1", (middle,))
        if row is None or row[0] <= at:
            low, found = middle + 1, found if row is None else int(row[0])
        else:
            high = middle
    return found
