"""Reads Jaeger JSON: the export of its UI and query service (`{"data": […]}`), one trace of it, or single spans.

Times are microseconds. A reference CHILD_OF into the same trace is the parent; others, and all FOLLOWS_FROM, are links, but a
FOLLOWS_FROM that stands alone is the parent.
"""

from __future__ import annotations

from typing import Any

from hooks_cli.features.traces.formats.collector import SPAN_DIGITS, TRACE_DIGITS, Collector, hexadecimal
from hooks_cli.features.traces.spans import ERROR, KINDS, OK, UNKNOWN_SERVICE, UNSET, Event, Span

_TRUE = (True, 1, "true", "True", "TRUE", "1")


def traces(document: dict[str, Any]) -> list[Any] | None:
    """The Jaeger traces in a document, or None when it is none of Jaeger's forms."""
    data = document.get("data")
    if isinstance(data, dict):
        data = [data]
    if isinstance(data, list) and all(isinstance(trace, dict) and "spans" in trace for trace in data):
        return data
    if isinstance(document.get("spans"), list) and ("processes" in document or "traceID" in document):
        return [document]
    if "traceID" in document and "spanID" in document:
        return [{"spans": [document]}]
    return None


def add(found: list[Any], into: Collector) -> None:
    """Take in the spans of these traces. Raises ValueError, TypeError, KeyError or AttributeError for what is not as Jaeger has it."""
    for trace in found:
        processes = trace.get("processes") or {}
        for raw in trace.get("spans") or ():
            process = raw.get("process") or processes.get(raw.get("processID")) or {}
            into.spans.append(_span(raw, process, trace.get("traceID"), into))


def _span(raw: dict[str, Any], process: dict[str, Any], trace_id: object, into: Collector) -> Span:
    trace = hexadecimal(raw.get("traceID") or trace_id, TRACE_DIGITS)
    own = hexadecimal(raw.get("spanID"), SPAN_DIGITS)
    if not trace or not own:
        raise ValueError("a span has no traceID or no spanID")
    parent, links = _references(raw, trace)
    tags = _tags(raw.get("tags"))
    about = _tags(process.get("tags"))
    service = str(process.get("serviceName") or UNKNOWN_SERVICE)
    instance = str(about.get("service.instance.id") or about.get("host.name") or about.get("hostname") or service)
    start, duration = raw.get("startTime"), raw.get("duration")
    begin = round(float(start) * 1000) if isinstance(start, float) else int(start) * 1000 if start else None
    length = None if duration is None else int(duration) * 1000
    kind = str(tags.get("span.kind") or "").lower()
    names = into.wanted.attributes
    kept = {name: value for name, value in {**about, **tags}.items() if names is None or name in names}
    events = None
    if into.wanted.events:
        events = [_event(log) for log in raw.get("logs") or ()] or None
    return Span(
        into.word(trace),
        own,
        parent,
        into.word(service),
        into.word(instance),
        kind if kind in KINDS else "",
        into.word(str(raw.get("operationName") or "")),
        begin,
        None if begin is None or length is None else begin + length,
        _status(tags),
        kept or None,
        events,
        links or None,
    )


def _references(raw: dict[str, Any], trace: str) -> tuple[str, list[tuple[str, str]]]:
    """(parent id or "", links)."""
    parent, links = "", []
    told = raw.get("references") or ()
    for reference in told:
        where = hexadecimal(reference.get("traceID"), TRACE_DIGITS) or trace
        to = hexadecimal(reference.get("spanID"), SPAN_DIGITS)
        follows = reference.get("refType") == "FOLLOWS_FROM" and len(told) > 1
        if to and where == trace and not parent and not follows:
            parent = to
        elif to:
            links.append((where, to))
    return parent or hexadecimal(raw.get("parentSpanID"), SPAN_DIGITS), links


def _tags(told: Any) -> dict[str, object]:
    if isinstance(told, dict):
        return told
    return {tag["key"]: tag.get("value") for tag in told or ()}


def _status(tags: dict[str, object]) -> str:
    code = str(tags.get("otel.status_code") or "").upper()
    if tags.get("error") in _TRUE or code == ERROR:
        return ERROR
    return OK if code == OK else UNSET


def _event(log: dict[str, Any]) -> Event:
    fields = _tags(log.get("fields"))
    at = log.get("timestamp")
    return Event(
        str(fields.get("event") or fields.get("message") or ""), int(at) * 1000 if at else None, fields or None
    )
