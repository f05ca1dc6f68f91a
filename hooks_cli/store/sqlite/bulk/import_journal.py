"""Writes the sessions, tasks and events of an export into a store."""

from __future__ import annotations

from typing import Any

from hooks_cli.store.sensitive_values import seal_fields, seal_text
from hooks_cli.store.sqlite import machines
from hooks_cli.store.sqlite.annotations import transfer
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.store.sqlite.transaction import Transaction
from hooks_cli.text.json_writer import object_text
from hooks_cli.text.sealed_marker import mask

ADDED, THERE = "added", "there"
MOST = 2**53


class JournalWriter:
    """Writes them into an open transaction; `begin` says whose they are, and by how much revisions are moved up."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.store = tx.store
        self._sessions: dict[str, int] = {}
        self._made: set[int] = set()
        self._origin = ""
        self._offset = 0
        self._before = tx.revision

    def begin(self, store_id: str, offset: int) -> None:
        """What follows comes from that store."""
        self._origin = store_id
        self._offset = offset

    def _number(self) -> None:
        """A session or task has no revision of its own, but a transaction that changes something has at least one."""
        if self.tx.revision == self._before:
            self.tx.next_revision()

    @property
    def is_own(self) -> bool:
        """Whether it comes from this very store."""
        return bool(self._origin) and self._origin == self.store.store_id.hex()

    def is_free(self, revision: int) -> bool:
        """Whether neither an entry nor an event has this revision."""
        return not self.store.query(
            "SELECT 1 FROM entry WHERE revision = ?1 UNION ALL SELECT 1 FROM event WHERE revision = ?1", (revision,)
        )

    def take(self, wanted: int) -> int:
        """The revision wanted if it is free, else the next."""
        if wanted > MOST or not self.is_free(wanted):
            return self.tx.next_revision()
        self.tx.revision = max(self.tx.revision, wanted)
        return wanted

    def session(self, name: str | None, at: int) -> int | None:
        """The row of a session of that name; made, closed at `at`, when there is none."""
        if not name:
            return None
        found = self._sessions.get(name)
        if found is None:
            rows = self.store.query("SELECT id FROM session WHERE name = ?", (name,))
            found = self._sessions[name] = rows[0][0] if rows else self._insert_session(at, at, "import", None, name)
        return found

    def _insert_session(
        self, opened: int, closed: int | None, opened_by: str, agent: str | None, name: str, machine: int | None = None
    ) -> int:
        values = (opened, closed, opened_by, agent, name, machine)
        self.store.query(
            "INSERT INTO session(opened_at, closed_at, opened_by, agent, name, machine) VALUES(?,?,?,?,?,?)", values
        )
        made = self.store.connection.last_insert_rowid()
        self.tx.remember("session", (made, *values))
        self._number()
        self._made.add(made)
        return made

    def machine(self, name: Any) -> int | None:
        """The row of the machine that an export names by its 32 hex digits; None when it names none."""
        try:
            number = bytes.fromhex(name) if isinstance(name, str) else b""
        except ValueError:
            return None
        return machines.number_of(self.tx, number) if len(number) == machines.BYTES else None

    def add_session(self, members: dict[str, Any], opened: int, closed: int | None) -> str:
        """A session as it was; one that exists stays as it is."""
        name = members["session_id"]
        rows = self.store.query(f"SELECT {LEDGER_TABLES['session']} FROM session WHERE name = ?", (name,))
        machine = self.machine(members.get("machine"))
        values = (opened, closed, members.get("opened_by") or "import", members.get("agent"), name, machine)
        if not rows:
            self._sessions[name] = self._insert_session(*values)
            return ADDED
        if rows[0][0] not in self._made:
            return THERE
        self.store.query(
            "UPDATE session SET opened_at=?, closed_at=?, opened_by=?, agent=?, machine=? WHERE id=?",
            (*values[:4], machine, rows[0][0]),
        )
        self.tx.forget("session", rows[0])
        self.tx.remember("session", (rows[0][0], *values))
        self._made.discard(rows[0][0])
        return ADDED

    def add_task(self, members: dict[str, Any], opened: int | None, closed: int | None) -> str:
        """A task as it was, unless one of that name began in that session at that time."""
        session = self.session(members.get("session_id"), opened or closed or self.tx.now)
        name = members["task_id"]
        if self.store.query(
            "SELECT 1 FROM task WHERE name = ? AND session IS ? AND opened_at IS ? AND closed_at IS ?",
            (name, session, opened, closed),
        ):
            return THERE
        revision = self._offset + min(int(members.get("opened_revision") or 0), MOST)
        description = seal_text(self.tx, self._shown(members.get("description")), revision)
        values = (
            *(int(members.get("named") is not False), session, members.get("agent"), description, revision),
            *(opened, closed, members.get("outcome"), name, self.machine(members.get("machine")), members.get("word")),
        )
        columns = LEDGER_TABLES["task"].removeprefix("id, ")
        self.store.query(f"INSERT INTO task({columns}) VALUES(?,?,?,?,?,?,?,?,?,?,?)", values)
        self._number()
        task = self.store.connection.last_insert_rowid()
        self.tx.remember("task", (task, *values))
        if members.get("aliases"):
            transfer.take_in_aliases(self.tx, task, [name for name in members["aliases"] if isinstance(name, str)])
        return ADDED

    def add_event(self, members: dict[str, Any], fields: dict[str, Any], at: int) -> str:
        """An event as it was. `call_id` remembers where it comes from, so that it is taken once."""
        origin, number = self._origin, int(members["revision"])
        call_id = members.get("call_id")
        if isinstance(call_id, str) and call_id.startswith("import:"):
            origin, _, first = call_id.removeprefix("import:").rpartition("/")
            number = int(first) if first.isdecimal() else 0
        elif not call_id and not self.is_own:
            call_id = f"import:{origin}/{number}"
        verb = str(members["verb"])
        if origin == self.store.store_id.hex() and self.store.query(
            "SELECT 1 FROM event WHERE revision = ? AND verb = ? AND at = ?", (number, verb, at)
        ):
            return THERE
        if call_id and self.store.query("SELECT 1 FROM event WHERE call_id = ?", (call_id,)):
            return THERE
        session = self.session(members.get("session_id"), at)
        revision, entry = self._event_revision(members)
        task = self._task(members.get("task_id"), session)
        shown = {name: self._shown(value) for name, value in fields.items()}
        text = object_text(seal_fields(self.tx, object_text(shown), shown, revision) or shown)
        self.tx.insert(
            "event",
            (
                *(revision, at, verb, session, members.get("attribution"), members.get("agent"), task, entry),
                *(call_id, members.get("trace_id"), text),
            ),
        )
        return ADDED

    def _event_revision(self, members: dict[str, Any]) -> tuple[int, int]:
        """The revision, and 1 when the entry that the event made has the same one."""
        wanted = self._offset + int(members["revision"])
        if members.get("key"):
            its_entry = self.store.query(
                "SELECT 1 FROM entry e JOIN head h ON h.id = e.head WHERE e.revision = ? AND h.address = ?",
                (wanted, members["key"]),
            )
            if its_entry and not self.store.query("SELECT 1 FROM event WHERE revision = ?", (wanted,)):
                return wanted, 1
        return self.take(wanted), 0

    def _task(self, name: Any, session: int | None) -> int | None:
        if not isinstance(name, str):
            return None
        rows = self.store.query(
            "SELECT id FROM task WHERE name = ? AND session IS ? ORDER BY id DESC LIMIT 1", (name, session)
        )
        return int(rows[0][0]) if rows else None

    def _shown(self, value: Any) -> Any:
        """Ciphertext of another store is nothing here: `‹sealed›` stands in its place."""
        return mask(value) if isinstance(value, str) else value
