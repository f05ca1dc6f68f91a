"""Judges the levels of the hierarchy over a run."""

from __future__ import annotations

from hooks_cli.features.traces.constraints.constraint import MS, ms, shown
from hooks_cli.features.traces.graph import Edge, operation_circle, service_edges
from hooks_cli.features.traces.hierarchy.level import Level, LevelRule
from hooks_cli.features.traces.matches import MatchIndex, span_of
from hooks_cli.features.traces.spans import ERROR, Span, Trace
from hooks_cli.features.traces.verdict import MOST_KEPT, Outcome


def judge_level(level: Level, index: MatchIndex, most: int = MOST_KEPT) -> list[Outcome]:
    """An outcome for each rule of a level."""
    outcomes = []
    for rule in level.rules:
        outcome = Outcome(rule.name, level.scope, rule.severity, rule.line, level.name, most)
        allowed = index.rooted(rule.where)
        if allowed is not None and not allowed:
            _missing(rule, outcome, f"no trace has a root that is {rule.where.text if rule.where else ''}")
        else:
            traces = [trace for trace in index.run.traces if allowed is None or trace.id in allowed]
            _JUDGES[level.scope](rule, index, traces, outcome)
        outcomes.append(outcome)
    return outcomes


def _missing(rule: LevelRule, outcome: Outcome, what: str) -> None:
    if rule.required:
        outcome.add(f"missing: {what}")
    else:
        outcome.exercised = False


def _judge_span(rule: LevelRule, index: MatchIndex, traces: list[Trace], outcome: Outcome) -> None:
    assert rule.selector is not None
    found = index.of(rule.selector)
    spans = [span_of(match) for trace in traces for match in found.get(trace.id, ())]
    if not spans:
        _missing(rule, outcome, f"no span is {rule.title}")
        return
    outcome.notes.append(f"{len(spans):,} span" + ("" if len(spans) == 1 else "s"))
    for span in spans:
        _judge_duration(rule.options["duration"], span, outcome)
        for name in rule.options["present"]:
            if span.attribute(name) in (None, "", [], {}):
                outcome.add(f"{shown(span)} has no attribute {name}", span.trace, [span.id], None, name)
        for name, wish in rule.options["equal"].items():
            value = span.attribute(name)
            if not wish.fits(value):
                told = "is not there" if value is None else f"is {value!r}"
                message = f"{shown(span)}: {name} {told}, {wish.value!r} is asked for"
                outcome.add(message, span.trace, [span.id], None if value is None else str(value), str(wish.value))
        for name in ("status", "kind"):
            value, wanted = getattr(span, name), rule.options[name]
            if wanted and value != wanted:
                message = f"{shown(span)}: {name} is {value or 'not told'}, {wanted} is asked for"
                outcome.add(message, span.trace, [span.id], value, wanted)


def _judge_duration(limits: dict[str, float], span: Span, outcome: Outcome, what: str = "takes") -> None:
    if not limits:
        return
    if span.start is None or span.end is None:
        told = "has no start" if span.start is None else "never ends"
        outcome.add(f"{shown(span)} {told}", span.trace, [span.id])
        return
    length = span.end - span.start
    least, longest = limits.get("min"), limits.get("max")
    if longest is not None and length > longest * MS:
        message = f"{shown(span)} {what} {ms(length):.3f} ms, at most {longest:g} ms are allowed"
        outcome.add(message, span.trace, [span.id], ms(length), longest)
    if least is not None and length < least * MS:
        message = f"{shown(span)} {what} {ms(length):.3f} ms, at least {least:g} ms are asked for"
        outcome.add(message, span.trace, [span.id], ms(length), least)


def _judge_service(rule: LevelRule, index: MatchIndex, traces: list[Trace], outcome: Outcome) -> None:
    service = rule.options["service"]
    own = [(trace, [span for span in trace.spans if span.service == service]) for trace in traces]
    own = [(trace, spans) for trace, spans in own if spans]
    if not own:
        _missing(rule, outcome, f"no span of the service {service}")
        return
    groups = [("", [span for _, spans in own for span in spans])] if rule.options["run"] else []
    for where, spans in groups or [(trace.id, spans) for trace, spans in own]:
        for selector in rule.options["spans"]:
            if not any(selector.matches(span) for span in spans):
                place = "the run" if not where else f"trace {where[:8]}"
                outcome.add(f"{service} has no {selector.text} in {place}", where, [spans[0].id], 0, 1)
    if rule.options["acyclic"]:
        circle = operation_circle(traces, service)
        if circle:
            outcome.add(f"{service}: operations go in a circle: {' → '.join(circle)}", "", (), " → ".join(circle))


