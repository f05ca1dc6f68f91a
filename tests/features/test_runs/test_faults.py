"""Every fault of the catalogue, injected into a small service: what scenarios feel of it, and that it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hooks_cli.features.test_runs.files.fault_catalogue import FAULTS
from tests.conftest import Run

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the scenario needs curl")
FILE = """
[services.web]
run = "exec python -m http.server $PORT --bind 127.0.0.1"
port = 0
ready = {{ http = "/" }}
restart = "always"

[chaos]
fault = "{fault}"
target = "web"
timing = "after_steady_state_0s"
{more}

[[scenario]]
name = "front"
run = "curl -sf --max-time 0.4 http://web:80/"

[[expect]]
failover_time_ms = {{ max = 20000 }}
recovery_time_ms = {{ max = 20000 }}
"""
MORE = {
    "container_pause": 'duration = "1s"',
    "network_latency": "delay_ms = 50\njitter_ms = 10",
    "network_partition": 'duration = "1s"',
    "network_down": 'duration = "1s"',
    "connection_reset": 'duration = "1s"',
    "bandwidth": "kb_s = 1000",
    "cpu_stress": 'duration = "1s"\nworkers = 2',
    "memory_stress": 'duration = "1s"\nmemory_mb = 32',
}
# What leaves the service reachable, if slower.
HARMLESS = ("network_latency", "bandwidth", "cpu_stress", "memory_stress")


def case_of(run: Run, *options: str, code: int = 0) -> dict[str, Any]:
    done = run("test", "run", "t.toml", "--json", "--no-store", *options, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["verdicts"][0]["cases"][0]
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_felt_and_ends(project: Path, run: Run, fault: str) -> None:
    (project / "t.toml").write_text(FILE.format(fault=fault, more=MORE.get(fault, "")))
    case = case_of(run)
    measured = {answer["name"]: answer["measured"] for answer in case["answers"]}
    [told] = case["faults"]
    assert told["fault"] == fault
    if fault in HARMLESS:
        assert measured["recovery_time_ms"] == 0
    else:
        assert measured["failover_time_ms"] > 0
        assert measured["recovery_time_ms"] > 0
    if "1s" in MORE.get(fault, "") and fault not in HARMLESS:
        assert told["lifted_ms"] - told["injected_ms"] >= 1000
        assert measured["recovery_time_ms"] >= 1000
    assert len(case["services"]["web"]) == (2 if FAULTS[fault].ends_target else 1)


@pytest.mark.parametrize("fault", ["network_partition", "network_down", "connection_reset"])
def test_a_fault_without_an_end_is_no_recovery(project: Path, run: Run, fault: str) -> None:
    text = FILE.format(fault=fault, more="").replace("max = 20000", "max = 500")
    (project / "t.toml").write_text(text)
    case = case_of(run, code=1)
    status = {answer["name"]: answer["status"] for answer in case["answers"]}
    assert status == {"recovery_time_ms": "violated", "failover_time_ms": "follows", "front": "follows"}


def test_without_a_target_all_services_feel_it(project: Path, run: Run) -> None:
    text = (
        FILE.format(fault="network_down", more="").replace('target = "web"\n', "").replace("max = 20000", "max = 500")
    )
    (project / "t.toml").write_text(text)
    case = case_of(run, code=1)
    assert {answer["name"] for answer in case["answers"] if answer["status"] != "passed"} >= {"failover_time_ms"}


def test_time_scale_shortens_waits_and_is_told(project: Path, run: Run) -> None:
    (project / "t.toml").write_text(FILE.format(fault="network_down", more='duration = "20s"'))
    done = run("test", "run", "t.toml", "--no-store", "--time-scale", "0.02", timeout=120)
    assert done.returncode == 0, done.stdout
    assert "waits at 0.02 of their length (--time-scale)" in done.stdout


BETWEEN = """
[services.web]
run = "exec python -m http.server $PORT --bind 127.0.0.1"
port = 0

[chaos]
fault = "network_down"
target = "web"
timing = "between_scenarios"

[[scenario]]
name = "before"
run = "curl -sf http://web:80/"
repeat = 2

[[scenario]]
name = "after"
run = "! curl -sf http://web:80/"
"""


def test_between_scenarios_is_behind_the_first(project: Path, run: Run) -> None:
    (project / "t.toml").write_text(BETWEEN)
    case = case_of(run)
    assert [answer["text"].partition(" runs")[0] for answer in case["answers"]] == ["2 of 2", "1 of 1"]
    assert case["notes"] == []


MEETING = """
[[test.stage_1]]
name = "a"
run = "touch a; while [ ! -e b ]; do sleep 0.05; done"
timeout = "3s"

[[test.stage_1]]
name = "b"
run = "touch b; while [ ! -e a ]; do sleep 0.05; done"
timeout = "3s"
"""


def test_jobs_of_one_stage_run_at_once(project: Path, run: Run) -> None:
    (project / "t.toml").write_text(MEETING)
    done = run("test", "run", "t.toml", "--no-store")
    assert done.returncode == 1
    assert "did not end within 3 s" in done.stdout
    for name in ("a", "b"):
        (project / name).unlink()
    assert run("test", "run", "t.toml", "--no-store", "--jobs", "2").returncode == 0
