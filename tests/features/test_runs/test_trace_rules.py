"""Rules for traces in a test file are judged on what the services send, and the page's first test runs as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.features.test_runs.test_demo_services import demo, verdict  # noqa: F401
from tests.features.test_runs.test_test_file import SERVICES

pytest.importorskip("opentelemetry.sdk")
SCENARIO = """
[layers]
orchestration = true

[orchestration]
services = ["db", "cache", "api"]

[[scenario]]
name = "health"
run = "curl -sf http://api:8080/health"
repeat = 5

"""
RULES = """
[[orchestration.temporal.constraint]]
name = "the cache is asked first"
type = "happens_before"
first = "cache.lookup"
second = "db.query"

[[orchestration.temporal.constraint]]
name = "chain"
type = "causal_chain"
spans = ["api.request", "cache.lookup", "db.query"]

[[validation.hierarchy.level]]
name = "unit"
scope = "span"
[[validation.hierarchy.level.rule]]
span_name = "db.query"
attrs.required = ["db.statement", "db.system"]

[[validation.hierarchy.level]]
name = "integration"
scope = "cross_service"
[[validation.hierarchy.level.rule]]
services = ["api", "cache", "db"]
topology_matches = [["api", "cache"], ["api", "db"]]
forbidden_edges = [["cache", "db"]]

[[validation.hierarchy.level]]
name = "system"
scope = "trace"
[[validation.hierarchy.level.rule]]
root_span = "api.request"
error_rate = { max = 0.01 }
resource_usage = { cpu_max_percent = 400, memory_max_mb = 2048 }
"""


def test_rules_are_judged_on_the_spans_of_the_run(demo: Path, run: Run) -> None:  # noqa: F811
    services = SERVICES.partition("[services.worker]")[0]
    (demo / "t.toml").write_text(SCENARIO + RULES + services)
    body = verdict(run, "t.toml", code=0)
    [case] = body["cases"]
    rules = {answer["name"]: answer for answer in case["answers"] if answer["kind"] == "rule"}
    assert len(rules) == 5
    assert {answer["status"] for answer in rules.values()} == {"passed"}, json.dumps(rules, indent=1)
    assert rules["the cache is asked first"]["line"] > 0
    kept = json.loads(run("memory", "recall", "swarm/orchestration/constraints/t", "--json").stdout)["entries"][0]
    assert (kept["metadata"]["constraints"], kept["metadata"]["violations"]) == (5, [])

    broken = RULES.replace('first = "cache.lookup"\nsecond = "db.query"', 'first = "db.query"\nsecond = "cache.lookup"')
    broken = broken.replace("memory_max_mb = 2048", "memory_max_mb = 1").replace('"db.system"]', '"db.user"]')
    (demo / "t.toml").write_text(SCENARIO + broken + services)
    body = verdict(run, "t.toml", "--no-store", code=1)
    rules = {answer["name"]: answer["status"] for answer in body["cases"][0]["answers"] if answer["kind"] == "rule"}
    assert sorted(rules.values()) == ["passed", "passed", "violated", "violated", "violated"], rules


def test_the_first_test_of_the_page_passes_as_it_stands_there(project: Path, run: Run) -> None:
    page = (ROOT / "docs/tests.md").read_text()
    match = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert match
    (project / "first.toml").write_text(match[1])
    body = verdict(run, "first.toml", code=0)
    assert [answer["status"] for answer in body["cases"][0]["answers"]] == ["passed"] * 3
    text = run("test", "run", "first.toml", "--dry-run").stdout
    assert "inject  process_kill into web, after_steady_state_1s" in text
