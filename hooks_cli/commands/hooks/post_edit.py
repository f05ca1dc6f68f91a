"""`hooks post-edit`: records that a file was edited; with a memory key stores its text."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.features.journal.file_capture import captured_of, textless
from hooks_cli.features.journal.record import record
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.text.json_writer import Raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "post-edit",
    "Record that a file was edited; with a memory key, keep its text for other agents.",
    options=shared.with_entry_texts(
        (
            shared.file("The file or folder, relative to the current directory."),
            shared.memory_key("The address at which the file's text is kept."),
            shared.metadata(),
            Option(
                "value",
                ("--value", "--data", "--content"),
                "Keep this at --memory-key instead of the file's text.",
                metavar="TEXT",
            ),
            shared.success("Whether the edit succeeded."),
            Option("outcome", ("--outcome", "--output", "-o", "--error"), "How it went.", metavar="TEXT"),
            Option("operation", ("--operation", "--action"), "What was done: edit, create, refactor …", metavar="WORD"),
            Option("pattern", ("--pattern",), "What it is an example of.", metavar="TEXT"),
            *shared.ATTRIBUTION,
        )
    ),
    examples=(
        'npx claude-flow@alpha hooks post-edit --file "swarm_topology.json" --memory-key "swarm/topology/hyper-advanced-001" '
        '--metadata \'{"agents":5,"layers":["orchestration","chaos","performance"]}\'',
    ),
    positionals=(Positional("file", "The file, instead of --file."),),
    details=(
        "The text is kept of regular UTF-8 files inside the project, up to 64 KiB; of other files the size and the digest, of "
        "`.env` and key files never the text; of a folder the names (1,000 at most); a missing file is recorded as missing."
    ),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Keep the edit. Raises InvalidJson, InvalidAddress (65)."""
    _hook_call.success_in_s(call)
    value = call.text("value") or _hook_call.entry_text(call)
    if not value:
        _stdin_event.complete(call, environment, "file")
    store = store_access.for_hooks(environment)
    path, key = call.text("file"), call.text("memory_key")
    captured = captured_of(environment, path) if path else None
    source = captured.source() if captured is not None else None
    text = captured.text if captured is not None else ""
    draft = _hook_call.draft(call, store, text, source)
    success, word = None, None
    if "success" in call.values:
        from hooks_cli.commands.hooks import _ended

        success, word = _ended.success(call, environment)
    fields: dict[str, object] = {
        "file": path,
        "source": Raw(source) if source is not None and draft is None else None,
        "value": call.text("value") if draft is None else None,
        "outcome": call.text("outcome"),
        "operation": call.text("operation"),
        "pattern": call.text("pattern"),
        "metadata": _hook_call.metadata_field(call, store, key),
        "success": success,
        "word": word,
    }
    hook_call = _hook_call.build(call, environment, fields, wanted="" if value else "file", draft=draft)
    recorded = record(store, environment, hook_call)
    text = "" if recorded.written else f"Edit recorded: {path or '(no file)'} (revision {recorded.revision})\n"
    _hook_call.say(call, environment, text, {"revision": recorded.revision}, recorded.written)
    reason = textless(captured.kind) if captured is not None and recorded.written is not None and not value else ""
    if reason:
        environment.err(f"hooks-cli: {call.verb.title}: {path} {reason}; {key} keeps that it was edited, but no text")
    return 0
