"""Counts of one session from the journal: tasks, edits, commands, searches."""

from __future__ import annotations

from hooks_cli.store.sqlite.rows import journal
from hooks_cli.text.sealed_marker import mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

SUMMARY_LINES = 20


def session_metrics(
    store: EmbeddedStore, session: journal.Session, now: int, *, summary: bool = False
) -> dict[str, object]:
    """A session in figures: times as ISO 8601 UTC, durations in ms. `summary` adds its tasks and its last notices."""
    opened, closed = store.query(
        "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', ?/1000.0, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%fZ', ?/1000.0, 'unixepoch')",
        (session.opened_at, session.closed_at or now),
    )[0]
    tasks, open_tasks, succeeded, failed, abandoned, task_ms = store.query(
        """SELECT count(*), count(*) FILTER (WHERE closed_at IS NULL), count(*) FILTER (WHERE outcome = 'success'),
                  count(*) FILTER (WHERE outcome = 'failure'), count(*) FILTER (WHERE word = 'abandoned'),
                  coalesce(sum(closed_at - opened_at), 0)
           FROM task WHERE session = ?""",
        (session.id,),
    )[0]
    written, addresses = store.query(
        "SELECT count(*), count(DISTINCT head) FROM entry WHERE session = ?", (session.id,)
    )[0]
    files = store.query(
        "SELECT count(DISTINCT fields ->> '$.file') FROM event WHERE session = ? AND verb = 'post-edit'", (session.id,)
    )[0][0]
    agents = [
        row[0]
        for row in store.query(
            "SELECT DISTINCT agent FROM event WHERE session = ? AND agent NOT NULL ORDER BY 1", (session.id,)
        )
    ]
    events = journal.verb_counts(store, session.id)
    figures: dict[str, object] = {
        "session_id": session.name,
        "opened_at": opened,
        "closed_at": closed if session.closed_at is not None else None,
        "duration_ms": (session.closed_at or now) - session.opened_at,
        "tasks": tasks,
        "tasks_open": open_tasks,
        "tasks_succeeded": succeeded,
        "tasks_failed": failed,
        "tasks_abandoned": abandoned,
        "task_duration_ms": task_ms,
        "files_edited": files,
        "notices": events.get("notify", 0) + events.get("notification", 0),
        "entries_written": written,
        "addresses_written": addresses,
        "agents": agents,
        "events": events,
    }
    if summary:
        figures["summary"] = _summary(store, session.id)
    return figures


def _summary(store: EmbeddedStore, session_id: int) -> dict[str, object]:
    tasks = store.query(
        "SELECT name, coalesce(description, ''), coalesce(outcome, word, ''), closed_at - opened_at FROM task WHERE session = ? "
        "ORDER BY id DESC LIMIT ?",
        (session_id, SUMMARY_LINES),
    )
    notices = store.query(
        "SELECT fields ->> '$.message' FROM event WHERE session = ? AND verb IN ('notify', 'notification') "
        "AND fields ->> '$.message' NOT NULL ORDER BY revision DESC LIMIT ?",
        (session_id, SUMMARY_LINES),
    )
    return {
        "tasks": [
            {"task_id": t[0], "description": mask(t[1]), "outcome": t[2] or None, "duration_ms": t[3]}
            for t in reversed(tasks)
        ],
        "notices": [mask(row[0]) for row in reversed(notices)],
    }
