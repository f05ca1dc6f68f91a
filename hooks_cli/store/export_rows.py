"""Reading a store in bulk, one row after the other: entries, sessions, tasks and events for the exports.

SQLite builds the JSON of each entry; what it does slowly (times) or what is rarely there (expiry, pins …) is added in
Python. Memory stays flat: rows come in the order of the table or of the index of addresses, nothing is sorted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hooks_cli.crypto import findings
from hooks_cli.crypto.detect import names_of
from hooks_cli.model.json_text import quote
from hooks_cli.model.sealed_text import mask
from hooks_cli.model.selection import Selection
from hooks_cli.store import fact_sql
from hooks_cli.store.embedded import EmbeddedStore
from hooks_cli.store.engine import apsw
from hooks_cli.store.entries import matching, of_head

REDACTED = "‹redacted›"
BATCH = 1000
# Long values make short chunks: what is held at once does not grow with them.
CHUNK = 1 << 19
_STATE = "CASE e.kind WHEN 2 THEN 'deleted' WHEN 3 THEN 'destroyed' ELSE 'live' END"
_SEALED = "CASE e.sealed WHEN 1 THEN 'fields' WHEN 2 THEN 'value' END"
_REVISIONS = f"(SELECT json_group_array(e.revision ORDER BY e.version) FROM entry e WHERE {of_head()})"
_PINNED = "h.pinned AND h.revision = e.revision"
_TIME = "strftime('%Y-%m-%dT%H:%M:%fZ', {} / 1000.0, 'unixepoch')"


@contextmanager
def one_state(store: EmbeddedStore) -> Iterator[None]:
    """All that is read within sees the same state of the store."""
    store.query("BEGIN")
    try:
        yield
    finally:
        store.query("COMMIT")


def count(store: EmbeddedStore, selection: Selection, now: int) -> int:
    """How many entries a selection has; for the progress shown, so a narrow one may be counted too high."""
    if selection.pattern == "*":
        table = "entry" if selection.versions == "all" else "head"
        return int(store.query(f"SELECT count(*) FROM {table}")[0][0])
    source, params = _source(selection, now)
    _allow_patterns(store, selection)
    return int(store.query(f"SELECT count(*) {source.partition(' ORDER BY ')[0]}", params)[0][0])


def entry_objects(
    store: EmbeddedStore,
    selection: Selection,
    now: int,
    default_version: str,
    *,
    redact: tuple[str, ...] | None = None,
    metadata: bool = True,
    data: bool = True,
) -> Iterator[list[str]]:
    """The JSON object of each entry as `schemas/export.schema.json` has it, without a line break; in lists of about `CHUNK` bytes.

    `redact` is None, or the normal names of sensitive fields: then ciphertext and whatever looks like a secret is taken
    out. `metadata` and `data` false leave the metadata and the values out.
    """
    for pieces in _pieces(store, selection, now, default_version, redact, metadata, data, "", b""):
        _mend_breaks(pieces)
        texts = b"\n".join(map(b"".join, zip(pieces[::2], pieces[1::2], strict=True))).decode()
        yield texts.split("\n")


def entry_chunks(
    store: EmbeddedStore,
    selection: Selection,
    now: int,
    default_version: str,
    *,
    redact: tuple[str, ...] | None = None,
    metadata: bool = True,
    data: bool = True,
    record: str = "",
    ending: bytes = b"\n",
) -> Iterator[tuple[bytes, int]]:
    """The same objects as UTF-8, joined to chunks of about `CHUNK` bytes, each with the number of entries in it.

    After each object stands `ending`, which ends in the one line break of the entry; `record` is its first member when it is not empty.
    """
    for pieces in _pieces(store, selection, now, default_version, redact, metadata, data, record, ending):
        _mend_breaks(pieces)
        yield b"".join(pieces), len(pieces) // 2


def _mend_breaks(pieces: list[bytes]) -> None:
    """White space between the members of somebody's metadata may be line breaks; within a string they would be escapes."""
    objects = b"".join(pieces[::2])
    if b"\n" not in objects and b"\r" not in objects:
        return
    for place in range(0, len(pieces), 2):
        if b"\n" in pieces[place] or b"\r" in pieces[place]:
            pieces[place] = pieces[place].replace(b"\n", b" ").replace(b"\r", b" ")


