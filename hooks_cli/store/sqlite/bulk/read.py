"""Reads the entries of a store row by row for exports.

SQLite builds the JSON of each entry; what it does slowly (times) or what is rarely there (expiry, pins …) is added in
Python. Memory stays flat: rows come in the order of the table or of the index of addresses, nothing is sorted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hooks_cli.model.selection import Selection
from hooks_cli.store.sqlite.annotations import transfer
from hooks_cli.store.sqlite.rows import field_filters
from hooks_cli.store.sqlite.rows.entries import ALIVE, is_version_sql, matching
from hooks_cli.store.sqlite.store import EmbeddedStore
from hooks_cli.system.apsw_import import apsw
from hooks_cli.text.json_writer import quote

BATCH = 1000
# Long values make short chunks: what is held at once does not grow with them.
CHUNK = 1 << 19
# Stands for the line break that ends an entry until the others are gone; no JSON text has this character.
_END = b"\0"
_STATE = "CASE e.kind WHEN 2 THEN 'deleted' WHEN 3 THEN 'destroyed' ELSE 'live' END"
_SEALED = "CASE e.sealed WHEN 1 THEN 'fields' WHEN 2 THEN 'value' END"
# Whether it is what its address holds now.
_HELD = "h.live AND h.revision = e.revision"
_PINNED = "h.pinned AND h.revision = e.revision"


@dataclass(frozen=True, slots=True)
class Form:
    """How an entry is written. `version` is that of data which names none itself.

    `redact` is None, or the normal names of sensitive fields: then ciphertext and whatever looks like a secret is taken
    out. `metadata` and `data` false leave the metadata and the values out.
    """

    version: str
    redact: tuple[str, ...] | None = None
    metadata: bool = True
    data: bool = True


class Tally:
    """How much was read: `versions`, and how many of them are what their address holds now (`entries`)."""

    __slots__ = ("entries", "versions")

    def __init__(self) -> None:
        self.entries = 0
        self.versions = 0


def entry_objects(
    store: EmbeddedStore, selection: Selection, now: int, form: Form, tally: Tally | None = None
) -> Iterator[list[str]]:
    """The JSON object of each entry as `schemas/export.schema.json` has it, without a line break; in lists of about `CHUNK` bytes."""
    for chunk in entry_chunks(store, selection, now, form, tally=tally):
        yield chunk[:-1].decode().split("\n")


def entry_chunks(
    store: EmbeddedStore,
    selection: Selection,
    now: int,
    form: Form,
    *,
    record: str = "",
    ending: bytes = b"\n",
    tally: Tally | None = None,
) -> Iterator[bytes]:
    """The same objects as UTF-8, joined to chunks of about `CHUNK` bytes; those that are yielded are in the tally.

    After each object stands `ending`, which ends in the one line break of the entry; `record` is its first member when it is not empty.
    """
    pieces: list[bytes] = []
    add = pieces.append
    clock = Clock()
    tally = tally or Tally()
    size, before, tail, held = 0, -1, b"", 0
    end = b'"}' + ending.replace(b"\n", _END)
    # Python sees no more of an entry than two pieces: its object up to the time, and the time with what ends it.
    for text, at, is_held in store.each(*_objects_up_to_time(store, selection, now, form, record)):
        if at != before:
            before, tail = at, clock.text(at).encode() + end
        add(text)
        add(tail)
        size += len(text)
        held += is_held
        if size >= CHUNK:
            tally.versions += len(pieces) // 2
            tally.entries += held
            yield _joined(pieces)
            pieces.clear()
            size = held = 0
    if pieces:
        tally.versions += len(pieces) // 2
        tally.entries += held
        yield _joined(pieces)


def _joined(pieces: list[bytes]) -> bytes:
    """The chunk, its entries ended by line breaks instead of `_END`.

    White space between the members of stored metadata may be line breaks (within a string they would be escapes): spaces do as well.
    """
    chunk = b"".join(pieces)
    if b"\n" in chunk or b"\r" in chunk:
        chunk = chunk.replace(b"\n", b" ").replace(b"\r", b" ")
    return chunk.replace(_END, b"\n")


def _objects_up_to_time(
    store: EmbeddedStore, selection: Selection, now: int, form: Form, record: str
) -> tuple[str, tuple[object, ...]]:
    """SQL, and its parameters, for the object of each entry up to its time, as UTF-8, that time in milliseconds, and `_HELD`."""
    columns, changed = _columns(store, form)
    value = columns["value"]
    rows, params = rows_of(store, selection, now)
    plain = f"""e.sealed = 0 AND e.expires IS NULL AND NOT h.pinned AND NOT e.guessed AND e.trace IS NULL
      AND NOT ({changed}) AND (e.kind <> 1 OR json({value}) = {value})"""
    rare = f"""json_patch('{{}}', json_object('expires_at', {ISO_TIME.format("e.expires")},
        'pinned', json(iif({_PINNED}, 'true', NULL)), 'guessed', json(iif(e.guessed, 'true', NULL)), 'trace_id', e.trace,
        'sealed', {_SEALED}, 'redacted', json(iif({changed}, 'true', NULL)),
        'text', CASE WHEN e.kind = 1 AND json({value}) <> {value} THEN {value} END))"""
    more = ", ".join([f"',\"{name}\":' || {_shown(form, sql)}" for name, sql in transfer.members(store).items()])
    first = f'"record":{quote(record)},' if record else ""
    # concat is a quarter faster than json_object; what is JSON in the store already goes in as it is. json_patch takes away
    # the members that are null; all others of the rare ones are strings or true, so that the last brace is the object's own.
    sql = f"""SELECT CAST(concat(?, json_quote(h.address), ',"version":', {_quoted("e.data_version", "?")},
      ',"schema_version":"1","revision":', e.revision, ',"key_version":', e.version, ',"session_id":', {_quoted("s.name")},
      ',"agent":', {_quoted("e.agent")}, ',"event":', {_quoted("e.event")},
      ',"source":', coalesce({columns["source"]}, 'null'), ',"tags":', coalesce(e.tags, '[]'),
      ',"metadata":', coalesce({columns["metadata"]}, '{{}}'), ',"state":"', {_STATE}, '","data":',
      CASE e.kind WHEN 0 THEN json_quote({value}) WHEN 1 THEN coalesce(json({value}), 'null') ELSE 'null' END,
      CASE WHEN {plain} THEN '' ELSE ',' || substr(rtrim(nullif({rare}, '{{}}'), '}}'), 2) END, {more},
      ',"created_at":"') AS BLOB), e.at, {_HELD} {rows}"""
    return sql, ("{" + first + '"key":', quote(form.version), *params)


def _shown(form: Form, sql: str) -> str:
    """SQL for a JSON text, without what looks like a secret where the export is redacted."""
    return sql if form.redact is None else f"redacted({sql})"


def _quoted(column: str, missing: str = "'null'") -> str:
    """SQL for a text as JSON. What is not there is asked for first: that is quicker than a call of json_quote."""
    return f"iif({column} IS NULL, {missing}, json_quote({column}))"


def entry_cells(
    store: EmbeddedStore,
    selection: Selection,
    now: int,
    form: Form,
    *,
    project: str = "",
    tally: Tally | None = None,
) -> Iterator[list[tuple[Any, ...]]]:
    """The same as rows of cells, in the order of `importers.own.COLUMNS`; None is an empty cell."""
    columns, changed = _columns(store, form)
    rows, params = rows_of(store, selection, now)
    members = {name: _shown(form, sql) for name, sql in transfer.members(store).items()}
    more = ", ".join(transfer.cells(members))
    sql = f"""SELECT h.address, coalesce(e.data_version, ?), e.revision, e.version, e.at, {_STATE}, s.name,
      iif(e.guessed, 'true', NULL), e.agent, e.event, e.tags, {columns["metadata"]}, {columns["source"]},
      {ISO_TIME.format("e.expires")}, iif({_PINNED}, 'true', NULL), e.trace, {_SEALED}, iif({changed}, 'true', NULL),
      {more}, ?, {columns["value"]}, {_HELD} {rows}"""
    clock = Clock()
    tally = tally or Tally()
    batch: list[tuple[Any, ...]] = []
    size = held = 0
    for row in store.each(sql, (form.version, project, *params)):
        batch.append((*row[:4], clock.text(row[4]), *row[5:-1]))
        size += len(row[-2] or "") + len(row[11] or "")
        held += row[-1]
        if len(batch) == BATCH or size >= CHUNK:
            tally.versions += len(batch)
            tally.entries += held
            yield batch
            batch = []
            size = held = 0
    if batch:
        tally.versions += len(batch)
        tally.entries += held
        yield batch


def _columns(store: EmbeddedStore, form: Form) -> tuple[dict[str, str], str]:
    """SQL for value, metadata and source, and the condition that redaction changed one of them."""
    columns = {name: f"e.{name}" for name in ("value", "metadata", "source")}
    changed = "0"
    if form.redact is not None:
        allow_redaction(store, form.redact)
        columns = {name: f"redacted({column})" for name, column in columns.items()}
        changed = " OR ".join(f"redacted(e.{name}) IS NOT e.{name}" for name in columns)
    if not form.metadata:
        columns["metadata"] = "NULL"
    if not form.data:
        columns["value"] = "NULL"
    return columns, changed


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


def sessions(store: EmbeddedStore, selection: Selection) -> Iterator[str]:
    """The JSON object of each session."""
    sql = f"""SELECT json_object('session_id', name, 'opened_at', {ISO_TIME.format("opened_at")},
      'closed_at', {ISO_TIME.format("closed_at")}, 'opened_by', opened_by, 'agent', agent,
      'machine', {transfer.machine("machine", store)})
      FROM session WHERE ?1 = '' OR name = ?1 ORDER BY id"""
    for (text,) in store.each(sql, (selection.session,)):
        yield text


def tasks(store: EmbeddedStore, selection: Selection, redact: tuple[str, ...] | None = None) -> Iterator[str]:
    """The JSON object of each task."""
    description = "t.description" if redact is None else "redacted(t.description)"
    sql = f"""SELECT json_object('task_id', t.name, 'session_id', s.name, 'agent', t.agent, 'description', {description},
      'opened_at', {ISO_TIME.format("t.opened_at")}, 'closed_at', {ISO_TIME.format("t.closed_at")}, 'outcome', t.outcome,
      'named', json(iif(t.named, 'true', 'false')), 'opened_revision', t.opened_revision,
      'word', t.word, 'machine', {transfer.machine("t.machine", store)}, 'aliases', json({transfer.aliases()}))
      FROM task t LEFT JOIN session s ON s.id = t.session WHERE ?1 = '' OR s.name = ?1 ORDER BY t.id"""
    for (text,) in store.each(sql, (selection.session,)):
        yield text


def events(store: EmbeddedStore, selection: Selection, redact: tuple[str, ...] | None = None) -> Iterator[str]:
    """The JSON object of each event."""
    fields = "v.fields" if redact is None else "redacted(v.fields)"
    sql = f"""SELECT json_object('schema_version', '1', 'revision', v.revision, 'at', {ISO_TIME.format("v.at")}, 'verb', v.verb,
      'session_id', s.name, 'attribution', v.attribution, 'agent', v.agent, 'task_id', t.name, 'key', h.address,
      'fields', json({fields}), 'call_id', v.call_id, 'trace_id', v.trace)
      FROM event v LEFT JOIN session s ON s.id = v.session LEFT JOIN task t ON t.id = v.task
      LEFT JOIN entry e ON v.entry = 1 AND e.revision = v.revision LEFT JOIN head h ON h.id = e.head
      WHERE (?1 = '' OR s.name = ?1) AND (?2 IS NULL OR v.at >= ?2) AND (?3 IS NULL OR v.at < ?3) ORDER BY v.revision"""
    for (text,) in store.each(sql, (selection.session, selection.since, selection.until)):
        yield text


# SQL for a column of milliseconds since the epoch as ISO 8601 in UTC.
ISO_TIME = "strftime('%Y-%m-%dT%H:%M:%fZ', {} / 1000.0, 'unixepoch')"
_REVISIONS = f"(SELECT json_group_array(e.revision ORDER BY e.version) FROM entry e WHERE {is_version_sql()})"


def rows_of(store: EmbeddedStore, selection: Selection, now: int) -> tuple[str, tuple[object, ...]]:
    """FROM … WHERE … ORDER BY for a selection, and its parameters. Nothing in it needs sorting, so that values are not held."""
    conditions, params = matching(selection.pattern)
    where, values = [conditions], list(params)
    for pattern in selection.excluded:
        excluded, more = matching(pattern)
        where.append(f"NOT ({excluded})")
        values += more
    if selection.versions == "head":
        where.append(f"e.revision = h.revision AND {ALIVE}")
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
        condition, more = field_filters.condition(*fact)
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
    if any(how == field_filters.MATCHES for _, how, _ in selection.facts):
        field_filters.allow_patterns(store)
    joined = f"FROM {tables} LEFT JOIN session s ON s.id = e.session"
    return f"{joined} WHERE {' AND '.join(where)} ORDER BY {order}", tuple(values)


def allow_redaction(store: EmbeddedStore, names: tuple[str, ...]) -> None:
    """Give the store's SQL the function `redacted(text)`, which takes out the values of fields with these normal names too."""
    from hooks_cli.crypto.seal import redacted

    def function(*values: apsw.SQLiteValue) -> apsw.SQLiteValue:
        return redacted(values[0] if isinstance(values[0], str) else None, names)

    store.connection.create_scalar_function("redacted", function, 1, deterministic=True)
