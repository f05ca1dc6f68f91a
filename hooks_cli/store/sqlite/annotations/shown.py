"""What sessions were shown: version, event, how often, how many characters. Stays on this machine.

After a compact of the agent's context nothing of it counts as shown (`compacted`); the counts stay.
"""

from __future__ import annotations

from hooks_cli.text.json_writer import numbers_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

# SQL: that the session of the parameter has not this version of a head `h` in its context.
UNSEEN = "NOT EXISTS (SELECT 1 FROM shown_entry x WHERE x.session = ? AND x.head = h.id AND x.version = h.version AND x.gone = 0)"


class Use:
    """How often an address was shown: to how many sessions, how many times in all, and when last (ms; 0: never)."""

    __slots__ = ("last_at", "sessions", "times")

    def __init__(self, sessions: int, times: int, last_at: int) -> None:
        self.sessions = sessions
        self.times = times
        self.last_at = last_at


def record(tx: Transaction, session: int, event: int, passages: list[tuple[int, int]]) -> None:
    """Note that an event (its revision) showed these to a session (its row): (revision of the version, characters) each. One statement."""
    given = ",".join([f"[{revision},{characters}]" for revision, characters in passages])
    tx.store.query(
        "INSERT INTO shown_entry(session, head, version, event, at, times, characters, gone) "
        "SELECT ?1, e.head, e.version, ?2, ?3, 1, j.value ->> 1, 0 FROM json_each(?4) j CROSS JOIN entry e ON e.revision = j.value ->> 0 "
        "WHERE true ON CONFLICT(session, head, version) DO UPDATE SET "
        "event = excluded.event, at = excluded.at, times = times + 1, characters = characters + excluded.characters, gone = 0",
        (session, event, tx.now, f"[{given}]"),
    )


def compacted(tx: Transaction, session: int) -> None:
    """The session's context was compacted: it has nothing of what it was shown before."""
    tx.store.query("UPDATE shown_entry SET gone = 1 WHERE session = ? AND gone = 0", (session,))


def seen(store: EmbeddedStore, session: int, revisions: list[int]) -> set[int]:
    """Those of these versions (by revision) that the session has in its context."""
    rows = store.query(
        "SELECT e.revision FROM json_each(?1) j CROSS JOIN entry e ON e.revision = j.value "
        "JOIN shown_entry x ON x.session = ?2 AND x.head = e.head AND x.version = e.version WHERE x.gone = 0",
        (numbers_text(revisions), session),
    )
    return {row[0] for row in rows}


def characters(store: EmbeddedStore, session: int) -> int:
    """How many characters of entries the session was given in all."""
    return int(store.query("SELECT coalesce(sum(characters), 0) FROM shown_entry WHERE session = ?", (session,))[0][0])


def use(store: EmbeddedStore, address: str) -> Use:
    """How often an address was shown."""
    row = store.query(
        "SELECT count(DISTINCT x.session), coalesce(sum(x.times), 0), coalesce(max(x.at), 0) "
        "FROM head h JOIN shown_entry x ON x.head = h.id WHERE h.address = ?",
        (address,),
    )[0]
    return Use(*row)


def readers(store: EmbeddedStore, address: str) -> list[tuple[str, int, int, int]]:
    """Who was shown an address: (session's name, version, times, when last in ms), the latest first."""
    return store.query(
        "SELECT s.name, x.version, x.times, x.at FROM head h JOIN shown_entry x ON x.head = h.id "
        "JOIN session s ON s.id = x.session WHERE h.address = ? ORDER BY x.at DESC, s.name",
        (address,),
    )


def totals(store: EmbeddedStore, limit: int) -> list[tuple[str, int, int]]:
    """(address, times, sessions) of the addresses that were shown most, at most that many."""
    return store.query(
        "SELECT h.address, sum(x.times) shown, count(DISTINCT x.session) FROM shown_entry x JOIN head h ON h.id = x.head "
        "GROUP BY x.head ORDER BY shown DESC, h.address LIMIT ?",
        (limit,),
    )


def forget_sessions(tx: Transaction, sessions: str) -> None:
    """Forget what these sessions (a JSON array of their rows) were shown: they are deleted."""
    tx.store.query("DELETE FROM shown_entry WHERE session IN (SELECT value FROM json_each(?))", (sessions,))
