"""The result of a check: violations, outcomes of rules, and the verdict over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MOST_KEPT = 20  # violations of one rule that are kept; all are counted
PASSED, FAILED, WARNED, SKIPPED = "passed", "failed", "warned", "not_exercised"


class Violation:
    """One breach of a rule: what happened, in which trace, at which spans, what was measured and what the bound is."""

    __slots__ = ("bound", "measured", "message", "spans", "trace")

    def __init__(
        self, message: str, trace: str, spans: Sequence[str], measured: float | str | None, bound: float | str | None
    ) -> None:
        self.message = message
        self.trace = trace
        self.spans = tuple(spans)
        self.measured = measured
        self.bound = bound

    def body(self) -> dict[str, Any]:
        """The violation as plain data."""
        return {
            "message": self.message,
            "trace": self.trace or None,
            "spans": list(self.spans),
            "measured": self.measured,
            "bound": self.bound,
        }


class Outcome:
    """What became of one rule. `line` is where the rule stands, `group` the level it belongs to ("" for a constraint).

    `count` is exact; `violations` holds the first of them. `notes` say what a verdict rests on (samples, scope).
    """

    def __init__(self, name: str, kind: str, severity: str, line: int, group: str = "", most: int = MOST_KEPT) -> None:
        self.name = name
        self.kind = kind
        self.severity = severity
        self.line = line
        self.group = group
        self.most = most
        self.within = ""
        self.count = 0
        self.violations: list[Violation] = []
        self.notes: list[str] = []
        self.exercised = True

    def add(
        self,
        message: str,
        trace: str = "",
        spans: Sequence[str] = (),
        measured: float | str | None = None,
        bound: float | str | None = None,
    ) -> None:
        """Count a violation, and keep it while there are few."""
        self.count += 1
        if len(self.violations) < self.most:
            self.violations.append(Violation(message, trace, spans, measured, bound))

    @property
    def status(self) -> str:
        """passed, failed, warned or not_exercised."""
        if self.count:
            return FAILED if self.severity == "error" else WARNED
        return PASSED if self.exercised else SKIPPED

    def body(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return {
            "rule": self.name,
            "type": self.kind,
            "level": self.group or None,
            "severity": self.severity,
            "line": self.line or None,
            "status": self.status,
            "within": self.within or None,
            "violations": self.count,
            "kept": [violation.body() for violation in self.violations],
            "notes": self.notes,
        }


class Verdict:
    """The outcomes of all rules of one file over one run.

    `skipped_levels` are those that `fail_fast` left out. `clock` is "recorded" or "corrected".
    """

    def __init__(self, rules: str, outcomes: list[Outcome]) -> None:
        self.rules = rules
        self.outcomes = outcomes
        self.skipped_levels: list[str] = []
        self.clock = "recorded"
        self.shifts_ms: dict[str, float] = {}
        self.facts: dict[str, Any] = {}
        self.notes: list[str] = []
        self.spans = self.traces = 0

    @property
    def passed(self) -> bool:
        """Whether no rule of severity error is violated."""
        return all(outcome.status != FAILED for outcome in self.outcomes)

    def counts(self) -> dict[str, int]:
        """How many rules ended in each status, and violations in all."""
        found = dict.fromkeys((PASSED, FAILED, WARNED, SKIPPED), 0)
        for outcome in self.outcomes:
            found[outcome.status] += 1
        return {**found, "violations": sum(outcome.count for outcome in self.outcomes)}

    def body(self) -> dict[str, Any]:
        """The verdict as plain data, `schema_version` 1."""
        return {
            "schema_version": "1",
            "verdict": "pass" if self.passed else "fail",
            "rules": self.rules,
            "spans": self.spans,
            "traces": self.traces,
            "clock": self.clock,
            "shifts_ms": self.shifts_ms,
            "counts": self.counts(),
            "outcomes": [outcome.body() for outcome in self.outcomes],
            "levels_not_looked_at": self.skipped_levels,
            "facts": self.facts,
            "notes": self.notes,
        }
