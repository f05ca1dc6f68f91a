"""Reads OTLP as protobuf: one `TracesData` or `ExportTraceServiceRequest` message, or a sequence with length prefixes.

Needs `opentelemetry-proto`, which the extra `otel` brings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hooks_cli.errors import DataError, ExtraMissing
from hooks_cli.features.traces.formats.collector import Collector
from hooks_cli.features.traces.spans import ERROR, KINDS, OK, UNKNOWN_SERVICE, UNSET, Event, Span

_KINDS = ("", *KINDS)
_STATUS = (UNSET, OK, ERROR)
FIRST_FIELD = 0x0A  # `resource_spans`, the first field of both messages


def add(data: bytes, name: str, into: Collector) -> None:
    """Take in the messages of a file or a post. Raises DataError (65), and ExtraMissing (69) without the extra `otel`."""
    for message in messages(data, name):
        for group in message.resource_spans:
            _add_group(group, into)


def messages(data: bytes, name: str) -> Iterator[Any]:
    """The messages in these bytes: one, or a sequence with a length before each (a varint, or 4 bytes as the collector writes)."""
    try:
        from google.protobuf.message import DecodeError
        from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
    except ImportError:
        raise ExtraMissing(feature="Reading OTLP as protobuf", extra="otel") from None
    for parts in (_whole, _with_varints, _with_words):
        try:
            found = [_parsed(TracesData, part) for part in parts(data)]
        except (DecodeError, ValueError, IndexError):
            continue
        if any(message.resource_spans for message in found) or not data:
            yield from found
            return
    raise DataError(f"{name} is neither JSON nor OTLP as protobuf.", hint="See docs/traces.md for the formats.")


def _parsed(kind: Any, data: bytes) -> Any:
    message = kind()
    message.ParseFromString(data)
    if any(not group.ByteSize() for group in message.resource_spans):
        raise ValueError("an empty group")
    return message


def _whole(data: bytes) -> Iterator[bytes]:
    if data and data[0] != FIRST_FIELD:
        raise ValueError("not the first field")
    yield data


def _with_varints(data: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(data):
        length = shift = 0
        while True:
            byte = data[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift > 35:
                raise ValueError("too long")
        yield _piece(data, place, length)
        place += length


def _with_words(data: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        yield _piece(data, place + 4, length)
        place += 4 + length


def _piece(data: bytes, place: int, length: int) -> bytes:
    if place + length > len(data):
        raise ValueError("cut")
    return data[place : place + length]


def _add_group(group: Any, into: Collector) -> None:
    names = into.wanted.attributes
    about = {pair.key: _value(pair.value) for pair in group.resource.attributes}
    service = into.word(str(about.get("service.name") or UNKNOWN_SERVICE))
    instance = into.word(str(about.get("service.instance.id") or about.get("host.name") or service))
    kept = {name: value for name, value in about.items() if names is None or name in names} or None
    for scope in group.scope_spans:
        for raw in scope.spans:
            if len(raw.trace_id) != 16 or len(raw.span_id) != 8:
                raise DataError("A span in the protobuf message has no trace id of 16 bytes or no span id of 8.")
            attributes = kept
            if names is None or names:
                own = {p.key: _value(p.value) for p in raw.attributes if names is None or p.key in names}
                attributes = {**(kept or {}), **own} if own else kept
            events = None
            if into.wanted.events and raw.events:
                events = [
                    Event(e.name, e.time_unix_nano or None, {p.key: _value(p.value) for p in e.attributes} or None)
                    for e in raw.events
                ]
            parent = raw.parent_span_id.hex()
            into.spans.append(
                Span(
                    into.word(raw.trace_id.hex()),
                    raw.span_id.hex(),
                    parent if parent.strip("0") else "",
                    service,
                    instance,
                    _KINDS[raw.kind] if 0 <= raw.kind < len(_KINDS) else "",
                    into.word(raw.name),
                    raw.start_time_unix_nano or None,
                    raw.end_time_unix_nano or None,
                    _STATUS[raw.status.code] if 0 <= raw.status.code < len(_STATUS) else UNSET,
                    attributes,
                    events,
                    [(link.trace_id.hex(), link.span_id.hex()) for link in raw.links] or None,
                )
            )


def _value(value: Any) -> object:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _value(pair.value) for pair in value.kvlist_value.values}
    return getattr(value, kind) if kind else None
