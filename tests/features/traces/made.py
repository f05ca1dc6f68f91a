"""Makes small traces for tests: spans in milliseconds, ids from words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from hooks_cli.features.traces.check import check
from hooks_cli.features.traces.constraints import types
from hooks_cli.features.traces.matches import MatchIndex
from hooks_cli.features.traces.rules import rule_file
from hooks_cli.features.traces.rules.table_reader import TableReader
from hooks_cli.features.traces.spans import Event, Span, TraceRun, Usage
from hooks_cli.features.traces.verdict import Outcome, Verdict

MS = 1_000_000
BEGIN = 1_700_000_000_000 * MS


def trace_id(word: str) -> str:
    return hashlib.md5(word.encode(), usedforsecurity=False).hexdigest()


def span_id(word: str) -> str:
    return trace_id(word)[:16]


def span(
    name: str,
    start: float | None = 0,
    end: float | None = None,
    *,
    id: str = "",
    parent: str = "",
    trace: str = "t",
    service: str = "svc",
    instance: str = "",
    kind: str = "",
    status: str = "UNSET",
    attrs: dict[str, object] | None = None,
    events: Iterable[tuple[str, float]] = (),
    links: Iterable[tuple[str, str]] = (),
) -> Span:
    """A span from `start` to `end` milliseconds after BEGIN; `id`, `parent` and `trace` are any words."""
    return Span(
        trace_id(trace),
        span_id(id or f"{trace}/{name}/{start}/{end}"),
        span_id(parent) if parent else "",
        service,
        instance,
        kind,
        name,
        None if start is None else BEGIN + round(start * MS),
        None if end is None else BEGIN + round(end * MS),
        status,
        attrs,
        [Event(word, BEGIN + round(at * MS)) for word, at in events] or None,
        [(trace_id(where), span_id(to)) for where, to in links] or None,
    )


def run_of(*spans: Span) -> TraceRun:
    return TraceRun(spans)


def otlp(spans: Iterable[Span]) -> dict[str, Any]:
    """The spans as an OTLP JSON document."""
    groups = []
    for one in spans:
        raw: dict[str, Any] = {"traceId": one.trace, "spanId": one.id, "name": one.name}
        if one.parent:
            raw["parentSpanId"] = one.parent
        if one.kind:
            raw["kind"] = "SPAN_KIND_" + one.kind.upper()
        if one.start is not None:
            raw["startTimeUnixNano"] = str(one.start)
        if one.end is not None:
            raw["endTimeUnixNano"] = str(one.end)
        if one.status != "UNSET":
            raw["status"] = {"code": "STATUS_CODE_" + one.status}
        raw["attributes"] = [pair(key, value) for key, value in (one.attributes or {}).items()]
        raw["events"] = [{"name": event.name, "timeUnixNano": str(event.at)} for event in one.events or ()]
        raw["links"] = [{"traceId": where, "spanId": to} for where, to in one.links or ()]
        about = [pair("service.name", one.service)]
        if one.instance != one.service:
            about.append(pair("service.instance.id", one.instance))
        groups.append({"resource": {"attributes": about}, "scopeSpans": [{"spans": [raw]}]})
    return {"resourceSpans": groups}


def pair(key: str, value: object) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"key": key, "value": {"boolValue": value}}
    if isinstance(value, int):
        return {"key": key, "value": {"intValue": str(value)}}
    if isinstance(value, float):
        return {"key": key, "value": {"doubleValue": value}}
    return {"key": key, "value": {"stringValue": str(value)}}


def text(spans: Iterable[Span]) -> str:
    return json.dumps(otlp(spans)) + "\n"


def judge(table: dict[str, Any], *spans: Span, most: int = 20) -> Outcome:
    """What a constraint says of these spans."""
    rule = types.read(TableReader(table, "constraint 1", "rules.toml", 1), 1)
    run = run_of(*spans)
    roots = [rule.where] if rule.where is not None else []
    return types.judge(rule, MatchIndex(run, [*rule.all_selectors, *roots]), most)


def verdict_of(rules: str, spans: Iterable[Span], usage: Iterable[Usage] = ()) -> Verdict:
    """What a rule file says of these spans."""
    return check(rule_file.parse(rules.encode(), "rules.toml"), TraceRun(spans, usage=list(usage)))
