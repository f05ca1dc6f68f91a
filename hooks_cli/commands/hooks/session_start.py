"""`hooks session-start`: opens a session and binds the calling agent to it."""

from __future__ import annotations

from hooks_cli.cli.spec import AGENT_OPTION, Option, Positional, Verb
from hooks_cli.commands import occasions, opening, stdin_event
from hooks_cli.operations import session_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "hooks",
    "session-start",
    "Open a session, new or again, and bind the calling agent to it; prints its name.",
    options=(
        Option(
            "load_memory",
            ("--load-memory", "--restore-context", "--load-context", "--restore"),
            "Print what the agent should know, as session-restore does.",
            "switch",
        ),
        Option("type", ("--type",), "What kind of session it is, in a word.", metavar="WORD"),
        Option("project", ("--project",), "What it is about.", metavar="NAME"),
        Option("swarm_id", ("--swarm-id",), "The swarm that it belongs to.", metavar="ID"),
        Option("metadata", ("--metadata",), "A JSON object kept with the event.", metavar="JSON"),
        Option("session_id", ("--session-id", "--session", "-s", "-i"), "The session.", metavar="ID"),
        AGENT_OPTION,
    ),
    positionals=(Positional("session_id", "The session, instead of --session-id."),),
    examples=('npx claude-flow@alpha hooks session-start --session-id "dev-session-2024" --restore-context',),
    details=(
        "The session is the one named by --session-id, HOOKS_SESSION_ID or the agent's event on stdin; without a name a new one begins."
    ),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Open the session. Raises InvalidJson (65)."""
    stdin_event.complete(call, environment, "session_id")
    store = opening.for_hooks(environment)
    occasions.draft(call, store, "")
    fields: dict[str, object] = {
        "type": call.text("type"),
        "project": call.text("project"),
        "swarm_id": call.text("swarm_id"),
        "metadata": occasions.metadata_field(call, store, ""),
    }
    recorded = session_start.start(store, environment, occasions.occasion(call, environment, fields))
    name = recorded.attribution.session_name or ""
    result: dict[str, object] = {"session_id": name, "revision": recorded.revision}
    occasions.say(call, environment, f"Session started: {name} (revision {recorded.revision})\n", result)
    if call.flag("load_memory") and call.format == "text":
        from hooks_cli.commands.hooks import session_restore

        session_restore.print_brief(call, environment, store, name)
    return 0
