"""What garbage collection reads and deletes. The decision itself is `model.retention`; the order of the work `operations.collecting`."""

from __future__ import annotations

from hooks_cli.model.json_text import value_text
from hooks_cli.model.retention import Version
from hooks_cli.store import upkeep
from hooks_cli.store.changing import ENTRY, EVENT, HEAD, update_head
from hooks_cli.store.entries import matching
from hooks_cli.store.schema import LEDGER_TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.embedded import EmbeddedStore
    from hooks_cli.store.transaction import Transaction

# What a version takes beside its texts: its columns, its places in three indexes. An estimate, for max_size alone.
ROW_BYTES = 160

_FIELDS = ("success", "success_rate", "confidence", "pattern", "git_commit")
_DATA = "CASE WHEN e.kind = 1 AND e.sealed < 2 THEN e.value END"


def _field(name: str) -> str:
    """Type and value of a field: the metadata's, where it has none the JSON value's."""
    has = f"json_type(e.metadata, '$.{name}')"
    return (
        f"coalesce({has}, json_type({_DATA}, '$.{name}')), "
        f"CASE WHEN {has} IS NULL THEN {_DATA} ->> '$.{name}' ELSE e.metadata ->> '$.{name}' END"
    )


_COLUMNS = (
    "h.address, e.version, e.revision, e.at, e.kind, e.version = h.version, h.pinned, coalesce(e.expires, 0), "
    f"{ROW_BYTES} + coalesce(octet_length(e.value), 0) + coalesce(octet_length(e.metadata), 0) "
    "+ coalesce(octet_length(e.tags), 0) + coalesce(octet_length(e.source), 0), "
    + ", ".join(_field(name) for name in _FIELDS)
)
_FROM = "head h JOIN entry e ON e.head = h.id"


def _version(row: Row) -> Version:
    fields: dict[str, object] = {}
    for at, name in enumerate(_FIELDS):
        kind, value = row[9 + 2 * at], row[10 + 2 * at]
        if kind in ("true", "false"):
            fields[name] = kind == "true"
        elif kind in ("integer", "real", "text"):
            fields[name] = value
    address, version, revision, at_, kind_, newest, pinned, expires, size = row[:9]
    return Version(address, version, revision, at_, kind_, bool(newest), bool(pinned), expires, size, fields)


def last_head(store: EmbeddedStore) -> int:
    """The largest id of a head, 0 in an empty store."""
    return int(store.query("SELECT coalesce(max(id), 0) FROM head")[0][0])


def due_heads(
    store: EmbeddedStore, after: int, last: int, pattern: str, cutoff: int, now: int, fewest: int
) -> list[int]:
    """The heads with ids in (after, last] that may hold a due version: older than `cutoff`, expired, or more than `fewest` versions
    behind (0: any number)."""
    condition, params = matching(pattern)
    sql = f"""SELECT h.id FROM head h WHERE h.id > ? AND h.id <= ? AND {condition} AND h.pinned = 0 AND EXISTS (
        SELECT 1 FROM entry e WHERE e.head = h.id
        AND (e.at < ? OR e.expires <= ? OR (? > 0 AND e.version <= h.version - ?))) ORDER BY h.id"""
    return [row[0] for row in store.query(sql, (after, last, *params, cutoff, now, fewest, fewest))]


def versions_of(store: EmbeddedStore, heads: list[int]) -> list[tuple[int, list[Version]]]:
    """All versions of these heads: for each, the number of the newest version that it ever had, and those that are left."""
    sql = f"SELECT {_COLUMNS}, h.version FROM {_FROM} WHERE h.id IN (SELECT value FROM json_each(?)) ORDER BY h.id, e.version"
    found: list[tuple[int, list[Version]]] = []
    for row in store.query(sql, (value_text(heads),)):
        version = _version(row)
        if not found or found[-1][1][0].address != version.address:
            found.append((row[-1], []))
        found[-1][1].append(version)
    return found


def versions_at(store: EmbeddedStore, address: str) -> list[Version]:
    """All versions of one address, the oldest first."""
    sql = f"SELECT {_COLUMNS} FROM {_FROM} WHERE h.address = ? ORDER BY e.version"
    return [_version(row) for row in store.query(sql, (address,))]


def baselines(store: EmbeddedStore, limit: int = -1) -> list[Version]:
    """The versions of all addresses that may be baselines, at most so many (-1: all)."""
    sql = f"SELECT {_COLUMNS} FROM {_FROM} WHERE h.address GLOB '*baseline*' LIMIT ?"
    return [_version(row) for row in store.query(sql, (limit,))]


def superseded(store: EmbeddedStore, after: int, limit: int) -> list[tuple[int, int]]:
    """(revision, head) of versions that their address no longer says, the oldest first, after a revision."""
    return store.query(
        "SELECT e.revision, e.head FROM entry e JOIN head h ON h.id = e.head WHERE e.revision > ? AND e.version < h.version "
        "AND h.pinned = 0 ORDER BY e.revision LIMIT ?",
        (after, limit),
    )


