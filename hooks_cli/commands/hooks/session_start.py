"""`hooks session-start`: opens a session and binds the calling agent to it."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.features.journal import sessions
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "session-start",
    "Open a session, new or again, and bind the calling agent to it; prints its name.",
    options=shared.with_entry_texts(
        (
            Option(
                "load_memory",
                ("--load-memory", "--restore-context", "--load-context", "--restore"),
                "Print what the agent should know, as session-restore does.",
                "switch",
            ),
            Option("type", ("--type",), "What kind of session it is, in a word.", metavar="WORD"),
            Option("project", ("--project",), "What it is about.", metavar="NAME"),
            shared.SWARM_ID,
            shared.memory_key("The address at which the text of --value is kept."),
            shared.metadata(),
            shared.session_id("The session.", "-i"),
            shared.AGENT,
        )
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
    _stdin_event.complete(call, environment, "session_id")
    store = store_access.for_hooks(environment)
    draft = _hook_call.draft(call, store, "")
    fields: dict[str, object] = {
        "type": call.text("type"),
        "project": call.text("project"),
        "swarm_id": call.text("swarm_id"),
        "metadata": _hook_call.metadata_field(call, store, call.text("memory_key")),
    }
    recorded = sessions.start(store, environment, _hook_call.build(call, environment, fields, draft=draft))
    name = recorded.attribution.session_name or ""
    result: dict[str, object] = {"session_id": name, "revision": recorded.revision}
    _hook_call.say(
        call, environment, f"Session started: {name} (revision {recorded.revision})\n", result, recorded.written
    )
    if call.flag("load_memory") and call.format == "text":
        from hooks_cli.commands.hooks import session_restore

        session_restore.print_brief(call, environment, store, name)
    return 0
