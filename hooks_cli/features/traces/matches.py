"""Finds the spans that the selectors of all rules select, in one pass over the run."""

from __future__ import annotations

from collections.abc import Iterable

from hooks_cli.features.traces.selectors import Found, Moment, Selector
from hooks_cli.features.traces.spans import Span, Trace, TraceRun

Matches = dict[str, list[Found]]  # trace id -> matches, sorted by start, end, name, id


class MatchIndex:
    """The matches of selectors in a run. `selectors` are all that will be asked for."""

    def __init__(self, run: TraceRun, selectors: Iterable[Selector]) -> None:
        self.run = run
        distinct = {selector.text: selector for selector in selectors}
        self._found: dict[str, Matches] = {text: {} for text in distinct}
        self._roots: dict[str, set[str]] = {}
        spans = [selector for selector in distinct.values() if not selector.is_event]
        events = [selector for selector in distinct.values() if selector.is_event]
        if spans:
            self._find_spans(spans)
        if events:
            self._find_events(events)

    def _find_spans(self, selectors: list[Selector]) -> None:
        by_name: dict[str, list[tuple[Selector, Matches, bool]]] = {}
        for trace in self.run.traces:
            for span in trace.spans:
                wanted = by_name.get(span.name)
                if wanted is None:
                    wanted = by_name[span.name] = [
                        (selector, self._found[selector.text], selector.names_only)
                        for selector in selectors
                        if selector.fits_name(span.name)
                    ]
                for selector, found, simple in wanted:
                    if simple or selector.fits(span, trace):
                        there = found.get(trace.id)
                        if there is None:
                            found[trace.id] = [span]
                        else:
                            there.append(span)
        self._sort(selectors)

    def _find_events(self, selectors: list[Selector]) -> None:
        for trace in self.run.traces:
            for span in trace.spans:
                for event in span.events or ():
                    for selector in selectors:
                        if selector.fits_name(event.name) and selector.fits(span, trace):
                            found = self._found[selector.text].setdefault(trace.id, [])
                            found.append(Moment(span, event.name, event.at))
        self._sort(selectors)

    def _sort(self, selectors: list[Selector]) -> None:
        for selector in selectors:
            for found in self._found[selector.text].values():
                if len(found) > 1:
                    found.sort(key=order)

    def of(self, selector: Selector) -> Matches:
        """The matches of a selector by trace."""
        return self._found[selector.text]

    def rooted(self, where: Selector | None) -> set[str] | None:
        """The traces with a root that `where` means; None for all."""
        if where is None:
            return None
        found = self._roots.get(where.text)
        if found is None:
            found = self._roots[where.text] = {
                trace.id for trace in self.run.traces if any(where.matches(root, trace) for root in trace.roots())
            }
        return found

    def trace(self, id: str) -> Trace:
        """A trace of the run by its id."""
        return self.run.by_id[id]


def span_of(found: Found) -> Span:
    """The span that was found, or whose event was found."""
    return found if isinstance(found, Span) else found.span


def order(found: Found) -> tuple[int, int, str, str]:
    """By start, end (unfinished last), name, id."""
    end = found.end
    return found.start or 0, 1 << 63 if end is None else end, found.name, span_of(found).id