def _pieces(
    store: EmbeddedStore,
    selection: Selection,
    now: int,
    default_version: str,
    redact: tuple[str, ...] | None,
    metadata: bool,
    data: bool,
    record: str,
    ending: bytes,
) -> Iterator[list[bytes]]:
    """Each entry as two pieces: its object up to the time, and the time with what ends it. Python sees no more of a row than that."""
    _allow_patterns(store, selection)
    columns, changed = _columns(store, redact, metadata, data)
    value = columns["value"]
    source, params = _source(selection, now)
    plain = f"""e.sealed = 0 AND e.expires IS NULL AND NOT h.pinned AND NOT e.guessed AND e.trace IS NULL
      AND NOT ({changed}) AND (e.kind <> 1 OR json({value}) = {value})"""
    rare = f"""json_patch('{{}}', json_object('expires_at', {_TIME.format("e.expires")},
        'pinned', json(iif({_PINNED}, 'true', NULL)), 'guessed', json(iif(e.guessed, 'true', NULL)), 'trace_id', e.trace,
        'sealed', {_SEALED}, 'redacted', json(iif({changed}, 'true', NULL)),
        'text', CASE WHEN e.kind = 1 AND json({value}) <> {value} THEN {value} END))"""
    first = f'"record":{quote(record)},' if record else ""
    params = ("{" + first + '"key":', default_version, *params)
    # concat is a quarter faster than json_object; what is JSON in the store already goes in as it is. json_patch takes away
    # the members that are null; all others of the rare ones are strings or true, so that the last brace is the object's own.
    sql = f"""SELECT CAST(concat(?, json_quote(h.address), ',"version":', json_quote(coalesce(e.data_version, ?)),
      ',"schema_version":"1","revision":', e.revision, ',"key_version":', e.version, ',"session_id":', json_quote(s.name),
      ',"agent":', json_quote(e.agent), ',"event":', json_quote(e.event),
      ',"source":', coalesce({columns["source"]}, 'null'), ',"tags":', coalesce(e.tags, '[]'),
      ',"metadata":', coalesce({columns["metadata"]}, '{{}}'), ',"state":"', {_STATE}, '","data":',
      CASE e.kind WHEN 0 THEN json_quote({value}) WHEN 1 THEN coalesce(json({value}), 'null') ELSE 'null' END,
      CASE WHEN {plain} THEN '' ELSE ',' || substr(rtrim(nullif({rare}, '{{}}'), '}}'), 2) END,
      ',"created_at":"') AS BLOB), e.at {source}"""
    pieces: list[bytes] = []
    clock = Clock()
    size, before, tail = 0, -1, b""
    for text, at in store.each(sql, params):
        if at != before:
            before, tail = at, clock.text(at).encode() + b'"}' + ending
        pieces.append(text)
        pieces.append(tail)
        size += len(text)
        if size >= CHUNK:
            yield pieces
            pieces = []
            size = 0
    if pieces:
        yield pieces


