"""Every command line of the two documents runs as it stands, and what it says it kept is there."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests import seeds
from tests.conftest import PROGRAM, ROOT, Run

SHARED = ROOT.parent / "shared" / "seeds"
# Hands claude-flow calls to the program under test; the shims proper have tests of their own.
NPX = """#!/bin/sh
case $1 in claude-flow|claude-flow@*) shift; exec claude-flow "$@" ;; esac
exit 127
"""


@pytest.fixture
def shell(project: Path, environ: dict[str, str], tmp_path: Path):
    """Run one command line through sh, with an `npx` in PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "npx").write_text(NPX)
    (folder / "npx").chmod(0o755)
    variables = {**environ, "PATH": f"{folder}{os.pathsep}{environ['PATH']}"}

    def call(line: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", line], capture_output=True, text=True, env={**variables, **more}, cwd=project
        )

    return call


@pytest.fixture
def documents(project: Path) -> None:
    """Some of the files that the command lines name; the others are missing, as they may be."""
    (project / "auth-spec.md").write_text("# Auth\n\nUsers log in with OAuth2.\n")
    (project / "docs" / "architecture").mkdir(parents=True)
    (project / "docs/architecture/hyper_advanced_framework.md").write_text("# Framework\n\nFive layers.\n")
    (project / "docs/architecture/plugin_system.md").write_text("# Plugins\n\nFour traits.\n")
    (project / "generated_tests").mkdir()
    (project / "generated_tests" / "test_one.toml").write_text("[meta]\n")


@pytest.mark.parametrize("document", seeds.DOCUMENTS)
def test_the_fixture_is_what_the_document_shows(document: str) -> None:
    original = SHARED / f"{document}.txt"
    if not original.exists():
        pytest.skip("the documents are not beside this checkout")
    assert seeds.kept(document) == seeds.command_lines(original.read_text())


def test_every_command_line_runs_and_what_it_kept_is_there(shell, documents, run: Run, project: Path) -> None:
    said = {}
    for document in seeds.DOCUMENTS:
        for line in seeds.kept(document):
            done = shell(line)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            for output in done.stdout.splitlines():
                if output.startswith("Stored successfully: "):
                    said[output.split()[2]] = line
    # 14 keys of the hooks' document (12 written by name, 2 metrics), and those of the other.
    assert len(said) >= 16, sorted(said)
    for address, line in said.items():
        envelope = json.loads(run("memory", "recall", address, "--json", check=True).stdout)["entries"][0]
        assert envelope["key"] == address
        assert envelope["event"] in line or envelope["event"] == "store"
        metadata = line.partition("--metadata '")[2].rpartition("'")[0]
        if metadata:
            assert envelope["metadata"] == json.loads(metadata)
        message = line.partition('--message "')[2].partition('"')[0]
        if message:
            assert envelope["data"] == message
    assert run("memory", "recall", "sparc/auth-service/*", check=True).stdout.startswith(
        "sparc/auth-service/specifications\t# Auth"
    )
    assert run("memory", "recall", "sparc/auth-service/specifications").stdout == "# Auth\n\nUsers log in with OAuth2."
    assert run("memory", "recall", "swarm/architect/hyper_advanced_design").stdout == "# Framework\n\nFive layers.\n"
    assert run("memory", "recall", "swarm/intelligence/generated_tests").stdout == "test_one.toml"
    source = json.loads(run("memory", "recall", "swarm/topology/hyper-advanced-001", "--json").stdout)["entries"][0][
        "source"
    ]
    assert source == {"path": "swarm_topology.json", "kind": "missing"}
    assert list(project.glob("memory-*.sqlite")), "memory export --format sqlite wrote no file"


@pytest.fixture
def scenario(shell, documents) -> None:
    """The whole of the first document, up to the agents that read."""
    for line in seeds.kept(seeds.DOCUMENTS[0]):
        if "session-restore" not in line:
            assert shell(line).returncode == 0, line


