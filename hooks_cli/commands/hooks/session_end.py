"""`hooks session-end`: closes the session; stores and prints its metrics."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _ended, _hook_call, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.errors import HooksError
from hooks_cli.features.journal import sessions
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output.plain_text import figures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.retention.outcome import Collected
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "session-end",
    "Close the session; stores, prints and, on request, exports its metrics.",
    options=shared.with_entry_texts(
        (
            Option(
                "export_metrics",
                ("--export-metrics",),
                "Write the metrics to a JSON file; its path is printed.",
                "optional",
                metavar="[FILE]",
            ),
            Option(
                "generate_summary",
                ("--generate-summary", "--summary"),
                "Add the session's tasks and last notices. A text is kept as the summary.",
                "optional",
                metavar="[TEXT]",
            ),
            Option("reason", ("--reason",), "Why it ends.", metavar="TEXT"),
            shared.success("Whether it reached its aim."),
            Option("failure", ("--failure",), "It failed.", "switch"),
            shared.SWARM_ID,
            shared.metadata("A JSON object kept with the event."),
            shared.memory_key(
                "The address at which its text is kept: what --value or --summary says, else the metrics."
            ),
            Option(
                "metrics_file", ("--output", "-o", *shared.METRICS_FILE.flags), shared.METRICS_FILE.help, metavar="FILE"
            ),
            shared.session_id("The session.", "-i"),
            shared.AGENT,
        )
    ),
    positionals=(Positional("session_id", "The session, instead of --session-id."),),
    examples=('npx claude-flow@alpha hooks session-end --session-id "hyper-swarm-001" --export-metrics true',),
    details="The metrics are stored at sessions/<id>/metrics.",
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Close the session. Raises CannotCreate (73) when the metrics file cannot be written; the session is closed anyway."""
    _hook_call.success_in_s(call, "save-state")
    _stdin_event.complete(call, environment, "session_id")
    store = store_access.for_hooks(environment)
    output = _ended.metrics_path(call)
    draft = _hook_call.draft(call, store, call.text("generate_summary"))
    success, word = _ended.success(call, environment)
    fields: dict[str, object] = {
        "output": output,
        "summary": call.text("generate_summary"),
        "reason": call.text("reason"),
        "success": False if call.flag("failure") else success,
        "word": word,
        "swarm_id": call.text("swarm_id"),
        "metadata": _hook_call.metadata_field(call, store, call.text("memory_key")),
    }
    hook_call = _hook_call.build(call, environment, fields, draft=draft)
    ended = sessions.end(store, environment, hook_call, summary=bool(call.values.get("generate_summary")))
    path = sessions.export(environment, ended, output) if _ended.asks_for_metrics(call) else ""
    collected = None
    if not sessions.may_write(environment, hook_call):
        environment.err(
            "hooks-cli: the agent has read-only memory access: the metrics were not stored, and nothing is collected"
        )
    elif environment.settings.asks_for_collection():
        collected = collect(store, environment)
    if call.format != "text":
        body: dict[str, object] = {"session_id": ended.session, "metrics": ended.metrics, "exported": path or None}
        if collected is not None:
            body["collected"] = collected.figures()
        if ended.kept is not None:
            body["kept"] = ended.kept.fields()
        _hook_call.say(call, environment, "", body, ended.recorded.written)
        return 0
    if ended.session is None:
        text = "No open session to close; the call was recorded.\n"
    else:
        text = f"Session closed: {ended.session}\n" + figures(ended.metrics)
    _hook_call.say(call, environment, text, {}, ended.recorded.written)
    if ended.kept is not None:
        from hooks_cli.features.entries.write import written_line

        environment.out(written_line(ended.kept))
    if path:
        environment.out(f"Metrics exported: {path}\n")
    if collected is not None:
        environment.out(collected.line())
    return 0


def collect(store: Store, environment: Environment) -> Collected | None:
    """The bounded garbage collection; whatever befalls it, the session is closed already, and one line says it."""
    from hooks_cli.features.retention import collect as retention_collect

    try:
        result = retention_collect.automatic(store, environment)
    except HooksError as error:
        environment.err(f"hooks-cli: garbage collection stopped: {error}")
        return None
    if result is not None and result.told:
        environment.err(f"hooks-cli: garbage collection: {result.told}")
        return None
    if result is not None and result.held_off:
        environment.err(
            f"hooks-cli: garbage collection held off: nothing was written for {result.held_off} days before today. "
            "Is the clock right? Then look at it: hooks-cli memory gc --dry-run"
        )
        return None
    return result
