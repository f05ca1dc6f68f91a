"""Shared implementation of `pre-edit` and `pre-write`: records that a file is about to be changed."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.features.journal.file_capture import captured_of
from hooks_cli.features.journal.record import record
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output.envelope import moment
from hooks_cli.text.json_writer import Raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

OPTIONS = (
    shared.file("The file, relative to the current directory."),
    Option("operation", ("--operation", "-o"), "The planned operation: edit, create, refactor …", metavar="WORD"),
    Option(
        "load_context",
        ("--load-context", "--load-memory", "--show-context"),
        "Print what is known of that file: entries made of it or naming it, and who touched it last.",
        "switch",
    ),
    shared.memory_key("The address at which the file's text as it is now is kept."),
    shared.metadata(),
    *shared.ATTRIBUTION,
)
POSITIONALS = (Positional("file", "The file, instead of --file."),)

VERBS = {
    "pre-edit": Verb(
        "hooks",
        "pre-edit",
        "Record that a file is about to be edited, with its size and digest as it is now.",
        options=shared.with_entry_texts(OPTIONS),
        positionals=POSITIONALS,
        examples=('npx claude-flow@alpha hooks pre-edit --file "src/api.js" --load-context true',),
        details="It never writes the file. With --load-context it prints what is known of it, framed as data for a prompt.",
        hot=True,
    ),
    "pre-write": Verb(
        "hooks",
        "pre-write",
        "Record that a file is about to be written, with its size and digest as it is now.",
        options=shared.with_entry_texts(OPTIONS),
        positionals=POSITIONALS,
        examples=('npx claude-flow@alpha hooks pre-write --file "src/api.js"',),
        details="It never writes the file. With --load-context it prints what is known of it, framed as data for a prompt.",
        hot=True,
    ),
}


def run(call: Call, environment: Environment) -> int:
    """Record a file's size and digest before it is changed. Raises InvalidJson, InvalidAddress (65)."""
    _stdin_event.complete(call, environment, "file")
    store = store_access.for_hooks(environment)
    path, key = call.text("file"), call.text("memory_key")
    captured = captured_of(environment, path) if path else None
    source = captured.source() if captured is not None else None
    draft = _hook_call.draft(call, store, captured.text if captured is not None else "", source)
    fields: dict[str, object] = {
        "file": path,
        "operation": call.text("operation"),
        "source": Raw(source) if source is not None and draft is None else None,
        "metadata": _hook_call.metadata_field(call, store, key),
    }
    hook_call = _hook_call.build(call, environment, fields, wanted="file", draft=draft)
    # What is known is looked up before this call itself is a part of it.
    known = None
    if path and call.flag("load_context"):
        from hooks_cli.features.restore import file_context

        known = file_context.about(store, environment, path)
    recorded = record(store, environment, hook_call)
    text = (
        ""
        if recorded.written
        else f"Coming {call.verb.name[4:]} recorded: {path or '(no file)'} (revision {recorded.revision})\n"
    )
    result: dict[str, object] = {"revision": recorded.revision}
    if known is not None:
        calls = [
            {"at": moment(at), "verb": name, "agent": agent, "session_id": session}
            for at, name, agent, session in known.calls
        ]
        result["context"] = {"keys": [entry.address for entry in known.entries], "calls": calls}
        for at, name, agent, session in known.calls:
            by = f" by {agent}" if agent else ""
            text += f"  {moment(at)} {name}{by}{f' in {session}' if session else ''}\n"
        text += known.text if known.entries else f"Nothing is stored about {path} yet.\n"
    _hook_call.say(call, environment, text, result, recorded.written)
    return 0
