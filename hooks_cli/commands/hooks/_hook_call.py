"""Turns a parsed hooks call into the record to write, and prints the lines that all hooks verbs share."""

from __future__ import annotations

from hooks_cli.commands.options.metadata_option import metadata
from hooks_cli.commands.options.shared import ENTRY_TEXTS
from hooks_cli.features.attribution import Caller
from hooks_cli.features.journal.record import HookCall
from hooks_cli.model.verb import FALSE_WORDS
from hooks_cli.text.json_writer import Raw, object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.entry import Draft, Written
    from hooks_cli.model.verb import Call


def build(
    call: Call, environment: Environment, fields: dict[str, object], *, wanted: str = "", draft: Draft | None = None
) -> HookCall:
    """The call as the journal will keep it. `wanted` names the field that this verb is about: its absence is recorded and told."""
    kept = {name: value for name, value in fields.items() if value not in ("", None)}
    text = None if draft is None else draft.value
    for option in ENTRY_TEXTS:  # those that are not the entry's stay with the event
        said = call.values.get(option.name)
        if said and said != text and option.name not in fields and isinstance(said, str):
            kept[option.name] = said
    missing = [name for name in call.missing if name not in kept]
    if wanted and wanted not in kept and wanted not in missing:
        missing.append(wanted)
    if missing:
        kept["missing"] = missing
        names = ", ".join("--" + name.replace("_", "-") for name in missing)
        environment.err(f"hooks-cli: {call.verb.title}: no value for {names}; recorded as missing")
    return HookCall(
        call.verb.name,
        kept,
        draft=draft,
        caller=Caller(
            *call.texts("session_id", "agent", "event_session"),
            call_id=environment.call_id or None,
            cause=call.text("event_source"),
        ),
        attributes=attributes(call),
    )


def success_in_s(call: Call, name: str = "success") -> None:
    """`-s true` is claude-flow 3's short form of --success (--save-state at a session's end): no session is called so."""
    word = call.text("session_id").lower()
    if word in ("true", "false"):  # no session is called so
        del call.values["session_id"]
        if name == "success":
            call.values.setdefault(name, word == "true")
        else:
            call.unknown.append((name, word))


def entry_text(call: Call) -> str:
    """The text for the entry at --memory-key: of the options of `ENTRY_TEXT_FLAGS` the first in their order. "" without a key."""
    if not call.text("memory_key"):
        return ""
    from hooks_cli.commands.options.shared import ENTRY_TEXT_FLAGS

    given = [option for option in call.verb.options if call.text(option.name)]
    for flag in ENTRY_TEXT_FLAGS:
        for option in given:
            if flag in option.flags:
                return call.text(option.name)
    return ""


def attributes(call: Call) -> dict[str, object]:
    """The unknown options, by name; one that was given several times has a list."""
    given: dict[str, list[object]] = {}
    for name, value in call.unknown:
        given.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in given.items()}


def draft(call: Call, store: Store, value: str, source: str | None = None, *, whole: bool = False) -> Draft | None:
    """The entry that --memory-key asks for, or None; with the condition that other options set.

    Its text is what the call says (`entry_text`), else `value`; with `whole` it is `value`, which has that text in it.
    Raises InvalidJson (65) for --metadata, with a key or without: nothing is kept.
    """
    key = call.text("memory_key")
    metadata(call, store)
    if not key:
        return None
    from hooks_cli.features.entries.draft import make_draft

    text = value if whole else entry_text(call) or value
    made = make_draft(store, key, text, metadata=call.text("metadata"), source=source)
    if call.unknown and (call.strange or any(word.lower() in FALSE_WORDS for _, word in call.unknown)):
        from hooks_cli.model import write_conditions

        made.if_version, *held = write_conditions.of_hook(call.unknown, call.foreign)
        made.held = (held[0], held[1])
    return made


def metadata_field(call: Call, store: Store, key: str) -> str | None:
    """The metadata for the event itself: an event with an entry points to it and carries no copy."""
    checked = None if key else metadata(call, store)
    return None if checked is None else Raw(checked)


def say(
    call: Call, environment: Environment, text: str, result: dict[str, object], written: Written | None = None
) -> None:
    """Print what was kept, after the commit: `text` (and the entry's line), or with --json one object."""
    if call.format == "text":
        if not text.replace("\n", "").isprintable():  # the name of a session or a task, which anybody may have given
            from hooks_cli.text.escapes import escaped

            text = escaped(text)
        if written is not None:
            from hooks_cli.features.entries.write import written_line

            text += written_line(written)
        environment.out(text)
        return
    body: dict[str, object] = {"schema_version": "1", **result}
    if written is None and call.text("memory_key"):
        body["stored"] = False
    if written is not None:
        body["stored"] = written.fields()
    environment.out(object_text(body) + "\n")
