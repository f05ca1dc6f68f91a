"""Reads OTLP as JSON: the protocol's own form, and the variants of Tempo and of older collectors.

Known variants: `batches` and `{"trace": …}` for `resourceSpans`; `instrumentationLibrarySpans` for `scopeSpans`; ids as hexadecimal
or base64; times as strings or numbers; kind and status as numbers or names; a missing `resource`.
"""

from __future__ import annotations

from typing import Any

from hooks_cli.features.traces.formats.collector import SPAN_DIGITS, TRACE_DIGITS, Collector, hexadecimal
from hooks_cli.features.traces.spans import ERROR, KINDS, OK, UNKNOWN_SERVICE, UNSET, Event, Span, Usage

_KINDS: dict[object, str] = {None: "", 0: "", "SPAN_KIND_UNSPECIFIED": ""}
for _number, _kind in enumerate(KINDS, 1):
    _KINDS[_number] = _KINDS[str(_number)] = _KINDS["SPAN_KIND_" + _kind.upper()] = _kind
_STATUS: dict[object, str] = {1: OK, 2: ERROR, "STATUS_CODE_OK": OK, "STATUS_CODE_ERROR": ERROR, "1": OK, "2": ERROR}
_HEX = frozenset("0123456789abcdef")


def resource_spans(document: dict[str, Any]) -> list[Any] | None:
    """The list of resource spans in a document, or None when it is not an OTLP trace document."""
    for name in ("resourceSpans", "resource_spans", "batches"):
        if name in document:
            return document[name] or []
    for name in ("trace", "result"):
        inner = document.get(name)
        if isinstance(inner, dict):
            return resource_spans(inner)
    return None


def add(groups: list[Any], into: Collector) -> None:
    """Take in the spans of one document. Raises ValueError, TypeError, KeyError or AttributeError for one that is not as OTLP has it."""
    ids: dict[str, str] = {}
    for group in groups:
        kept, service, instance = resource(group.get("resource"), into)
        for scope in (
            group.get("scopeSpans") or group.get("instrumentationLibrarySpans") or group.get("scope_spans") or ()
        ):
            spans = scope.get("spans")
            if spans:
                _add_spans(spans, into, ids, service, instance, kept)


def _add_spans(
    spans: list[Any], into: Collector, ids: dict[str, str], service: str, instance: str, kept: dict[str, object] | None
) -> None:
    names, events_wanted = into.wanted.attributes, into.wanted.events
    some = names is None or bool(names)
    word, append, own = into.words.setdefault, into.spans.append, ids.setdefault
    for raw in spans:
        get = raw.get
        trace, span, parent = get("traceId"), get("spanId"), get("parentSpanId")
        trace = trace.lower() if trace and len(trace) == 32 else hexadecimal(trace, TRACE_DIGITS)
        span = span.lower() if span and len(span) == 16 else hexadecimal(span, SPAN_DIGITS)
        if parent:
            parent = parent.lower() if len(parent) == 16 else hexadecimal(parent, SPAN_DIGITS)
            parent = "" if parent == "0000000000000000" else own(parent, parent)
        if not trace or not span:
            raise ValueError("a span has no traceId or no spanId")
        start, end, status, links = get("startTimeUnixNano"), get("endTimeUnixNano"), get("status"), get("links")
        attributes = kept
        if some and (told := get("attributes")):
            attributes = values(told, names, kept)
        events = None
        if events_wanted and (told := get("events")):
            events = [_event(event, names) for event in told]
        name = get("name") or ""
        if name.__class__ is not str:
            raise ValueError("the name of a span is not a text")
        append(
            Span(
                word(trace, trace),
                own(span, span),
                parent or "",
                service,
                instance,
                _KINDS.get(get("kind"), ""),
                word(name, name),
                (int(start) or None) if start else None,
                (int(end) or None) if end else None,
                _STATUS.get(status.get("code"), UNSET) if status else UNSET,
                attributes,
                events,
                [link_ids(link) for link in links] if links else None,
            )
        )


def resource(raw: dict[str, Any] | None, into: Collector) -> tuple[dict[str, object] | None, str, str]:
    """(the wanted attributes or None, service, instance) of a resource."""
    told = (raw or {}).get("attributes") or []
    found = values(told, None, None) or {}
    names = into.wanted.attributes
    kept = found if names is None else {name: value for name, value in found.items() if name in names}
    service = str(found.get("service.name") or UNKNOWN_SERVICE)
    instance = str(found.get("service.instance.id") or found.get("host.name") or service)
    return kept or None, into.word(service), into.word(instance)


def values(
    told: list[Any], names: frozenset[str] | None, beneath: dict[str, object] | None
) -> dict[str, object] | None:
    """The attributes of these names (None: all) as a dict, over those of `beneath`; None when there is none."""
    found = None
    for pair in told:
        name = pair["key"]
        if names is None or name in names:
            if found is None:
                found = dict(beneath) if beneath else {}
            found[name] = plain_value(pair.get("value"))
    return beneath if found is None else found


def plain_value(value: dict[str, Any] | None) -> object:
    """An OTLP AnyValue as str, int, float, bool, list or dict; None for an empty one.

    >>> plain_value({"intValue": "5"}), plain_value({"arrayValue": {"values": [{"stringValue": "a"}]}})
    (5, ['a'])
    """
    for kind, content in (value or {}).items():
        if kind == "intValue":
            return int(content)
        if kind == "doubleValue":
            return float(content)
        if kind == "arrayValue":
            return [plain_value(item) for item in content.get("values") or ()]
        if kind == "kvlistValue":
            return {pair["key"]: plain_value(pair.get("value")) for pair in content.get("values") or ()}
        return content
    return None


def _event(raw: dict[str, Any], names: frozenset[str] | None) -> Event:
    told = raw.get("attributes")
    at = int(raw.get("timeUnixNano") or 0) or None
    return Event(str(raw.get("name") or ""), at, values(told, names, None) if told else None)


def link_ids(raw: dict[str, Any]) -> tuple[str, str]:
    """(trace id, span id) of a link."""
    return hexadecimal(raw.get("traceId"), TRACE_DIGITS), hexadecimal(raw.get("spanId"), SPAN_DIGITS)


# metric -> (the figure it is, what its value is multiplied by)
_METRICS = {
    "process.cpu.utilization": ("cpu", 100.0),
    "container.cpu.utilization": ("cpu", 100.0),
    "container.cpu.usage": ("cpu", 100.0),
    "process.memory.usage": ("memory", 1 / 1048576),
    "container.memory.usage": ("memory", 1 / 1048576),
    "process.memory.physical_usage": ("memory", 1 / 1048576),
}


def add_metrics(groups: list[Any], into: Collector) -> int:
    """Take in CPU and memory of services from OTLP metrics; other metrics are passed over. Returns how many points were taken."""
    taken = 0
    for group in groups:
        service = resource(group.get("resource"), into)[1]
        for scope in group.get("scopeMetrics") or ():
            for metric in scope.get("metrics") or ():
                figure, factor = _METRICS.get(metric.get("name"), ("", 0.0))
                if not figure:
                    continue
                for point in (metric.get("gauge") or metric.get("sum") or {}).get("dataPoints") or ():
                    value = point.get("asDouble", point.get("asInt"))
                    if value is None:
                        continue
                    measured = float(value) * factor
                    into.usage.append(
                        Usage(service, measured, None) if figure == "cpu" else Usage(service, None, measured)
                    )
                    taken += 1
    return taken
