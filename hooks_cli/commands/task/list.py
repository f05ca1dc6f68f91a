"""`task list`: lists the tasks, newest first."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import shared
from hooks_cli.features.journal import overview, session_view
from hooks_cli.model.verb import Option, Verb
from hooks_cli.output import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.console import Console

    from hooks_cli.environment import Environment
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

    rows.show(
        call, environment, "tasks", found, as_object=session_view.task_object, line=session_view.task_line, view=view
    )
    return 0
