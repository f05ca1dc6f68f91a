"""The seed's Patterns 4 and 6 as they stand: they hold on a good run, and each mutation breaks its own rule, for its own reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hooks_cli.errors import ConfigError
from hooks_cli.features.traces.rules import rule_file
from hooks_cli.features.traces.spans import Span, Usage
from tests.conftest import Run
from tests.features.traces.made import span, text, verdict_of

BLOCKS = Path(__file__).parent.parent.parent / "fixtures" / "traces" / "patterns"
PATTERN_4 = (BLOCKS / "pattern_4.toml").read_text()
PATTERN_6 = (BLOCKS / "pattern_6.toml").read_text()
Good = dict[str, Span]


def temporal() -> Good:
    """A run that Pattern 4 holds of, by the names of its spans."""
    made = [
        span("db.ready", 0, 10, service="db"),
        span("api.start", 20, 30, service="api"),
        span("worker.task_1", 100, 400, service="worker"),
        span("worker.task_2", 150, 420, service="worker"),
        span("worker.task_3", 200, 450, service="worker"),
        span("api.request", 500, 650, id="req", service="api"),
        span("cache.lookup", 510, 520, parent="req", service="cache"),
        span("db.query", 530, 560, parent="req", service="db"),
        span("api.response", 600, 640, parent="req", service="api"),
    ]
    good = {one.name: one for one in made}
    return good | {
        f"health {n}": span("health_check", 1000 + 5000 * n, 1001 + 5000 * n, trace=f"h{n}") for n in range(4)
    }


def hierarchical() -> Good:
    """A run that Pattern 6 holds of."""
    statement = {"db.statement": "SELECT 1", "db.system": "postgresql"}
    made = [
        span("system.request", 0, 900, id="root", service="api"),
        span("api.request", 10, 800, id="req", parent="root", service="api"),
        span("api.auth", 20, 30, id="auth", parent="req", service="api"),
        span("api.business_logic", 40, 700, id="logic", parent="req", service="api"),
        span("cache.get", 50, 60, id="get", parent="logic", service="cache"),
        span("db.query", 100, 140, id="query", parent="logic", service="db", attrs=dict(statement)),
        span("api.response", 750, 790, id="response", parent="req", service="api"),
    ]
    return {one.name: one for one in made}


USAGE = [Usage("api", 50.0, None), Usage("db", None, 900.0), Usage("api", 80.0, 2048.0)]


def moved(which: str, start: float | None = None, end: float | None = None, **more: Any) -> Callable[[Good], None]:
    """The span with other times or fields."""

    def mutate(good: Good) -> None:
        one = good[which]
        begin = one.start if start is None else span("", start, None).start
        finish = one.end if end is None else span("", 0, end).end
        good[which] = Span(
            one.trace, one.id, more.get("parent", one.parent), more.get("service", one.service), "",
            one.kind, more.get("name", one.name), begin, more.get("to", finish),
            more.get("status", one.status), more.get("attrs", one.attributes), None, None,
        )  # fmt: skip

    return mutate


def gone(*names: str) -> Callable[[Good], None]:
    return lambda good: [good.pop(name) for name in names] and None


def more(**spans: Span) -> Callable[[Good], None]:
    return lambda good: good.update(spans)


def unfinished(name: str) -> Callable[[Good], None]:
    return moved(name, to=None)


ORDER, CONCURRENT, CHAIN, LATENCY, PERIODIC = (
    "happens_before", "concurrent", "causal_chain", "end_to_end_latency", "periodic",
)  # fmt: skip

# what is done to the good run, the rule that breaks, a part of what it says
MUTATIONS_4: list[tuple[Callable[[Good], None], str, str]] = [
    (gone("db.ready"), ORDER, "missing: no span is span:db.ready"),
    (gone("api.start"), ORDER, "missing: no span is span:api.start"),
    (moved("db.ready", 0, 20.5), ORDER, "ends 0.500 ms later"),
    (moved("api.start", 5010.1, 5020), ORDER, "comes 5000.100 ms after"),
    (more(x=span("api.start", -5, -4, service="api")), ORDER, "no span:db.ready ends before"),
    (unfinished("db.ready"), ORDER, "has no end"),
    (gone("worker.task_2"), CONCURRENT, "missing: no span is worker.task_2"),
    (moved("worker.task_3", 300.1, 450), CONCURRENT, "overlap by 99.900 ms"),
    (unfinished("worker.task_1"), CONCURRENT, "(unfinished)"),
    (moved("worker.task_2", 401, 450), CONCURRENT, "at least 100 ms"),
    (more(x=span("worker.task_1", 0, 1, trace="u")), CONCURRENT, "does not run beside"),
    (gone("cache.lookup"), CHAIN, "missing: no span is cache.lookup"),
    (gone("db.query"), CHAIN, "missing: no span is db.query"),
    (moved("db.query", 501, 509), CHAIN, "starts before it"),
    (moved("cache.lookup", 540, 560), CHAIN, "comes no db.query"),
    (moved("cache.lookup", 490, 499), CHAIN, "comes no cache.lookup"),
    (gone("api.response"), LATENCY, "missing: no span is span:api.response"),
    (moved("api.response", 600, 1000.5), LATENCY, "takes 500.500 ms, at most 500 ms"),
    (moved("api.response", 600, 700.5), LATENCY, "p95 is 200.500 ms"),
    (unfinished("api.response"), LATENCY, "never ends"),
    (gone("health 1", "health 2", "health 3"), PERIODIC, "came once"),
    (gone("health 1"), PERIODIC, "1 missed"),
    (moved("health 3", 16501, 16502), PERIODIC, "5501.000 ms between"),
    (more(x=span("health_check", 1000, 1002, trace="again")), PERIODIC, "0.000 ms between"),
]

AUTH, LOGIC, QUERY = "api.auth", "api.business_logic", "db.query"
MUTATIONS_6: list[tuple[Callable[[Good], None], str, str]] = [
    (moved(QUERY, 100, 150.1), "unit", "takes 50.100 ms, at most 50 ms"),
    (moved(QUERY, attrs={"db.system": "x"}), "unit", "has no attribute db.statement"),
    (moved(QUERY, attrs={"db.system": "", "db.statement": "x"}), "unit", "has no attribute db.system"),
    (moved(QUERY, name="db.select"), "unit", "missing: no span is db.query"),
    (unfinished(QUERY), "unit", "never ends"),
    (gone(AUTH), "component", "api has no api.auth"),
    (gone("api.response"), "component", "api has no api.response"),
    (moved(LOGIC, name="api.logic"), "component", "api has no api.business_logic"),
    (moved("api.response", service="web"), "component", "api has no api.response"),
    (more(x=span("api.request", 50, 60, parent="logic", service="api")), "component", "in a circle: api.business_logic"),
    (more(x=span("api.auth", 0, 1, id="x", parent="root", service="api", trace="t"),
          y=span("system.request", 0, 1, id="y", parent="x", service="api")), "component", "in a circle"),
    (gone("cache.get"), "integration", "the service cache does not occur"),
    (moved("cache.get", service="store"), "integration", "api does not call cache"),
    (more(x=span("cache.get", 50, 55, id="x", parent="root", service="cache"),
          y=span("db.query", 52, 53, parent="x", service="db", attrs={"db.system": "x", "db.statement": "y"})),
     "integration", "cache calls db, which is forbidden"),
    (moved(QUERY, parent="get"), "integration", "api does not call db"),
    (gone("system.request"), "system", "has no root system.request"),
    (moved("system.request", name="other"), "system", "has no root system.request"),
    (more(x=span("job", 0, 1, trace="u", service="cache")), "system", "has no root system.request"),
    (moved("system.request", 0, 1000.1), "system", "takes 1000.100 ms, at most 1000 ms"),
    (unfinished("system.request"), "system", "never ends"),
    (moved("system.request", status="ERROR"), "system", "1 of 1 traces failed (100.00%), at most 1.00%"),
]  # fmt: skip


def broken(rules: str, good: Good, usage: list[Usage]) -> dict[str, list[str]]:
    """level or type -> what its broken rules say."""
    found: dict[str, list[str]] = {}
    for outcome in verdict_of(rules, good.values(), usage).outcomes:
        if outcome.status == "failed":
            found.setdefault(outcome.group or outcome.kind, []).extend(v.message for v in outcome.violations)
    return found


def test_both_hold_on_a_good_run() -> None:
    assert broken(PATTERN_4, temporal(), []) == {}
    assert broken(PATTERN_6, hierarchical(), USAGE) == {}


@pytest.mark.parametrize(("mutate", "rule", "reason"), MUTATIONS_4, ids=[reason for *_, reason in MUTATIONS_4])
def test_pattern_4_breaks_for_its_reason(mutate: Callable[[Good], None], rule: str, reason: str) -> None:
    good = temporal()
    mutate(good)
    found = broken(PATTERN_4, good, [])
    assert list(found) == [rule]
    assert any(reason in message for message in found[rule]), found


@pytest.mark.parametrize(("mutate", "rule", "reason"), MUTATIONS_6, ids=[f"{r}-{m}" for _, r, m in MUTATIONS_6])
def test_pattern_6_breaks_for_its_reason(mutate: Callable[[Good], None], rule: str, reason: str) -> None:
    good = hierarchical()
    mutate(good)
    found = broken(PATTERN_6, good, USAGE)
    assert rule in found
    assert any(reason in message for message in found[rule]), found
    if reason not in ("has no root system.request", "api does not call cache", "api does not call db"):
        assert set(found) == {rule}


@pytest.mark.parametrize(
    ("usage", "reason"),
    [
        ([], "cpu_max_percent was not measured"),
        ([Usage("api", 50.0, None)], "memory_max_mb was not measured"),
        ([Usage("api", 80.1, 1.0)], "api used 80.1 % CPU, at most 80"),
        ([Usage("api", 1.0, 1.0), Usage("db", None, 2049.0)], "db used 2049.0 MiB, at most 2048"),
    ],
)
def test_pattern_6_asks_for_measurements(usage: list[Usage], reason: str) -> None:
    found = broken(PATTERN_6, hierarchical(), usage)
    assert any(reason in message for message in found["system"])


def test_there_are_twenty_of_each() -> None:
    assert len(MUTATIONS_4) >= 20
    assert len(MUTATIONS_6) >= 20


@pytest.mark.parametrize("number", [5, 7, 8])
def test_patterns_of_later_versions_are_refused_by_name(run: Run, number: int) -> None:
    done = run("trace", "check", str(BLOCKS / f"pattern_{number}.toml"), "-", stdin=text(temporal().values()))
    part = {5: "intelligence.feedback_loop", 7: "self_healing.adaptive_execution", 8: "intelligence.persistence"}[
        number
    ]
    assert done.returncode == 78
    assert f"[{part}]" in done.stderr


# --- misspelt keys ------------------------------------------------------------------------------------------------------
def keys_of(rules: str) -> list[tuple[int, str]]:
    """Every place where a key stands: of an assignment, in an inline table, in a head."""
    found = [(m.start(1), m[1]) for m in re.finditer(r"(?m)(?:^|[{,]\s*)([a-z_0-9.]+)\s*=", rules)]
    found += [(m.start(1), m[1]) for m in re.finditer(r"(?m)^\[+([a-z_.]+)\]", rules)]
    return [(at + place, part) for at, key in found for place, part in parts(key)]


def parts(key: str) -> list[tuple[int, str]]:
    return [(m.start(), m[0]) for m in re.finditer(r"[a-z_0-9]+", key)]


MORE_KEYS = """
[trace]
strict = false
correct_skew = false
[[orchestration.temporal.constraint]]
type = "happens_before"
name = "n"
severity = "warning"
required = false
within = "run"
skew_tolerance_ms = 1
where = { name = "a", service = "b", kind = "client", status = "OK", instance = "i", parent = "p" }
first = "a"
second = "b"
anchor = "end_end"
pairing = "many"
[[orchestration.temporal.constraint]]
type = "concurrent"
spans = ["a", "b"]
all = true
unfinished = "open"
[[orchestration.temporal.constraint]]
type = "causal_chain"
spans = ["a", "b"]
relation = "any"
partial = true
[[orchestration.temporal.constraint]]
type = "end_to_end_latency"
start = "a"
end = "b"
p50_max_ms = 1
p99_max_ms = 2
min_samples = 3
[[orchestration.temporal.constraint]]
type = "periodic"
span = "a"
period_ms = 1
mode = "grid"
[[orchestration.temporal.constraint]]
type = "contains"
outer = "a"
spans = ["b"]
[[orchestration.temporal.constraint]]
type = "count"
span = "a"
min = 1
max = 2
[[validation.hierarchy.level]]
name = "x"
scope = "cross_service"
[[validation.hierarchy.level.rule]]
topology_matches = [["a", "b"]]
exact = true
"""
PLACES = [(rules, at, key) for rules in (PATTERN_4, PATTERN_6, MORE_KEYS) for at, key in keys_of(rules)]


@pytest.mark.parametrize("place", range(len(PLACES)))
def test_a_key_with_one_letter_changed_is_refused(place: int) -> None:
    rules, at, key = PLACES[place]
    rule_file.parse(rules.encode(), "r.toml")
    for number in range(len(key)):
        changed = key[:number] + ("q" if key[number] != "q" else "z") + key[number + 1 :]
        wrong = rules[:at] + changed + rules[at + len(key) :]
        with pytest.raises(ConfigError) as caught:
            rule_file.parse(wrong.encode(), "r.toml")
        if len(key) > 4 and caught.value.hint_text:
            assert key in caught.value.hint_text, (changed, str(caught.value), caught.value.hint_text)


def test_the_commented_seed_has_no_other_keys() -> None:
    assert len(PLACES) > 100


def test_the_rules_of_the_document_are_valid() -> None:
    document = (Path(__file__).parent.parent.parent.parent / "docs" / "traces.md").read_text()
    blocks = re.findall(r"```toml\n(.*?)```", document, re.DOTALL)
    assert len(blocks) >= 5
    for block in blocks:
        rule_file.parse(block.encode(), "docs/traces.md")
