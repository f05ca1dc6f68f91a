"""Markdown export, for people: a chapter for each entry; sealed values are masked."""

from __future__ import annotations

import json

from hooks_cli.features.transfer.importers.own_export import COLUMNS
from hooks_cli.system.sqlite_json import JsonReader
from hooks_cli.text.json_exact import indented
from hooks_cli.text.sealed_marker import mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from hooks_cli.features.transfer.export_parts import Part

    Write = Callable[[str], None]


def write_markdown(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """One page for people: a chapter for each entry, what is sealed masked, values fenced."""
    reader = JsonReader()
    for part in parts:
        write(f"# Memory of {_inline(part.name)}\n")
        for batch in part.rows():
            for row in batch:
                write(_chapter(dict(zip(COLUMNS, row, strict=True)), reader))
        yield part


def _chapter(entry: dict[str, Any], reader: JsonReader) -> str:
    about = [f"version {entry['key_version']}", f"revision {entry['revision']}", str(entry["created_at"])]
    about += [str(entry[name]) for name in ("event", "session_id", "agent") if entry.get(name)]
    about += [f"expires {entry['expires_at']}"] if entry.get("expires_at") else []
    tags = json.loads(entry["tags"] or "[]")
    about += [" ".join(f"#{tag}" for tag in tags)] if tags else []
    text = f"\n## {_inline(str(entry['key']))}\n\n{_inline(mask(' · '.join(about)))}\n"
    data, state = entry["data"], entry["state"]
    if state != "live":
        return text + f"\n*{state}*\n"
    kind = "json" if data.lstrip()[:1] in ("{", "[") and reader.is_valid(data) else ""
    # What is laid out already stays as it is.
    text += _fenced(mask(indented(data) if kind and "\n" not in data else data), kind)
    if entry.get("metadata"):
        text += "\nMetadata:\n" + _fenced(mask(indented(entry["metadata"])), "json")
    return text


def _fenced(text: str, kind: str) -> str:
    """A fence longer than any within, so that a value cannot end it."""
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    return f"\n{fence}{kind}\n{text}" + ("" if text.endswith("\n") else "\n") + f"{fence}\n"


def _inline(text: str) -> str:
    return "".join("\\" + c if c in "\\`*_[]<>#|!" else c for c in text)
