"""`causal_chain`: from every first span there is a chain of the others, each started later and caused by the one before."""

from __future__ import annotations

from collections.abc import Iterator

from hooks_cli.features.traces.constraints.constraint import Constraint, Scope, differ, shown
from hooks_cli.features.traces.matches import span_of
from hooks_cli.features.traces.rules.table_reader import TableReader
from hooks_cli.features.traces.selectors import Found
from hooks_cli.features.traces.verdict import Outcome

RELATIONS = ("any", "descendant")


def read_chain(rule: Constraint, table: TableReader) -> None:
    """The keys of `causal_chain`. Raises ConfigError (78)."""
    rule.select_many("spans", 2)
    rule.options = {
        "any": table.choice("relation", RELATIONS, "any") == "any",
        "partial": table.flag("partial", False),
    }


def judge_chain(rule: Constraint, scope: Scope, outcome: Outcome) -> None:
    """Look for a chain from every match of the first selector."""
    for _, found in scope.groups():
        if found[0]:
            chains = _Chains(rule, scope, found)
            for first in found[0]:
                chains.judge(first, outcome)


class _Chains:
    """The search in one group. `links` maps (trace, span) to the matches, by selector, that link to that span."""

    def __init__(self, rule: Constraint, scope: Scope, found: list[list[Found]]) -> None:
        self.rule = rule
        self.index = scope.index
        self.by_trace: list[dict[str, list[Found]]] = []
        self.links: list[dict[tuple[str, str], list[Found]]] = []
        for there in found:
            traces: dict[str, list[Found]] = {}
            links: dict[tuple[str, str], list[Found]] = {}
            for match in there:
                span = span_of(match)
                traces.setdefault(span.trace, []).append(match)
                for link in span.links or ():
                    links.setdefault(link, []).append(match)
            self.by_trace.append(traces)
            self.links.append(links)
        texts = [selector.text for selector in rule.selectors]
        self.repeats = len(set(texts)) < len(texts)

    def judge(self, first: Found, outcome: Outcome) -> None:
        """Add a violation when there is no chain from `first`."""
        if first.start is None:
            outcome.add(f"{shown(first)} has no start", span_of(first).trace, [span_of(first).id])
            return
        self.longest: list[Found] = [first]
        if self._search([first], set()):
            return
        reached = self.longest
        if self.rule.options["partial"] and not self._later(reached):
            return
        selector = self.rule.selectors[len(reached)]
        spans = [span_of(match).id for match in reached]
        message = f"after {' → '.join(shown(match) for match in reached)} comes no {selector.text}"
        early = self._early(reached)
        if early is not None:
            message += f"; {shown(early)} starts before it"
            spans.append(span_of(early).id)
        elif self.rule.options["partial"]:
            message += ", but what should follow it does"
        outcome.add(message, span_of(first).trace, spans, len(reached), len(self.rule.selectors))

    def _search(self, path: list[Found], failed: set[tuple[int, int]]) -> bool:
        """Depth first in the order that `_next` gives; `failed` are (place, match) from which nothing leads on."""
        if len(path) == len(self.rule.selectors):
            return True
        for match in self._next(path):
            key = (len(path), id(match))
            if key in failed or any(match is other for other in path):
                continue
            path.append(match)
            if len(path) > len(self.longest):
                self.longest = list(path)
            if self._search(path, failed):
                return True
            path.pop()
            if not self.repeats:
                failed.add(key)
        return False

    def _next(self, path: list[Found]) -> Iterator[Found]:
        """The matches that may follow, descendants before others, the earliest first."""
        current, place = path[-1], len(path)
        span = span_of(current)
        later = [
            match
            for match in self.by_trace[place].get(span.trace, ())
            if match is not current and self._in_time(current, match)
        ]
        others = []
        for match in later:
            if self._descends(match, current):
                yield match
            else:
                others.append(match)
        for match in self.links[place].get((span.trace, span.id), ()):
            if match is not current and self._in_time(current, match):
                yield match
        if not self.rule.options["any"]:
            return
        for match in others:
            assert match.start is not None
            if (current.end is not None and match.start >= current.end) or self._descends(match, path[0]):
                yield match
        first = span_of(path[0])
        if first.trace != span.trace:  # the chain crossed a link; its first span's other descendants count as well
            for match in self.by_trace[place].get(first.trace, ()):
                if self._in_time(current, match) and self._descends(match, path[0]):
                    yield match

    def _in_time(self, current: Found, match: Found) -> bool:
        if match.start is None or current.start is None:
            return False
        early = current.start - match.start
        return early <= 0 or (early <= self.rule.tolerance and differ(current, match))

    def _descends(self, match: Found, of: Found) -> bool:
        """Whether a match is below another; an event is below its own span."""
        span, above = span_of(match), span_of(of)
        if span.trace != above.trace:
            return False
        if span is above:
            return match is not of and match is not span
        return self.index.trace(span.trace).is_descendant(span, above)

    def _early(self, reached: list[Found]) -> Found | None:
        """A match of the missing element that starts too early, and would do else."""
        current, place = reached[-1], len(reached)
        for match in self.by_trace[place].get(span_of(current).trace, ()):
            if match.start is not None and not self._in_time(current, match) and self._descends(match, reached[0]):
                return match
        return None

    def _later(self, reached: list[Found]) -> bool:
        """Whether any element that the chain did not reach is there below its first span: then its order is wrong."""
        for place in range(len(reached), len(self.rule.selectors)):
            for match in self.by_trace[place].get(span_of(reached[0]).trace, ()):
                if not any(match is other for other in reached) and self._descends(match, reached[0]):
                    return True
        return False
