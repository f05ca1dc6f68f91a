"""The figures of `trace show`: spans, traces, services, operations, edges between services, faults in the data."""

from __future__ import annotations

from typing import Any

from hooks_cli.features.traces.facts import MEANINGS, Facts, facts_of, told
from hooks_cli.features.traces.graph import service_edges
from hooks_cli.features.traces.percentiles import nearest_rank
from hooks_cli.features.traces.spans import ERROR, TraceRun

PERCENTILES = (50, 95, 99)


def summarise(run: TraceRun) -> dict[str, Any]:
    """The figures as plain data; latencies in milliseconds, None for an operation none of whose spans is finished."""
    durations: dict[tuple[str, str], list[int]] = {}
    errors: dict[tuple[str, str], int] = {}
    counts: dict[tuple[str, str], int] = {}
    services: dict[str, set[str]] = {}
    for span in run.spans:
        key = (span.service, span.name)
        counts[key] = counts.get(key, 0) + 1
        errors[key] = errors.get(key, 0) + (span.status == ERROR)
        services.setdefault(span.service, set()).add(span.instance)
        length = span.duration
        if length is not None and length >= 0:
            durations.setdefault(key, []).append(length)
    operations = []
    for key in sorted(counts):
        ordered = sorted(durations.get(key, ()))
        figures: dict[str, Any] = {"service": key[0], "name": key[1], "n": counts[key]}
        for percent in PERCENTILES:
            figures[f"p{percent}_ms"] = nearest_rank(ordered, percent) / 1e6 if ordered else None
        figures["measured"] = len(ordered)
        figures["error_share"] = round(errors[key] / counts[key], 6)
        operations.append(figures)
    return {
        "spans": run.span_count,
        "traces": len(run.traces),
        "services": [{"name": name, "instances": len(services[name])} for name in sorted(services)],
        "operations": operations,
        "edges": [
            {"caller": edge.caller, "callee": edge.callee, "calls": edge.count, "inferred": edge.inferred}
            for edge in service_edges(run)
        ],
        "facts": facts_body(facts_of(run)),
        "notes": run.notes,
    }


def facts_body(facts: Facts) -> dict[str, Any]:
    """Facts as plain data: a number for each, examples, and the median skew by pair of services."""
    return {
        **facts.counts,
        "repeated": facts.repeated,
        "examples": {
            name: [{"trace": trace, "span": span} for trace, span in found]
            for name, found in facts.examples.items()
            if found
        },
        "skew_median_ms": [
            {"parent": pair[0], "child": pair[1], "ms": amount} for pair, amount in facts.skew_ms.items()
        ],
    }


def facts_lines(body: dict[str, Any]) -> list[str]:
    """The facts that occur in a body of `facts_body`, a line each."""
    lines = [told(name, body[name]) for name in MEANINGS if body[name]]
    lines += [
        f"  {pair['parent']} → {pair['child']}: outside by {pair['ms']:.3f} ms (median)"
        for pair in body["skew_median_ms"]
    ]
    if body["repeated"]:
        lines.append(f"{body['repeated']:,} spans sent twice, taken once")
    return lines
