"""`task list`: lists the tasks, newest first."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import shared
from hooks_cli.features.journal import overview
from hooks_cli.model.verb import Option, Verb
from hooks_cli.output import rows
from hooks_cli.output.envelope import moment
from hooks_cli.output.listing import one_line
from hooks_cli.output.plain_text import duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from rich.console import Console

    from hooks_cli.environment import Environment
    from hooks_cli.features.journal.overview import TaskRow
    from hooks_cli.model.verb import Call

DEFAULT_LIMIT = 30

VERB = Verb(
    "task",
    "list",
    "List the tasks, newest first: whose they are, how long they took, how they ended.",
    options=(
        Option("open", ("--open", "--active"), "Only those that have not ended.", "switch"),
        shared.session_id("Only this session; latest is the newest one."),
        shared.agent("Only this agent's."),
        shared.limit(f"At most this many ({DEFAULT_LIMIT})."),
    ),
    examples=("hooks-cli task list --open",),
    details="A line of the plain form is: name, open or how it ended, when it began, how long it took, session, agent, description, with "
    "tabs between.",
)


def run(call: Call, environment: Environment) -> int:
    """Print the tasks, nothing when there are none. Raises NotFound (1) for a session that was never opened."""
    store = store_access.for_reading(environment)
    limit = call.number("limit", DEFAULT_LIMIT)
    session = None
    name = call.text("session_id")
    if name:
        session = overview.named_session(store, name).id
    found = []
    if store is not None:
        found = overview.tasks(store, limit, session=session, agent=call.text("agent"), only_open=call.flag("open"))

    def view(console: Console) -> None:
        from hooks_cli.output.views import sessions

        sessions.show_tasks(console, found, environment.now(), sessions=session is None)

    rows.show(call, environment, "tasks", found, as_object=as_object, line=line, view=view)
    return 0


def as_object(row: TaskRow) -> dict[str, Any]:
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


def line(row: TaskRow) -> str:
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