def standing(store: EmbeddedStore, after: int, limit: int) -> list[tuple[int, int]]:
    """(revision, head) of what addresses say now (tombstones too), the oldest first, after a revision."""
    return store.query(
        "SELECT e.revision, e.head FROM entry e JOIN head h ON h.id = e.head WHERE e.revision > ? AND e.version = h.version "
        "AND h.pinned = 0 ORDER BY e.revision LIMIT ?",
        (after, limit),
    )


def used_bytes(store: EmbeddedStore) -> int:
    """What the store takes without its free pages, in bytes."""
    pages, free, size = (store.query(f"PRAGMA {name}")[0][0] for name in ("page_count", "freelist_count", "page_size"))
    return int((pages - free) * size)


def oldest_events(store: EmbeddedStore, limit: int) -> tuple[list[int], int]:
    """The revisions of the oldest events, and the bytes that they take."""
    rows = store.query(
        f"SELECT revision, octet_length(fields) + {ROW_BYTES} FROM event ORDER BY revision LIMIT ?", (limit,)
    )
    return [row[0] for row in rows], sum(row[1] for row in rows)


def count_versions(store: EmbeddedStore) -> int:
    """How many versions there are."""
    return int(store.query("SELECT count(*) FROM entry")[0][0])


def newest_version(store: EmbeddedStore, address: str) -> int:
    """The number of the newest version that an address ever had."""
    return int(store.query("SELECT version FROM head WHERE address = ?", (address,))[0][0])


def drop(tx: Transaction, plans: list[tuple[int, list[Version]]]) -> list[Version]:
    """Delete versions, given for each address with the newest version that it ever had; what was deleted.

    Nothing of an address that somebody wrote to or pinned since: the decision is then stale, and the next run makes a new one.
    """
    addresses = value_text([going[0].address for _, going in plans])
    heads = {
        row[6]: row
        for row in tx.store.query(
            f"SELECT {HEAD} FROM head WHERE address IN (SELECT value FROM json_each(?))", (addresses,)
        )
    }
    due = [
        version
        for last, going in plans
        for version in going
        if (head := heads.get(version.address)) is not None and head[2] == last and not head[4]
    ]
    rows = tx.store.query(
        f"DELETE FROM entry WHERE revision IN (SELECT value FROM json_each(?)) RETURNING {ENTRY}",
        (value_text([version.revision for version in due]),),
    )
    for row in rows:
        tx.forget("entry", row)
    gone = {row[0] for row in rows}
    emptied = [head for head in heads.values() if head[1] in gone and head[3]]
    for head in emptied:
        tx.store.query("DELETE FROM search WHERE rowid = ?", (head[1],))
        update_head(tx, head, live=0, expires=None)
    if emptied:
        tx.live -= len(emptied)
        upkeep.add(tx, upkeep.UNINDEXED, len(emptied))
    return [version for version in due if version.revision in gone]


def note_collected(tx: Transaction, revision: int) -> None:
    """Remember the newest revision that was collected: who resumes a watch before it would miss something."""
    tx.store.query("UPDATE state SET collected = max(collected, ?)", (revision,))


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
        f"DELETE FROM event WHERE revision IN (SELECT value FROM json_each(?)) RETURNING {EVENT}",
        (value_text(revisions),),
    )
    for row in rows:
        tx.forget("event", row)
    return len(rows)


def drop_tasks(tx: Transaction, cutoff: int, limit: int) -> int:
    """Delete tasks that ended (or began, and never ended) before `cutoff`; how many."""
    return _drop(tx, "task", "coalesce(closed_at, opened_at) < ?", cutoff, limit)


def drop_sessions(tx: Transaction, cutoff: int, limit: int) -> int:
    """Delete sessions that ended (or began, and never ended) before `cutoff` and that nothing refers to; how many."""
    unused = (
        "NOT EXISTS (SELECT 1 FROM entry e WHERE e.session = session.id) "
        "AND NOT EXISTS (SELECT 1 FROM event v WHERE v.session = session.id) "
        "AND NOT EXISTS (SELECT 1 FROM task t WHERE t.session = session.id)"
    )
    return _drop(tx, "session", f"coalesce(closed_at, opened_at) < ? AND {unused}", cutoff, limit)


def _drop(tx: Transaction, table: str, condition: str, cutoff: int, limit: int) -> int:
    rows = tx.store.query(
        f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {condition} LIMIT ?) RETURNING {LEDGER_TABLES[table]}",
        (cutoff, limit),
    )
    for row in rows:
        tx.forget(table, row)
    return len(rows)


def newest_write_before(store: EmbeddedStore, at: int) -> int | None:
    """The time (ms) of the newest event or version made at or before a time, or None."""
    times = [
        row[0]
        for table in ("event", "entry")
        for row in store.query(f"SELECT at FROM {table} WHERE at <= ? ORDER BY revision DESC LIMIT 1", (at,))
    ]
    return max(times, default=None)
