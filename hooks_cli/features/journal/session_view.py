"""Sessions and tasks as JSON objects and as plain lines."""

from __future__ import annotations

from hooks_cli.output.envelope import moment
from hooks_cli.output.listing import one_line
from hooks_cli.output.plain_text import duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.features.journal.overview import SessionRow, TaskRow


def session_object(row: SessionRow, now: int) -> dict[str, Any]:
    """A session for programs."""
    return {
        "session_id": row.name,
        "state": row.state(now),
        "opened_at": moment(row.opened_at),
        "closed_at": None if row.closed_at is None else moment(row.closed_at),
        "seen_at": moment(row.seen_at),
        "duration_ms": row.end - row.opened_at,
        "opened_by": row.opened_by,
        "agent": row.agent,
        "agents": row.agents,
        "events": row.events,
        "tasks": row.tasks,
        "tasks_open": row.tasks_open,
        "edits": row.edits,
        "notices": row.notices,
        "versions_written": row.entries,
    }


def session_line(row: SessionRow, now: int) -> str:
    """One session as a plain line."""
    parts = [one_line(row.name, 200), row.state(now), moment(row.opened_at)]
    parts += [duration(row.end - row.opened_at), str(row.tasks), str(row.edits), str(row.notices), str(row.entries)]
    return "\t".join(parts) + "\n"


def task_object(row: TaskRow) -> dict[str, Any]:
    """A task for programs. `outcome` is null while it is open, and if it was not given; `state` says what there is instead."""
    return {
        "task_id": row.name,
        "session_id": row.session,
        "agent": row.agent,
        "description": row.description,
        "opened_at": None if row.opened_at is None else moment(row.opened_at),
        "closed_at": None if row.closed_at is None else moment(row.closed_at),
        "duration_ms": None if row.opened_at is None or row.closed_at is None else row.closed_at - row.opened_at,
        "state": row.state,
        "outcome": row.outcome,
        "word": row.word,
        "events": row.events,
    }


def task_line(row: TaskRow) -> str:
    """One task as a plain line."""
    took = "" if row.opened_at is None or row.closed_at is None else duration(row.closed_at - row.opened_at)
    begin = row.opened_at if row.opened_at is not None else row.closed_at
    parts = [
        one_line(row.name, 200),
        one_line(row.state, 40),
        "" if begin is None else moment(begin),
        took,
        one_line(row.session or "", 80),
    ]
    parts += [one_line(row.agent or "", 80), one_line(row.description or "", 120)]
    return "\t".join(parts).rstrip("\t") + "\n"
