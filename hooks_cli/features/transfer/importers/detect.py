"""Detects the format of a file or folder by its content, and returns its records."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Any, cast

from hooks_cli.errors import DataError, InputMissing
from hooks_cli.features.transfer.importers import claude_flow_db, claude_flow_json, markdown, mcp_graph, own_export
from hooks_cli.features.transfer.importers.foreign_sqlite import MAGIC, ForeignDatabase
from hooks_cli.model.record import Records
from hooks_cli.system.sqlite_json import JsonReader
from hooks_cli.text.json_exact import complaint
from hooks_cli.text.sealed_marker import AGE_MAGIC, is_sealed
from hooks_cli.text.sealed_marker import MAGIC as MAGIC_OF_SEALED

# Opens a sealed file of this name.
Unseal = Callable[[IO[bytes], str], IO[bytes]]
# The most text that is held at once: a JSON document, or one line. SQLite's own limit is 1,000,000,000 bytes.
MOST_TEXT = 900_000_000
# The mark that some programs put before UTF-8.
BOM = b"\xef\xbb\xbf"
_PARQUET = b"PAR1"
_HINT = (
    "It takes: exports of this program (json, ndjson, csv, tsv, sqlite), claude-flow's memory.db, memory-store.json and "
    "exports, the MCP memory server's memory.jsonl, a folder of Markdown."
)


@dataclass(frozen=True, slots=True)
class Source:
    """What was found: in words for the report, and its records, to be read once; `files` are what they are read from."""

    kind: str
    records: Records
    files: tuple[IO[Any], ...] = ()

    def close(self) -> None:
        """Close the files. Nothing can be read any more."""
        for file in self.files:
            file.close()


def open_source(path: str, stdin: Any = None, now: int = 0, unseal: Unseal | None = None) -> Source:
    """Recognise a file, a folder, or standard input (`-`, bytes; `now` in ms stands for its file's time).

    `unseal` opens the content of a sealed file (`crypto.sealed_file`); without it such a file is refused.

    Raises InputMissing (66) when it cannot be read, DataError (65) when it is nothing that can be imported.
    """
    if path == "-":
        piped = stdin if hasattr(stdin, "peek") else io.BufferedReader(stdin)
        return _from_stream(_unsealed(piped, "standard input", unseal), "standard input", now)
    try:
        if os.path.isdir(path):
            return _from_folder(path)
        if not os.path.isfile(path):
            raise InputMissing(
                path=path, reason="it is not a regular file" if os.path.lexists(path) else "it does not exist"
            )
        changed = os.stat(path).st_mtime_ns // 1_000_000
        stream = open(path, "rb")  # noqa: SIM115  the records are read later
    except OSError as error:
        raise InputMissing(path=path, reason=error.strerror or str(error)) from None
    if stream.peek(16)[:16] == MAGIC:
        stream.close()
        return _from_database(path)
    try:
        found = _from_stream(_unsealed(stream, path, unseal), path, changed)
        return replace(found, files=(*found.files, stream))
    except BaseException:
        stream.close()
        raise


def _unsealed(stream: Any, name: str, unseal: Unseal | None) -> IO[bytes]:
    start = stream.peek(len(MAGIC_OF_SEALED))
    if not is_sealed(start) and not start.startswith(AGE_MAGIC):
        return cast(IO[bytes], stream)
    if unseal is None:
        raise DataError(f"{name} is encrypted.", hint="memory import opens it.")
    return unseal(stream, name)


def _from_folder(path: str) -> Source:
    """A folder is Markdown, or the project of claude-flow that it belongs to."""
    for inside in (".swarm/memory.db", "memory/memory-store.json", "memory.db", "memory-store.json"):
        if os.path.isfile(os.path.join(path, inside)):
            return open_source(os.path.join(path, inside))
    if not markdown.is_one(path):
        raise DataError(
            f"{path} is a folder without a Markdown file.", hint="Name the file in it that is meant. " + _HINT
        )
    return Source("a folder of Markdown", markdown.read_folder(path))


def _from_database(path: str) -> Source:
    database = ForeignDatabase(path)
    if {"entries", "export_info"} <= set(database.tables):
        return Source("an export of this program (sqlite)", own_export.read_sqlite(database))
    generation = claude_flow_db.generation(database)
    if generation:
        return Source(f"a claude-flow {generation}.x memory.db", claude_flow_db.read_database(database))
    database.close()
    raise DataError(f"{path} is an SQLite database, but none that is known here.", hint=_HINT)


def _from_stream(raw: IO[bytes], name: str, changed: int) -> Source:
    stream: Any = raw
    if stream.peek(2)[:2] == b"\x1f\x8b":
        stream = io.BufferedReader(gzip.GzipFile(fileobj=raw))
    try:
        start = stream.peek(65536)[:65536]
    except (OSError, EOFError) as error:
        raise DataError(f"{name} is damaged: {error}.") from None
    if not start.strip():
        raise DataError(f"{name} is empty.", hint=_HINT)
    if start[:16] == MAGIC:
        raise DataError(f"{name} is a compressed SQLite database.", hint="Unpack it first: gunzip.")
    if start.removeprefix(BOM).lstrip()[:1] in (b"{", b"["):
        return _from_json(stream, start, name, changed)
    first_line = start.removeprefix(BOM).partition(b"\n")[0].decode(errors="replace")
    for delimiter, form in ((",", "csv"), ("\t", "tsv")):
        columns = first_line.strip().split(delimiter)
        if {"key", "data", "key_version"} <= set(columns):
            text = io.TextIOWrapper(stream, "utf-8-sig", newline="")
            return Source(f"an export of this program ({form})", own_export.read_table(text, delimiter), (text,))
    if b"\x00" in start and start[:4] != _PARQUET:
        raise DataError(
            f"{name} is nothing that can be imported.", hint="A copy of a store is put back by: memory restore"
        )
    raise DataError(f"{name} is nothing that can be imported.", hint=_HINT)


def _from_json(stream: Any, start: bytes, name: str, changed: int) -> Source:
    first = start.removeprefix(BOM).lstrip().partition(b"\n")[0].decode(errors="replace")
    item = _parsed(first)
    if isinstance(item, dict) and (own_export.is_envelope(item) or item.get("record") == "header"):
        return Source("an export of this program (ndjson)", own_export.read_ndjson(_lines(stream)))
    if mcp_graph.is_graph_line(item):
        return Source("an MCP memory server's memory.jsonl", mcp_graph.read_graph(_lines(stream), changed))
    text = _whole(stream, name)
    if claude_flow_json.is_entry(item) and "\n" in text.strip():
        lines = ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())
        return Source("entries, one a line", claude_flow_json.read_lines(lines))
    try:
        document = claude_flow_json.parse(text)
    except ValueError as error:
        raise DataError(f"{name} is not valid JSON: {complaint(error)}.", hint=_HINT) from None
    return _from_document(document, text, name)


def _from_document(document: Any, text: str, name: str) -> Source:
    if isinstance(document, dict):
        entries = document.get("entries")
        ours = document.get("kind") == own_export.KIND or (
            isinstance(entries, list) and entries and own_export.is_envelope(entries[0])
        )
        if own_export.is_envelope(document):
            return Source("an entry of this program", own_export.read_ndjson(iter([(1, text.replace("\n", " "))])))
        if ours and JsonReader().is_valid(text):
            return Source("an export of this program (json)", own_export.read_document(text))
    if claude_flow_json.is_entry_list(document):
        kind = "a claude-flow 3.x export" if isinstance(document, dict) else "a list of entries"
        return Source(kind, claude_flow_json.read_entries(document))
    if claude_flow_json.is_namespaces(document):
        return Source("a claude-flow 2.x memory store or export", claude_flow_json.read_namespaces(document))
    raise DataError(f"{name} is JSON, but no memory that is known here.", hint=_HINT)


def _parsed(line: str) -> Any:
    try:
        return claude_flow_json.parse(line)
    except ValueError:
        return None


def _whole(stream: Any, name: str) -> str:
    try:
        raw = stream.read(MOST_TEXT + 1)
        if len(raw) > MOST_TEXT:
            raise DataError(
                f"{name} is larger than {MOST_TEXT} bytes.", hint="Export it as ndjson, which has no such limit."
            )
        return str(raw.removeprefix(BOM), "utf-8")
    except UnicodeDecodeError as error:
        place = error.start + 1 + (len(BOM) if raw.startswith(BOM) else 0)
        raise DataError(f"{name} is not UTF-8 (at byte {place}).") from None
    except (OSError, EOFError) as error:
        raise DataError(f"{name} is damaged: {error}.") from None


def _lines(stream: Any) -> Iterator[tuple[int, str]]:
    """(number, text) of each line that is not empty. Raises DataError (65): a damaged file, no UTF-8, a line too long."""
    number = 0
    while True:
        try:
            line = stream.readline(MOST_TEXT)
        except (OSError, EOFError) as error:
            raise DataError(f"The file is damaged after line {number}: {error}.") from None
        if not line:
            return
        number += 1
        if len(line) == MOST_TEXT:
            raise DataError(f"Line {number} is longer than {MOST_TEXT} bytes.")
        try:
            text = str(line, "utf-8-sig" if number == 1 else "utf-8").strip("\r\n ")
        except UnicodeDecodeError:
            raise DataError(f"Line {number} is not UTF-8.") from None
        if text:
            yield number, text
