"""Levels of `[validation.hierarchy]` and the keys of their rules."""

from __future__ import annotations

from typing import Any

from hooks_cli.features.traces.constraints.constraint import SEVERITIES
from hooks_cli.features.traces.rules.table_reader import TableReader
from hooks_cli.features.traces.selectors import Selector, Wish, flat, parse
from hooks_cli.features.traces.spans import ERROR, KINDS, OK, UNSET

SCOPES = ("span", "service", "cross_service", "trace")


class LevelRule:
    """One rule of a level. `options` are the scope's own keys, parsed; `selector` is what a span rule is about."""

    def __init__(self, table: TableReader, number: int) -> None:
        self.line = table.line
        self.number = number
        self.given_name = table.text("name")
        self.severity = table.choice("severity", SEVERITIES, "error")
        self.required = table.flag("required", True)
        where = table.take("where")
        self.where = None if where is None else parse(where, f"{table.title}: where", table.path, table.line, False)
        self.selector: Selector | None = None
        self.title = ""
        self.options: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """The rule's name, else what it is about."""
        return self.given_name or self.title

    def selectors(self) -> list[Selector]:
        """The selectors to be looked for in the run."""
        return [] if self.selector is None else [self.selector]

    def attribute_names(self) -> set[str]:
        """The attributes that the rule itself asks for."""
        return {*self.options.get("present", ()), *self.options.get("equal", {})}


class Level:
    """One level: its name, its scope and its rules."""

    def __init__(self, name: str, scope: str, line: int) -> None:
        self.name = name
        self.scope = scope
        self.line = line
        self.rules: list[LevelRule] = []


def read_level(table: TableReader, lines: list[int]) -> Level:
    """A level from its table; `lines` are those of its rules. Raises ConfigError (78)."""
    name = table.text("name", required=True)
    if table.take("scope") is None:
        table.lacks("scope")
    level = Level(name, table.choice("scope", SCOPES, ""), table.line)
    rules = table.take("rule")
    if rules is None:
        table.lacks("rule")
    table.finish()
    if not isinstance(rules, list) or not rules:
        table.refuse(f"level {name!r} has no rule; write [[validation.hierarchy.level.rule]]")
    for number, content in enumerate(rules):
        reader = TableReader(content, f"level {name!r}, rule {number + 1}", table.path, lines[number])
        rule = LevelRule(reader, number + 1)
        _READERS[level.scope](rule, reader)
        reader.finish()
        level.rules.append(rule)
    return level


def _read_span(rule: LevelRule, table: TableReader) -> None:
    wanted: dict[str, object] = {}
    name, service = table.text("span_name"), table.text("service_name")
    if not name and not service:
        table.known += ["duration_ms", "kind", "status", "attrs"]
        table.finish()
        table.refuse(f"{table.title} has neither span_name nor service_name")
    if name:
        wanted["name"] = name
    if service:
        wanted["service"] = service
    rule.selector = parse(wanted if service else name, f"{table.title}: span_name", table.path, table.line, False)
    rule.title = " ".join(filter(None, (service, name)))
    kind = table.text("kind").lower().removeprefix("span_kind_")
    status = table.text("status").upper().removeprefix("STATUS_CODE_")
    if kind and kind not in KINDS:
        table.refuse(f"{table.title}: kind = {kind!r} is none of {', '.join(KINDS)}")
    if status and status not in (UNSET, OK, ERROR):
        table.refuse(f"{table.title}: status = {status!r} is none of {UNSET}, {OK}, {ERROR}")
    rule.options = {"duration": table.limits("duration_ms"), "kind": kind, "status": status, "present": [], "equal": {}}
    attrs = table.inner("attrs")
    if attrs is not None:
        rule.options["present"] = attrs.texts("required")
        equals = attrs.take("equals") or {}
        if not isinstance(equals, dict) or any(
            not isinstance(value, str | int | float | bool) for value in flat(equals).values()
        ):
            attrs.refuse(f"{attrs.title}: equals is not a table of texts, numbers, true or false")
        rule.options["equal"] = {key: Wish(value) for key, value in flat(equals).items()}
        attrs.finish()


def _read_service(rule: LevelRule, table: TableReader) -> None:
    service = table.text("service_name", required=True)
    rule.title = service
    rule.options = {
        "service": service,
        "spans": [
            parse(name, f"{table.title}: spans_required", table.path, table.line, False)
            for name in table.texts("spans_required")
        ],
        "run": table.choice("per", ("trace", "run"), "trace") == "run",
        "acyclic": table.flag("graph_acyclic", False),
    }
    if not rule.options["spans"] and not rule.options["acyclic"]:
        table.finish()
        table.refuse(f"{table.title} asks for nothing: neither spans_required nor graph_acyclic")


def _read_cross_service(rule: LevelRule, table: TableReader) -> None:
    rule.options = {
        "services": table.texts("services"),
        "edges": _edges(table, "topology_matches"),
        "exact": table.flag("exact", False),
        "forbidden": _edges(table, "forbidden_edges"),
    }
    if not any(rule.options[name] for name in ("services", "edges", "forbidden")):
        table.finish()
        table.refuse(f"{table.title} asks for nothing: services, topology_matches or forbidden_edges")
    if rule.options["exact"] and not rule.options["edges"]:
        table.refuse(f"{table.title}: exact needs topology_matches")
    both = [edge for edge in rule.options["edges"] if edge in rule.options["forbidden"]]
    if both:
        table.refuse(f"{table.title}: {both[0][0]} → {both[0][1]} is both asked for and forbidden")
    rule.title = ", ".join(rule.options["services"]) or "services"


def _edges(table: TableReader, name: str) -> list[tuple[str, str]]:
    value = table.take(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(
        isinstance(edge, list) and len(edge) == 2 and all(isinstance(end, str) and end for end in edge)
        for edge in value
    ):
        table.refuse(f'{table.title}: {name} is not a list of pairs ["caller", "callee"]')
    return [(caller, callee) for caller, callee in value]


def _read_trace(rule: LevelRule, table: TableReader) -> None:
    root = table.take("root_span")
    selector = None if root is None else parse(root, f"{table.title}: root_span", table.path, table.line, False)
    usage = table.limits("resource_usage", ("cpu_max_percent", "memory_max_mb"))
    rule.options = {
        "root": selector,
        "latency": table.limits("end_to_end_latency_ms"),
        "error_rate": table.limits("error_rate"),
        "any_error": table.choice("errors", ("root", "any"), "root") == "any",
        "usage": usage,
    }
    if rule.options["error_rate"].get("max", 0) > 1:
        table.refuse(f"{table.title}: error_rate is a share from 0 to 1")
    if not any(rule.options[name] for name in ("root", "latency", "error_rate", "usage")):
        table.finish()
        table.refuse(f"{table.title} asks for nothing: root_span, end_to_end_latency_ms, error_rate or resource_usage")
    rule.title = "traces" if selector is None else selector.text


_READERS = {
    "span": _read_span,
    "service": _read_service,
    "cross_service": _read_cross_service,
    "trace": _read_trace,
}
