"""`hooks pre-task`: opens the session and a task in it."""

from __future__ import annotations

from hooks_cli.cli.spec import ATTRIBUTION_OPTIONS, Option, Verb
from hooks_cli.commands import occasions, opening
from hooks_cli.operations import tasks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "hooks",
    "pre-task",
    "Open the session and a task in it; prints the task's id.",
    options=(
        Option("description", ("--description", "-d"), "What the task is.", metavar="TEXT"),
        Option("task_id", ("--task-id", "-t", "-i"), "The task's id; one is made otherwise.", metavar="ID"),
        Option(
            "load_memory",
            ("--load-memory", "--load-context"),
            "Print what the agent should know, as session-restore does.",
            "switch",
        ),
        Option("metadata", ("--metadata",), "A JSON object kept with the event.", metavar="JSON"),
        *ATTRIBUTION_OPTIONS,
    ),
    examples=(
        'npx claude-flow@alpha hooks pre-task --description "Initialize hyper-advanced test swarm" --session-id "hyper-swarm-001"',
    ),
    details=(
        "Without --session-id the session is the one of HOOKS_SESSION_ID, of the calling agent's process, or the newest active "
        "one; else a new one is made."
    ),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Open session and task. Raises InvalidJson (65)."""
    store = opening.for_hooks(environment)
    fields: dict[str, object] = {
        "description": call.text("description"),
        "metadata": occasions.metadata_field(call, store, ""),
    }
    occasions.draft(call, store, "")
    occasion = occasions.occasion(call, environment, fields, wanted="description")
    name, recorded = tasks.begin(store, environment, occasion, call.text("task_id"))
    session = recorded.attribution.session_name
    result: dict[str, object] = {"task_id": name, "session_id": session, "revision": recorded.revision}
    occasions.say(
        call, environment, f"Task started: {name} (session {session}, revision {recorded.revision})\n", result
    )
    if call.flag("load_memory") and call.format == "text":
        from hooks_cli.commands.hooks import session_restore

        session_restore.print_brief(call, environment, store, session or "")
    return 0