def entry_cells(
    store: EmbeddedStore,
    selection: Selection,
    now: int,
    default_version: str,
    *,
    redact: tuple[str, ...] | None = None,
    metadata: bool = True,
    data: bool = True,
    project: str = "",
) -> Iterator[list[tuple[Any, ...]]]:
    """The same as rows of cells, in the order of `importers.own.COLUMNS`; None is an empty cell."""
    _allow_patterns(store, selection)
    columns, changed = _columns(store, redact, metadata, data)
    source, params = _source(selection, now)
    sql = f"""SELECT h.address, coalesce(e.data_version, ?), e.revision, e.version, e.at, {_STATE}, s.name,
      iif(e.guessed, 'true', NULL), e.agent, e.event, e.tags, {columns["metadata"]}, {columns["source"]},
      {_TIME.format("e.expires")}, iif({_PINNED}, 'true', NULL), e.trace, {_SEALED}, iif({changed}, 'true', NULL), ?,
      {columns["value"]} {source}"""
    clock = Clock()
    batch: list[tuple[Any, ...]] = []
    size = 0
    for row in store.each(sql, (default_version, project, *params)):
        batch.append((*row[:4], clock.text(row[4]), *row[5:]))
        size += len(row[-1] or "") + len(row[11] or "")
        if len(batch) == BATCH or size >= CHUNK:
            yield batch
            batch = []
            size = 0
    if batch:
        yield batch


def _columns(
    store: EmbeddedStore, redact: tuple[str, ...] | None, metadata: bool, data: bool
) -> tuple[dict[str, str], str]:
    """SQL for value, metadata and source, and the condition that redaction changed one of them."""
    columns = {name: f"e.{name}" for name in ("value", "metadata", "source")}
    changed = "0"
    if redact is not None:
        _register_redaction(store, redact)
        columns = {name: f"redacted({column})" for name, column in columns.items()}
        changed = " OR ".join(f"redacted(e.{name}) IS NOT e.{name}" for name in columns)
    if not metadata:
        columns["metadata"] = "NULL"
    if not data:
        columns["value"] = "NULL"
    return columns, changed


def sessions(store: EmbeddedStore, selection: Selection) -> Iterator[str]:
    """The JSON object of each session."""
    sql = f"""SELECT json_object('session_id', name, 'opened_at', {_TIME.format("opened_at")},
      'closed_at', {_TIME.format("closed_at")}, 'opened_by', opened_by, 'agent', agent)
      FROM session WHERE ?1 = '' OR name = ?1 ORDER BY id"""
    for (text,) in store.each(sql, (selection.session,)):
        yield text


def tasks(store: EmbeddedStore, selection: Selection, redact: tuple[str, ...] | None = None) -> Iterator[str]:
    """The JSON object of each task."""
    description = "t.description" if redact is None else "redacted(t.description)"
    sql = f"""SELECT json_object('task_id', t.name, 'session_id', s.name, 'agent', t.agent, 'description', {description},
      'opened_at', {_TIME.format("t.opened_at")}, 'closed_at', {_TIME.format("t.closed_at")}, 'outcome', t.outcome,
      'named', json(iif(t.named, 'true', 'false')), 'opened_revision', t.opened_revision)
      FROM task t LEFT JOIN session s ON s.id = t.session WHERE ?1 = '' OR s.name = ?1 ORDER BY t.id"""
    for (text,) in store.each(sql, (selection.session,)):
        yield text


def events(store: EmbeddedStore, selection: Selection, redact: tuple[str, ...] | None = None) -> Iterator[str]:
    """The JSON object of each event."""
    fields = "v.fields" if redact is None else "redacted(v.fields)"
    sql = f"""SELECT json_object('schema_version', '1', 'revision', v.revision, 'at', {_TIME.format("v.at")}, 'verb', v.verb,
      'session_id', s.name, 'attribution', v.attribution, 'agent', v.agent, 'task_id', t.name, 'key', h.address,
      'fields', json({fields}), 'call_id', v.call_id, 'trace_id', v.trace)
      FROM event v LEFT JOIN session s ON s.id = v.session LEFT JOIN task t ON t.id = v.task
      LEFT JOIN entry e ON v.entry = 1 AND e.revision = v.revision LEFT JOIN head h ON h.id = e.head
      WHERE (?1 = '' OR s.name = ?1) AND (?2 IS NULL OR v.at >= ?2) AND (?3 IS NULL OR v.at < ?3) ORDER BY v.revision"""
    for (text,) in store.each(sql, (selection.session, selection.since, selection.until)):
        yield text


