"""`hooks session-end`: closes the session, stores and prints its metrics."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Run

T0 = 1_760_702_400_000


def test_true_figures(run: Run) -> None:
    def at(seconds: int) -> dict[str, str]:
        return {"HOOKS_NOW": str(T0 + seconds * 1000)}

    run("hooks", "pre-task", "--description", "a", "--task-id", "a", "--session-id", "s", env=at(0), check=True)
    run("hooks", "post-edit", "--file", "x.py", "--agent", "coder", env=at(1), check=True)
    run("hooks", "post-edit", "--file", "x.py", env=at(2), check=True)
    run("hooks", "post-edit", "--file", "y.py", "--memory-key", "k", env=at(3), check=True)
    run("hooks", "notify", "--message", "m", env=at(4), check=True)
    run("hooks", "post-task", "--task-id", "a", "--success", "true", env=at(10), check=True)
    run("hooks", "pre-task", "--description", "b", env=at(11), check=True)
    told = json.loads(run("hooks", "session-end", "--session-id", "s", "--json", env=at(60), check=True).stdout)
    assert told["session_id"] == "s" and told["exported"] is None
    metrics = told["metrics"]
    assert metrics["opened_at"] == "2025-10-17T12:00:00.000Z" and metrics["closed_at"] == "2025-10-17T12:01:00.000Z"
    assert metrics["duration_ms"] == 60_000
    assert (metrics["tasks"], metrics["tasks_open"], metrics["tasks_succeeded"]) == (2, 0, 1)
    assert metrics["tasks_abandoned"] == 1
    assert (metrics["files_edited"], metrics["notices"], metrics["entries_written"]) == (2, 1, 1)
    assert metrics["agents"] == ["coder"]
    assert metrics["events"] == {"notify": 1, "post-edit": 3, "post-task": 1, "pre-task": 2}
    stored = json.loads(run("memory", "recall", "sessions/s/metrics", check=True).stdout)
    assert stored == metrics


def test_summary(run: Run) -> None:
    run("hooks", "pre-task", "--description", "Build the login", "--session-id", "s", check=True)
    run("hooks", "notify", "--message", "It works", check=True)
    done = run("hooks", "session-end", "--session-id", "s", "--generate-summary", check=True)
    assert "Build the login" in done.stdout and "It works" in done.stdout


def test_without_a_session(run: Run) -> None:
    done = run("hooks", "session-end", "--export-metrics", "true")
    assert done.returncode == 0 and "No open session" in done.stdout


def test_the_export_is_named_and_private(run: Run, project: Path) -> None:
    run("hooks", "pre-task", "--description", "d", "--session-id", "../odd name", check=True)
    done = run("hooks", "session-end", "--session-id", "../odd name", "--output", "out/../metrics.json")
    assert done.returncode in (0, 73), done.stderr
    done = run("hooks", "session-end", "--session-id", "../odd name", "--output", "metrics.json", check=True)
    assert (project / "metrics.json").stat().st_mode & 0o077 == 0
    exported = json.loads((project / "metrics.json").read_text())
    assert exported["session_id"] == "../odd name" and exported["metrics"]["events"]["pre-task"] == 1
    default = run("hooks", "session-end", "--session-id", "../odd name", "--export-metrics", check=True).stdout
    path = Path(default.rpartition("Metrics exported: ")[2].strip())
    assert path.exists() and path.parent.name == "exports"


def test_a_place_that_cannot_be_written_is_an_error_and_the_session_is_closed(run: Run) -> None:
    run("hooks", "pre-task", "--description", "d", "--session-id", "s", check=True)
    done = run("hooks", "session-end", "--session-id", "s", "--output", "/proc/nothing/m.json")
    assert done.returncode in (73, 74, 77) and "/proc/nothing" in done.stderr
    assert run("memory", "recall", "sessions/s/metrics").returncode == 0
