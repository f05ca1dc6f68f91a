"""The types of temporal constraints: how each is read and judged."""

from __future__ import annotations

from collections.abc import Callable

from hooks_cli.features.traces.constraints import chain, count, order, overlap, timing
from hooks_cli.features.traces.constraints.constraint import Constraint, Scope
from hooks_cli.features.traces.matches import MatchIndex
from hooks_cli.features.traces.rules.table_reader import TableReader
from hooks_cli.features.traces.verdict import MOST_KEPT, Outcome

Read = Callable[[Constraint, TableReader], None]
Judge = Callable[[Constraint, Scope, Outcome], None]

# type -> (its keys, its judgement, what `within = "auto"` means; "" decides by the matches)
TYPES: dict[str, tuple[Read, Judge, str]] = {
    "happens_before": (order.read_before, order.judge_before, ""),
    "concurrent": (overlap.read_concurrent, overlap.judge_concurrent, ""),
    "causal_chain": (chain.read_chain, chain.judge_chain, ""),
    "end_to_end_latency": (timing.read_latency, timing.judge_latency, ""),
    "periodic": (timing.read_periodic, timing.judge_periodic, "run"),
    "never_follows": (order.read_never, order.judge_never, ""),
    "contains": (overlap.read_contains, overlap.judge_contains, ""),
    "count": (count.read_count, count.judge_count, "run"),
}


def read(table: TableReader, number: int) -> Constraint:
    """A constraint from its table. Raises ConfigError (78) for one that is not valid."""
    kind = table.text("type", required=True)
    if kind not in TYPES:
        table.choice("type", tuple(TYPES), "")
    rule = Constraint(table, kind, number)
    TYPES[kind][0](rule, table)
    table.finish()
    return rule


def judge(rule: Constraint, index: MatchIndex, most: int = MOST_KEPT) -> Outcome:
    """Judge one constraint over a run.

    A demanded selector without any match is a violation. With `required = false`, a rule whose first selector (for `concurrent`: every
    selector) matches nowhere is not exercised; nothing passes silently.
    """
    _, judgement, auto = TYPES[rule.kind]
    outcome = Outcome(rule.name, rule.kind, rule.severity, rule.line, most=most)
    scope = Scope(rule, index, auto)
    outcome.within = scope.within
    if rule.where is not None and not scope.allowed:
        if rule.required:
            outcome.add(f"missing: no trace has a root that is {rule.where.text}")
        else:
            outcome.exercised = False
        return outcome
    missing = scope.missing()
    if missing and rule.required:
        for selector in missing:
            kind = "event" if selector.is_event else "span"
            outcome.add(f"missing: no {kind} is {selector.text}")
        return outcome
    if missing and not _driven(rule, scope):
        outcome.exercised = False
        return outcome
    judgement(rule, scope, outcome)
    return outcome


def _driven(rule: Constraint, scope: Scope) -> bool:
    """Whether what the rule speaks about first is there at all."""
    if rule.kind == "concurrent":
        return any(scope.matches)
    return bool(scope.matches[1 if rule.kind == "happens_before" else 0])
