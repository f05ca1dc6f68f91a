"""`session list`: lists the sessions, newest first."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options, shared
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
    "session",
    "list",
    "List the sessions, newest first: how long, and how many tasks, edits and notices.",
    options=(
        Option("open", ("--open", "--active"), "Only those that are not closed.", "switch"),
        shared.since("Only those that went on after then: 2h, yesterday, 2025-10-17."),
        shared.limit(f"At most this many ({DEFAULT_LIMIT})."),
    ),
    examples=("hooks-cli session list --since 7d",),
    details="A line of the plain form is: name, open, stale (silent for 12 hours) or closed, when it was opened, how long it took, "
    "tasks, edits, notices, versions written, with tabs between. The length of an open session is up to its last sign of life.",
)


def run(call: Call, environment: Environment) -> int:
    """Print the sessions, nothing when there are none. Raises UsageError (64) for a time that is none."""
    store = store_access.for_reading(environment)
    since = address_options.time_option(call, environment, "since")
    limit = call.number("limit", DEFAULT_LIMIT)
    found = [] if store is None else overview.sessions(store, limit, since=since, only_open=call.flag("open"))

    def view(console: Console) -> None:
        from hooks_cli.output.views import sessions

        sessions.show_sessions(console, found, environment.now())

    rows.show(
        call,
        environment,
        "sessions",
        found,
        as_object=lambda row: session_view.session_object(row, environment.now()),
        line=lambda row: session_view.session_line(row, environment.now()),
        view=view,
    )
    return 0
