"""Finds faults in the data of a run itself: orphans, cycles, missing times, clocks that disagree."""

from __future__ import annotations

from collections.abc import Iterable

from hooks_cli.features.traces.spans import Span, Trace, TraceRun

MOST_EXAMPLES = 5
# fact -> (what it says of one, what it says of several)
MEANINGS = {
    "orphans": ("span whose parent is not in the run", "spans whose parent is not in the run"),
    "duplicate_ids": ("span id with different content", "span ids with different content"),
    "cycles": ("circle of parents", "circles of parents"),
    "no_start": ("span without a start", "spans without a start"),
    "unfinished": ("span without an end", "spans without an end"),
    "negative_duration": ("span that ends before it starts", "spans that end before they start"),
    "skew": (
        "span outside its parent in another service or instance",
        "spans outside their parent in another service or instance",
    ),
    "no_root": ("trace without a root", "traces without a root"),
}


def told(name: str, number: int) -> str:
    """A fact as a sentence's subject.

    >>> told("cycles", 1), told("orphans", 1200)
    ('1 circle of parents', '1,200 spans whose parent is not in the run')
    """
    return f"{number:,} {MEANINGS[name][number != 1]}"


class Facts:
    """Counts of each fact of MEANINGS, with examples as (trace id, span id).

    `skew_ms` maps (service, service) of parent and child to the median by how many milliseconds the child is outside. `repeated`
    counts spans that came twice and were taken once.
    """

    def __init__(self) -> None:
        self.counts = dict.fromkeys(MEANINGS, 0)
        self.examples: dict[str, list[tuple[str, str]]] = {name: [] for name in MEANINGS}
        self.skew_ms: dict[tuple[str, str], float] = {}
        self.repeated = 0

    def add(self, name: str, trace: str, span: str) -> None:
        """Count one, and keep it as an example if there are few."""
        self.counts[name] += 1
        if len(self.examples[name]) < MOST_EXAMPLES:
            self.examples[name].append((trace, span))

    @property
    def found(self) -> dict[str, int]:
        """The facts that occur."""
        return {name: number for name, number in self.counts.items() if number}


def facts_of(run: TraceRun) -> Facts:
    """Look through a run."""
    facts = Facts()
    facts.repeated = run.repeated
    for trace_id, span_id in run.clashes:
        facts.add("duplicate_ids", trace_id, span_id)
    outside: dict[tuple[str, str], list[int]] = {}
    for trace in run.traces:
        _look(trace, facts, outside)
    for pair, amounts in sorted(outside.items()):
        amounts.sort()
        facts.skew_ms[pair] = amounts[len(amounts) // 2] / 1e6
    return facts


def _look(trace: Trace, facts: Facts, outside: dict[tuple[str, str], list[int]]) -> None:
    by_id = {span.id: span for span in trace.spans} if len(trace.spans) > 1 else {}
    rooted = False
    for span in trace.spans:
        start, end, parent = span.start, span.end, span.parent
        if start is None:
            facts.add("no_start", trace.id, span.id)
        if end is None:
            facts.add("unfinished", trace.id, span.id)
        elif start is not None and end < start:
            facts.add("negative_duration", trace.id, span.id)
        if not parent:
            rooted = True
            continue
        above = by_id.get(parent)
        if above is None:
            facts.add("orphans", trace.id, span.id)
        elif above.instance != span.instance or above.service != span.service:
            amount = _outside(above, span)
            if amount > 0:
                facts.add("skew", trace.id, span.id)
                outside.setdefault((above.service, span.service), []).append(amount)
    if not rooted and trace.spans:
        facts.add("no_root", trace.id, trace.spans[0].id)
        for circle in circles(trace.spans):
            facts.add("cycles", trace.id, circle[0])
    elif len(trace.spans) > 2:
        for circle in circles(trace.spans):
            facts.add("cycles", trace.id, circle[0])


def _outside(parent: Span, child: Span) -> int:
    """By how many nanoseconds a child lies outside its parent; a consumer may end later."""
    early = 0 if parent.start is None or child.start is None else parent.start - child.start
    late = 0 if parent.end is None or child.end is None or child.kind == "consumer" else child.end - parent.end
    return max(early, late, 0)


def circles(spans: Iterable[Span]) -> list[list[str]]:
    """The circles of parents among spans of one trace, each as its span ids, beginning with the smallest."""
    parents: dict[str, str] = {}
    for span in spans:
        if span.parent:
            parents.setdefault(span.id, span.parent)
    clear: set[str] = set()
    found = []
    for first in parents:
        path: dict[str, int] = {}
        here = first
        while here in parents and here not in clear and here not in path:
            path[here] = len(path)
            here = parents[here]
        if here in path:
            ring = list(path)[path[here] :]
            least = ring.index(min(ring))
            found.append(ring[least:] + ring[:least])
        clear.update(path)
    return sorted(found)
