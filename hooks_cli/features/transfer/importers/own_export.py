"""Reads this program's own exports: JSON, NDJSON, CSV, TSV, SQLite, and the JSON output of recall and list.

All of them have the same members (`schemas/export.schema.json`); `own_record` reads one from a plain mapping.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from hooks_cli.errors import DataError, InvalidAddress
from hooks_cli.features.transfer.importers.claude_flow_json import parse
from hooks_cli.features.transfer.importers.foreign_sqlite import ForeignDatabase
from hooks_cli.model import address as addresses
from hooks_cli.model.entry import MAX_VALUE_BYTES
from hooks_cli.model.origin import class_of
from hooks_cli.model.record import Found, Header, JournalRecord, Record, Records, Refused, milliseconds
from hooks_cli.store.sqlite.annotations import marks, relations, reviews
from hooks_cli.system.sqlite_json import JsonReader
from hooks_cli.text.json_exact import complaint
from hooks_cli.text.sealed_marker import MASK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.record import MarkRead, RelationRead

KIND = "hooks-cli-export"
# The members of an entry, which are also the columns of the CSV and SQLite forms.
COLUMNS = (
    "key", "version", "revision", "key_version", "created_at", "state", "session_id", "guessed", "agent", "event", "tags",
    "metadata", "source", "expires_at", "pinned", "trace_id", "sealed", "redacted", "origin", "machine", "imported",
    "review", "mark", "relations", "project", "data",
)  # fmt: skip
_FROM_JSON = (*COLUMNS, "data:type", "text", "record")
SECTIONS = {"sessions": "session", "tasks": "task", "events": "event"}
SEALED = {"fields": 1, "value": 2}


def is_envelope(item: Any) -> bool:
    """Whether it is an entry as this program prints it."""
    return isinstance(item, dict) and {"key", "data", "key_version", "created_at"} <= set(item)


# The next versions of the address count on from it, and must stay integers of the database and of JSON readers.
LARGEST_VERSION = 2**53


def own_record(fields: Mapping[str, Any], where: str) -> Record | Refused:
    """The record of one entry. Text members may be empty for null; times are ISO 8601."""
    key = fields.get("key")
    try:
        address = addresses.check(key if isinstance(key, str) else "")
    except InvalidAddress as error:
        return Refused(where, str(error))
    where = f"{where} ({address})"
    for name in ("version", "session_id", "agent", "event", "trace_id", "project", "machine", "imported"):
        if not isinstance(fields.get(name), (str, type(None))):
            return Refused(where, f"its {name} is not text")
    at, version = milliseconds(fields.get("created_at")), _number(fields.get("key_version"))
    if at is None:
        return Refused(where, f"its created_at is not a time: {str(fields.get('created_at'))[:40]!r}")
    if version is None or version < 1:
        return Refused(where, "its key_version is not a number from 1 on")
    if version > LARGEST_VERSION:
        return Refused(where, f"its key_version is larger than {LARGEST_VERSION:,}")
    if fields.get("redacted") in (1, "1", "true", True):
        return Refused(where, "something was taken out of it when it was exported (--redact)")
    if not fields.get("state") and any(MASK in str(fields.get(name) or "") for name in ("data", "metadata")):
        return Refused(where, f"it was printed with {MASK} in the place of a sealed value")
    state = fields.get("state") or "live"
    value = fields.get("data") if state == "live" else None
    if state not in ("live", "deleted", "destroyed") or (state == "live" and not isinstance(value, str)):
        return Refused(where, "its state is not live, deleted or destroyed, or it is live without data")
    if value is not None and len(value.encode()) > MAX_VALUE_BYTES:
        return Refused(where, f"its data is larger than {MAX_VALUE_BYTES} bytes")
    tags = parse(str(fields.get("tags") or "[]"))
    return Record(
        address,
        value,
        where,
        at=at,
        state=state,
        tags=[tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        metadata=_object(fields.get("metadata")),
        source=_object(fields.get("source")),
        version=version,
        revision=_number(fields.get("revision")),
        session=fields.get("session_id") or None,
        guessed=fields.get("guessed") in (1, "1", "true", True),
        agent=fields.get("agent") or None,
        event=fields.get("event") or None,
        data_version=fields.get("version") or None,
        trace=fields.get("trace_id") or None,
        expires=milliseconds(fields.get("expires_at") or None),
        pinned=fields.get("pinned") in (1, "1", "true", True),
        sealed=SEALED.get(str(fields.get("sealed")), 0),
        sealed_for=address,
        project=fields.get("project") or None,
        origin=class_of(fields.get("origin")),
        machine=fields.get("machine") or None,
        imported=fields.get("imported") or None,
        review=reviews.NAMES.index(fields["review"]) if fields.get("review") in reviews.NAMES[1:] else 0,
        mark=_mark(fields.get("mark")),
        relations=_relations(fields.get("relations")),
    )


def _mark(text: Any) -> MarkRead | None:
    found = parse(text) if isinstance(text, str) and text else None
    if found is None:
        return None
    at, version = milliseconds(found["at"]), _number(found["version"])
    session, agent = found.get("session_id"), found.get("agent")
    if at is None or version is None or not _are_texts(session, agent):
        raise ValueError("its mark")
    return _index(marks.NAMES, found["kind"]), version, at, class_of(found.get("origin")), session, agent


def _relations(text: Any) -> list[RelationRead]:
    related: list[RelationRead] = []
    for found in parse(text) if isinstance(text, str) and text else ():
        at, version, target = milliseconds(found["at"]), _number(found["version"]), found["target"]
        digest, commit = found.get("digest"), found.get("git_commit")
        if at is None or version is None or not target or not _are_texts(target, digest, commit):
            raise ValueError("its relations")
        kind = _index(relations.NAMES, found["kind"])
        related.append((kind, version, at, _number(found.get("target_version")), digest, commit, target))
    return related


def _index(names: tuple[str, ...], word: Any) -> int:
    return names.index(word, 1)


def _are_texts(*values: Any) -> bool:
    return all(value is None or (isinstance(value, str) and len(value) < 4096) for value in values)


def read_document(text: str) -> Records:
    """The records of a JSON document: one project's, or several under `projects`."""
    reader = JsonReader()
    parts = list(reader.elements(text, "$.projects")) or [text]
    for part in parts:
        try:
            head = reader.take(part, ("store_id", "project", "versions"))
        except ValueError as error:
            yield Refused("the document", f"it cannot be read: {error}")
            continue
        if head["store_id"]:
            yield Header(str(head["store_id"]), str(head["project"] or ""), str(head["versions"] or "head"))
        for number, element in enumerate(reader.elements(part, "$.entries"), 1):
            yield _from_json(reader, element, f"entry {number}")
        for section, kind in SECTIONS.items():
            for number, element in enumerate(reader.elements(part, f"$.{section}"), 1):
                yield JournalRecord(kind, element, f"{kind} {number}")


def read_ndjson(lines: Iterator[tuple[int, str]]) -> Records:
    """The records of one object a line."""
    reader = JsonReader()
    for number, line in lines:
        where = f"line {number}"
        if not reader.is_valid(line):
            yield Refused(where, "it is not valid JSON")
            continue
        try:
            yield _line(reader, line, where)
        except ValueError as error:
            yield Refused(where, f"it cannot be read: {error}")


def _line(reader: JsonReader, line: str, where: str) -> Found:
    head = reader.take(line, ("record", "store_id", "project", "versions"))
    if head["record"] == "header":
        return Header(str(head["store_id"] or ""), str(head["project"] or ""), str(head["versions"] or "head"))
    if head["record"] in SECTIONS.values():
        return JournalRecord(head["record"], line, where)
    return _from_json(reader, line, where)


def _from_json(reader: JsonReader, text: str, where: str) -> Record | Refused:
    try:
        fields = reader.take(text, _FROM_JSON)
    except ValueError as error:
        return Refused(where, f"it cannot be read: {error}")
    # A number, true or false as data is not a value of ours; its text is taken.
    if isinstance(fields["text"], str):
        fields["data"] = fields["text"]
    elif fields["data:type"] not in ("text", "object", "array", "null", None):
        fields["data"] = None
    return _guarded(fields, where)


def read_table(stream: TextIO, delimiter: str) -> Records:
    """The records of our CSV or TSV; cells that were defused are as they were. Raises DataError (65) with the number of the row."""
    csv.field_size_limit(2 * MAX_VALUE_BYTES)
    number = 0
    try:
        for number, row in enumerate(csv.DictReader(stream, delimiter=delimiter), 1):
            fields = {
                name: undefused(cell) for name, cell in row.items() if isinstance(name, str) and isinstance(cell, str)
            }
            yield _guarded(fields, f"row {number}")
    except UnicodeDecodeError:
        # Its place in the file is unknown: the decoder counts from the beginning of what it read last.
        raise DataError(f"The file is damaged after row {number}: it is not UTF-8 there.") from None
    except csv.Error as error:
        raise DataError(f"The file is damaged after row {number}: {error}.") from None


def read_sqlite(database: ForeignDatabase) -> Records:
    """The records of our SQLite export."""
    info = {row.get("name"): row.get("value") for row in database.rows("export_info", ("name", "value"))}
    if info.get("store_id"):
        yield Header(str(info["store_id"]), str(info.get("project") or ""), str(info.get("versions") or "head"))
    for number, row in enumerate(database.rows("entries", COLUMNS), 1):
        yield _guarded(row, f"entries, row {number}")
    for section, kind in SECTIONS.items():
        for number, row in enumerate(database.rows(section, ("record",)), 1):
            if isinstance(row.get("record"), str):
                yield JournalRecord(kind, row["record"], f"{section}, row {number}")


def _guarded(fields: Mapping[str, Any], where: str) -> Record | Refused:
    try:
        return own_record(fields, where)
    except ValueError as error:
        return Refused(where, f"a part that should be JSON is not: {complaint(error)}")
    except (KeyError, TypeError, AttributeError):
        return Refused(where, "its mark or its relations are not what an export has")


def defused(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula, with an apostrophe before it.

    >>> [defused(text) for text in ("=1+1", "'=1+1", "'tis", "a=b")], undefused(defused("'@x"))
    (["'=1+1", "''=1+1", "'tis", 'a=b'], "'@x")
    """
    return "'" + cell if _is_formula(cell) else cell


def undefused(cell: str) -> str:
    """What `defused` made it from."""
    return cell[1:] if cell[:1] == "'" and _is_formula(cell) else cell


def _is_formula(cell: str) -> bool:
    """Whether a spreadsheet may compute a cell: it skips white space and control characters before the sign."""
    first = cell.lstrip("'")[:1]
    return first in _FORMULA or cell.lstrip(_SKIPPED)[:1] in _FORMULA


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SKIPPED = "'" + "".join(map(chr, range(0x21))) + "\u00a0\u200b\ufeff"


def _number(value: Any) -> int | None:
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _object(text: Any) -> str | None:
    """JSON text of an object that has members, else None. Raises ValueError when it is not JSON."""
    if not isinstance(text, str) or not text or text == "{}":
        return None
    return text if isinstance(parse(text), dict) else None
