"""`count`: how often a span may and must occur."""

from __future__ import annotations

from hooks_cli.features.traces.constraints.constraint import Constraint, Scope
from hooks_cli.features.traces.matches import span_of
from hooks_cli.features.traces.rules.table_reader import TableReader
from hooks_cli.features.traces.verdict import Outcome


def read_count(rule: Constraint, table: TableReader) -> None:
    """The keys of `count`. Raises ConfigError (78)."""
    rule.select("span", demanded=False)
    least, most, exact = (table.number(name) for name in ("min", "max", "exactly"))
    if least is None and most is None and exact is None:
        table.finish()
        table.refuse(f"{table.title} has no bound: min, max or exactly")
    if exact is not None and (least is not None or most is not None):
        table.refuse(f"{table.title}: exactly stands for both min and max")
    if least is not None and most is not None and least > most:
        table.refuse(f"{table.title} has a min above its max")
    rule.options = {"min": exact if exact is not None else least, "max": exact if exact is not None else most}


def judge_count(rule: Constraint, scope: Scope, outcome: Outcome) -> None:
    """The number of matches in the run, or in each trace, keeps the bounds."""
    found = scope.matches[0]
    allowed = scope.allowed
    if scope.within == "run":
        _judge_number(rule, outcome, "", [span_of(match).id for there in found.values() for match in there])
        return
    for trace in scope.index.run.traces:
        if allowed is None or trace.id in allowed:
            _judge_number(rule, outcome, trace.id, [span_of(match).id for match in found.get(trace.id, ())])


def _judge_number(rule: Constraint, outcome: Outcome, trace: str, spans: list[str]) -> None:
    name, number = rule.optional[0].text, len(spans)
    least, most = rule.options["min"], rule.options["max"]
    times = f"{name} occurs {number:,} time" + ("" if number == 1 else "s")
    if least is not None and number < least:
        outcome.add(f"{times}, at least {least:g} are asked for", trace, spans[:5], number, least)
    elif most is not None and number > most:
        outcome.add(f"{times}, at most {most:g} are allowed", trace, spans[:5], number, most)
    else:
        outcome.notes.append(times) if not trace else None
