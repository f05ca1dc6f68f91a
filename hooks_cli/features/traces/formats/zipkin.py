"""Reads Zipkin v2 JSON: a list of spans, a list of such lists, or one span for each line. Times are microseconds.

Client and server of one call may share an id: they become two spans, the server's below the client's, and a child goes below the
half of its own service. Fragments (the same trace, id, service and kind) are one span. Because fragments may lie in different files,
spans are put together when all files are read.
"""

from __future__ import annotations

from typing import Any

from hooks_cli.features.traces.formats.collector import SPAN_DIGITS, TRACE_DIGITS, Collector, hexadecimal
from hooks_cli.features.traces.spans import ERROR, KINDS, UNKNOWN_SERVICE, UNSET, Event, Span

SERVER_HALF = ":server"  # added to the id of the server's half, so that ids stay unique within a trace


def is_span(document: dict[str, Any]) -> bool:
    """Whether a JSON object is a Zipkin v2 span."""
    return "traceId" in document and "id" in document and "spanId" not in document


def settle(into: Collector) -> None:
    """Make spans of the raw ones that were collected. Raises ValueError, TypeError or AttributeError for what is not as Zipkin has it."""
    whole: dict[tuple[str, str], list[_Half]] = {}
    for raw in into.zipkin:
        key = (hexadecimal(raw.get("traceId"), TRACE_DIGITS), hexadecimal(raw.get("id"), SPAN_DIGITS))
        if not key[0] or not key[1]:
            raise ValueError("a span has no traceId or no id")
        half = _Half(raw)
        halves = whole.setdefault(key, [])
        for other in halves:
            if other.takes(half):
                other.merge(half)
                break
        else:
            halves.append(half)
    into.zipkin = []
    for key, halves in whole.items():
        _name_halves(key[1], _joined(halves))
    for (trace, _), halves in whole.items():
        for half in halves:
            into.spans.append(_span(trace, half, halves, whole, into))


def _joined(halves: list[_Half]) -> list[_Half]:
    """The halves of one id, after fragments without kind or service found theirs whatever their order in the file."""
    halves.sort(key=lambda half: (not half.kind, not half.service, half.kind, half.service, half.start or 0))
    place = 0
    while place < len(halves):
        for later in halves[place + 1 :]:
            if halves[place].takes(later):
                halves[place].merge(later)
                halves.remove(later)
        place += 1
    return halves


def _name_halves(id: str, halves: list[_Half]) -> None:
    """Give each half an id of its own: the caller's keeps the id."""
    for number, half in enumerate(halves):
        half.id = id if number == 0 else id + SERVER_HALF + (str(number) if number > 1 else "")


class _Half:
    """What one service told of a span: several fragments, merged."""

    def __init__(self, raw: dict[str, Any]) -> None:
        local, remote = raw.get("localEndpoint") or {}, raw.get("remoteEndpoint") or {}
        self.id = ""
        self.kind = str(raw.get("kind") or "").lower()
        self.service = str(local.get("serviceName") or "")
        self.address = str(local.get("ipv4") or local.get("ipv6") or "")
        self.remote = str(remote.get("serviceName") or "")
        self.parent = hexadecimal(raw.get("parentId"), SPAN_DIGITS)
        self.name = str(raw.get("name") or "")
        start, duration = raw.get("timestamp"), raw.get("duration")
        self.start = int(start) * 1000 if start else None
        self.end = None if self.start is None or duration is None else self.start + int(duration) * 1000
        self.duration = None if duration is None else int(duration) * 1000
        self.tags: dict[str, object] = dict(raw.get("tags") or {})
        self.annotations = list(raw.get("annotations") or ())
        self.shared = raw.get("shared") is True

    def takes(self, other: _Half) -> bool:
        """Whether the other is a fragment of the same span: the same kind and service, one that is not told fitting any."""
        return (not other.kind or not self.kind or self.kind == other.kind) and (
            not other.service or not self.service or self.service == other.service
        )

    def merge(self, other: _Half) -> None:
        """Add what the other fragment tells; the earliest start and the longest duration count."""
        for name in ("kind", "service", "address", "remote", "parent", "name"):
            if not getattr(self, name):
                setattr(self, name, getattr(other, name))
        starts = [at for at in (self.start, other.start) if at is not None]
        lengths = [length for length in (self.duration, other.duration) if length is not None]
        self.start, self.duration = min(starts, default=None), max(lengths, default=None)
        self.end = None if self.start is None or self.duration is None else self.start + self.duration
        self.tags = {**other.tags, **self.tags}
        self.annotations += other.annotations
        self.shared = self.shared or other.shared


def _span(
    trace: str, half: _Half, halves: list[_Half], whole: dict[tuple[str, str], list[_Half]], into: Collector
) -> Span:
    parent = half.parent
    if half is not halves[0]:
        parent = halves[0].id
    elif (above := whole.get((trace, parent))) is not None:
        # Below the half of its own service; else below the server's, which is the one that works.
        parent = next((other.id for other in above if other.service == half.service), above[-1].id)
    names = into.wanted.attributes
    told = {**({"peer.service": half.remote} if half.remote else {}), **half.tags}
    kept = {name: value for name, value in told.items() if names is None or name in names}
    events = None
    if into.wanted.events:
        events = [
            Event(str(a.get("value") or ""), int(a.get("timestamp") or 0) * 1000 or None) for a in half.annotations
        ]
    service = half.service or UNKNOWN_SERVICE
    error = half.tags.get("error")
    return Span(
        into.word(trace),
        half.id,
        parent,
        into.word(service),
        into.word(half.address or service),
        half.kind if half.kind in KINDS else "",
        into.word(half.name),
        half.start,
        half.end,
        UNSET if error is None or error in (False, "false") else ERROR,
        kept or None,
        events or None,
        None,
    )
