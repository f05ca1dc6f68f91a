"""Spans, and the run of traces that a check judges.

All times are nanoseconds since the epoch (UTC), as they were recorded; None where the file does not say. Ids are lower-case
hexadecimal, trace ids 32 digits. The order of files, documents and spans changes nothing: every list here is sorted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

UNKNOWN_SERVICE = "unknown_service"
UNSET, OK, ERROR = "UNSET", "OK", "ERROR"
KINDS = ("internal", "server", "client", "producer", "consumer")

# What a callee without spans of its own is named by, the first that is there.
PEER_ATTRIBUTES = (
    "peer.service",
    "service.peer.name",
    "db.name",
    "db.namespace",
    "db.system.name",
    "db.system",
    "messaging.system",
    "server.address",
)


class Event:
    """An instant inside a span: its name, its time in nanoseconds (None if the file has none) and its attributes."""

    __slots__ = ("at", "attributes", "name")

    def __init__(self, name: str, at: int | None, attributes: dict[str, object] | None = None) -> None:
        self.name = name
        self.at = at
        self.attributes = attributes


class Span:
    """One operation. `parent` is "" for a root; `links` are (trace id, span id).

    `attributes` holds those that the reader was asked for, the span's own before the resource's; None stands for none.
    """

    __slots__ = (
        "attributes",
        "end",
        "events",
        "id",
        "instance",
        "kind",
        "links",
        "name",
        "parent",
        "service",
        "start",
        "status",
        "trace",
    )

    def __init__(
        self,
        trace: str,
        id: str,
        parent: str = "",
        service: str = UNKNOWN_SERVICE,
        instance: str = "",
        kind: str = "",
        name: str = "",
        start: int | None = None,
        end: int | None = None,
        status: str = UNSET,
        attributes: dict[str, object] | None = None,
        events: list[Event] | None = None,
        links: list[tuple[str, str]] | None = None,
    ) -> None:
        self.trace = trace
        self.id = id
        self.parent = parent
        self.service = service
        self.instance = instance or service
        self.kind = kind
        self.name = name
        self.start = start
        self.end = end
        self.status = status
        self.attributes = attributes
        self.events = events
        self.links = links

    @property
    def duration(self) -> int | None:
        """Nanoseconds from start to end; None when one of them is not known."""
        return None if self.start is None or self.end is None else self.end - self.start

    def attribute(self, name: str) -> object:
        """The value of an attribute, or None when the span has none of that name."""
        return None if self.attributes is None else self.attributes.get(name)

    def content(self) -> tuple[object, ...]:
        """What must be equal for two spans of one id to be the same span, sent twice."""
        return (self.name, self.service, self.kind, self.parent, self.start, self.end, self.status)


class KeptFields:
    """What a reader keeps beside ids, names and times: these attributes (None: all of them), and events if asked."""

    __slots__ = ("attributes", "events")

    def __init__(self, attributes: Iterable[str] | None = (), events: bool = False) -> None:
        self.attributes = None if attributes is None else frozenset(attributes)
        self.events = events


class Usage:
    """One measurement of a service: CPU in percent of one core, or memory in MiB (the other is None)."""

    __slots__ = ("cpu_percent", "memory_mb", "service")

    def __init__(self, service: str, cpu_percent: float | None = None, memory_mb: float | None = None) -> None:
        self.service = service
        self.cpu_percent = cpu_percent
        self.memory_mb = memory_mb


class Trace:
    """The spans of one trace id, sorted by start, then id; a span without start comes first."""

    __slots__ = ("_by_id", "_children", "id", "spans")

    def __init__(self, id: str, spans: list[Span]) -> None:
        self.id = id
        self.spans = spans
        self._by_id: dict[str, Span] | None = None
        self._children: dict[str, list[Span]] | None = None

    @property
    def by_id(self) -> dict[str, Span]:
        """span id -> span. Of two spans with one id the first in order stands here."""
        if self._by_id is None:
            self._by_id = {}
            for span in self.spans:
                self._by_id.setdefault(span.id, span)
        return self._by_id

    @property
    def children(self) -> dict[str, list[Span]]:
        """span id -> its children, sorted as the trace is."""
        if self._children is None:
            self._children = {}
            for span in self.spans:
                if span.parent:
                    self._children.setdefault(span.parent, []).append(span)
        return self._children

    def roots(self) -> list[Span]:
        """The spans without a parent."""
        return [span for span in self.spans if not span.parent]

    def ancestors(self, span: Span) -> Iterator[Span]:
        """Parent, its parent and so on; ends at a parent that is not there, and in a circle before its first repetition."""
        by_id = self.by_id
        seen = {span.id}
        parent = by_id.get(span.parent)
        while parent is not None and parent.id not in seen:
            seen.add(parent.id)
            yield parent
            parent = by_id.get(parent.parent)

    def is_descendant(self, span: Span, of: Span) -> bool:
        """Whether `of` is among the span's ancestors."""
        return any(ancestor is of or ancestor.id == of.id for ancestor in self.ancestors(span))

    @property
    def end(self) -> int | None:
        """The latest time that a span of it tells."""
        return max((at for span in self.spans for at in (span.start, span.end) if at is not None), default=None)


class TraceRun:
    """All traces of one run, and what reading them found.

    `repeated` counts spans that came twice with the same content (kept once), `clashes` names ids that came twice with different
    content as (trace, id); `notes` are sentences about what was left out while reading; `usage` are measurements from OTLP metrics.
    """

    def __init__(self, spans: Iterable[Span], notes: list[str] | None = None, usage: list[Usage] | None = None) -> None:
        grouped: dict[str, list[Span]] = {}
        for span in spans:
            found = grouped.get(span.trace)
            if found is None:
                grouped[span.trace] = [span]
            else:
                found.append(span)
        self.notes = notes or []
        self.usage = usage or []
        self.repeated = 0
        self.clashes: list[tuple[str, str]] = []
        self.traces = [Trace(name, self._settled(spans)) for name, spans in grouped.items()]
        self.traces.sort(key=lambda trace: (_first_start(trace.spans), trace.id))
        self.by_id = {trace.id: trace for trace in self.traces}

    def _settled(self, spans: list[Span]) -> list[Span]:
        """The spans of a trace in order, each once."""
        by_id: dict[str, Span] = {}
        again: dict[str, list[Span]] = {}
        kept = []
        for span in spans:
            before = by_id.setdefault(span.id, span)
            if before is not span:
                others = again.setdefault(span.id, [before])
                if any(other.content() == span.content() for other in others):
                    self.repeated += 1
                    continue
                others.append(span)
            kept.append(span)
        self.clashes += [(spans[0].trace, name) for name, others in sorted(again.items()) if len(others) > 1]
        kept.sort(key=_order if not again else _full_order)
        return kept

    @property
    def spans(self) -> Iterator[Span]:
        """Every span, trace by trace."""
        for trace in self.traces:
            yield from trace.spans

    @property
    def span_count(self) -> int:
        """How many spans there are."""
        return sum(len(trace.spans) for trace in self.traces)


def _first_start(spans: list[Span]) -> int:
    return min((span.start for span in spans if span.start is not None), default=0)


def _order(span: Span) -> tuple[int, str]:
    return span.start or 0, span.id


def _full_order(span: Span) -> tuple[int, str, str]:
    return span.start or 0, span.id, repr(span.content())
