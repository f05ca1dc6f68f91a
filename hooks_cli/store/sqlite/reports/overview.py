"""Lists of sessions, tasks and addresses with counts, sizes and times. Not on the hot path."""

from __future__ import annotations

from hooks_cli.store.sqlite.reports.journal_log import SAID
from hooks_cli.store.sqlite.rows.entries import ALIVE, matching, versions_at
from hooks_cli.store.sqlite.rows.journal import ACTIVE_MS
from hooks_cli.text.sealed_marker import mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore

    Placed = tuple[str, int, int, int]


class SessionRow:
    """A session with what happened in it: times in ms, `seen_at` its last sign of life, the rest counts."""

    __slots__ = (
        "agent", "agents", "closed_at", "edits", "entries", "events", "id", "name", "notices", "opened_at", "opened_by", "seen_at",
        "tasks", "tasks_open",
    )  # fmt: skip

    def __init__(self, row: Row) -> None:
        (self.id, self.name, self.opened_at, self.closed_at, self.opened_by, self.agent, self.events, self.edits, self.notices,
         self.agents, seen, self.entries, self.tasks, self.tasks_open) = row  # fmt: skip
        self.seen_at: int = max(seen or 0, self.closed_at or 0, self.opened_at)

    @property
    def end(self) -> int:
        """When it ended, or was last heard of (ms)."""
        return int(self.closed_at or self.seen_at)

    def state(self, now: int) -> str:
        """`closed`, `open`, or `stale`: not closed, and nothing heard of it for 12 hours."""
        if self.closed_at is not None:
            return "closed"
        return "stale" if now - self.seen_at > ACTIVE_MS else "open"


class TaskRow:
    """A task: times in ms, `opened_at` None when its beginning was not seen, `closed_at` None while it is open; `word` as `Task` has it."""

    __slots__ = (
        "agent", "closed_at", "description", "events", "id", "name", "opened_at", "outcome", "session",
        "word",
    )  # fmt: skip

    def __init__(self, row: Row) -> None:
        (self.id, self.name, self.session, self.agent, description, self.opened_at, self.closed_at, self.outcome,
         self.word, self.events) = row  # fmt: skip
        self.description: str | None = description and mask(description)

    @property
    def state(self) -> str:
        """`open`, its outcome, the word that was said instead (`abandoned`: its session ended before it), or `ended`."""
        return "open" if self.closed_at is None else self.outcome or self.word or "ended"


_SESSIONS = """SELECT s.id, s.name, s.opened_at, s.closed_at, s.opened_by, s.agent,
    (SELECT count(*) FROM event v WHERE v.session = s.id),
    (SELECT count(*) FROM event v WHERE v.session = s.id AND v.verb = 'post-edit'),
    (SELECT count(*) FROM event v WHERE v.session = s.id AND v.verb IN ('notify', 'notification')),
    (SELECT count(DISTINCT v.agent) FROM event v WHERE v.session = s.id),
    (SELECT max(v.at) FROM event v WHERE v.session = s.id),
    (SELECT count(*) FROM entry e WHERE e.session = s.id),
    (SELECT count(*) FROM task t WHERE t.session = s.id),
    (SELECT count(*) FROM task t WHERE t.session = s.id AND t.closed_at IS NULL)
    FROM session s"""
_TASKS = """SELECT t.id, t.name, s.name, t.agent, t.description, t.opened_at, t.closed_at, t.outcome, t.word,
    (SELECT count(*) FROM event v WHERE v.session IS t.session AND v.task = t.id)
    FROM task t LEFT JOIN session s ON s.id = t.session"""


def sessions(
    store: EmbeddedStore, limit: int, *, since: int | None = None, only_open: bool = False
) -> list[SessionRow]:
    """The sessions that were opened last, newest first; `since` (ms) leaves out those that had ended before."""
    conditions, params = ["1"], []
    if since is not None:
        conditions.append("coalesce(s.closed_at, s.opened_at) >= ?")
        params.append(since)
    if only_open:
        conditions.append("s.closed_at IS NULL")
    rows = store.query(
        f"{_SESSIONS} WHERE {' AND '.join(conditions)} ORDER BY s.opened_at DESC, s.id DESC LIMIT ?", (*params, limit)
    )
    return [SessionRow(row) for row in rows]


