"""The text forms of an export: JSON, NDJSON, CSV, TSV and Markdown. Each takes the parts and a function that writes
text, or UTF-8.

`schemas/export.schema.json` says what JSON and NDJSON hold; CSV and TSV have the same members as columns, with cells
that a spreadsheet would take for formulas defused (`integrations.importers.own`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from hooks_cli.integrations.importers.own import COLUMNS, defused
from hooks_cli.model.json_exact import indented
from hooks_cli.operations.export_parts import KIND, SECTIONS, Part
from hooks_cli.store.json_split import JsonReader

Write = Callable[[str | bytes | memoryview], None]
# How a formula begins, and the apostrophe that defuses one.
_SUSPECT = frozenset(("=", "+", "-", "@", "\t", "\r", "'"))
_RECORDS = {"sessions": "session", "tasks": "task", "events": "event"}


def write_ndjson(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """One object a line: a header for each part, then its entries, sessions, tasks and events. Gives each finished part."""
    for part in parts:
        write('{"record":"header",' + part.header()[1:] + "\n")
        for chunk in part.chunks(b"\n", "entry"):
            write(chunk)
        for section in SECTIONS:
            for text in part.section(section):
                write(f'{{"record":"{_RECORDS[section]}",{text[1:]}\n')
        yield part


def write_json(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """One document; with `choices.several` the parts lie in its `projects`."""
    first = True
    several = False
    for part in parts:
        several = part.choices.several
        if several:
            write(f'{{"schema_version":"1","kind":"{KIND}","projects":[\n' if first else ",\n")
        first = False
        _document(part, write)
        yield part
    if several:
        write("]}\n")
    elif not first:
        write("\n")


def _document(part: Part, write: Write) -> None:
    pretty = part.choices.pretty
    write(part.header()[:-1] + ',\n"entries":[')
    if pretty:
        separator = "\n"
        for batch in part.batches():
            write(separator + ",\n".join([indented(line) for line in batch]))
            separator = ",\n"
    else:
        before = b"\n"
        for chunk in part.chunks(b",\n"):
            write(before)
            write(memoryview(chunk)[:-2])
            before = b",\n"
    write("\n]")
    if not part.choices.selection.narrows_entries:
        for section in SECTIONS:
            write(f',\n"{section}":[')
            separator = "\n"
            for text in part.section(section):
                write(separator + (indented(text) if pretty else text))
                separator = ",\n"
            write("\n]")
    write("}")


def write_csv(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """Comma-separated values (RFC 4180), with a header row."""
    return _table(parts, write, ",")


def write_tsv(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """Tab-separated values; a cell with a tab or line break is quoted."""
    return _table(parts, write, "\t")


def _table(parts: Iterator[Part], write: Write, delimiter: str) -> Iterator[Part]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for part in parts:
        for batch in part.rows():
            writer.writerows([[_cell(value) for value in row] for row in batch])
            write(buffer.getvalue())
            buffer.seek(0)
            buffer.truncate()
        yield part
    write(buffer.getvalue())


def _cell(value: object) -> object:
    """Numbers and null as they are; a text that a spreadsheet might read as a formula defused."""
    if type(value) is str and value[:1] in _SUSPECT:
        return defused(value)
    return value


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
    from hooks_cli.model.sealed_text import mask

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
