"""The envelope, the JSON form of an entry (`schemas/envelope.schema.json`)."""

from __future__ import annotations

import time

from hooks_cli.model.entry import JSON, Entry
from hooks_cli.text.json_writer import Raw, object_text, value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
            **({"guessed": True} if entry.guessed else {}),
            "agent": entry.agent,
            "event": entry.event,
            "source": Raw(entry.source) if entry.source else None,
            "tags": Raw(entry.tags or "[]"),
            "metadata": Raw(entry.metadata or "{}"),
            "data": data,
        }
    )


def entries_pieces(
    entries: Iterable[Entry], listed: int, total: int, default_version: str, *, truncated: bool | None = None
) -> Iterator[str]:
    """The answer of recall and list, piece by piece: one object with `entries`, `total` and `truncated` (there are more after these).

    `listed` is how many were found to be shown; those that went before they could be are taken off the total.
    """
    yield f'{{"schema_version":"{SCHEMA_VERSION}","entries":['
    shown = 0
    for entry in entries:
        yield ("," if shown else "") + envelope(entry, default_version)
        shown += 1
    more = total > listed if truncated is None else truncated
    yield f'],"total":{total - listed + shown},"truncated":{value_text(more)}}}\n'


def entries_json(entries: list[Entry], total: int, default_version: str) -> str:
    """The same at once."""
    return "".join(entries_pieces(entries, len(entries), total, default_version))


def entries_lines(entries: Iterable[Entry], default_version: str) -> Iterator[str]:
    """One envelope a line (--format ndjson)."""
    for entry in entries:
        yield envelope(entry, default_version) + "\n"
