"""Corrects clocks that differ, by Jaeger's rule: a child in another instance that is outside its parent is moved to its middle."""

from __future__ import annotations

from hooks_cli.features.traces.spans import Event, Span, Trace, TraceRun


def corrected(run: TraceRun) -> tuple[TraceRun, dict[str, float]]:
    """(the run with moved spans, instance -> the median shift in milliseconds of the spans that were moved).

    A shift goes on to the descendants in the same instance. Spans without both times, and their descendants, stay.
    """
    shifts: dict[str, list[int]] = {}
    spans: list[Span] = []
    for trace in run.traces:
        spans += _moved(trace, shifts)
    moved = TraceRun(spans, run.notes, run.usage)
    moved.repeated, moved.clashes = run.repeated, run.clashes
    return moved, {name: sorted(found)[len(found) // 2] / 1e6 for name, found in sorted(shifts.items())}


def _moved(trace: Trace, shifts: dict[str, list[int]]) -> list[Span]:
    by_id = trace.by_id
    amounts: dict[int, int] = {}
    stack = [(span, 0, None) for span in trace.spans if span.parent not in by_id]
    found: list[tuple[Span, int, Span | None]] = list(stack)
    while found:
        span, inherited, parent = found.pop()
        if id(span) in amounts:
            continue
        amount = inherited
        if parent is not None and (parent.instance != span.instance or parent.service != span.service):
            amount = _shift(parent, amounts[id(parent)], span)
            if amount:
                shifts.setdefault(span.instance, []).append(amount)
        amounts[id(span)] = amount
        found += [(child, amount, span) for child in trace.children.get(span.id, ()) if by_id.get(span.id) is span]
    return [_at(span, amounts.get(id(span), 0)) for span in trace.spans]


def _shift(parent: Span, parent_shift: int, child: Span) -> int:
    """By how much a child of another instance is moved; 0 when it is inside its parent, or a time is missing."""
    if parent.start is None or parent.end is None or child.start is None or child.end is None:
        return 0
    start, end = parent.start + parent_shift, parent.end + parent_shift
    length = child.end - child.start
    if length > end - start:
        # It cannot fit: only one that starts too early is moved, to its parent's start.
        return max(start - child.start, 0)
    if child.start >= start and child.end <= end:
        return 0
    return start + (end - start - length) // 2 - child.start


def _at(span: Span, amount: int) -> Span:
    if not amount:
        return span
    return Span(
        span.trace,
        span.id,
        span.parent,
        span.service,
        span.instance,
        span.kind,
        span.name,
        None if span.start is None else span.start + amount,
        None if span.end is None else span.end + amount,
        span.status,
        span.attributes,
        [Event(e.name, None if e.at is None else e.at + amount, e.attributes) for e in span.events or ()] or None,
        span.links,
    )
