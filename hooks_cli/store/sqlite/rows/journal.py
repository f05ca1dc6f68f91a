"""Writes the journal: events, and the sessions and tasks that they open and close."""

from __future__ import annotations

from hooks_cli.store.sensitive_values import seal_fields, seal_text
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.text.json_writer import object_text
from hooks_cli.text.sealed_marker import before_cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

# Longer fields of an event are cut (its entry holds the whole), so that a journal of a hundred thousand calls stays small.
FIELD_CHARACTERS = 16 * 1024

_SESSION = LEDGER_TABLES["session"]
_TASK = LEDGER_TABLES["task"]
ACTIVE_MS = 12 * 3600 * 1000
# The word of a task that was open when its session ended.
ABANDONED = "abandoned"
_UNFINISHED = f"(closed_at IS NULL OR word = '{ABANDONED}')"


class _LedgerRow:
    """A row whose attributes are its columns, in the ledger's order."""

    __slots__: tuple[str, ...] = ()

    def __init__(self, row: Row) -> None:
        for name, value in zip(self.__slots__, row, strict=True):
            setattr(self, name, value)

    def row(self) -> Row:
        """Its columns in the ledger's order."""
        return tuple([getattr(self, name) for name in self.__slots__])


class Session(_LedgerRow):
    """A session's row; times in ms, `machine` the row of the machine that opened it (None: unknown)."""

    __slots__ = ("id", "opened_at", "closed_at", "opened_by", "agent", "name", "machine")  # noqa: RUF023 (the columns' order)
    id: int
    opened_at: int
    closed_at: int | None
    opened_by: str
    agent: str | None
    name: str
    machine: int | None


class Task(_LedgerRow):
    """A task's row; times in ms, `opened_at` None when only its end was seen.

    `outcome` is success, failure or None; `word` what was said instead of one of these. `machine` as a session's.
    """

    __slots__ = (  # noqa: RUF023 (the columns' order)
        "id", "named", "session", "agent", "description", "opened_revision", "opened_at", "closed_at", "outcome", "name", "machine",
        "word",
    )  # fmt: skip
    id: int
    named: int
    session: int | None
    agent: str | None
    description: str | None
    opened_revision: int | None
    opened_at: int | None
    closed_at: int | None
    outcome: str | None
    name: str
    machine: int | None
    word: str | None