def session(store: EmbeddedStore, session_id: int) -> SessionRow:
    """One session by its row id."""
    return SessionRow(store.query(f"{_SESSIONS} WHERE s.id = ?", (session_id,))[0])


def tasks(
    store: EmbeddedStore, limit: int, *, session: int | None = None, agent: str = "", only_open: bool = False
) -> list[TaskRow]:
    """The tasks that began (or were reported) last, newest first."""
    conditions: list[str] = ["1"]
    params: list[object] = []
    for value, condition in ((session, "t.session = ?"), (agent or None, "t.agent = ?")):
        if value is not None:
            conditions.append(condition)
            params.append(value)
    if only_open:
        conditions.append("t.closed_at IS NULL")
    rows = store.query(f"{_TASKS} WHERE {' AND '.join(conditions)} ORDER BY t.id DESC LIMIT ?", (*params, limit))
    return [TaskRow(row) for row in rows]


def told(
    store: EmbeddedStore, session_id: int, verbs: tuple[str, ...], field: str, limit: int
) -> list[tuple[int, str | None, str]]:
    """(time in ms, agent, text) of the last events of these verbs in a session that have a text in `field`, oldest first.

    A notice that was kept under a key has its text in the entry.
    """
    marks = ",".join("?" * len(verbs))
    rows = store.query(
        f"SELECT v.at, v.agent, coalesce(v.fields ->> ?, {SAID}) AS said "
        "FROM event v LEFT JOIN entry e ON v.entry = 1 AND e.revision = v.revision "
        f"WHERE v.session = ? AND v.verb IN ({marks}) AND said IS NOT NULL ORDER BY v.revision DESC LIMIT ?",
        (f"$.{field}", session_id, *verbs, limit),
    )
    return [(row[0], row[1], mask(str(row[2]))) for row in reversed(rows)]


def in_tree_order(store: EmbeddedStore, pattern: str, now: int) -> Iterator[Placed]:
    """(address, bytes, time in ms of the newest version, versions) of the live entries of a glob: an address, what lies below it, and
    only then the next one beside it. (In the order of addresses, "a-b" comes between "a" and "a/b".)
    """
    condition, params = matching(pattern)

    def below(prefix: str) -> Iterator[Placed]:
        # Without the range of the glob, so that the index is entered at the prefix: all of it lies within that range.
        fits = "+h.address GLOB ?" if pattern != "*" else "?"
        within = f"h.address >= ? AND h.address < ? AND {fits}"
        return _placed(store, within, (prefix, prefix[:-1] + "0", 1 if pattern == "*" else pattern), now)

    return _with_what_lies_below(_placed(store, condition, params, now), below)


def _placed(store: EmbeddedStore, condition: str, params: tuple[object, ...], now: int) -> Iterator[Placed]:
    return store.each(
        "SELECT h.address, coalesce(octet_length(e.value), 0), e.at, h.version FROM head h JOIN entry e ON e.revision = h.revision "
        f"WHERE {condition} AND {ALIVE} ORDER BY h.address",
        (*params, now),
    )


def _with_what_lies_below(rows: Iterator[Placed], below: Callable[[str], Iterator[Placed]]) -> Iterator[Placed]:
    """Rows in the order of addresses, those that lie below one moved to it. Only what is parted so is looked up once more."""
    given: list[str] = []  # prefixes of what was moved and is still to come, the next one last
    row = next(rows, None)
    while row is not None:
        following = next(rows, None)
        address = row[0]
        while given and address > given[-1] and not address.startswith(given[-1]):
            given.pop()
        if not (given and address.startswith(given[-1])):
            yield row
            if following and following[0].startswith(address) and following[0][len(address)] < "/":
                yield from _with_what_lies_below(below(address + "/"), below)
                given.append(address + "/")
        row = following


def by_writer(store: EmbeddedStore, pattern: str, column: str, limit: int) -> list[tuple[str, int]]:
    """(session or agent, versions that it wrote), those that wrote most first; `column` is "session" or "agent"."""
    condition, params = matching(pattern)
    name = {"session": "s.name", "agent": "e.agent"}[column]
    rows = store.query(
        f"SELECT {name} AS who, count(*) FROM {versions_at(condition)} "
        f"WHERE {condition} AND who IS NOT NULL GROUP BY who ORDER BY 2 DESC, 1 LIMIT ?",
        (*params, limit),
    )
    return [(row[0], row[1]) for row in rows]
