"""`hooks pre-task`: opens a task, and its session if there is none."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.features.journal import tasks
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "pre-task",
    "Open the session and a task in it; prints the task's id.",
    options=shared.with_entry_texts(
        (
            Option("description", ("--description", "-d", "--task"), "What the task is.", metavar="TEXT"),
            Option("task_id", ("--task-id", "-t", "-i"), "The task's id; one is made otherwise.", metavar="ID"),
            Option(
                "load_memory",
                ("--load-memory", "--load-context"),
                "Print what the agent should know, as session-restore does.",
                "switch",
            ),
            shared.memory_key("The address at which the text of --value, or the description, is kept."),
            shared.metadata(),
            Option("task_type", ("--task-type", "--type"), "What kind of task it is.", metavar="WORD"),
            Option("priority", ("--priority",), "How soon it matters.", metavar="WORD"),
            Option("complexity", ("--complexity",), "How hard it is.", metavar="WORD"),
            Option("agent_type", ("--agent-type",), "What the agent is: coder, tester …", metavar="WORD"),
            Option("team", ("--team",), "The agent that works on it.", metavar="NAME"),
            Option("skill", ("--skill",), "The skill that it needs.", metavar="NAME"),
            shared.file("The file that it is about."),
            shared.dry_run("Say what would be opened; open and keep nothing."),
            *shared.ATTRIBUTION,
        )
    ),
    positionals=(Positional("description", "What the task is, instead of --description."),),
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
    if call.flag("dry_run"):
        description = call.text("description") or "(no description)"
        _hook_call.say(call, environment, f"Dry run: a task would be started: {description}\n", {"dry_run": True})
        return 0
    _stdin_event.complete(call, environment, "description")
    store = store_access.for_hooks(environment)
    draft = _hook_call.draft(call, store, "")
    fields: dict[str, object] = {
        "description": call.text("description"),
        "task_type": call.text("task_type"),
        "priority": call.text("priority"),
        "complexity": call.text("complexity"),
        "agent_type": call.text("agent_type"),
        "team": call.text("team"),
        "skill": call.text("skill"),
        "file": call.text("file"),
        "metadata": _hook_call.metadata_field(call, store, call.text("memory_key")),
    }
    hook_call = _hook_call.build(call, environment, fields, wanted="description", draft=draft)
    name, recorded = tasks.begin(store, environment, hook_call, call.text("task_id"))
    session = recorded.attribution.session_name
    result: dict[str, object] = {"task_id": name, "session_id": session, "revision": recorded.revision}
    text = f"Task started: {name} (session {session}, revision {recorded.revision})\n"
    _hook_call.say(call, environment, text, result, recorded.written)
    if call.flag("load_memory") and call.format == "text":
        from hooks_cli.commands.hooks import session_restore

        session_restore.print_brief(call, environment, store, session or "")
    return 0
