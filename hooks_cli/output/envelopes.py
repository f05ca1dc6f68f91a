"""The envelope: the JSON form of an entry (seed 000, "Version All Stored Data"; `schemas/envelope.schema.json`)."""

from __future__ import annotations

import time

from hooks_cli.model.entry import JSON, Entry
from hooks_cli.model.json_text import Raw, object_text, value_text

SCHEMA_VERSION = "1"


def moment(ms: int) -> str:
    """A time as ISO 8601 in UTC with milliseconds.

    >>> moment(1_760_702_400_000)
    '2025-10-17T12:00:00.000Z'
    """
    seconds, rest = divmod(ms, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"


def envelope(entry: Entry, default_version: str) -> str:
    """The JSON object of one version. `data` is JSON when the value is a JSON object or array, else the text exactly as given."""
    data: object = entry.value
    if entry.kind == JSON and entry.value is not None and entry.sealed != 2:
        # A line break in valid JSON is white space: within a string it is written as \\n.
        data = Raw(entry.value.replace("\n", " ").replace("\r", " "))
    return object_text(
        {
            "key": entry.address,
            "version": entry.data_version or default_version,
            "schema_version": SCHEMA_VERSION,
            "revision": entry.revision,
            "key_version": entry.version,
            "created_at": moment(entry.at),
            "expires_at": None if entry.expires is None else moment(entry.expires),
            "session_id": entry.session,
            "agent": entry.agent,
            "event": entry.event,
            "source": Raw(entry.source) if entry.source else None,
            "tags": Raw(entry.tags or "[]"),
            "metadata": Raw(entry.metadata or "{}"),
            "data": data,
        }
    )


def entries_json(entries: list[Entry], total: int, default_version: str, *, truncated: bool | None = None) -> str:
    """The answer of recall and list: one object with `entries`, `total` and `truncated` (there are more after these)."""
    body = {
        "schema_version": SCHEMA_VERSION,
        "entries": [Raw(envelope(entry, default_version)) for entry in entries],
        "total": total,
        "truncated": total > len(entries) if truncated is None else truncated,
    }
    return value_text(body) + "\n"


def entries_lines(entries: list[Entry], default_version: str) -> str:
    """One envelope a line (--format ndjson)."""
    return "".join(envelope(entry, default_version) + "\n" for entry in entries)
