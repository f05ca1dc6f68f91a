"""Where the time of a trace goes: self time of each operation on the critical path.

The critical path leads from the end of the root backwards: into the child that ended last, then on from that child's start. Time that no
child on it covers is the operation's own.
"""

from __future__ import annotations

from collections.abc import Iterable

from hooks_cli.features.traces.spans import Span


def self_times(spans: Iterable[Span]) -> dict[tuple[str, str], int]:
    """(service, operation) -> nanoseconds of its own on the critical paths of these spans' traces, the largest first.

    Spans without start or end are left out; so is what a child has outside of its parent.
    """
    complete = [span for span in spans if span.start is not None and span.end is not None and span.end >= span.start]
    known = {(span.trace, span.id) for span in complete}
    children: dict[tuple[str, str], list[Span]] = {}
    roots = []
    for span in complete:
        parent = (span.trace, span.parent)
        if parent in known and span.parent != span.id:
            children.setdefault(parent, []).append(span)
        else:
            roots.append(span)
    found: dict[tuple[str, str], int] = {}
    seen: set[tuple[str, str]] = set()
    # (span, from, to): the part of the path that it covers
    waiting = [(root, root.start or 0, root.end or 0) for root in roots]
    while waiting:
        span, start, at = waiting.pop()
        if (span.trace, span.id) in seen:
            continue
        seen.add((span.trace, span.id))
        own = 0
        for child in sorted(
            children.get((span.trace, span.id), ()), key=lambda each: (-(each.end or 0), each.start, each.id)
        ):
            child_start, child_end = max(child.start or 0, start), min(child.end or 0, at)
            if child_end <= child_start:
                continue
            own += at - child_end
            waiting.append((child, child_start, child_end))
            at = child_start
        key = (span.service, span.name)
        found[key] = found.get(key, 0) + own + max(0, at - start)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
