"""Gives the hook calls that named no session to the session that ends after them.

Settings whose hooks read the agent's event themselves (`jq` takes standard input) call without a session; only the end of the session names
one. What was called since the last end was most likely that agent's: it is given to the session as a guess.
"""

from __future__ import annotations

from hooks_cli.store.sqlite.rows.journal import ACTIVE_MS
from hooks_cli.store.sqlite.schema import LEDGER_TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.rows.journal import Session
    from hooks_cli.store.sqlite.transaction import Transaction

# So many of the newest events are looked at.
LOOKED_AT = 2_000
_EVENT, _ENTRY = LEDGER_TABLES["event"], LEDGER_TABLES["entry"]
_OF_HOOKS = "(verb GLOB 'pre-*' OR verb GLOB 'post-*' OR verb IN ('notify', 'notification'))"


def give_to(tx: Transaction, session: Session) -> int:
    """Give the session the calls of the last 12 hours that came after the last end of a session and have none, persons' calls excepted.

    Their entries go with them. A session that was made at this end begins with the first of them. Returns how many calls there were.
    """
    store = tx.store
    newest = f"SELECT {_EVENT} FROM event ORDER BY revision DESC LIMIT {LOOKED_AT}"
    last_end = (
        f"coalesce((SELECT revision FROM ({newest}) WHERE verb = 'session-end' AND session IS NOT NULL LIMIT 1), 0)"
    )
    rows = store.query(
        f"SELECT {_EVENT} FROM ({newest}) WHERE revision > {last_end} AND session IS NULL AND attribution IS NULL "
        f"AND at > ? AND {_OF_HOOKS} ORDER BY revision",
        (tx.now - ACTIVE_MS,),
    )
    at = _EVENT.split(", ").index
    for row in rows:
        changed = list(row)
        changed[at("session")], changed[at("attribution")] = session.id, "guessed"
        tx.forget("event", row)
        store.query("UPDATE event SET session = ?, attribution = 'guessed' WHERE revision = ?", (session.id, row[0]))
        tx.remember("event", tuple(changed))
        if row[at("entry")]:
            _give_entry(tx, row[0], session.id)
    if rows and session.opened_at == tx.now:
        tx.forget("session", session.row())
        session.opened_at = min(tx.now, rows[0][at("at")])
        store.query("UPDATE session SET opened_at = ? WHERE id = ?", (session.opened_at, session.id))
        tx.remember("session", session.row())
    return len(rows)


def _give_entry(tx: Transaction, revision: int, session: int) -> None:
    row = tx.store.row(f"SELECT {_ENTRY} FROM entry WHERE revision = ? AND session IS NULL", (revision,))
    if row is None:
        return
    changed = list(row)
    at = _ENTRY.split(", ").index
    changed[at("session")], changed[at("guessed")] = session, 1
    tx.forget("entry", row)
    tx.store.query("UPDATE entry SET session = ?, guessed = 1 WHERE revision = ?", (session, revision))
    tx.remember("entry", tuple(changed))
