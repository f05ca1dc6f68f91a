"""Shared implementation of the orchestrator events: an event and, with `--memory-key`, a JSON entry."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call
from hooks_cli.commands.options import shared
from hooks_cli.features.journal.record import record
from hooks_cli.model.verb import Option, Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call


def verb(name: str, summary: str, facts: tuple[Option, ...], example: str) -> Verb:
    """A declaration; `facts` are the verb's own options, all kept under their names."""
    return Verb(
        "hooks", name, summary, options=shared.with_entry_texts((*facts, *shared.KEPT)), examples=(example,), hot=True
    )


_DECLARED = (
    verb(
        "agent-spawned",
        "Record that an agent was started.",
        (
            Option("name", ("--name", "--agent-name"), "Its name.", metavar="NAME"),
            Option("type", ("--type", "--agent-type"), "What it is: coder, tester …", metavar="WORD"),
            shared.SWARM_ID,
        ),
        "npx claude-flow@alpha hooks agent-spawned --name coder-1 --type coder",
    ),
    verb(
        "mcp-initialized",
        "Record that an MCP server is ready.",
        (
            Option("server", ("--server", "--server-name", "--name"), "Which server.", metavar="NAME"),
            Option("version", ("--server-version",), "Its version.", metavar="VERSION"),
        ),
        "npx claude-flow@alpha hooks mcp-initialized --server claude-flow",
    ),
    verb(
        "neural-trained",
        "Record that a model was trained elsewhere.",
        (
            Option("pattern", ("--pattern", "--pattern-type", "--model"), "What was trained.", metavar="NAME"),
            Option("accuracy", ("--accuracy", "--confidence"), "How well it does.", metavar="NUMBER"),
            Option("epochs", ("--epochs",), "How long it was trained.", "integer", metavar="N"),
        ),
        "npx claude-flow@alpha hooks neural-trained --pattern coordination --accuracy 0.94",
    ),
    verb(
        "task-orchestrated",
        "Record that a task was given to agents.",
        (
            Option("task", ("--task", "--task-id", "--description", "-d"), "The task.", metavar="TEXT"),
            Option("strategy", ("--strategy",), "How it is divided: parallel, sequential …", metavar="WORD"),
            Option(
                "agents", ("--agents", "--agent-count"), "The agents that work on it, or their number.", metavar="TEXT"
            ),
        ),
        'npx claude-flow@alpha hooks task-orchestrated --task "Build the API" --strategy parallel',
    ),
)
VERBS = {declared.name: declared for declared in _DECLARED}


def run(call: Call, environment: Environment) -> int:
    """Keep what the call says; with a memory key, as an entry: the JSON of its facts. Raises InvalidJson, InvalidAddress (65)."""
    store = store_access.for_hooks(environment)
    kept_anyhow = [option.name for option in shared.KEPT]
    facts: dict[str, object] = {
        option.name: call.values[option.name]
        for option in call.verb.options
        if option.name in call.values
        and option.name not in kept_anyhow
        and option.name not in ("json", "output_format", "strict", "fail_open")
        and call.values[option.name] != ""
    }
    draft = _hook_call.draft(call, store, object_text({**facts, **_hook_call.attributes(call)}), whole=True)
    metadata = _hook_call.metadata_field(call, store, call.text("memory_key"))
    recorded = record(
        store, environment, _hook_call.build(call, environment, {**facts, "metadata": metadata}, draft=draft)
    )
    text = "" if recorded.written else f"Recorded: {call.verb.name} (revision {recorded.revision})\n"
    _hook_call.say(call, environment, text, {"revision": recorded.revision}, recorded.written)
    return 0
