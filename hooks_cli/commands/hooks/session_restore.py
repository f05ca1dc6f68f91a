"""`hooks session-restore`: binds the session and prints what its agent should know."""

from __future__ import annotations

from hooks_cli.cli.spec import AGENT_OPTION, Option, Positional, Verb
from hooks_cli.commands import occasions, opening, stdin_event
from hooks_cli.model import brief
from hooks_cli.operations import revealing, session_restore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment
    from hooks_cli.store.embedded import EmbeddedStore

VERB = Verb(
    "hooks",
    "session-restore",
    "Bind the session and print what its agent should know.",
    options=(
        Option(
            "load_memory",
            ("--load-memory", "--include-memory"),
            "false: only bind the session, print nothing of the memory.",
            "switch",
        ),
        Option("max_chars", ("--max-chars",), "At most this many characters (10,000).", "integer", metavar="N"),
        Option("reveal", ("--reveal",), "Always refused: the output goes into a prompt.", "switch", hidden=True),
        Option("session_id", ("--session-id", "--session", "-s", "-i"), "The session.", metavar="ID"),
        AGENT_OPTION,
    ),
    positionals=(Positional("session_id", "The session, instead of --session-id."),),
    examples=('npx claude-flow@alpha hooks session-restore --session-id "hyper-tester-001"',),
    details=(
        "First what was written in the session, then the addresses of the roles whose names are words of the session id, else the "
        "whole project. `--session-id latest` is the newest session."
    ),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Bind, then print the brief. Raises RestoreNeverReveals (77) for --reveal."""
    if call.flag("reveal"):
        raise revealing.RestoreNeverReveals
    stdin_event.complete(call, environment, "session_id")
    store = opening.for_hooks(environment)
    occasion = occasions.occasion(call, environment, {})
    recorded = session_restore.bind(store, environment, occasion)
    who = recorded.attribution
    named = who.session_name if who.how not in (None, "bound", "guessed") else ""
    if not call.flag("load_memory", True):
        text = f"Session bound: {who.session_name or '(none)'}\n"
        occasions.say(call, environment, text, {"session_id": who.session_name, "revision": recorded.revision})
        return 0
    print_brief(call, environment, store, named or "")
    return 0


def print_brief(call: Call, environment: Environment, store: EmbeddedStore, session_name: str) -> None:
    """Print what a session ("" for the whole project) should know, within the budget."""
    configured = environment.settings.get("restore.max_chars")
    default = configured if isinstance(configured, int) else brief.DEFAULT_BUDGET
    budget = max(call.integer("max_chars", default), brief.MINIMUM_BUDGET)
    made, _ = session_restore.build_brief(store, environment, session_name, environment.now(), budget)
    environment.out(made.text)
