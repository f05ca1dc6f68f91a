"""Relations: an address supersedes another, is linked with it, or is about a file of the project.

A relation belongs to the address that it begins at, and says which version of it said so. An address has one relation of a kind to a
target; to put it again brings it up to date. Targets are text and need not exist: `dangling` finds those that do not.
"""

from __future__ import annotations

from hooks_cli.errors import NotFound
from hooks_cli.store.sqlite.annotations import in_use
from hooks_cli.store.sqlite.rows.entry_writes import find_head
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.text.json_writer import value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

SUPERSEDES, LINK, ABOUT = in_use.SUPERSEDES, 2, 3
NAMES = ("", "supersedes", "link", "about")

_RELATION = LEDGER_TABLES["relation"]
_OF = ", ".join([f"r.{name}" for name in _RELATION.split(", ")])
_READ = f"SELECT {_OF}, h.address FROM relation r JOIN head h ON h.id = r.head"


class Relation:
    """A relation as it is read: from `address`, as its `version` said at `at` (ms), to `target`.

    The target is an address, which was at `target_version` then (None: it was never written); of ABOUT it is a file's path from the
    project's root, with the `digest` of its content and the `git_commit`, None where they were not known.
    """

    __slots__ = ("address", "at", "digest", "git_commit", "kind", "target", "target_version", "version")

    def __init__(self, row: Row) -> None:
        (
            _,
            self.kind,
            _,
            self.version,
            self.at,
            self.target_version,
            self.digest,
            self.git_commit,
            self.target,
            self.address,
        ) = row

    address: str
    kind: int
    target: str
    version: int
    at: int
    target_version: int | None
    digest: str | None
    git_commit: str | None


def put(
    tx: Transaction, address: str, kind: int, target: str, *, digest: str | None = None, git_commit: str | None = None
) -> None:
    """Say that an address has to do with a target, in the place of what it said of it before. The transaction needs a revision.

    Raises NotFound (1) when nothing was ever written to the address.
    """
    head = find_head(tx, address)
    if head is None:
        raise NotFound(address=address)
    target_version = None
    if kind != ABOUT:
        other = find_head(tx, target)
        target_version = None if other is None else other[2]
    _remove(tx, "head = ? AND kind = ? AND target = ?", (head[0], kind, target))
    _insert(tx, (kind, head[0], head[2], tx.now, target_version, digest, git_commit, target))


def remove(tx: Transaction, address: str, kind: int, target: str) -> bool:
    """Take a relation away; whether there was one."""
    such = "head = (SELECT id FROM head WHERE address = ?) AND kind = ? AND target = ?"
    return _remove(tx, such, (address, kind, target)) > 0


def of(store: EmbeddedStore, addresses: list[str], kind: int = 0) -> list[Relation]:
    """The relations that begin at these addresses, of one kind or (0) of all, in the order of the addresses' first versions."""
    such = "h.address IN (SELECT value FROM json_each(?1)) AND (?2 = 0 OR r.kind = ?2)"
    rows = store.query(
        f"SELECT {_OF}, h.address FROM head h CROSS JOIN relation r ON r.head = h.id WHERE {such} ORDER BY r.head, r.kind, r.target",
        (value_text(addresses), kind),
    )
    return [Relation(row) for row in rows]


def to(store: EmbeddedStore, target: str, kind: int) -> list[Relation]:
    """The relations of one kind that lead to a target, the newest first."""
    return [
        Relation(row)
        for row in store.query(f"{_READ} WHERE r.target = ? AND r.kind = ? ORDER BY r.id DESC", (target, kind))
    ]


def after(store: EmbeddedStore, kind: int, number: int, limit: int) -> tuple[list[Relation], int]:
    """Up to `limit` relations of one kind, of live addresses, after a number (0: from the first), and the number to go on with (0: that
    was all)."""
    rows = store.query(
        f"{_READ} WHERE r.kind = ? AND r.id > ? AND h.live = 1 ORDER BY r.id LIMIT ?", (kind, number, limit)
    )
    return [Relation(row) for row in rows], rows[-1][0] if len(rows) == limit else 0


def dangling(store: EmbeddedStore, limit: int) -> list[Relation]:
    """Relations of live addresses to addresses without an entry, at most that many."""
    rows = store.query(
        f"{_READ} WHERE h.live = 1 AND r.kind <> {ABOUT} "
        "AND NOT EXISTS (SELECT 1 FROM head t WHERE t.address = r.target AND t.live = 1) ORDER BY r.id LIMIT ?",
        (limit,),
    )
    return [Relation(row) for row in rows]


def move(tx: Transaction, old: int, new: int, old_address: str, new_address: str) -> None:
    """Let the relations of one head begin at another, and those that lead to its address lead to the other's (a rename)."""
    rows = tx.store.query(
        f"SELECT {_RELATION} FROM relation WHERE head = ?1 OR (target = ?2 AND kind <> {ABOUT})", (old, old_address)
    )
    for row in rows:
        _remove(tx, "id = ?", row[:1])
        head = new if row[2] == old else row[2]
        target = new_address if row[8] == old_address and row[1] != ABOUT else row[8]
        version, target_version = row[3], row[5]
        if head == new and target == new_address:
            continue
        if row[2] == old:
            version = _version(tx, new)
        if target != row[8]:
            target_version = _version(tx, new)
        _remove(tx, "head = ? AND kind = ? AND target = ?", (head, row[1], target))
        _insert(tx, (row[1], head, version, row[4], target_version, *row[6:8], target))


def forget_files(tx: Transaction, head: int, versions: list[int] | None) -> None:
    """Take away which files these versions (None: all) of a head were about: paths and digests are content."""
    if versions is None:
        _remove(tx, f"head = ? AND kind = {ABOUT}", (head,))
    else:
        _remove(
            tx,
            f"head = ? AND kind = {ABOUT} AND version IN (SELECT value FROM json_each(?))",
            (head, f"[{','.join(map(str, versions))}]"),
        )


def forget_heads(tx: Transaction, heads: str) -> None:
    """Take away what begins at these heads (a JSON array of their numbers)."""
    _remove(tx, "head IN (SELECT value FROM json_each(?))", (heads,))


def insert_read(tx: Transaction, head: int, relation: tuple[object, ...]) -> bool:
    """Take in a relation of an export: (kind, version, at, target_version, digest, git_commit, target). Whether it was new."""
    kind, version, at, target_version, digest, git_commit, target = relation
    if tx.store.row("SELECT 1 FROM relation WHERE head = ? AND kind = ? AND target = ?", (head, kind, target)):
        return False
    _insert(tx, (kind, head, version, at, target_version, digest, git_commit, target))
    return True


def _version(tx: Transaction, head: int) -> int:
    return int(tx.store.query("SELECT version FROM head WHERE id = ?", (head,))[0][0])


def _insert(tx: Transaction, values: tuple[object, ...]) -> None:
    number = int(tx.store.query("SELECT coalesce(max(id), 0) + 1 FROM relation")[0][0])
    tx.insert("relation", (number, *values))


def _remove(tx: Transaction, condition: str, params: tuple[object, ...]) -> int:
    rows = tx.store.query(f"DELETE FROM relation WHERE {condition} RETURNING {_RELATION}", params)
    for row in rows:
        tx.forget("relation", row)
    return len(rows)
