"""Garbage collection of versions in SQL: finds and deletes rows; `features.retention.decide` chooses."""

from __future__ import annotations

from hooks_cli.store.sqlite.maintenance import state
from hooks_cli.store.sqlite.rows.entries import has_version_sql, is_version_sql, matching, numbered
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.text.json_writer import numbers_text, value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.version import Version
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

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
_FROM = f"head h CROSS JOIN entry e ON {is_version_sql()}"


def _version(row: Row) -> Version:
    from hooks_cli.model.version import Version

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


def span_end(store: EmbeddedStore, after: int, most: int) -> int:
    """The id of the last of the next `most` heads after one; 0 when there are none."""
    last = store.row("SELECT id FROM head WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?", (after, most - 1))
    return (
        int(last[0]) if last else int(store.query("SELECT coalesce(max(id), 0) FROM head WHERE id > ?", (after,))[0][0])
    )


def due_heads(
    store: EmbeddedStore, after: int, last: int, pattern: str, cutoff: int, now: int, fewest: int
) -> list[int]:
    """The heads with ids in (after, last] that may hold a due version: older than `cutoff`, expired, or more than `fewest` versions
    behind (0: any number)."""
    condition, params = matching(pattern)
    condition = numbered(condition, 6)
    has_due = has_version_sql("e", "(e.at < ?3 OR e.expires <= ?4 OR (?5 > 0 AND e.version <= h.version - ?5))")
    sql = f"""SELECT h.id FROM head h WHERE h.id > ?1 AND h.id <= ?2 AND {condition} AND h.pinned = 0
        AND {has_due} ORDER BY h.id"""
    return [row[0] for row in store.query(sql, (after, last, cutoff, now, fewest, *params))]


def versions_of(store: EmbeddedStore, heads: list[int]) -> list[tuple[int, list[Version]]]:
    """All versions of these heads: for each, the number of the newest version that it ever had, and those that are left."""
    sql = f"SELECT {_COLUMNS}, h.version FROM {_FROM} WHERE h.id IN (SELECT value FROM json_each(?)) ORDER BY h.id"
    found: list[tuple[int, list[Version]]] = []
    for row in store.query(sql, (numbers_text(heads),)):
        version = _version(row)
        if not found or found[-1][1][0].address != version.address:
            found.append((row[-1], []))
        found[-1][1].append(version)
    for _, versions in found:
        if len(versions) > 1:  # sorted here, and only those: most addresses have one
            versions.sort(key=_number)
    return found


def _number(version: Version) -> int:
    return version.version


def versions_at(store: EmbeddedStore, address: str) -> list[Version]:
    """All versions of one address, the oldest first."""
    sql = f"SELECT {_COLUMNS} FROM {_FROM} WHERE h.address = ? ORDER BY e.version"
    return [_version(row) for row in store.query(sql, (address,))]


def baselines(store: EmbeddedStore, limit: int = -1) -> list[Version]:
    """The versions of all addresses that may be baselines, at most that many (-1: all)."""
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


def estimated_bytes(store: EmbeddedStore) -> int:
    """What all versions and events take by the estimate that `Version.size` is."""
    versions = store.query(
        f"SELECT coalesce(sum({ROW_BYTES} + coalesce(octet_length(value), 0) + coalesce(octet_length(metadata), 0) "
        "+ coalesce(octet_length(tags), 0) + coalesce(octet_length(source), 0)), 0) FROM entry"
    )[0][0]
    events = store.query(f"SELECT coalesce(sum({ROW_BYTES} + octet_length(fields)), 0) FROM event")[0][0]
    return int(versions + events)


def count_versions(store: EmbeddedStore) -> int:
    """How many versions there are."""
    return int(store.query("SELECT count(*) FROM entry")[0][0])


def newest_version(store: EmbeddedStore, address: str) -> int:
    """The number of the newest version that an address ever had."""
    return int(store.query("SELECT version FROM head WHERE address = ?", (address,))[0][0])


def drop(tx: Transaction, plans: list[tuple[int, list[Version]]]) -> list[Version]:
    """Delete versions, given for each address with the newest version that it ever had; what was deleted.

    Nothing of an address that was written to or pinned since: the decision is then stale, and the next run makes a new one.
    """
    addresses = value_text(list(dict.fromkeys([going[0].address for _, going in plans])))
    heads = {
        row[6]: row
        for row in tx.store.query(
            f"SELECT {LEDGER_TABLES['head']} FROM head WHERE address IN (SELECT value FROM json_each(?))", (addresses,)
        )
    }
    due = [
        version
        for last, going in plans
        for version in going
        if (head := heads.get(version.address)) is not None and head[2] == last and not head[4]
    ]
    rows = tx.store.query(
        f"DELETE FROM entry WHERE revision IN (SELECT value FROM json_each(?)) RETURNING {LEDGER_TABLES['entry']}",
        (numbers_text([version.revision for version in due]),),
    )
    for row in rows:
        tx.forget("entry", row)
    gone = {row[0] for row in rows}
    if gone:
        _drop_annotations(tx, gone, [head for head in heads.values() if head[1] in gone])
    emptied = [head for head in heads.values() if head[1] in gone and head[3]]
    if emptied:
        from hooks_cli.store.sqlite.rows.entry_updates import update_heads

        indexed = numbers_text([head[1] for head in emptied])
        tx.store.query("DELETE FROM search WHERE rowid IN (SELECT value FROM json_each(?))", (indexed,))
        update_heads(tx, emptied, live=0, expires=None)
        tx.live -= len(emptied)
        state.add(tx, state.UNINDEXED, len(emptied))
    return [version for version in due if version.revision in gone]


def _drop_annotations(tx: Transaction, gone: set[int], ended: list[Row]) -> None:
    """Delete what is said about deleted versions, and about heads that have lost their newest one."""
    from hooks_cli.store.sqlite.annotations import marks, relations, reviews

    reviews.forget(tx, numbers_text(list(gone)))
    if ended:
        numbers = numbers_text([head[0] for head in ended])
        marks.forget_heads(tx, numbers)
        relations.forget_heads(tx, numbers)


def note_collected(tx: Transaction, revision: int) -> None:
    """Remember the newest revision that was collected: who resumes a watch before it would miss something."""
    tx.store.query("UPDATE state SET collected = max(collected, ?)", (revision,))