def test_each_later_agent_finds_what_is_meant_for_it(scenario, run: Run) -> None:
    def brief(session: str) -> str:
        return run("hooks", "session-restore", "--session-id", session, check=True).stdout

    tester = brief("hyper-tester-001")
    assert "api_user_registration" in tester
    assert '"confidence":0.92' in tester and '"trace_count":1000' in tester
    # What the role needs stands before the rest of the project.
    assert tester.index("api_user_registration") < (tester + "scenario_01_minimal").index("scenario_01_minimal")
    performance = brief("hyper-perf-001")
    assert "scenario_01_minimal" in performance and '"p99_ms":250' in performance
    coder = brief("hyper-coder-001")
    assert "swarm/architect/hyper_advanced_design" in coder and "swarm/architect/plugin_architecture" in coder
    assert "Five layers." in coder and "Four traits." in coder
    assert "db_failover_results" in brief("hyper-chaos-001")
    assert "retry_with_exponential_backoff" in brief("hyper-healing-001")
    swarm = brief("hyper-swarm-001")
    for address in (
        "topology/hyper-advanced-001",
        "orchestration/topology",
        "chaos/experiments",
        "performance/baseline",
    ):
        assert f"swarm/{address}" in swarm
    assert "swarm/intelligence/generated_tests" in swarm and "swarm/self_healing/remediations" in swarm
    assert "p50=45ms, p95=120ms" in swarm
    unknown = brief("nobody-knows-this-9")
    assert "Auto-remediated transient_network_error" in unknown
    assert brief("nobody-knows-this-9") == unknown, "a second restore says the same"


def test_globs_and_versions_of_the_second_document(shell, run: Run) -> None:
    for line in seeds.kept(seeds.DOCUMENTS[1]):
        if "coordination" in line:
            assert shell(line).returncode == 0
    assert (
        "coordination/task-123\tAssigned API development to coder-1"
        in shell('claude-flow memory recall "coordination/*" --limit 10').stdout
    )
    again = shell('claude-flow memory store "coordination/task-123" "Assigned it all to coder-2"')
    assert "version 2)" in again.stdout


def test_nothing_is_readable_without_the_key(scenario, run: Run, home: Path) -> None:
    words = (
        b"Baseline captured", b"p95_ms", b"swarm/performance", b"api_user_registration", b"hyper-swarm-001", b"Five layers",
        b"hyper-memory-001", b"transient_network", b"db_failover", b"SQLite format 3",
    )  # fmt: skip
    looked = 0
    for path in (home / "hooks" / "data").rglob("*"):
        if not path.is_file() or path.parent.name == "exports":
            continue
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        content = path.read_bytes()
        looked += 1
        for word in words:
            assert word not in content, f"{word!r} is readable in {path.name}"
    assert looked >= 3
    import sqlite3

    store = next((home / "hooks" / "data").rglob("memory.db"))
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(store).execute("SELECT count(*) FROM sqlite_master").fetchall()


def test_metrics_are_stored_printed_and_exported(scenario, run: Run, home: Path) -> None:
    metrics = json.loads(run("memory", "recall", "sessions/hyper-swarm-001/metrics", check=True).stdout)
    assert metrics["session_id"] == "hyper-swarm-001"
    assert metrics["events"]["post-edit"] == 4 and metrics["events"]["notify"] == 2
    ended = run(
        "hooks", "session-end", "--session-id", "hyper-swarm-001", "--export-metrics", "true", check=True
    ).stdout
    path = Path(ended.rpartition("Metrics exported: ")[2].strip())
    assert path.parent == home / "hooks" / "data" / "exports"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["metrics"]["events"]["post-edit"] == 4
    named = run("hooks", "session-end", "--session-id", "hyper-swarm-001", "--output", "m.json", check=True).stdout
    assert "Metrics exported: " in named


def test_the_program_under_test_is_the_installed_one() -> None:
    assert PROGRAM.exists()
