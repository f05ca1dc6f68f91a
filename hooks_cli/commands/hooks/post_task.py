"""`hooks post-task`: closes a task, with its duration and counts."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _ended, _hook_call, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.features.journal import metrics_file, tasks
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output.plain_text import duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "post-task",
    "Close a task; prints its duration and what happened in it.",
    options=shared.with_entry_texts(
        (
            Option(
                "task_id",
                ("--task-id", "-t", "-i"),
                "The task; without it, the newest open one of this session and agent.",
                metavar="ID",
            ),
            shared.success("Whether it succeeded."),
            Option("status", ("--status",), "How it ended, in a word (completed, failed …).", metavar="WORD"),
            Option("description", ("--description", "-d"), "What was done.", metavar="TEXT"),
            shared.memory_key("The address at which the result is kept."),
            Option(
                "result",
                ("--result", "--value", "--output", "--summary"),
                "The result, kept at --memory-key.",
                metavar="TEXT",
            ),
            Option("quality", ("--quality", "-q", "--score"), "How good it is, as a number.", metavar="NUMBER"),
            Option("metrics", ("--metrics", "--performance-data"), "Figures of the task, in your words.", "optional"),
            Option("progress", ("--progress",), "How far it came.", metavar="TEXT"),
            Option("violations", ("--violations",), "What it breaks.", metavar="TEXT"),
            Option("skill", ("--skill-used", "--skill"), "The skill that it used.", metavar="NAME"),
            Option("rollback", ("--rollback",), "Whether it was taken back.", "switch"),
            shared.metadata(),
            Option(
                "export_metrics",
                ("--export-metrics",),
                "Write the task's figures to a JSON file; its path is printed.",
                "optional",
                metavar="[FILE]",
            ),
            shared.METRICS_FILE,
            *shared.ATTRIBUTION,
        )
    ),
    examples=('npx claude-flow@alpha hooks post-task --task-id "hyper-advanced-swarm" --session-id "hyper-swarm-001"',),
    positionals=(Positional("task_id", "The task, instead of --task-id."),),
    details=(
        "A task id that was never opened closes the newest open task without an id of its own; if there is none, "
        "only the end is recorded. A task that is closed already keeps its result; the call is recorded."
    ),
    hot=True,
)


def outcome(call: Call, environment: Environment) -> tuple[bool | None, str | None]:
    """Whether the task succeeded by --success, else by --status; None when neither says so, and then the word that was said."""
    success, word = _ended.success(call, environment)
    if success is None and word is None and call.text("status"):
        success, word = _ended.success(call, environment, "status")
    return success, word


def run(call: Call, environment: Environment) -> int:
    """Close the task. Raises InvalidJson, InvalidAddress (65), CannotCreate (73) when the file of figures cannot be written: the
    task is closed then all the same.
    """
    _hook_call.success_in_s(call)
    _stdin_event.complete(call, environment, "task_id")
    store = store_access.for_hooks(environment)
    key = call.text("memory_key")
    draft = _hook_call.draft(call, store, "")
    result = call.text("result")
    success, said = outcome(call, environment)
    fields: dict[str, object] = {
        "description": call.text("description"),
        "status": call.text("status"),
        "result": result if draft is None or draft.value != result else None,
        "quality": call.text("quality"),
        "metrics": call.values.get("metrics"),
        "progress": call.text("progress"),
        "violations": call.text("violations"),
        "skill": call.text("skill"),
        "rollback": call.values.get("rollback"),
        "metadata": _hook_call.metadata_field(call, store, key),
    }
    hook_call = _hook_call.build(call, environment, fields, wanted="", draft=draft)
    ended = None if success is None else "success" if success else "failure"
    done = tasks.finish(store, environment, hook_call, call.text("task_id"), ended, said)
    counts = ", ".join([f"{number} {verb}" for verb, number in done.counts.items()])
    took = "its beginning was not recorded" if done.duration_ms is None else f"after {duration(done.duration_ms)}"
    word = "Task was closed already" if done.already else "Task closed"
    text = f"{word}: {done.name or '(no open task)'} ({took}{'; ' + counts if counts else ''})\n"
    body: dict[str, object] = {
        "task_id": done.name or None,
        "success": success,
        "duration_ms": done.duration_ms,
        "counts": done.counts,
        "revision": done.recorded.revision,
    }
    if done.already:
        body["already_closed"] = True
    if said is not None:
        body["word"] = said
    path = ""
    if _ended.asks_for_metrics(call):
        figures = {**body, "quality": call.text("quality") or None, "metrics": call.values.get("metrics")}
        path = metrics_file.write_metrics(
            environment, _ended.metrics_path(call), done.name or "no-task", done.recorded.revision, figures
        )
        body["exported"] = path
    _hook_call.say(call, environment, text, body, done.recorded.written)
    if path and call.format == "text":
        environment.out(f"Metrics exported: {path}\n")
    return 0