class Clock:
    """Times as ISO 8601 in UTC; whole seconds are remembered, because neighbours are often of the same one."""

    __slots__ = ("_second", "_text")

    def __init__(self) -> None:
        self._second = -1
        self._text = ""

    def text(self, at: int) -> str:
        """Milliseconds since the epoch as `2025-10-17T12:00:00.000Z`."""
        second, rest = divmod(at, 1000)
        if second != self._second:
            self._second = second
            self._text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._text}.{rest:03d}Z"


def _source(selection: Selection, now: int) -> tuple[str, tuple[object, ...]]:
    """FROM … WHERE … ORDER BY for a selection, and its parameters. Nothing in it needs sorting, so that values are not held."""
    conditions, params = matching(selection.pattern)
    where, values = [conditions], list(params)
    for pattern in selection.excluded:
        excluded, more = matching(pattern)
        where.append(f"NOT ({excluded})")
        values += more
    if selection.versions == "head":
        where.append("e.revision = h.revision AND h.live = 1 AND (h.expires IS NULL OR h.expires > ?)")
        values.append(now)
    for column, sign, bound in (("e.at", ">=", selection.since), ("e.at", "<", selection.until)):
        if bound is not None:
            where.append(f"{column} {sign} ?")
            values.append(bound)
    for column, wanted in (("s.name", selection.session), ("e.agent", selection.agent)):
        if wanted:
            where.append(f"{column} = ?")
            values.append(wanted)
    for tag in selection.tags:
        where.append("EXISTS(SELECT 1 FROM json_each(coalesce(e.tags, '[]')) WHERE value = ?)")
        values.append(tag)
    for fact in selection.facts:
        condition, more = fact_sql.condition(*fact)
        where.append(condition)
        values += more
    if selection.pattern == "*":
        tables, order = "entry e CROSS JOIN head h ON h.id = e.head", "e.revision"
    elif selection.versions == "head":
        tables, order = "head h CROSS JOIN entry e ON e.revision = h.revision", "h.address"
    else:
        # Below one address the loops themselves are in order: of the numbers alone, which are sorted before the versions are read.
        tables, order = (
            f"head h CROSS JOIN json_each({_REVISIONS}) n CROSS JOIN entry e ON e.revision = n.value",
            "h.address",
        )
    joined = f"FROM {tables} LEFT JOIN session s ON s.id = e.session"
    return f"{joined} WHERE {' AND '.join(where)} ORDER BY {order}", tuple(values)


def _allow_patterns(store: EmbeddedStore, selection: Selection) -> None:
    if any(how == fact_sql.MATCHES for _, how, _ in selection.facts):
        fact_sql.allow_patterns(store)


def _register_redaction(store: EmbeddedStore, names: tuple[str, ...]) -> None:
    def function(*values: apsw.SQLiteValue) -> apsw.SQLiteValue:
        return redacted(values[0] if isinstance(values[0], str) else None, names)

    store.connection.create_scalar_function("redacted", function, 1, deterministic=True)


def redacted(text: str | None, names: tuple[str, ...]) -> str | None:
    """The text without ciphertext, without what looks like a secret, and without the values of sensitive fields."""
    if text is None:
        return None
    text = mask(text)
    start = text.lstrip()[:1]
    pieces = findings.in_json(text, names) if names and start in ("{", "[") else []
    pieces = findings.merged(pieces + findings.in_text(text))
    for piece in reversed(pieces):
        text = text[: piece.start] + (f'"{REDACTED}"' if piece.form == "j" else REDACTED) + text[piece.end :]
    return text


def sensitive_names(keys: list[str]) -> tuple[str, ...]:
    """The normal names of the sensitive keys in the settings."""
    return names_of(keys)