# --- events ------------------------------------------------------------------------------------------------------------
def record(
    tx: Transaction,
    verb: str,
    fields: dict[str, object],
    *,
    revision: int,
    session: int | None = None,
    attribution: str | None = None,
    agent: str | None = None,
    task: int | None = None,
    has_entry: bool = False,
    call_id: str | None = None,
    trace: str | None = None,
    at: int | None = None,
) -> None:
    """Append one event. `fields` is what the call said, without None values; texts over 16 Ki characters are cut and named in `cut`.

    Without `trace` it is the trace of this process.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    text = object_text(given)
    given = seal_fields(tx, text, given, revision) or given
    text = object_text(capped(given))
    at = tx.now if at is None else at
    trace = trace or tx.store.trace
    row = (revision, at, verb, session, attribution, agent, task, int(has_entry), call_id, trace, text)
    tx.insert("event", row)


def capped(fields: dict[str, object]) -> dict[str, object]:
    """The fields with long texts cut and their names listed under `cut`. A sealed piece is not cut in two, but left out."""
    kept: dict[str, object] = {}
    cut: list[str] = []
    for name, value in fields.items():
        if isinstance(value, str) and len(value) > FIELD_CHARACTERS:
            cut.append(name)
            value = before_cut(value, FIELD_CHARACTERS) if type(value) is str else "(left out: too long)"
        kept[name] = value
    if cut:
        kept["cut"] = cut
    return kept


def seen_call(tx: Transaction, call_id: str) -> bool:
    """Whether an event of this call id is in the journal already (an agent may deliver one event twice)."""
    return tx.store.row("SELECT 1 FROM event WHERE call_id = ?", (call_id,)) is not None


# --- sessions ----------------------------------------------------------------------------------------------------------
def find_session(store: EmbeddedStore, name: str) -> Session | None:
    """The session of that name, open or closed."""
    row = store.row(f"SELECT {_SESSION} FROM session WHERE name = ?", (name,))
    return None if row is None else Session(row)


def newest_session(store: EmbeddedStore) -> Session | None:
    """The session that was opened last, open or closed."""
    row = store.row(f"SELECT {_SESSION} FROM session ORDER BY id DESC LIMIT 1")
    return None if row is None else Session(row)


def active_session(store: EmbeddedStore, now: int) -> Session | None:
    """The open session with the newest sign of life (its opening or an event) within the last 12 hours; not one of another machine."""
    row = store.row(
        f"""SELECT {_SESSION} FROM (
              SELECT s.*, max(s.opened_at, coalesce((SELECT at FROM event WHERE session = s.id ORDER BY revision DESC LIMIT 1), 0)) seen
              FROM session s WHERE s.closed_at IS NULL
              AND (s.machine IS NULL OR s.machine = (SELECT id FROM machine WHERE name = ?)) ORDER BY s.opened_at DESC LIMIT 50)
            WHERE seen > ? ORDER BY seen DESC, id DESC LIMIT 1""",
        (store.machine(create=False), now - ACTIVE_MS),
    )
    return None if row is None else Session(row)


def open_session(
    tx: Transaction, name: str, opened_by: str, agent: str | None, opened_at: int | None = None
) -> Session:
    """The session of that name, made if there is none (as opened now, or at `opened_at`, ms), opened again if it was closed."""
    found = find_session(tx.store, name)
    if found is None:
        values = (tx.now if opened_at is None else opened_at, None, opened_by, agent, name, tx.machine)
        tx.store.query(f"INSERT INTO session({_SESSION.removeprefix('id, ')}) VALUES(?,?,?,?,?,?)", values)
        row = (tx.store.connection.last_insert_rowid(), *values)
        tx.remember("session", row)
        return Session(row)
    if found.closed_at is not None:
        set_session_closed(tx, found, None)
    return found


def set_session_closed(tx: Transaction, session: Session, closed_at: int | None) -> None:
    """Close a session at a time, or open it again (None)."""
    tx.forget("session", session.row())
    session.closed_at = closed_at
    tx.store.query("UPDATE session SET closed_at=? WHERE id=?", (closed_at, session.id))
    tx.remember("session", session.row())


def is_any_process_bound(store: EmbeddedStore) -> bool:
    """Whether any process is bound to a session (`rows.bindings`)."""
    return store.row("SELECT 1 FROM bound_process LIMIT 1") is not None


def replaced_in(store: EmbeddedStore, name: str) -> list[tuple[int, int]]:
    """The processes in which a later session of the same agent took the place of the session of that name."""
    rows = store.query(
        "SELECT b.pid, b.start FROM session s JOIN bound_process b ON b.session = s.id WHERE s.name = ? AND b.replaced = 1",
        (name,),
    )
    return [(pid, start) for pid, start in rows]


def session_by_id(store: EmbeddedStore, session_id: int) -> Session:
    """The session of a row id that is known to exist."""
    return Session(store.query(f"SELECT {_SESSION} FROM session WHERE id = ?", (session_id,))[0])


def verb_counts(store: EmbeddedStore, session_id: int) -> dict[str, int]:
    """How many events of each verb a session has."""
    rows = store.query("SELECT verb, count(*) FROM event WHERE session = ? GROUP BY verb ORDER BY verb", (session_id,))
    return dict(rows)


# --- tasks -------------------------------------------------------------------------------------------------------------
def open_task(
    tx: Transaction,
    name: str,
    *,
    named: bool,
    session: int | None,
    agent: str | None,
    description: str | None,
    revision: int,
) -> Task:
    """Begin a task at this transaction's time."""
    kept = seal_text(tx, description, revision)
    kept = kept and before_cut(kept, FIELD_CHARACTERS)
    values = (int(named), session, agent, kept, revision, tx.now, None, None, name, tx.machine, None)
    return _insert_task(tx, values)


def record_finished_task(
    tx: Transaction,
    name: str,
    *,
    session: int | None,
    agent: str | None,
    outcome: str | None,
    revision: int,
    word: str | None = None,
    opened_at: int | None = None,
    closed_at: int | None = None,
) -> Task:
    """A task that is recorded at its end alone; `outcome` and `word` as `Task` has them.

    `opened_at` (ms) is None if its beginning was not recorded; it ends now unless `closed_at` says when.
    """
    closed = tx.now if closed_at is None else closed_at
    return _insert_task(tx, (1, session, agent, None, revision, opened_at, closed, outcome, name, tx.machine, word))


def _insert_task(tx: Transaction, values: tuple[object, ...]) -> Task:
    columns = _TASK.removeprefix("id, ")
    tx.store.query(f"INSERT INTO task({columns}) VALUES(?,?,?,?,?,?,?,?,?,?,?)", values)
    row = (tx.store.connection.last_insert_rowid(), *values)
    tx.remember("task", row)
    return Task(row)


