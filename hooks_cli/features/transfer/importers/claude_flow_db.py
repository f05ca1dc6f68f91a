"""Reads claude-flow's `.swarm/memory.db`, of its releases 2.x and 3.x.

2.x: `memory_entries` with a `value`, and `patterns` whose value lies in the pattern's JSON. 3.x: `memory_entries` with a
`content`, where deleted rows stay with `status = 'deleted'`. Embeddings are left out: they are computed from the text.
"""

from __future__ import annotations

from typing import Any

from hooks_cli.features.transfer.importers.claude_flow_json import as_text, parse
from hooks_cli.features.transfer.importers.foreign_sqlite import ForeignDatabase
from hooks_cli.model.record import Left, Record, Records, Refused, milliseconds, place, tag_list

_SHARED = ("key", "namespace", "metadata", "created_at", "updated_at", "expires_at")
_OLD = (*_SHARED, "value", "ttl")
_NEW = (*_SHARED, "content", "type", "tags", "provenance_type", "owner_id", "status")
_PATTERNS = ("id", "type", "pattern_data", "confidence", "usage_count", "created_at", "last_used")


def generation(database: ForeignDatabase) -> int:
    """2 or 3 for what it is, 0 for neither."""
    columns = database.tables.get("memory_entries", ())
    if "key" in columns and "content" in columns:
        return 3
    if "key" in columns and "value" in columns:
        return 2
    return 2 if {"id", "pattern_data"} <= set(database.tables.get("patterns", ())) else 0


def read_database(database: ForeignDatabase) -> Records:
    """The records of either generation."""
    if generation(database) == 3:
        for number, row in enumerate(database.rows("memory_entries", _NEW), 1):
            yield _new_row(row, f"memory_entries, row {number}")
        return
    for number, row in enumerate(database.rows("memory_entries", _OLD), 1):
        yield _old_row(row, f"memory_entries, row {number}")
    if {"id", "pattern_data"} <= set(database.tables.get("patterns", ())):
        for number, row in enumerate(database.rows("patterns", _PATTERNS), 1):
            yield _pattern(row, f"patterns, row {number}")


def _new_row(row: dict[str, Any], where: str) -> Record | Refused | Left:
    address = place(row.get("namespace"), row.get("key"), where)
    if isinstance(address, Refused):
        return address
    if row.get("status") == "deleted":
        return Left(f"{where} ({address})", "it was deleted there")
    if not isinstance(row.get("content"), str):
        return Refused(f"{where} ({address})", "its content is not text")
    extra = {"type": row.get("type"), "provenance": row.get("provenance_type"), "owner": row.get("owner_id")}
    plain = ("semantic", "unknown")
    kept = {name: value for name, value in extra.items() if isinstance(value, str) and value not in plain}
    if row.get("status") == "archived":
        kept["status"] = "archived"
    return Record(
        address,
        row["content"],
        where,
        at=_newest_time(row),
        expires=milliseconds(row.get("expires_at")),
        tags=tag_list(_json(row.get("tags"))),
        metadata=_metadata(row.get("metadata"), kept),
    )


def _old_row(row: dict[str, Any], where: str) -> Record | Refused:
    address = place(row.get("namespace"), row.get("key"), where)
    if isinstance(address, Refused):
        return address
    if not isinstance(row.get("value"), str):
        return Refused(f"{where} ({address})", "its value is not text")
    return Record(
        address,
        row["value"],
        where,
        at=_newest_time(row),
        expires=milliseconds(row.get("expires_at")),
        metadata=_metadata(row.get("metadata"), {}),
    )


def _pattern(row: dict[str, Any], where: str) -> Record | Refused:
    """A pattern's JSON holds what `memory store` was given: `original_key`, `original_value`, `namespace`, `agent` …"""
    data = _json(row.get("pattern_data"))
    if not isinstance(data, dict):
        return Refused(where, "its pattern_data is not a JSON object")
    key = data.get("original_key") or data.get("key") or data.get("title") or row.get("id")
    names = ("original_value", "value", "content")
    value = next((data[name] for name in names if data.get(name) is not None), data)
    address = place(data.get("namespace") or data.get("domain") or "patterns", key, where)
    if isinstance(address, Refused):
        return address
    kept = {name: row[name] for name in ("type", "confidence", "usage_count") if row.get(name) is not None}
    return Record(
        address,
        value if isinstance(value, str) else as_text(value),
        where,
        at=milliseconds(row.get("created_at")),
        agent=data["agent"] if isinstance(data.get("agent"), str) else None,
        tags=tag_list(data.get("tags")),
        metadata=as_text(kept) if kept else None,
    )


def _newest_time(row: dict[str, Any]) -> int | None:
    """When its value was written: the update, else the creation."""
    times = [milliseconds(row.get(name)) for name in ("updated_at", "created_at")]
    return next((time for time in times if time is not None), None)


def _metadata(text: Any, extra: dict[str, Any]) -> str | None:
    given = _json(text)
    merged = {**extra, **given} if isinstance(given, dict) else dict(extra)
    if given is not None and not isinstance(given, dict):
        merged["metadata"] = given
    return as_text(merged) if merged else None


def _json(text: Any) -> Any:
    if not isinstance(text, str) or not text:
        return None
    try:
        return parse(text)
    except ValueError:
        return text
