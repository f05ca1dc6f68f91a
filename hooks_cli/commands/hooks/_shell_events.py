"""Shared implementation of `pre-command`, `post-command` and their other names `pre-bash`, `post-bash`."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.features.journal.record import record
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

_COMMAND = Option("command", ("--command", "-c"), "The shell command.", metavar="TEXT")
_KEPT = (
    Option("working_dir", ("--working-dir", "--cwd", "--dir"), "Where it runs.", metavar="PATH"),
    *shared.KEPT,
)
POSITIONALS = (Positional("command", "The shell command, instead of --command."),)

BEFORE = shared.with_entry_texts(
    (
        _COMMAND,
        Option(
            "validate_safety",
            ("--validate-safety", "--validate-security", "--check-safety"),
            "Say whether the command would destroy something that cannot be had back.",
            "switch",
        ),
        Option("context", ("--context",), "Why it is run.", metavar="TEXT"),
        Option("background", ("--auto-background", "--background"), "Whether it is to run on its own.", "optional"),
        *_KEPT,
    )
)
AFTER = shared.with_entry_texts(
    (
        _COMMAND,
        Option("exit_code", ("--exit-code", "-e", "--status-code"), "Its exit code.", "integer", metavar="N"),
        shared.success("Whether it succeeded; told by the exit code otherwise."),
        Option(
            "duration_ms",
            ("--duration", "--time", "--duration-ms"),
            "How long it took, in ms.",
            "integer",
            metavar="MS",
        ),
        Option("error", ("--error",), "What went wrong.", metavar="TEXT"),
        Option("output", ("--output", "--result"), "What it printed, or the part that matters.", metavar="TEXT"),
        *_KEPT,
    )
)

# The verbs `pre-bash` and `post-bash` are named after the agent's tool.
VERBS = {
    "pre-command": Verb(
        "hooks",
        "pre-command",
        "Record a shell command that is about to run; with --validate-safety, warn of a destructive one.",
        options=BEFORE,
        positionals=POSITIONALS,
        examples=('npx claude-flow@alpha hooks pre-command --command "rm -rf build" --validate-safety true',),
        hot=True,
    ),
    "post-command": Verb(
        "hooks",
        "post-command",
        "Record how a shell command ended: its exit code, success, duration.",
        options=AFTER,
        positionals=POSITIONALS,
        examples=('npx claude-flow@alpha hooks post-command --command "npm test" --exit-code 0',),
        hot=True,
    ),
    "pre-bash": Verb(
        "hooks",
        "pre-bash",
        "The same as pre-command, under the name of the agent's tool.",
        options=BEFORE,
        positionals=POSITIONALS,
        examples=('npx claude-flow@alpha hooks pre-bash --command "npm test" --validate-safety true',),
        hot=True,
    ),
    "post-bash": Verb(
        "hooks",
        "post-bash",
        "The same as post-command, under the name of the agent's tool.",
        options=AFTER,
        positionals=POSITIONALS,
        examples=('npx claude-flow@alpha hooks post-bash --command "npm test" --exit-code 0 --duration 1500',),
        hot=True,
    ),
}


def run(call: Call, environment: Environment) -> int:
    """Record a command before or after it ran. Raises InvalidJson, InvalidAddress (65)."""
    return (_before if call.verb.name.startswith("pre-") else _after)(call, environment)


def _before(call: Call, environment: Environment) -> int:
    """Keep a command that is about to run, and with --validate-safety what it would destroy. It is never stopped here: exit 0."""
    _stdin_event.complete(call, environment, "command")
    store = store_access.for_hooks(environment)
    command, key = call.text("command"), call.text("memory_key")
    found: list[tuple[str, str]] | None = None
    if call.flag("validate_safety"):
        from hooks_cli.features.safety.judge import dangers

        found = dangers(command)
    draft = _hook_call.draft(call, store, command)
    background = call.values.get("background")
    fields: dict[str, object] = {
        "command": command if draft is None or draft.value != command else None,
        "working_dir": call.text("working_dir"),
        "context": call.text("context"),
        "background": background if isinstance(background, (str, bool)) else None,
        "metadata": _hook_call.metadata_field(call, store, key),
        "dangers": [rule for rule, _ in found] if found else None,
    }
    hook_call = _hook_call.build(call, environment, fields, wanted="" if command else "command", draft=draft)
    recorded = record(store, environment, hook_call)
    text = "" if recorded.written else f"Command recorded (revision {recorded.revision})\n"
    result: dict[str, object] = {"revision": recorded.revision}
    if found is not None:
        findings = [{"rule": rule, "reason": reason} for rule, reason in found]
        result["safety"] = {"destructive": bool(found), "findings": findings}
        text += "".join([f"WARNING: destructive command: {reason} ({rule})\n" for rule, reason in found])
        if not found and command:
            text += "Safety: nothing destructive found.\n"
    _hook_call.say(call, environment, text, result, recorded.written)
    return 0


def _after(call: Call, environment: Environment) -> int:
    """Keep how a command ended. Raises InvalidJson, InvalidAddress (65)."""
    _hook_call.success_in_s(call)
    _stdin_event.complete(call, environment, "command")
    store = store_access.for_hooks(environment)
    command, key = call.text("command"), call.text("memory_key")
    code = call.values.get("exit_code")
    from hooks_cli.commands.hooks import _ended

    success, word = _ended.success(call, environment)
    if success is None:
        success = code == 0 if isinstance(code, int) else None
    output = call.text("output")
    draft = _hook_call.draft(call, store, output or command)
    fields: dict[str, object] = {
        "command": command,
        "exit_code": code if isinstance(code, int) else None,
        "success": success,
        "word": word,
        "duration_ms": call.values.get("duration_ms"),
        "error": call.text("error"),
        "output": output if draft is None or draft.value != output else None,
        "working_dir": call.text("working_dir"),
        "metadata": _hook_call.metadata_field(call, store, key),
    }
    hook_call = _hook_call.build(call, environment, fields, wanted="command", draft=draft)
    recorded = record(store, environment, hook_call)
    told = "" if success is None else " (succeeded)" if success else f" (failed{f', exit {code}' if code else ''})"
    text = "" if recorded.written else f"Command recorded{told} (revision {recorded.revision})\n"
    _hook_call.say(call, environment, text, {"revision": recorded.revision, "success": success}, recorded.written)
    return 0
