"""`hooks post-task`: closes a task, with its duration and counts."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.features.journal import tasks
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
    options=(
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
        *shared.ATTRIBUTION,
    ),
    examples=('npx claude-flow@alpha hooks post-task --task-id "hyper-advanced-swarm" --session-id "hyper-swarm-001"',),
    positionals=(Positional("task_id", "The task, instead of --task-id."),),
    details=(
        "A task id that was never opened closes the newest open task without an id of its own; if there is none, "
        "only the end is recorded. A task that is closed already keeps its result; the call is recorded."
    ),
    hot=True,
)

_GOOD = ("completed", "complete", "success", "succeeded", "successful", "done", "ok", "passed")
_BAD = ("failed", "failure", "error", "aborted", "cancelled", "canceled", "blocked")


def outcome(call: Call) -> str | None:
    """success, failure, the user's own word, or None when nothing was said."""
    success = call.values.get("success")
    if isinstance(success, bool):
        return "success" if success else "failure"
    status = call.text("status").lower()
    return "success" if status in _GOOD else "failure" if status in _BAD else status or None


def run(call: Call, environment: Environment) -> int:
    """Close the task. Raises InvalidJson, InvalidAddress (65)."""
    _hook_call.success_in_s(call)
    _stdin_event.complete(call, environment, "task_id")
    store = store_access.for_hooks(environment)
    key = call.text("memory_key")
    result = call.text("result") or call.text("description")
    draft = _hook_call.draft(call, store, result)
    fields: dict[str, object] = {
        "description": call.text("description"),
        "status": call.text("status"),
        "result": call.text("result") if draft is None else None,
        "quality": call.text("quality"),
        "metrics": call.values.get("metrics"),
        "progress": call.text("progress"),
        "violations": call.text("violations"),
        "skill": call.text("skill"),
        "rollback": call.values.get("rollback"),
        "metadata": _hook_call.metadata_field(call, store, key),
    }
    hook_call = _hook_call.build(call, environment, fields, wanted="", draft=draft)
    done = tasks.finish(store, environment, hook_call, call.text("task_id"), outcome(call))
    counts = ", ".join([f"{number} {verb}" for verb, number in done.counts.items()])
    took = "its beginning was not recorded" if done.duration_ms is None else f"after {duration(done.duration_ms)}"
    word = "Task was closed already" if done.already else "Task closed"
    text = f"{word}: {done.name or '(no open task)'} ({took}{'; ' + counts if counts else ''})\n"
    body: dict[str, object] = {
        "task_id": done.name or None,
        "duration_ms": done.duration_ms,
        "counts": done.counts,
        "revision": done.recorded.revision,
    }
    if done.already:
        body["already_closed"] = True
    _hook_call.say(call, environment, text, body, done.recorded.written)
    return 0