def _judge_cross_service(rule: LevelRule, index: MatchIndex, traces: list[Trace], outcome: Outcome) -> None:
    edges = service_edges(index.run, traces)
    there = {span.service for trace in traces for span in trace.spans}
    there |= {name for edge in edges for name in edge.names if edge.inferred}
    for service in rule.options["services"]:
        if service not in there:
            outcome.add(f"missing: the service {service} does not occur", "", (), None, service)
    wanted = rule.options["edges"]
    for caller, callee in wanted:
        if not any(edge.leads(caller, callee) for edge in edges):
            outcome.add(f"{caller} does not call {callee}", "", (), 0, f"{caller} → {callee}")
    for caller, callee in rule.options["forbidden"]:
        for edge in edges:
            if edge.leads(caller, callee):
                _unwanted(outcome, edge, f"{caller} calls {callee}, which is forbidden")
    if rule.options["exact"]:
        for edge in edges:
            if not any(edge.leads(caller, callee) for caller, callee in wanted):
                _unwanted(outcome, edge, f"{edge.caller} calls {edge.callee}, which is not in topology_matches")
    outcome.notes.append(", ".join(f"{edge.caller} → {edge.callee}" for edge in edges) or "no service calls another")


def _unwanted(outcome: Outcome, edge: Edge, message: str) -> None:
    times = f" ({edge.count:,} time" + (")" if edge.count == 1 else "s)")
    outcome.add(message + times, edge.example.trace, [edge.example.id], edge.count, 0)


def _judge_trace(rule: LevelRule, index: MatchIndex, traces: list[Trace], outcome: Outcome) -> None:
    if not traces:
        _missing(rule, outcome, "there is no trace")
        return
    failed = 0
    for trace in traces:
        roots = trace.roots()
        if rule.options["root"] is not None:
            roots = [root for root in roots if rule.options["root"].matches(root, trace)]
        if not roots:
            wanted = rule.title if rule.options["root"] is not None else "span without a parent"
            outcome.add(f"trace {trace.id[:8]} has no root {wanted}", trace.id, [trace.spans[0].id], 0, 1)
        for root in roots:
            _judge_duration(rule.options["latency"], root, outcome)
        judged = trace.spans if rule.options["any_error"] else roots
        failed += any(span.status == ERROR for span in judged)
    share = failed / len(traces)
    limits = rule.options["error_rate"]
    if limits:
        outcome.notes.append(f"{failed:,} of {len(traces):,} traces failed")
    told = f"{failed:,} of {len(traces):,} traces failed ({share:.2%})"
    if share > limits.get("max", 1):
        outcome.add(f"{told}, at most {limits['max']:.2%} are allowed", "", (), share, limits["max"])
    if share < limits.get("min", 0):
        outcome.add(f"{told}, at least {limits['min']:.2%} are asked for", "", (), share, limits["min"])
    _judge_usage(rule, index, outcome)


def _judge_usage(rule: LevelRule, index: MatchIndex, outcome: Outcome) -> None:
    for name, bound in rule.options["usage"].items():
        figure, unit = ("cpu_percent", "% CPU") if name == "cpu_max_percent" else ("memory_mb", "MiB")
        told = [(value, u.service) for u in index.run.usage if (value := getattr(u, figure)) is not None]
        if not told:
            outcome.add(f"{name} was not measured: the run has no {unit} samples", "", (), None, bound)
            continue
        value, service = max(told)
        outcome.notes.append(f"{service}: {value:.1f} {unit} at most ({len(told):,} samples)")
        if value > bound:
            outcome.add(f"{service} used {value:.1f} {unit}, at most {bound:g} are allowed", "", (), value, bound)


_JUDGES = {
    "span": _judge_span,
    "service": _judge_service,
    "cross_service": _judge_cross_service,
    "trace": _judge_trace,
}
