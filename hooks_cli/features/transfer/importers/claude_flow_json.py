"""Reads claude-flow's JSON files: its stores, its exports, and plain lists of entries.

* 2.x `memory/memory-store.json` and `memory export`: an object of namespaces, each a list of
  `{key, value, namespace, timestamp}`.
* 3.x `memory export`: `{"entries": [{key, namespace, value, createdAt, updatedAt, tags, metadata}]}`.
* A list of such entries, or one such entry a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hooks_cli.model.record import Record, Records, Refused, milliseconds, place, tag_list
from hooks_cli.text.json_exact import complaint, read, value_text

_VALUES = ("value", "content", "data")
_CREATED = ("timestamp", "createdAt", "created_at", "updatedAt", "updated_at")
_EXPIRES = ("expiresAt", "expires_at")


def is_entry(item: Any) -> bool:
    """Whether it looks like an entry: an object with a key and a value."""
    return isinstance(item, dict) and "key" in item and any(name in item for name in _VALUES)


def is_entry_list(document: Any) -> bool:
    """Whether it is a list of entries, or an object with one under `entries`."""
    items = document.get("entries") if isinstance(document, dict) else document
    return isinstance(items, list) and (not items or is_entry(items[0]))


def is_namespaces(document: Any) -> bool:
    """Whether it is an object of namespaces, each a list of entries (empty lists and an empty object are, too)."""
    return isinstance(document, dict) and all(
        isinstance(items, list) and all(is_entry(item) for item in items[:3]) for items in document.values()
    )


def read_entries(document: Any) -> Records:
    """The records of an entry list."""
    items = document["entries"] if isinstance(document, dict) else document
    for number, item in enumerate(items, 1):
        yield record_of(item, f"entry {number}")


def read_namespaces(document: dict[str, list[Any]]) -> Records:
    """The records of an object of namespaces."""
    for namespace, items in document.items():
        for number, item in enumerate(items, 1):
            yield record_of(item, f"{namespace}, entry {number}", namespace)


def read_lines(lines: Iterator[tuple[int, str]]) -> Records:
    """The records of one entry a line; `lines` are (number, text)."""
    for number, line in lines:
        try:
            item = parse(line)
        except ValueError as error:
            yield Refused(f"line {number}", f"it is not valid JSON: {complaint(error)}")
            continue
        yield record_of(item, f"line {number}")


def record_of(item: Any, where: str, namespace: str = "") -> Record | Refused:
    """The record of one foreign entry, or why it is none."""
    try:
        return _record(item, where, namespace)
    except RecursionError:
        return Refused(where, "it is nested too deeply")


def _record(item: Any, where: str, namespace: str) -> Record | Refused:
    if not is_entry(item):
        return Refused(where, "it is not an object with a key and a value")
    address = place(item.get("namespace") or namespace, item["key"], where)
    if isinstance(address, Refused):
        return address
    value = next(item[name] for name in _VALUES if name in item)
    if value is None:
        return Refused(f"{where} ({address})", "its value is null")
    metadata = item.get("metadata")
    if isinstance(metadata, str):
        metadata = _object_or_none(metadata)
    extra = {name: item[name] for name in ("redacted", "type", "confidence") if item.get(name) not in (None, False)}
    merged = {**extra, **(metadata if isinstance(metadata, dict) else {})}
    return Record(
        address,
        value if isinstance(value, str) else as_text(value),
        where,
        at=_first_time(item, _CREATED),
        expires=_first_time(item, _EXPIRES),
        tags=tag_list(item.get("tags")),
        metadata=as_text(merged) if merged else None,
        agent=item["agent"] if isinstance(item.get("agent"), str) else None,
    )


def parse(text: str) -> Any:
    """The value of JSON text. Raises ValueError, also for NaN, Infinity and a nesting that no interpreter can follow."""
    try:
        return read(text, _no_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def as_text(value: Any) -> str:
    """A value as the JSON text that we keep: compact, not escaped, lone surrogates replaced."""
    return value_text(value)


def _object_or_none(text: str) -> dict[str, Any] | None:
    try:
        value = parse(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _first_time(item: dict[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        found = milliseconds(item.get(name))
        if found is not None:
            return found
    return None
