"""`trace check` as users run it, and what must not change a verdict."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.errors import ConfigError
from hooks_cli.features.traces.clock import corrected
from hooks_cli.features.traces.formats import trace_file
from hooks_cli.features.traces.formats.collector import Collector
from hooks_cli.features.traces.rules import rule_file
from hooks_cli.features.traces.spans import Span
from tests.conftest import PROGRAM, Run
from tests.features.traces.made import MS, otlp, run_of, span, text, verdict_of

FIVE = """
[[orchestration.temporal.constraint]]
type = "happens_before"
first = "a"
second = "b"
max_gap_ms = 3
[[orchestration.temporal.constraint]]
type = "concurrent"
spans = ["a", "b"]
required = false
[[orchestration.temporal.constraint]]
type = "causal_chain"
spans = ["a", "b", "c"]
relation = "any"
[[orchestration.temporal.constraint]]
type = "end_to_end_latency"
start = "a"
end = "c"
max_duration_ms = 9
p50_max_ms = 6
[[orchestration.temporal.constraint]]
type = "periodic"
span = "c"
period_ms = 2
tolerance_ms = 2
"""
ORDER = '[[orchestration.temporal.constraint]]\ntype = "happens_before"\nfirst = "a"\nsecond = "b"\n'


@st.composite
def runs(draw: st.DrawFn) -> list[Span]:
    spans = []
    for trace in range(draw(st.integers(1, 3))):
        for number in range(draw(st.integers(1, 4))):
            start = draw(st.integers(0, 6))
            end = draw(st.none() | st.integers(start, start + 3))
            parent = f"{trace}/{draw(st.integers(0, number - 1))}" if number and draw(st.booleans()) else ""
            name = draw(st.sampled_from("abc"))
            spans.append(span(name, start, end, id=f"{trace}/{number}", trace=f"t{trace}", parent=parent))
    return spans


def statuses(spans: list[Span], rules: str = FIVE) -> list[tuple[str, int]]:
    return [(outcome.status, outcome.count) for outcome in verdict_of(rules, spans).outcomes]


@given(runs(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_order_files_documents_and_ids_change_nothing(spans: list[Span], chance: Any, pieces: int) -> None:
    wanted = statuses(spans)
    mixed = list(spans)
    chance.shuffle(mixed)
    into = Collector(rule_file.parse(FIVE.encode(), "r.toml").wanted())
    for piece in range(pieces):
        trace_file.add_document(otlp(mixed[piece::pieces]), into, "x")
    assert statuses(list(into.finish().spans)) == wanted
    numbers = list(range(1, 40))
    chance.shuffle(numbers)
    names = {trace: f"{numbers.pop():032x}" for trace in {one.trace: 0 for one in spans}}
    ids = {(one.trace, one.id): f"{numbers.pop():016x}" for one in spans}
    other = [
        Span(
            names[s.trace],
            ids[s.trace, s.id],
            ids.get((s.trace, s.parent), ""),
            s.service,
            "",
            "",
            s.name,
            s.start,
            s.end,
        )
        for s in mixed
    ]
    assert [status for status, _ in statuses(other)] == [status for status, _ in wanted]


@given(runs(), runs())
def test_a_violating_trace_never_turns_red_to_green(spans: list[Span], more: list[Span]) -> None:
    """For rules within a trace; a rule over the run may hold again when what was missing comes."""
    rules = re.sub(r"(?m)^(type = \"(?!periodic).*)$", r'\1\nwithin = "trace"', FIVE)
    far = [Span("f" * 31 + s.trace[0], s.id, s.parent, s.service, "", "", s.name, s.start, s.end) for s in more]
    alone, violating = statuses(spans, rules), statuses(far, rules)
    both = statuses(spans + far, rules)
    for at in range(4):
        missing = {one.name for one in spans} != set("abc") or {one.name for one in far} != set("abc")
        p50 = at == 3
        if "failed" in (alone[at][0], violating[at][0]) and not missing and not p50:
            assert both[at][0] == "failed"


def good() -> list[Span]:
    return [span("a", 0, 1), span("b", 2, 3)]


def bad() -> list[Span]:
    return [span("a", 2, 3), span("b", 0, 1)]


@pytest.fixture
def rules(project: Path) -> Path:
    path = project / "rules.toml"
    path.write_text("# one rule\n" + ORDER)
    return path


def test_exit_codes(run: Run, project: Path, rules: Path) -> None:
    (project / "good.json").write_text(text(good()))
    (project / "bad.json").write_text(text(bad()))
    done = run("trace", "check", "rules.toml", "good.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "PASS: 1 passed; 2 spans in 1 traces" in done.stdout
    done = run("trace", "check", "rules.toml", "bad.json")
    assert done.returncode == 1
    assert "FAIL  happens_before: a → b (line 2), by trace" in done.stdout
    assert run("trace", "check", "rules.toml", "good.json", "bad.json").returncode == 1
    assert run("trace", "check", "rules.toml", "-", stdin="nonsense").returncode == 65
    assert run("trace", "check", "rules.toml", "gone.json").returncode == 66
    assert run("trace", "check", "gone.toml", "good.json").returncode == 66
    assert run("trace", "check", "rules.toml").returncode == 64
    assert run("trace", "check").returncode == 64
    assert run("trace", "check", "rules.toml", "good.json", "--for", "1s").returncode == 64
    (project / "empty.json").write_text("")
    assert run("trace", "check", "rules.toml", "empty.json").returncode == 1  # what is missing is a violation


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "hold no rule"),
        ("x = [", "not valid TOML"),
        ("[orchestation]\n", "no part [orchestation]"),
        ('[[orchestration.temporal.constraint]]\ntype = "before"\n', "none of happens_before"),
        (ORDER + "max_gap = 3\n", "line 1: constraint 1 has no key 'max_gap'"),
        (ORDER + "max_gap_ms = -3\n", "is not a number of at least 0"),
        (ORDER + "max_gap_ms = true\n", "is not a number"),
        ("[trace]\nstrikt = true\n" + ORDER, "no key 'strikt'"),
        ('[[validation.hierarchy.level]]\nname = "x"\nscope = "spam"\n', "none of span, service"),
        ('[[validation.hierarchy.level]]\nname = "x"\nscope = "span"\nrule = []\n', "has no rule"),
        (b"\xff", "is not UTF-8"),
        ("a." * 500 + "b = 1", "more than 200 dots"),
    ],
)
def test_rules_that_are_not_valid(run: Run, project: Path, content: Any, reason: str) -> None:
    (project / "r.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run("trace", "check", "r.toml", "-", stdin=text(good()))
    assert done.returncode == 78
    assert reason in done.stderr


def test_parts_of_a_test_are_told_and_not_judged(run: Run, project: Path) -> None:
    (project / "r.toml").write_text('[meta]\nname = "x"\n[layers]\nchaos = true\n' + ORDER)
    done = run("trace", "check", "r.toml", "-", stdin=text(good()))
    assert done.returncode == 0
    assert "not judged: meta, layers" in done.stderr


def test_every_form_says_the_same(run: Run, project: Path, rules: Path) -> None:
    rules.write_text(ORDER + 'severity = "warning"\n' + ORDER.replace('"b"', '"c"') + "required = false\n" + ORDER)
    words = ("trace", "check", "rules.toml", "-")
    body = json.loads(run(*words, "--json", stdin=text(bad())).stdout)
    assert body["verdict"] == "fail"
    assert [outcome["status"] for outcome in body["outcomes"]] == ["warned", "not_exercised", "failed"]
    assert [outcome["line"] for outcome in body["outcomes"]] == [1, 6, 11]
    assert body["outcomes"][0]["kept"][0]["spans"]
    lines = run(*words, "--format", "ndjson", stdin=text(bad())).stdout.splitlines()
    assert [json.loads(line) for line in lines] == body["outcomes"]
    done = run(*words, "--format", "github", stdin=text(bad()))
    assert done.returncode == 1
    told = done.stdout.splitlines()
    assert told[0].startswith("::warning file=rules.toml,line=1,title=")
    assert told[1].startswith("::notice file=rules.toml,line=6,")
    assert told[2].startswith("::error file=rules.toml,line=11,")
    assert run(*words, "--format", "junit", "--output", "r.xml", stdin=text(bad())).returncode == 1
    root = ET.parse(project / "r.xml").getroot()
    assert root.attrib == {"name": "rules.toml", "tests": "3", "failures": "1", "errors": "0", "skipped": "1"}
    cases = root.findall("testsuite/testcase")
    assert [[child.tag for child in case] for case in cases] == [["system-out"], ["skipped"], ["failure"]]
    assert run(*words, "--format", "sarif", stdin=text(bad())).returncode == 64


def test_names_cannot_break_the_output(run: Run, project: Path) -> None:
    name = 'a<&>"]]>\x1b[31m\n::error::x'
    quoted = json.dumps(name).replace("\\u001b", "\\u001B")
    path = project / "t.json"
    path.write_text(text([span(name, 0, 1)]))
    rule = '[[orchestration.temporal.constraint]]\ntype="count"\nspan="*"\nmax=0\nname=' + quoted + "\n"
    (project / "r.toml").write_text(rule)
    assert ET.fromstring(run("trace", "check", "r.toml", "t.json", "--format", "junit").stdout) is not None
    assert "\x1b" not in run("trace", "check", "r.toml", "t.json").stdout
    lines = run("trace", "check", "r.toml", "t.json", "--format", "github").stdout.splitlines()
    assert [line[:7] for line in lines if line.startswith("::")] == ["::error"]


def test_strict_makes_facts_violations(run: Run, project: Path) -> None:
    spans = [*good(), span("x", 5, 4, parent="nobody")]
    assert verdict_of(ORDER, spans).passed
    verdict = verdict_of("[trace]\nstrict = true\n" + ORDER, spans)
    failed = [outcome.name for outcome in verdict.outcomes if outcome.status == "failed"]
    assert [name.partition(":")[0] for name in failed] == ["data", "data"]
    assert verdict.facts["orphans"] == verdict.facts["negative_duration"] == 1


def test_a_circle_of_parents_is_always_a_violation() -> None:
    spans = [*good(), span("x", 0, 1, id="x", parent="y"), span("y", 0, 1, id="y", parent="x")]
    assert [outcome.kind for outcome in verdict_of(ORDER, spans).outcomes if outcome.count] == ["data"]


def test_levels_warn_and_stop() -> None:
    level = '[[validation.hierarchy.level]]\nname="{0}"\nscope="span"\n[[validation.hierarchy.level.rule]]\nspan_name="{1}"\n'
    levels = level.format("one", "zzz") + level.format("two", "zzz") + level.format("three", "a")
    head = "[validation.hierarchy.requirement]\n"
    assert not verdict_of(levels, good()).passed
    verdict = verdict_of(levels + head + "all_levels_must_pass = false\n", good())
    assert verdict.passed
    assert [outcome.status for outcome in verdict.outcomes] == ["warned", "warned", "passed"]
    verdict = verdict_of(levels + head + "fail_fast = true\n", good())
    assert [outcome.status for outcome in verdict.outcomes] == ["failed"]
    assert verdict.skipped_levels == ["two", "three"]


def test_clocks_are_corrected_when_asked_and_it_is_said() -> None:
    spans = [
        span("call", 0, 10, id="call", service="a"),
        span("serve", 50, 54, id="serve", parent="call", service="b"),
        span("inner", 51, 52, parent="serve", service="b"),
        span("stay", 1, 2, parent="call", service="c"),
    ]
    moved, shifts = corrected(run_of(*spans))
    times = {one.name: ((one.start or 0) - (spans[0].start or 0)) / MS for one in moved.spans}
    assert times == {"call": 0, "serve": 3, "inner": 4, "stay": 1}
    assert shifts == {"b": -47.0}
    verdict = verdict_of(
        "[trace]\ncorrect_skew = true\n" + ORDER.replace('"b"', '"serve"').replace('"a"', '"stay"'), spans
    )
    assert (verdict.clock, verdict.shifts_ms, verdict.passed) == ("corrected", {"b": -47.0}, True)


def test_chosen_traces(run: Run, project: Path, rules: Path) -> None:
    other = [span("a", 5_000_002, 5_000_003, trace="late"), span("b", 5_000_000, 5_000_001, trace="late")]
    (project / "t.json").write_text(text([*good(), *other]))
    words = ("trace", "check", "rules.toml", "t.json")
    assert run(*words).returncode == 1
    assert run(*words, "--trace", good()[0].trace[:8]).returncode == 0
    assert run(*words, "--trace", other[0].trace).returncode == 1
    assert run(*words, "--since", "2023-11-14T23:00:00Z").returncode == 1
    assert "PASS" not in run(*words, "--since", "2024-01-01").stdout  # none is left: missing


# --- listening ----------------------------------------------------------------------------------------------------------
def listening(project: Path, environ: dict[str, str], *words: str) -> tuple[subprocess.Popen[str], str]:
    argv = [PROGRAM, "trace", "check", "rules.toml", "--listen", "127.0.0.1:0", *words]
    process = subprocess.Popen(
        argv, cwd=project, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    found = re.search(r"http://(127\.0\.0\.1:\d+)", line)
    assert found, line
    return process, found[1]


def send(address: str, spans: list[Span]) -> int:
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("POST", "/v1/traces", text(spans), {"Content-Type": "application/json"})
    return connection.getresponse().status


@pytest.mark.parametrize(("spans", "code"), [(good(), 0), (bad(), 1)], ids=["good", "bad"])
def test_what_comes_while_listening_is_judged(
    project: Path, environ: dict[str, str], rules: Path, spans: list[Span], code: int
) -> None:
    process, address = listening(project, environ)
    assert send(address, spans) == 200
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == code, err
    assert "2 spans in 1 traces" in out


def test_listening_ends_by_itself(project: Path, environ: dict[str, str], rules: Path) -> None:
    process, _ = listening(project, environ, "--for", "300ms")
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "missing: no span is a" in out


def test_a_service_with_the_sdk_is_judged(project: Path, environ: dict[str, str], rules: Path) -> None:
    process, address = listening(project, environ)
    script = (
        "from opentelemetry import trace\nfrom opentelemetry.sdk.trace import TracerProvider\n"
        "from opentelemetry.sdk.trace.export import BatchSpanProcessor\n"
        "from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\n"
        "p = TracerProvider(); p.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))\n"
        "t = p.get_tracer('t')\n"
        "with t.start_as_current_span('root'):\n"
        "    t.start_span('a').end()\n    t.start_span('b').end()\n"
        "p.shutdown()\n"
    )
    service = {**environ, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{address}"}
    subprocess.run([sys.executable, "-c", script], env=service, check=True, timeout=60)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, out + err
    assert "3 spans in 1 traces" in out


def test_addresses_that_are_none(run: Run, rules: Path) -> None:
    assert run("trace", "check", "rules.toml", "--listen", "0.0.0.0:4318", "--for", "1s").returncode == 64
    assert run("trace", "check", "rules.toml", "--listen", "127.0.0.1:http", "--for", "1s").returncode == 64


def test_the_line_of_an_inline_rule() -> None:
    rules = 'orchestration.temporal.constraint = [\n  { type = "count", span = "a", min = 5 },\n]\n'
    assert verdict_of(rules, good()).outcomes[0].line == 1
    with pytest.raises(ConfigError):
        rule_file.parse(b"orchestration.temporal.constraint = 5\n", "r.toml")
