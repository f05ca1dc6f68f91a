"""Reads versions that are not current: an address's history, and the store's state at a revision.

Garbage collection leaves gaps: of versions 1, 2, 3 the second may be gone. What an address said while version 2 was the newest is then
not known any more, and is never answered with version 1. A gap shows in the numbers alone: version v is only known to have been the
newest up to a revision when version v + 1 is there, or when v is the newest of all.
"""

from __future__ import annotations

from hooks_cli.model.entry import DESTROYED, TOMBSTONE, Entry
from hooks_cli.store.sqlite.rows.entries import (
    COLUMNS,
    FROM_VERSIONS,
    has_version_sql,
    is_first_version_sql,
    is_later_version_sql,
    is_version_sql,
    matching,
    numbered,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore


class Past:
    """What was there: the `entries`, and of how many addresses it is not known any more (`collected`)."""

    __slots__ = ("collected", "entries")

    def __init__(self, entries: list[Entry], collected: int) -> None:
        self.entries = entries
        self.collected = collected


def head_of(store: EmbeddedStore, address: str) -> Row | None:
    """(id, revision, version, live, pinned, expires) of an address, or None if it was never written."""
    return store.row("SELECT id, revision, version, live, pinned, expires FROM head WHERE address = ?", (address,))


def versions(store: EmbeddedStore, address: str) -> list[Entry]:
    """All versions of an address that are left, the newest first, tombstones and destroyed ones too."""
    # Sorted here: SQLite would copy all values to sort them.
    rows = store.query(f"SELECT {COLUMNS} FROM {FROM_VERSIONS} WHERE h.address = ?", (address,))
    return sorted([Entry(row) for row in rows], key=lambda entry: -entry.version)


def version(store: EmbeddedStore, address: str, number: int) -> Entry | None:
    """One version of an address, or None when it is not there (never made, or collected)."""
    row = store.row(f"SELECT {COLUMNS} FROM {FROM_VERSIONS} WHERE h.address = ? AND e.version = ?", (address, number))
    return None if row is None else Entry(row)


def begins_with(store: EmbeddedStore, address: str) -> tuple[int, int, int] | None:
    """(version, revision, at) of the version that an address began with here, when that is not version 1: an import brought the newer
    ones of another store alone. None where it began with version 1, or where the version that it began with is not there any more.
    """
    sql = f"""SELECT e.version, e.revision, e.at FROM head h JOIN entry e ON {is_first_version_sql("e")}
        WHERE h.address = ? AND e.version > 1 AND NOT {has_version_sql("n", "n.version < e.version")}"""
    row = store.row(sql, (address,))
    return None if row is None else (row[0], row[1], row[2])


def may_be_collected(store: EmbeddedStore, address: str, number: int) -> bool:
    """Whether a version that is missing can have been collected by age, number or size: anything as new as the version before it was."""
    sql = f"""SELECT s.collected > coalesce((SELECT max(e.revision) FROM entry e WHERE {is_version_sql("e", "e.version < ?2")}), 0)
        FROM head h, state s WHERE h.address = ?1"""
    row = store.row(sql, (address, number))
    return row is not None and bool(row[0])


FOREVER = 1 << 62

# A rename writes the new version and the tombstone at the old address one after the other, in one transaction.
_IS_MOVE = f"t.revision = m.revision + 1 AND t.kind = {TOMBSTONE} AND t.event = 'rename' AND m.event = 'rename'"


def version_of(store: EmbeddedStore, revision: int) -> tuple[str, int] | None:
    """(address, version number) that a revision wrote, when there is one with content; else None."""
    row = store.row(
        "SELECT h.address, e.version FROM entry e JOIN head h ON h.id = e.head WHERE e.revision = ? AND e.kind < 2",
        (revision,),
    )
    return None if row is None else (row[0], row[1])


def has_event(store: EmbeddedStore, revision: int) -> bool:
    """Whether the journal has a call of this revision."""
    return store.row("SELECT 1 FROM event WHERE revision = ?", (revision,)) is not None


def moves_to(store: EmbeddedStore, address: str, versions: list[int] | None) -> list[tuple[str, int, int]]:
    """(old address, version and revision of its tombstone) for each of these versions (None: any) that a rename brought here."""
    rows = store.query(
        f"SELECT old.address, t.version, t.revision, m.version FROM head h CROSS JOIN entry m ON {is_version_sql('m')} "
        f"CROSS JOIN entry t ON {_IS_MOVE} JOIN head old ON old.id = t.head WHERE h.address = ? ORDER BY m.version DESC",
        (address,),
    )
    return [row[:3] for row in rows if versions is None or row[3] in versions]


def moves_from(store: EmbeddedStore, address: str) -> list[str]:
    """The addresses that renames brought content of this one to, where it still is."""
    sql = (
        f"SELECT DISTINCT new.address FROM head h CROSS JOIN entry t ON {is_version_sql('t')} "
        "CROSS JOIN entry m ON m.revision = t.revision - 1 "
        f"AND {_IS_MOVE} JOIN head new ON new.id = m.head WHERE h.address = ? AND m.kind < {TOMBSTONE} AND new.id <> h.id"
    )
    return [row[0] for row in store.query(sql, (address,))]


def with_content(store: EmbeddedStore, address: str, numbers: list[int]) -> list[int]:
    """Those of these versions that hold something."""
    sql = f"SELECT e.version FROM {FROM_VERSIONS} WHERE h.address = ? AND e.kind < {TOMBSTONE} ORDER BY e.version"
    wanted = set(numbers)
    return [row[0] for row in store.query(sql, (address,)) if row[0] in wanted]


def newest_revision(store: EmbeddedStore) -> int:
    """The revision that the store is at."""
    return int(store.query("SELECT revision FROM state")[0][0])


def moment_of(store: EmbeddedStore, revision: int) -> int:
    """When the store came to a revision: the time (ms) of the newest entry up to it; 0 when there is none."""
    row = store.row("SELECT at FROM entry WHERE revision <= ? ORDER BY revision DESC LIMIT 1", (revision,))
    return 0 if row is None else int(row[0])


# The newest version of each address up to revision ?1 and time ?3, and whether it was the newest for certain. Revisions and times need
# not go the same way: an import or a queued call brings versions that are older than their revisions.
_SUCH = "n.revision <= ?1 AND n.at <= ?3"
_KNOWN = f"(e.version = h.version OR {has_version_sql('n', 'n.version = e.version + 1')})"
_BEGINS = has_version_sql("n", "n.version = 1")
# Its revision. Of the versions in the index the newest is the first that is met, so that a long history is not read through.
_THEN = f"""(SELECT revision FROM (SELECT revision, max(version) FROM (
    SELECT n.revision, n.version FROM entry n WHERE {is_first_version_sql("n")} AND {_SUCH} UNION ALL
    SELECT * FROM (SELECT n.revision, n.version FROM entry n
        WHERE {is_later_version_sql("n")} AND {_SUCH} ORDER BY n.version DESC LIMIT 1))))"""
_FROM_THEN = f"head h CROSS JOIN entry e ON e.revision = {_THEN} LEFT JOIN session s ON s.id = e.session"


def address_at(store: EmbeddedStore, address: str, revision: int, moment: int, until: int = FOREVER) -> Past:
    """What one address said at a revision, seen at `moment` (ms; what had expired by then is not there).

    `until` (ms) leaves out what was written later, whatever its revision.
    """
    row = store.row(
        f"SELECT {_KNOWN}, {COLUMNS} FROM {_FROM_THEN} WHERE h.address = ?2",
        (revision, address, until),
    )
    if row is None:
        begins = store.row(f"SELECT {_BEGINS} FROM head h WHERE h.address = ?", (address,))
        return Past([], int(begins is not None and not begins[0]))
    if not row[0]:
        return Past([], 1)
    entry = Entry(row[1:])
    return Past([entry] if _is_there(entry, moment) else [], 0)


def matching_at(
    store: EmbeddedStore,
    pattern: str,
    revision: int,
    moment: int,
    limit: int,
    offset: int = 0,
    until: int = FOREVER,
) -> tuple[Past, int]:
    """What the addresses of a glob said at a revision, newest first, and how many there were in all; `until` as `address_at` has it."""
    condition, params = matching(pattern)
    condition = numbered(condition, 4)
    there = f"e.kind NOT IN ({TOMBSTONE}, {DESTROYED}) AND (e.expires IS NULL OR e.expires > ?2) AND {_KNOWN}"
    values = (revision, moment, until, *params)
    rows = store.query(
        f"SELECT {COLUMNS} FROM {_FROM_THEN} WHERE {condition} AND {there} ORDER BY e.revision DESC "
        f"LIMIT {int(limit)} OFFSET {int(offset)}",
        values,
    )
    # One look at each address for both: what is kept first of it must have been its first version, or it said something unknown before.
    unknown = f"iif(e.revision IS NULL, NOT {_BEGINS}, NOT {_KNOWN})"
    total, collected = store.query(
        f"SELECT count(*) FILTER (WHERE {there}), count(*) FILTER (WHERE {unknown}) "
        f"FROM head h LEFT JOIN entry e ON e.revision = {_THEN} WHERE {condition}",
        values,
    )[0]
    return Past([Entry(row) for row in rows], int(collected)), int(total)


def _is_there(entry: Entry, moment: int) -> bool:
    return entry.kind not in (TOMBSTONE, DESTROYED) and (entry.expires is None or entry.expires > moment)
