"""Which service calls which, and which operation of a service follows which."""

from __future__ import annotations

from collections.abc import Sequence

from hooks_cli.features.traces.spans import PEER_ATTRIBUTES, Span, Trace, TraceRun


class Edge:
    """Calls from one service to another.

    `names` are the callee's names: one, or for a callee without spans of its own (`inferred`) all that its callers' attributes give.
    """

    __slots__ = ("caller", "count", "example", "inferred", "names")

    def __init__(self, caller: str, names: tuple[str, ...], inferred: bool, example: Span) -> None:
        self.caller = caller
        self.names = names
        self.inferred = inferred
        self.count = 0
        self.example = example

    @property
    def callee(self) -> str:
        """The callee's name, with `~` before it when it is inferred."""
        return ("~" if self.inferred else "") + self.names[0]

    def leads(self, caller: str, callee: str) -> bool:
        """Whether this edge goes from one service to the other."""
        return self.caller == caller and callee in self.names


def service_edges(run: TraceRun, traces: Sequence[Trace] | None = None) -> list[Edge]:
    """The edges of a run, or of some of its traces, by caller and callee.

    An edge is a parent and a child of two services; a link from a consumer to a producer; or a client or producer span without a child
    in another service whose attributes name its callee.
    """
    edges: dict[tuple[str, tuple[str, ...]], Edge] = {}
    consumed: set[tuple[str, str]] = set()

    def add(caller: Span, names: tuple[str, ...], inferred: bool = False) -> None:
        edge = edges.get((caller.service, names))
        if edge is None:
            edge = edges[caller.service, names] = Edge(caller.service, names, inferred, caller)
        edge.count += 1
        edge.inferred = edge.inferred and inferred

    chosen = run.traces if traces is None else traces
    for trace in chosen:
        for span in trace.spans:
            for where, to in span.links or ():
                other = run.by_id.get(where)
                sender = other.by_id.get(to) if other is not None else None
                if sender is not None and sender.kind == "producer" and span.kind == "consumer":
                    consumed.add((where, to))
                    if sender.service != span.service:
                        add(sender, (span.service,))
    for trace in chosen:
        answered: set[str] = set()
        by_id = trace.by_id
        for span in trace.spans:
            parent = by_id.get(span.parent) if span.parent else None
            if parent is not None and parent.service != span.service:
                answered.add(parent.id)
                add(parent, (span.service,))
        for span in trace.spans:
            if span.kind in ("client", "producer") and span.attributes and span.id not in answered:
                names = peer_names(span)
                if names and (trace.id, span.id) not in consumed and span.service not in names:
                    add(span, names, inferred=True)
    return sorted(edges.values(), key=lambda edge: (edge.caller, edge.names))


def peer_names(span: Span) -> tuple[str, ...]:
    """The names that a caller's attributes give its callee, the most telling first."""
    told = [span.attribute(name) for name in PEER_ATTRIBUTES]
    return tuple(dict.fromkeys(str(name) for name in told if name))


def operation_circle(traces: Sequence[Trace], service: str) -> list[str]:
    """A circle among the operations of a service (name → name of a child in the same service), or [] when there is none.

    An operation that calls itself is not a circle.
    """
    from graphlib import CycleError, TopologicalSorter

    follows: dict[str, set[str]] = {}
    for trace in traces:
        by_id = trace.by_id
        for span in trace.spans:
            parent = by_id.get(span.parent) if span.parent and span.service == service else None
            if parent is not None and parent.service == service and parent.name != span.name:
                follows.setdefault(parent.name, set()).add(span.name)
    sorter = TopologicalSorter({name: sorted(children) for name, children in sorted(follows.items())})
    try:
        sorter.prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []
