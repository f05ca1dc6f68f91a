"""The answers of tools: entries as objects, cut so that an answer has at most 10,000 characters, and errors.

A stored value goes to a model that may take it for an instruction. So it stands beside "untrusted": true, who wrote it and when; and it
is the value byte for byte, as far as it is shown.
"""

from __future__ import annotations

from hooks_cli.output.envelope import moment
from hooks_cli.text import json_exact
from hooks_cli.text.json_writer import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from hooks_cli.model.entry import Entry

    Fields = dict[str, Any]

# The characters of one answer's JSON text.
MOST_CHARACTERS = 10_000
# Left for notes, and for what says how to read on.
RESERVE = 1_500
# Of each value in a list.
LISTED_CHARACTERS = 300


def text_of(fields: Fields) -> str:
    """The JSON text of an answer."""
    return json_exact.value_text(fields)


def origin(entry: Entry) -> Fields:
    """Who wrote a version, when, and which it is."""
    fields: Fields = {
        "untrusted": True,
        "written_by": entry.agent,
        "session_id": entry.session,
        "written_at": moment(entry.at),
        "event": entry.event,
        "revision": entry.revision,
        "version": entry.version,
    }
    if entry.imported:
        fields["imported_from"] = entry.imported
    if entry.expires is not None:
        fields["expires_at"] = moment(entry.expires)
    if entry.sealed:
        fields["sealed"] = True
    return fields


def entry_fields(entry: Entry) -> Fields:
    """An entry without its value."""
    fields = {"key": entry.address, **origin(entry)}
    if entry.tags:
        fields["tags"] = json_exact.read(entry.tags)
    if entry.metadata and entry.metadata != "{}":
        fields["metadata"] = json_exact.read(entry.metadata)
    return fields


def with_value(fields: Fields, value: str, offset: int, tool: str) -> Fields:
    """`fields` with the part of `value` from `offset` (characters) that fits, and how to read on when that is not its end."""
    rest = value[offset:] if offset else value
    room = MOST_CHARACTERS - RESERVE - len(text_of(fields))
    if room < 0 and "metadata" in fields:
        fields["metadata"] = "(too long to be shown here)"
        room = MOST_CHARACTERS - RESERVE - len(text_of(fields))
    room = max(room, 100)
    shown = _fitting(rest, room)
    fields["value"] = shown
    if offset:
        fields["offset"] = offset
    end = offset + len(shown)
    if end < len(value):
        fields["truncated"] = True
        fields["total_characters"] = len(value)
        fields["next_offset"] = end
        fields["read_on"] = f"Call {tool} again with offset {end}."
    return fields


def _fitting(text: str, room: int) -> str:
    """The longest beginning of a text whose JSON string has at most `room` characters."""
    if len(text) <= room and len(quote(text)) - 2 <= room:
        return text
    low, high = 0, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        if len(quote(text[:middle])) - 2 <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def listed(entry: Entry) -> Fields:
    """An entry of a list: of a long value the beginning."""
    fields = entry_fields(entry)
    del fields["untrusted"]  # the answer says it once for all
    if len(text_of(fields)) > LISTED_CHARACTERS * 3:
        for name in ("metadata", "tags"):
            fields.pop(name, None)
        fields["more_fields"] = True
    value = entry.value or ""
    fields["value"] = _fitting(value, LISTED_CHARACTERS)
    if len(fields["value"]) < len(value):
        fields["cut"] = True
    return fields


def with_items(
    fields: Fields, name: str, items: Sequence[Any], shown: Callable[[Any], Fields], offset: int, more: bool, tool: str
) -> Fields:
    """`fields` with as many of `items` as fit, their `count`, and how to read on when these are not all (`more`)."""
    room = MOST_CHARACTERS - RESERVE - len(text_of(fields))
    kept: list[Fields] = []
    for item in items:
        one = shown(item)
        room -= len(text_of(one)) + 1
        if room < 0 and kept:
            more = True
            break
        kept.append(one)
    fields[name] = kept
    fields["count"] = len(kept)
    fields["truncated"] = more
    if more:
        fields["next_offset"] = offset + len(kept)
        fields["read_on"] = f"Call {tool} again with offset {offset + len(kept)}."
    return fields
