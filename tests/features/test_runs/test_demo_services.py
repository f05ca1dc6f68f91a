"""The document's Patterns 1 and 2 as they stand there, run on four small services with the real SDK and on a stub program."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.features.test_runs.test_test_file import SERVICES, pattern

pytest.importorskip("opentelemetry.sdk")
DEMO = Path(__file__).parents[2] / "demo_services"
QUICK = ("--time-scale", "0.02")
PATIENCE = 180


@pytest.fixture
def demo(project: Path) -> Path:
    """A project with the demo services and `p1.toml`, which is Pattern 1 and how its services are started."""
    if shutil.which("curl") is None:
        pytest.skip("the document's scenario needs curl")
    for path in DEMO.glob("*.py"):
        shutil.copy(path, project)
    (project / "p1.toml").write_text(pattern(1) + SERVICES)
    return project


def verdict(run: Run, file: str, *options: str, code: int) -> dict[str, Any]:
    """The verdict of one run, whose exit code must be this one."""
    done = run("test", "run", file, "--json", *options, timeout=PATIENCE)
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["verdicts"][0]
    return found


def violated(body: dict[str, Any]) -> list[str]:
    return [answer["name"] for case in body["cases"] for answer in case["answers"] if answer["status"] == "violated"]


def test_pattern_1_is_green_as_written_once_a_baseline_is_saved(demo: Path, run: Run) -> None:
    before = verdict(run, "p1.toml", *QUICK, code=1)
    assert violated(before) == []
    [unjudged] = [a for a in before["cases"][0]["answers"] if a["status"] == "not judged"]
    assert (unjudged["name"], "no baseline: not judged" in unjudged["text"]) == ("p95_latency_ms", True)
    assert verdict(run, "p1.toml", "--save-baseline", *QUICK, code=0)["passed"]
    body = verdict(run, "p1.toml", *QUICK, code=0)
    [case] = body["cases"]
    assert body["time_scale"] == 0.02
    assert [answer["status"] for answer in case["answers"]] == ["passed"] * 7
    assert case["latency"]["samples"] == "root spans since the fault"
    assert len(case["services"]["db"]) == 2

    listed = json.loads(run("memory", "list", "--json", "--limit", "50").stdout)["entries"]
    kept = {entry["key"]: entry for entry in listed}
    assert set(body["kept"]) <= set(kept)
    assert set(kept) == {
        "swarm/chaos/experiments/database_failover_results",
        "swarm/chaos/fault_catalog",
        "swarm/chaos/resilience_results/database_failover",
        "swarm/orchestration/topology",
        "swarm/orchestration/validation_results/layered_advanced_test",
        "swarm/performance/baselines/v1_0_1_stable",
        "swarm/performance/bottleneck_analysis/layered_advanced_test",
        "swarm/performance/regression_report/layered_advanced_test",
        "swarm/self_healing/success_metrics",
    }
    topology = kept["swarm/orchestration/topology"]
    assert topology["metadata"]["edges"] == [["api", "cache"], ["api", "db"]]
    assert topology["session_id"] == f"test-{body['run']}"
    assert kept["swarm/performance/baselines/v1_0_1_stable"]["metadata"]["n"] >= 20
    failover = kept["swarm/chaos/resilience_results/database_failover"]["metadata"]
    assert (failover["fault"], failover["target"], failover["success_rate_after"]) == ("container_kill", "db", 1.0)
    tasks = json.loads(run("task", "list", "--json").stdout)["tasks"]
    assert [task["outcome"] for task in tasks] == ["success", "success", "success"]


MUTATIONS = {
    "restart policy taken away": ('restart = "on-failure"', 'restart = "no"', "container_restarted"),
    "a latency of 300 ms": (
        'fault = "container_kill"',
        'fault = "network_latency"\ndelay_ms = 300',
        "p95_latency_ms",
    ),
    "a slow service": ('CACHE = "${cache.addr}" }', 'CACHE = "${cache.addr}", HEALTH_DELAY_MS = 300 }', "p95_latency_ms"),
    "order expected otherwise": ('["db", "cache", "api", "worker"]', '["cache", "db", "api", "worker"]', "service_startup_order"),
    "order swapped": ('after = ["db"]', 'after = ["api"]', "service_startup_order"),
    "a recovery that is too slow": ("recovery_time_ms = { max = 10000 }", "recovery_time_ms = { max = 1 }", "recovery_time_ms"),
}  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_each_mutation_is_red_and_names_one_expectation(demo: Path, run: Run, mutation: str) -> None:
    old, new, name = MUTATIONS[mutation]
    text = (demo / "p1.toml").read_text()
    assert text.count(old) == 1
    text = text.replace(old, new)
    if mutation == "order swapped":  # nothing may wait for itself
        text = text.replace('after = ["cache"]', "")
    (demo / "p1.toml").write_text(text)
    body = verdict(run, "p1.toml", "--save-baseline", "--no-store", *QUICK, code=1)
    assert violated(body) == [name], json.dumps(body["cases"][0]["answers"], indent=1)


CLNRM = """#!/bin/sh
echo "$*" >> "$HOME/clnrm.log"
[ "$1 $2" = "self-test --suite" ] || exit 3
[ ! -e "$HOME/fails-$3" ]
"""


@pytest.fixture
def staged(project: Path, home: Path, environ: dict[str, str]) -> Path:
    """A project with Pattern 2 as `p2.toml` and a stub `clnrm` in PATH, which fails where `fails-SUITE` is in the home."""
    programs = home / "bin"
    programs.mkdir()
    (programs / "clnrm").write_text(CLNRM)
    (programs / "clnrm").chmod(0o755)
    environ["PATH"] = f"{programs}:{environ['PATH']}"
    (project / "p2.toml").write_text(pattern(2))
    return project


def test_pattern_2_runs_stage_by_stage(staged: Path, home: Path, run: Run) -> None:
    body = verdict(run, "p2.toml", code=0)
    assert [(case["stage"], case["passed"]) for case in body["cases"]] == [(n, True) for n in range(1, 6)]
    log = (home / "clnrm.log").read_text().splitlines()
    assert log == ["self-test --suite basic"] * 4 + ["self-test --suite comprehensive"]
    assert [row["added"] for row in body["layers_changed"]][:4] == [[], ["performance"], ["chaos"], ["intelligence"]]
    notes = [note for case in body["cases"] for note in case["notes"]]
    assert any("no connection passed a proxy" in note for note in notes)
    assert any("intelligence.learn_patterns: learning is not built" in note for note in notes)
    assert any("names no fault: none was injected" in note for note in notes)
    text = run("test", "run", "p2.toml", "--no-store", timeout=PATIENCE).stdout
    assert "what each layer changed:" in text
    assert "stage 3  basic_with_chaos: +chaos; 0 of 1 runs failed" in text


def test_a_stage_that_fails_ends_it_unless_told_to_go_on(staged: Path, home: Path, run: Run) -> None:
    (home / "fails-basic").touch()
    body = verdict(run, "p2.toml", "--no-store", code=1)
    assert [case["ran"] for case in body["cases"]] == [True, False, False, False, False]
    assert {case["why"] for case in body["cases"][1:]} == {"an earlier stage failed"}
    body = verdict(run, "p2.toml", "--no-store", "--keep-going", code=1)
    assert [case["passed"] for case in body["cases"]] == [False, False, False, False, True]
    body = verdict(run, "p2.toml", "--no-store", "--stage", "5", code=0)
    assert [case["stage"] for case in body["cases"]] == [5]
    body = verdict(run, "p2.toml", "--no-store", "--stage", "5", "--layer", "performance", code=0)
    assert body["cases"][0]["layers"] == ["performance"]
    assert run("test", "run", "p2.toml", "--stage", "6").returncode == 64
    assert run("test", "run", "p2.toml", "--layer", "speed").returncode == 64
