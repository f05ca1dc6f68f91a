"""`memory insights` and `memory validate`: what the store has learned, and whether it is what its schemas say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run

BASELINES = "swarm/performance/baselines/scenario_01"


def baseline(run: Run, commit: str, p95: float, key: str = BASELINES) -> None:
    metadata = json.dumps({"git_commit": commit, "p50_ms": 45, "p95_ms": p95, "p99_ms": 250})
    run("hooks", "notify", "--message", "Baseline", "--memory-key", key, "--metadata", metadata, check=True)


def test_a_planted_regression_is_found(run: Run) -> None:
    baseline(run, "abc123", 120)
    baseline(run, "abc123", 100)  # the newest capture of a commit counts
    baseline(run, "def456", 116)
    baseline(run, "abc123", 10, "swarm/performance/baselines/steady")
    baseline(run, "def456", 11, "swarm/performance/baselines/steady")
    words = ["memory", "insights", "regressions", "--baseline", "abc123", "--current", "def456"]
    found = json.loads(run(*words, "--json", check=True).stdout)
    assert found["rows"] == [
        {"test_name": "scenario_01", "current_p95": 116.0, "baseline_p95": 100.0, "basis": "few samples"}
    ]
    assert (found["baseline"], found["current"], found["total"]) == ("abc123", "def456", 1)
    assert json.loads(run("memory", "insights", "regressions", "--json").stdout) == found
    text = run(*words, check=True)
    assert text.stdout.splitlines()[0].split() == ["test_name", "current_p95", "baseline_p95", "basis"]
    assert "scenario_01" in text.stdout
    assert "steady" not in text.stdout
    turned = ["memory", "insights", "regressions", "--baseline", "def456", "--current", "abc123"]
    assert run(*turned, check=True).stdout == ""


@pytest.mark.parametrize(
    ("before", "now", "basis"),
    [
        ((100, 50, 90, 110), (120, 50, 112, 130), ["intervals"]),
        ((100, 50, 90, 113), (120, 50, 112, 130), []),
        ((100, 7, 90, 110), (120, 50, 112, 130), ["few samples"]),
        ((2, 50, 1.9, 2.1), (2.9, 50, 2.8, 3), []),  # less than 1 ms
        ((100, 50, 90, 110), (114, 50, 112, 115), []),  # less than 15 %
    ],
)
def test_a_regression_is_no_chance_where_the_samples_are_known(
    run: Run, before: tuple[float, ...], now: tuple[float, ...], basis: list[str]
) -> None:
    for commit, figures in (("abc123", before), ("def456", now)):
        metadata = dict(zip(("p95_ms", "n", "p95_low_ms", "p95_high_ms"), figures, strict=True))
        words = ["--memory-key", BASELINES, "--metadata", json.dumps({"git_commit": commit, **metadata})]
        run("hooks", "notify", "--message", "Baseline", *words, check=True)
    found = json.loads(run("memory", "insights", "regressions", "--json").stdout)
    assert [row["basis"] for row in found["rows"]] == basis


def test_a_baseline_outlives_its_address(run: Run) -> None:
    baseline(run, "abc123", 100)
    run("memory", "delete", BASELINES, check=True)
    baseline(run, "def456", 200)
    assert json.loads(run("memory", "insights", "regressions", "--json").stdout)["total"] == 1


def test_patterns_and_remediations(run: Run) -> None:
    for name, traces in (("often", 970), ("seldom", 30)):
        metadata = json.dumps({"trace_count": traces, "span_topology": {"root": name}})
        run(
            "hooks",
            "notify",
            "--memory-key",
            f"swarm/intelligence/patterns/{name}",
            "--message",
            "x",
            "--metadata",
            metadata,
        )
    found = json.loads(run("memory", "insights", "patterns", "--json", check=True).stdout)["rows"]
    assert [(row["frequency"], json.loads(row["span_topology"])) for row in found] == [(0.97, {"root": "often"})]
    for name, outcomes in (("works", [True] * 9 + [False]), ("fails", [True, False])):
        for success in outcomes:
            metadata = json.dumps({"pattern": name, "remediation": "retry", "success": success})
            key = f"swarm/self_healing/remediations/{name}"
            run("hooks", "notify", "--memory-key", key, "--message", "x", "--metadata", metadata, check=True)
    found = json.loads(run("memory", "insights", "remediations", "--json", check=True).stdout)["rows"]
    assert [(row["error_type"], row["success_rate"]) for row in found] == [("works", 0.9)]
    lines = run("memory", "insights", "remediations", "--format", "ndjson").stdout.splitlines()
    assert [json.loads(line) for line in lines] == found


@pytest.mark.parametrize("question", ["patterns", "remediations", "regressions"])
def test_nothing_learned_is_an_answer(run: Run, question: str) -> None:
    done = run("memory", "insights", question, check=True)
    assert done.stdout == ""
    assert json.loads(run("memory", "insights", question, "--json").stdout)["rows"] == []
    run("memory", "store", "k", "v", check=True)
    assert run("memory", "insights", question).returncode == 0


def test_what_is_no_question(run: Run) -> None:
    assert run("memory", "insights").returncode == 64
    assert run("memory", "insights", "everything").returncode == 64
    assert run("memory", "insights", "patterns", "--baseline", "x").returncode == 64


def test_validate_tells_what_does_not_fit(run: Run, project: Path) -> None:
    run(
        "memory",
        "store",
        "swarm/chaos/experiments",
        "x",
        "--metadata",
        '{"success_rate_after":2,"success":"yes"}',
        check=True,
    )
    run("memory", "store", "swarm/chaos/fine", "x", "--metadata", '{"fault":"kill"}', check=True)
    run("memory", "store", "mine/a", "x", "--metadata", '{"owner":"J"}', check=True)
    done = run("memory", "validate")
    assert done.returncode == 65
    assert "swarm/chaos/experiments (version 1): success_rate_after: 2 is greater than the maximum of 1" in done.stdout
    assert "success: 'yes' is not of type 'boolean'" in done.stdout
    assert "3 entries, 2 with a schema of their own, 2 violations" in done.stderr
    assert run("memory", "validate", "swarm/chaos/f*").returncode == 0
    (project / "hooks.toml").write_text('[schemas.patterns]\n"mine/*" = "mine.json"\n')
    (project / "mine.json").write_text('{"properties": {"owner": {"pattern": "^[a-z]+$"}}}')
    found = json.loads(run("memory", "validate", "mine/*", "--json").stdout)
    assert [(item["address"], item["where"]) for item in found["found"]] == [("mine/a", "owner")]
    run("memory", "store", "swarm/chaos/experiments", "y", check=True)
    assert run("memory", "validate", "--namespace", "swarm").returncode == 0
    assert run("memory", "validate", "--namespace", "swarm", "--versions", "all").returncode == 65


def test_what_this_program_writes_fits_its_own_schemas(run: Run, project: Path) -> None:
    (project / "d.md").write_text("# D\n")
    run("hooks", "pre-task", "--description", "d", "--session-id", "s")
    run(
        "hooks",
        "post-edit",
        "--file",
        "d.md",
        "--memory-key",
        "swarm/architect/d",
        "--metadata",
        '{"confidence":"high"}',
    )
    run("hooks", "session-end", "--session-id", "s", "--export-metrics", "true")
    done = run("memory", "validate", "--versions", "all")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_validate_without_a_store(run: Run) -> None:
    assert run("memory", "validate").returncode == 1


def test_an_unknown_commit_is_no_all_clear(run: Run) -> None:
    capture = json.dumps({"test_name": "api", "git_commit": "abc", "p95_ms": 100})
    run(
        "hooks",
        "notify",
        "--message",
        "b",
        "--memory-key",
        "swarm/performance/baseline",
        "--metadata",
        capture,
        check=True,
    )
    done = run("memory", "insights", "regressions", "--baseline", "nosuch", "--current", "abc")
    assert (done.returncode, done.stdout) == (1, "")
    assert "No baseline was captured at commit nosuch" in done.stderr and "captures of: abc" in done.stderr
