"""A temporal constraint of a rule file, and the groups of matches that it is judged on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hooks_cli.features.traces.matches import MatchIndex, order, span_of
from hooks_cli.features.traces.rules.table_reader import TableReader
from hooks_cli.features.traces.selectors import Found, Selector, parse

MS = 1_000_000  # nanoseconds
SEVERITIES = ("error", "warning")
SCOPES = ("auto", "trace", "run")


class Constraint:
    """One rule. `selectors` are those whose absence is a violation while `required`; `options` are the type's own keys, parsed.

    `tolerance` (nanoseconds) is granted between different instances only, whose clocks may differ.
    """

    def __init__(self, table: TableReader, kind: str, number: int) -> None:
        self.kind = kind
        self.line = table.line
        self.path = table.path
        self._table = table
        self.given_name = table.text("name")
        self.number = number
        self.severity = table.choice("severity", SEVERITIES, "error")
        self.required = table.flag("required", True)
        self.within = table.choice("within", SCOPES, "auto")
        self.tolerance = round((table.number("skew_tolerance_ms") or 0) * MS)
        where = table.take("where")
        self.where = None if where is None else parse(where, f"{table.title}: where", table.path, table.line, False)
        self.selectors: list[Selector] = []
        self.optional: list[Selector] = []
        self.options: dict[str, Any] = {}

    def select(self, name: str, demanded: bool = True) -> Selector:
        """Read the selector under a key; with `demanded` its absence from the run is a violation."""
        value = self._table.take(name)
        if value is None:
            self._table.lacks(name)
        return self._added(parse(value, f"{self._table.title}: {name}", self.path, self.line), demanded)

    def select_many(self, name: str, least: int) -> list[Selector]:
        """Read the list of selectors under a key."""
        value = self._table.take(name)
        if value is None:
            self._table.lacks(name)
        if not isinstance(value, list) or len(value) < least:
            self._table.refuse(f"{self._table.title}: {name} is not a list of at least {least} selectors")
        title = f"{self._table.title}: {name}"
        return [self._added(parse(item, title, self.path, self.line), True) for item in value]

    def _added(self, selector: Selector, demanded: bool) -> Selector:
        (self.selectors if demanded else self.optional).append(selector)
        return selector

    @property
    def all_selectors(self) -> list[Selector]:
        """Every selector, for the index of matches."""
        return self.selectors + self.optional

    @property
    def name(self) -> str:
        """The rule's name, else its type and what it is about."""
        about = " → ".join(selector.text for selector in self.all_selectors)
        return self.given_name or f"{self.kind}: {about}"


class Scope:
    """The matches of a constraint, limited to the traces that `where` means, and how they are grouped."""

    def __init__(self, constraint: Constraint, index: MatchIndex, auto: str = "") -> None:
        """`auto` is what `within = "auto"` means for this type; "" takes the trace if any trace holds all selectors."""
        self.index = index
        self.constraint = constraint
        self.selectors = constraint.all_selectors
        allowed = index.rooted(constraint.where)
        self.allowed = allowed
        self.matches = [
            found if allowed is None else {trace: there for trace, there in found.items() if trace in allowed}
            for found in map(index.of, self.selectors)
        ]
        self.within = constraint.within if constraint.within != "auto" else auto or self._auto()

    def _auto(self) -> str:
        fewest = min(self.matches, key=len)
        return "trace" if any(all(trace in found for found in self.matches) for trace in fewest) else "run"

    def missing(self) -> list[Selector]:
        """The demanded selectors that match nowhere."""
        demanded = len(self.constraint.selectors)
        found = zip(self.selectors[:demanded], self.matches, strict=False)
        return list({selector.text: selector for selector, there in found if not there}.values())

    def groups(self) -> Iterator[tuple[str, list[list[Found]]]]:
        """(trace id, the matches of each selector in their order); one group with "" for the whole run."""
        if self.within == "run":
            yield "", [self._together(found) for found in self.matches]
            return
        for trace in dict.fromkeys(trace for found in self.matches for trace in found):
            yield trace, [found.get(trace, []) for found in self.matches]

    def _together(self, found: dict[str, list[Found]]) -> list[Found]:
        if len(found) == 1:
            return next(iter(found.values()))
        return sorted((match for there in found.values() for match in there), key=order)


def differ(one: Found, other: Found) -> bool:
    """Whether two matches come from different instances."""
    a, b = span_of(one), span_of(other)
    return a.instance != b.instance or a.service != b.service


def shown(found: Found) -> str:
    """A match as messages name it: its name and the beginning of its span's id."""
    return f"{found.name} ({span_of(found).id[:8]})"


def ms(nanoseconds: int) -> float:
    """Milliseconds, for people and for JSON."""
    return nanoseconds / MS
