"""`session show`: prints one session with its tasks, edits and notices."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import shared
from hooks_cli.errors import NotFound
from hooks_cli.features.attribution import current_session
from hooks_cli.features.journal import overview
from hooks_cli.features.journal.session_view import session_object, task_line, task_object
from hooks_cli.model.verb import Positional, Verb
from hooks_cli.output import changes, theme
from hooks_cli.output.envelope import moment
from hooks_cli.output.listing import one_line
from hooks_cli.output.plain_text import figures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

DEFAULT_LIMIT = 20
NOTICES, EDITS = ("notify", "notification"), ("post-edit",)

VERB = Verb(
    "session",
    "show",
    "Show one session: its tasks, edits and notices.",
    options=(
        shared.session_id("The session, instead of the argument."),
        shared.limit(f"At most this many of each ({DEFAULT_LIMIT})."),
    ),
    positionals=(Positional("session", "The session; latest (without one) is the newest, current the caller's."),),
    examples=("hooks-cli session show latest",),
    details="The plain form is the session's facts, then its tasks, edits and notices as lines with tabs between.",
)


def run(call: Call, environment: Environment) -> int:
    """Show it. Raises NotFound (1) when there is no such session."""
    store = store_access.for_memory(environment, create=False)
    name = call.text("session_id") or call.text("session") or "latest"
    known = overview.find_session(store, name)
    if known is None and name == "current":
        known = current_session(store, environment)
    if known is None:
        raise NotFound(f"There is no session {name}.", hint="See which there are: hooks-cli session list")
    limit = call.number("limit", DEFAULT_LIMIT)
    session = overview.session(store, known.id)
    tasks = list(reversed(overview.tasks(store, limit, session=known.id)))
    notices = overview.told(store, known.id, NOTICES, "message", limit)
    edits = overview.told(store, known.id, EDITS, "file", limit)
    if call.format != "text":
        body = {
            "session": session_object(session, environment.now()),
            "tasks": [task_object(task) for task in tasks],
            "edits": [{"at": moment(at), "agent": agent, "file": said} for at, agent, said in edits],
            "notices": [{"at": moment(at), "agent": agent, "message": said} for at, agent, said in notices],
        }
        environment.out(changes.json_object(body))
    elif theme.on(call, environment):
        from hooks_cli.output.views import sessions

        sessions.show_session(theme.console(environment), session, tasks, notices, edits, environment.now())
    else:
        environment.out(
            one_line(session.name, 200)
            + "\n"
            + figures({**session_object(session, environment.now()), "session_id": None})
        )
        for title, lines in (
            ("tasks", [task_line(task) for task in tasks]),
            ("edits", [_line(*each) for each in edits]),
            ("notices", [_line(*each) for each in notices]),
        ):
            if lines:
                environment.out(f"{title}:\n" + "".join(lines))
    return 0


def _line(at: int, agent: str | None, said: str) -> str:
    return "\t".join(["  " + moment(at), one_line(agent or "", 80), one_line(said)]) + "\n"
