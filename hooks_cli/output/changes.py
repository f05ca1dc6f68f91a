"""Prints the result of a change, for one address or many, as text or as one JSON object."""

from __future__ import annotations

from hooks_cli.output.envelope import SCHEMA_VERSION, moment
from hooks_cli.output.listing import one_line
from hooks_cli.text.json_writer import Raw, object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.model.entry import Entry, Written

LISTED = 20


def json_object(body: dict[str, Any]) -> str:
    """One JSON object with its schema version, on one line."""
    return object_text({"schema_version": SCHEMA_VERSION, **body}) + "\n"


def written_fields(written: Written) -> dict[str, Any]:
    """A write as the fields of an object."""
    return written.fields()


def one(word: str, key: str, written: Written, as_json: bool, **more: Any) -> str:
    """`Deleted: KEY (revision 43, version 4)`, or the object with `key` as the name of what was done."""
    if as_json:
        return json_object({key: written_fields(written), **more})
    return f"{word}: {one_line(written.address, 1024)} (revision {written.revision}, version {written.version})\n"


def many(word: str, key: str, written: list[Written], as_json: bool, **more: Any) -> str:
    """`Cleared 12 entries.`, with the addresses when they are few; as JSON, all of them."""
    if as_json:
        return json_object({key: [written_fields(w) for w in written], "total": len(written), **more})
    lines = [f"{word} {count(len(written), 'entry', 'entries')}.\n"]
    if len(written) <= LISTED:
        lines += [f"  {one_line(w.address, 1024)} (version {w.version})\n" for w in written]
    return "".join(lines)


def would(word: str, key: str, addresses: list[str], as_json: bool, how: str = "") -> str:
    """What a dry run would have done; `how` follows the number of entries."""
    if as_json:
        return json_object({key: [{"key": a} for a in addresses], "total": len(addresses), "dry_run": True})
    head = f"Would {word} {count(len(addresses), 'entry', 'entries')}{how}; nothing was changed.\n"
    return head + "".join(f"  {one_line(address, 1024)}\n" for address in addresses)


def count(number: int, one_word: str, many_word: str) -> str:
    """A number with its noun.

    >>> count(1, "entry", "entries"), count(1200, "entry", "entries")
    ('1 entry', '1,200 entries')
    """
    return f"{number:,} {one_word if number == 1 else many_word}"


def holdings(entries: int, versions: int, revision: int) -> str:
    """What a copy of a store holds, in words.

    >>> holdings(1, 2, 9)
    '1 entry (2 versions, revision 9)'
    """
    return f"{count(entries, 'entry', 'entries')} ({count(versions, 'version', 'versions')}, revision {revision})"


def history_lines(versions: list[Entry], current: int, now: int) -> str:
    """One line a version, newest first: version, revision, time, what it is, who wrote it, size, tags."""
    lines = []
    for entry in versions:
        who = "/".join(one_line(word, 80) for word in (entry.session_shown, entry.agent) if word)
        parts = [f"v{entry.version}", f"r{entry.revision}", moment(entry.at), entry.event, state(entry, current, now)]
        if who:
            parts.append(who)
        if entry.kind < 2:
            parts.append(f"{size(entry):,} B")
        if entry.tags:
            import json  # rarely there, and dear

            parts.append("#" + " #".join(one_line(tag, 80) for tag in json.loads(entry.tags)))
        lines.append("\t".join(parts) + "\n")
    return "".join(lines)


def state(entry: Entry, current: int, now: int) -> str:
    """What a version is now: current, old, deleted (a tombstone), destroyed, expired."""
    if entry.kind == 2:
        return "deleted"
    if entry.kind == 3:
        return "destroyed"
    if entry.expires is not None and entry.expires <= now:
        return "expired"
    return "current" if entry.version == current else "old"


def size(entry: Entry) -> int:
    """The bytes of a value."""
    return len((entry.value or "").encode("utf-8", "replace"))


def version_object(entry: Entry, current: int, now: int) -> dict[str, Any]:
    """A version without its value."""
    return {
        "key_version": entry.version,
        "revision": entry.revision,
        "created_at": moment(entry.at),
        "expires_at": None if entry.expires is None else moment(entry.expires),
        "event": entry.event,
        "state": state(entry, current, now),
        "session_id": entry.session,
        **({"guessed": True} if entry.guessed else {}),
        "agent": entry.agent,
        "size": size(entry) if entry.kind < 2 else None,
        "tags": Raw(entry.tags or "[]"),
        "source": Raw(entry.source) if entry.source else None,
    }