# Prompts give one name to task after task: of so many of that name the newest are looked at.
SAME_NAMES = 500
_NAMED_SO = f"(SELECT * FROM task WHERE name = ? ORDER BY id DESC LIMIT {SAME_NAMES})"


def open_tasks(store: EmbeddedStore, session: int) -> list[Task]:
    """The open tasks of a session."""
    rows = store.query(f"SELECT {_TASK} FROM task WHERE session = ? AND closed_at IS NULL", (session,))
    return [Task(row) for row in rows]


def text_of_event(store: EmbeddedStore, revision: int | None, field: str) -> str:
    """The text of one field of the event with this revision, "" when there is none."""
    row = store.row("SELECT fields ->> ? FROM event WHERE revision = ?", (f"$.{field}", revision))
    return row[0] if row is not None and isinstance(row[0], str) else ""


def last_messages(store: EmbeddedStore, session: int, limit: int) -> list[str]:
    """The messages of a session's last notices, among its 50 newest events, the newest first."""
    rows = store.query(
        "SELECT fields ->> '$.message' FROM (SELECT verb, fields FROM event WHERE session = ? ORDER BY revision DESC LIMIT 50) "
        "WHERE verb = 'notify' LIMIT ?",
        (session, limit),
    )
    return [row[0] for row in rows if isinstance(row[0], str)]


def find_open_task(store: EmbeddedStore, name: str, session: int | None) -> Task | None:
    """The newest open task of that name, one of this session first; or the one that has the name as another one (`name_also`).

    A task that its session's end left behind counts as open: its own end may be told later.
    """
    row = store.row(
        f"SELECT {_TASK} FROM {_NAMED_SO} WHERE {_UNFINISHED} ORDER BY closed_at IS NOT NULL, session IS ? DESC, id DESC LIMIT 1",
        (name, session),
    ) or store.row(
        f"SELECT {_TASK} FROM task WHERE id = (SELECT task FROM task_alias WHERE alias = ?) AND {_UNFINISHED}",
        (name,),
    )
    return None if row is None else Task(row)


def find_closed_task(store: EmbeddedStore, name: str, session: int | None, agent: str | None) -> Task | None:
    """The task of that name that this session and agent closed last."""
    row = store.row(
        f"SELECT {_TASK} FROM {_NAMED_SO} WHERE closed_at IS NOT NULL AND session IS ? AND agent IS ? "
        "ORDER BY closed_at DESC LIMIT 1",
        (name, session, agent),
    )
    return None if row is None else Task(row)


def name_also(tx: Transaction, task: Task, alias: str) -> None:
    """Give a task another name by which `find_open_task` finds it: the id that a queued `pre-task` printed."""
    row = tx.store.row("SELECT task, alias FROM task_alias WHERE alias = ?", (alias,))
    if row is not None:
        tx.forget("task_alias", row)
        tx.store.query("DELETE FROM task_alias WHERE alias = ?", (alias,))
    tx.insert("task_alias", (task.id, alias))


def newest_open_task(
    tx: Transaction, session: int | None, agent: str | None, *, unnamed_only: bool = False
) -> Task | None:
    """The task that this session and agent began last on this machine and have not closed."""
    row = tx.store.row(
        f"SELECT {_TASK} FROM task WHERE session IS ? AND closed_at IS NULL AND agent IS ? "
        f"AND (machine IS NULL OR machine IS ?) {'AND named = 0 ' if unnamed_only else ''}ORDER BY id DESC LIMIT 1",
        (session, agent, tx.machine),
    )
    return None if row is None else Task(row)


def close_task(tx: Transaction, task: Task, outcome: str | None, *, name: str = "", word: str | None = None) -> None:
    """End a task now; `name` gives an unnamed one the name that its end came with; `outcome` and `word` as `Task` has them."""
    tx.forget("task", task.row())
    task.closed_at, task.outcome, task.word = tx.now, outcome, word
    if name:
        task.name, task.named = name, 1
    tx.store.query(
        "UPDATE task SET closed_at=?, outcome=?, word=?, name=?, named=? WHERE id=?",
        (task.closed_at, outcome, word, task.name, task.named, task.id),
    )
    tx.remember("task", task.row())


def task_counts(store: EmbeddedStore, task: Task) -> dict[str, int]:
    """How many events of each verb belong to a task."""
    rows = store.query(
        "SELECT verb, count(*) FROM event WHERE session IS ? AND revision > ? AND task = ? GROUP BY verb ORDER BY verb",
        (task.session, task.opened_revision, task.id),
    )
    return dict(rows)
