"""Reviews: versions that wait for a person's approval, and those that were approved (`[memory] review`).

A version waits while it is what its address holds; a newer version makes its review void. Prompts leave waiting versions out (`in_use`).
"""

from __future__ import annotations

from hooks_cli.model.entry import Entry
from hooks_cli.store.sqlite.annotations import in_use
from hooks_cli.store.sqlite.rows.entries import COLUMNS, FROM_HEADS
from hooks_cli.store.sqlite.schema import LEDGER_TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

WAITING, ACCEPTED = in_use.WAITING, 2
NAMES = ("", "waiting", "accepted")

_REVIEW = LEDGER_TABLES["review"]


def put(
    tx: Transaction,
    revision: int,
    state: int,
    *,
    origin: int | None = None,
    session: str | None = None,
    agent: str | None = None,
) -> None:
    """Set the state of the version with this revision, and note who did (model.origin, a session's name, an agent).

    With WAITING right after the version is written, in the same transaction; with ACCEPTED in one that has a revision of its own.
    """
    remove(tx, revision)
    tx.insert("review", (revision, state, tx.now, origin, session, agent))


def remove(tx: Transaction, revision: int) -> bool:
    """Forget the review of a version, as when it is dropped; whether there was one."""
    return forget(tx, f"[{revision}]") > 0


def forget(tx: Transaction, revisions: str) -> int:
    """Forget the reviews of versions (a JSON array of revisions); how many there were."""
    rows = tx.store.query(
        f"DELETE FROM review WHERE revision IN (SELECT value FROM json_each(?)) RETURNING {_REVIEW}", (revisions,)
    )
    for row in rows:
        tx.forget("review", row)
    return len(rows)


def move(tx: Transaction, old: int, new: int) -> None:
    """Let the version of revision `new` wait where that of `old` did."""
    if state_of(tx.store, old) == WAITING:
        row = tx.store.query("SELECT origin, session, agent FROM review WHERE revision = ?", (old,))[0]
        remove(tx, old)
        put(tx, new, WAITING, origin=row[0], session=row[1], agent=row[2])


def state_of(store: EmbeddedStore, revision: int) -> int:
    """WAITING, ACCEPTED, or 0 if the version needs no approval."""
    row = store.row("SELECT state FROM review WHERE revision = ?", (revision,))
    return 0 if row is None else int(row[0])


def waiting(store: EmbeddedStore, now: int, limit: int = -1) -> list[Entry]:
    """What waits and is what its address holds at `now` (ms), the oldest first."""
    rows = store.query(
        f"SELECT {COLUMNS} FROM review w CROSS JOIN {FROM_HEADS} WHERE h.revision = w.revision AND {_WAITS} ORDER BY w.revision LIMIT ?",
        (now, limit),
    )
    return [Entry(row) for row in rows]


def count(store: EmbeddedStore, now: int) -> int:
    """How many wait."""
    row = store.query(
        f"SELECT count(*) FROM review w CROSS JOIN head h WHERE h.revision = w.revision AND {_WAITS}", (now,)
    )[0]
    return int(row[0])


_WAITS = f"w.state = {WAITING} AND h.live = 1 AND (h.expires IS NULL OR h.expires > ?)"
