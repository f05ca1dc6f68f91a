"""Lists current versions by glob, newest first. The cost grows with the rows returned, not with the store.

Two ways lead to "the newest N that match": walk all heads from the newest on and keep the matches (good when the matches are many), or
scan the range of the glob's literal prefix and sort it (good when they are few). `newest` counts the range up to a bound to choose.
"""

from __future__ import annotations

from hooks_cli.model.entry import TOMBSTONE, Entry
from hooks_cli.store.sqlite.rows.entries import ALIVE, COLUMNS, FROM_ENTRIES, FROM_HEADS, FROM_NEWEST, matching
from hooks_cli.store.sqlite.schema import NEWEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.store.sqlite.store import EmbeddedStore


# A range of up to this many heads is sorted; a larger one is walked from the newest head of the store.
SORTED_RANGE = 2_000
# How many heads such a walk looks at before it gives up and sorts the range after all.
WALKED_HEADS = 20_000
# How many versions of a session are looked through for those that are still the newest of their address.
WALKED_WRITES = 4_000


def newest(
    store: EmbeddedStore, pattern: str, now: int, limit: int, offset: int = 0, columns: str = COLUMNS, such: str = ""
) -> list[Entry]:
    """The live entries that match the glob, newest revision first. `columns` may be entries.SHORT_COLUMNS; `such` is one more SQL
    condition on `h` and `e`, and then no more than the `WALKED_HEADS` newest heads are looked at for all of `*`."""
    condition, params = matching(pattern)
    if condition == "1" and such:
        return _walk(store, such, (), now, limit + offset, columns)[offset:]
    if condition == "1":
        sql = f"SELECT {columns} FROM {FROM_NEWEST} WHERE {ALIVE} ORDER BY d.id DESC LIMIT ? OFFSET ?"
        return [Entry(row) for row in store.query(sql, (now, limit, offset))]
    is_large = _range_is_large(store, condition, params)
    if such:
        condition = f"{condition} AND {such}"
    if not is_large:
        return _sorted_range(store, condition, params, now, limit, offset, columns)
    found = _walk(store, condition, params, now, limit + offset, columns)
    if len(found) < limit + offset:
        return _sorted_range(store, condition, params, now, limit, offset, columns)
    return found[offset:]


def count(store: EmbeddedStore, pattern: str, now: int) -> int:
    """How many live entries match the glob. The whole store is counted from its state row, unless some may have expired."""
    condition, params = matching(pattern)
    if condition == "1":
        total = store.query("SELECT live FROM state")[0][0]
        expired = store.query(
            "SELECT count(*) FROM head WHERE expires IS NOT NULL AND expires <= ? AND live = 1", (now,)
        )
        return int(total - expired[0][0])
    return int(store.query(f"SELECT count(*) FROM head h WHERE {condition} AND {ALIVE}", (*params, now))[0][0])


def _range_is_large(store: EmbeddedStore, condition: str, params: tuple[object, ...]) -> bool:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM head h WHERE {condition} LIMIT ?)"
    return bool(store.query(sql, (*params, SORTED_RANGE + 1))[0][0] > SORTED_RANGE)


def _sorted_range(
    store: EmbeddedStore,
    condition: str,
    params: tuple[object, ...],
    now: int,
    limit: int,
    offset: int,
    columns: str,
) -> list[Entry]:
    sql = f"SELECT {columns} FROM {FROM_HEADS} WHERE {condition} AND {ALIVE} ORDER BY h.revision DESC LIMIT ? OFFSET ?"
    return [Entry(row) for row in store.query(sql, (*params, now, limit, offset))]


def _walk(
    store: EmbeddedStore, condition: str, params: tuple[object, ...], now: int, wanted: int, columns: str
) -> list[Entry]:
    rows = store.query(
        f"SELECT {columns} FROM {newest_heads(WALKED_HEADS)} WHERE {condition} AND {ALIVE} ORDER BY d.id DESC LIMIT ?",
        (*params, now, wanted),
    )
    return [Entry(row) for row in rows]


def newest_heads(most: int) -> str:
    """What `FROM_NEWEST` is, over no more than the `most` newest heads."""
    return FROM_NEWEST.replace(NEWEST, f"(SELECT id FROM {NEWEST} ORDER BY id DESC LIMIT {int(most)})", 1)


def of_session(
    store: EmbeddedStore, session_id: int, now: int, limit: int, columns: str = COLUMNS, such: str = "1"
) -> tuple[list[Entry], bool]:
    """The live entries whose newest version was written in a session, newest first; and whether there may be more.

    Of a session that wrote more than `WALKED_WRITES` versions (an agent that stores its progress each second) only the newest are
    looked through. `columns` may be entries.SHORT_COLUMNS; `such` is one more SQL condition on `h` and `e`.
    """
    rows = store.query(
        f"SELECT {columns} FROM "
        f"(SELECT * FROM entry WHERE session = ? ORDER BY revision DESC LIMIT {WALKED_WRITES}) e "
        "CROSS JOIN head h ON h.id = e.head AND h.revision = e.revision "
        f"LEFT JOIN session s ON s.id = e.session WHERE {ALIVE} AND {such} ORDER BY e.revision DESC LIMIT ?",
        (session_id, now, limit + 1),
    )
    more = (
        len(rows) > limit
        or store.row(f"SELECT 1 FROM entry WHERE session = ? LIMIT 1 OFFSET {WALKED_WRITES}", (session_id,)) is not None
    )
    return [Entry(row) for row in rows[:limit]], more


def at_revisions(store: EmbeddedStore, revisions: list[int], now: int, columns: str, such: str) -> list[Entry]:
    """Those of these versions that are what their address holds, and of which the SQL condition `such` on `h` and `e` holds."""
    rows = store.query(
        f"SELECT {columns} FROM json_each(?) j CROSS JOIN entry e ON e.revision = j.value "
        "CROSS JOIN head h ON h.id = e.head AND h.revision = e.revision LEFT JOIN session s ON s.id = e.session "
        f"WHERE {ALIVE} AND {such}",
        (f"[{','.join(map(str, revisions))}]", now),
    )
    return [Entry(row) for row in rows]


def text_field(store: EmbeddedStore, json: str, path: str) -> str | None:
    """The text at a path of valid JSON (`$.path`), None when there is no text."""
    row = store.row("SELECT ?1 ->> ?2 WHERE json_type(?1, ?2) = 'text'", (json, path))
    return None if row is None else str(row[0])


def each(store: EmbeddedStore, found: list[Entry]) -> Iterator[Entry]:
    """The entries as they are, those that were read by `entries.SHORT_COLUMNS` with the long values that it leaves out.

    No read transaction is held while the caller prints, so that a slow reader of the answer delays no writer: a version that was
    collected or destroyed since it was found is left out.
    """
    for entry in found:
        if entry.value is not None:
            yield entry
            continue
        row = store.row(f"SELECT {COLUMNS} FROM {FROM_ENTRIES} WHERE e.revision = ?", (entry.revision,))
        if row is not None:
            whole = Entry(row)
            if whole.kind < TOMBSTONE:
                yield whole
