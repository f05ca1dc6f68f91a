"""Reading a store's sessions, tasks and events for the exports: one JSON object after the other, in the order of the tables."""

from __future__ import annotations

from collections.abc import Iterator

from hooks_cli.model.selection import Selection
from hooks_cli.store.embedded import EmbeddedStore
from hooks_cli.store.export_source import ISO_TIME
from hooks_cli.store.sqlite.annotations import transfer


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
