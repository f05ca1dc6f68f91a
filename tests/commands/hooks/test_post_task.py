"""`hooks post-task`: closes a task, with its duration and counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run

T0 = 1_760_702_400_000


def at(seconds: float) -> dict[str, str]:
    return {"HOOKS_NOW": str(T0 + int(seconds * 1000))}


def test_duration_and_counts(run: Run) -> None:
    run("hooks", "pre-task", "--description", "d", "--task-id", "t", "--session-id", "s", env=at(0), check=True)
    run("hooks", "notify", "--message", "m", env=at(10), check=True)
    run("hooks", "post-edit", "--file", "x.py", env=at(20), check=True)
    run("hooks", "post-edit", "--file", "y.py", env=at(30), check=True)
    done = run("hooks", "post-task", "--task-id", "t", env=at(90), check=True)
    assert done.stdout == "Task closed: t (after 1 min 30 s; 1 notify, 2 post-edit)\n"


def test_an_unnamed_task_is_adopted(run: Run) -> None:
    """Prompts name their task at its end and not at its beginning."""
    run("hooks", "pre-task", "--description", "d", env=at(0), check=True)
    told = json.loads(run("hooks", "post-task", "--task-id", "oauth", "--json", env=at(5), check=True).stdout)
    assert (told["task_id"], told["duration_ms"]) == ("oauth", 5000)


def test_a_task_is_closed_once(run: Run) -> None:
    """A second end of the same task must not end another one that is still open."""
    for moment, words in ((0, "first"), (1, "second")):
        run("hooks", "pre-task", "--description", words, "--session-id", "s", env=at(moment), check=True)
    told = json.loads(run("hooks", "post-task", "--task-id", "oauth", "--json", env=at(5), check=True).stdout)
    assert (told["task_id"], told["duration_ms"]) == ("oauth", 4000) and "already_closed" not in told
    again = run("hooks", "post-task", "--task-id", "oauth", env=at(9), check=True)
    assert again.stdout.startswith("Task was closed already: oauth (after 4.0 s")
    told = json.loads(run("hooks", "post-task", "--task-id", "oauth", "--json", env=at(9), check=True).stdout)
    assert (told["already_closed"], told["duration_ms"]) == (True, 4000) and told["revision"] > 4
    listed = json.loads(run("task", "list", "--json", check=True).stdout)["tasks"]
    assert [task["closed_at"] is None for task in listed] == [False, True]
    # Whoever gives each of their tasks the same name means the one that began since.
    run("hooks", "pre-task", "--description", "third", env=at(20), check=True)
    told = json.loads(run("hooks", "post-task", "--task-id", "oauth", "--json", env=at(25), check=True).stdout)
    assert (told["duration_ms"], "already_closed" in told) == (5000, False)


def test_a_named_task_is_not_adopted_by_another_name(run: Run) -> None:
    run("hooks", "pre-task", "--description", "d", "--task-id", "mine", env=at(0), check=True)
    told = json.loads(run("hooks", "post-task", "--task-id", "other", "--json", env=at(5), check=True).stdout)
    assert (told["task_id"], told["duration_ms"]) == ("other", None)
    mine = json.loads(run("hooks", "post-task", "--task-id", "mine", "--json", env=at(9), check=True).stdout)
    assert mine["duration_ms"] == 9000


def test_adoption_keeps_to_its_agent(run: Run) -> None:
    run("hooks", "pre-task", "--description", "a", "--agent-id", "coder", env=at(0), check=True)
    run("hooks", "pre-task", "--description", "b", "--agent-id", "tester", env=at(1), check=True)
    told = json.loads(
        run("hooks", "post-task", "--task-id", "x", "--agent-id", "coder", "--json", env=at(5), check=True).stdout
    )
    assert told["duration_ms"] == 5000


def test_without_a_beginning_it_is_recorded_alone(run: Run) -> None:
    done = run("hooks", "post-task", "--task-id", "ghost", check=True)
    assert done.stdout == "Task closed: ghost (its beginning was not recorded)\n"


def test_without_anything(run: Run) -> None:
    assert run("hooks", "post-task").returncode == 0


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        (["--success", "true"], "success"),
        (["--success"], "success"),
        (["--success=false"], "failure"),
        (["--status", "completed"], "success"),
        (["--status", "failed"], "failure"),
        (["--status", "half-done"], "half-done"),
        ([], None),
    ],
)
def test_the_outcome_goes_into_the_metrics(run: Run, words: list[str], outcome: str | None) -> None:
    run("hooks", "pre-task", "--description", "d", "--task-id", "t", "--session-id", "s", check=True)
    run("hooks", "post-task", "--task-id", "t", *words, check=True)
    metrics = json.loads(run("hooks", "session-end", "--session-id", "s", "--json", check=True).stdout)["metrics"]
    assert metrics["tasks"] == 1 and metrics["tasks_open"] == 0
    assert metrics["tasks_succeeded"] == (outcome == "success")
    assert metrics["tasks_failed"] == (outcome == "failure")


def test_a_result_is_kept(run: Run) -> None:
    run("hooks", "post-task", "--task-id", "t", "--memory-key", "results/t", "--result", "All green", check=True)
    assert run("memory", "recall", "results/t", check=True).stdout == "All green"


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        *((word, "success") for word in ("true", "1", "yes", "ok", "success", "passed", "Completed")),
        *(
            (word, "failure")
            for word in ("false", "0", "no", "fail", "failed", "FAILURE", "error", "aborted", "cancelled")
        ),
        *((word, None) for word in ("maybe", "0.2", "$SUCCESS", "-1", "partial")),
    ],
)
def test_what_success_says(run: Run, word: str, outcome: str | None) -> None:
    done = run("hooks", "post-task", "--task-id", "t", "--success", word, "--json", check=True)
    told = json.loads(done.stdout)
    task = json.loads(run("task", "list", "--json", check=True).stdout)["tasks"][0]
    assert (told["success"], task["outcome"]) == (
        {"success": True, "failure": False, None: None}[outcome or None],
        outcome,
    )
    assert (told.get("word"), task["word"]) == ((word, word) if outcome is None else (None, None))
    assert done.stderr.count("\n") == (outcome is None)
    assert told["task_id"] == "t"


@pytest.mark.parametrize("option", ["--export-metrics", "--metrics-file", "--output-path"])
@pytest.mark.parametrize("verb", ["post-task", "session-end"])
def test_metrics_are_written_where_asked(run: Run, project: Path, verb: str, option: str) -> None:
    run("hooks", "pre-task", "--description", "d", check=True)
    done = run("hooks", verb, option, "out/figures.json", check=True)
    assert f"Metrics exported: {project / 'out/figures.json'}\n" in done.stdout
    told = json.loads((project / "out/figures.json").read_text())
    assert told["task_id" if verb == "post-task" else "session_id"].startswith(("task-", "session-"))


def test_metrics_without_a_place_have_the_programs_own(run: Run, project: Path) -> None:
    for words in (["--export-metrics"], ["--export-metrics", "true"], ["--export-metrics", "${exportMetrics}"]):
        told = json.loads(run("hooks", "post-task", *words, "--json", check=True).stdout)
        assert json.loads(Path(told["exported"]).read_text())["schema_version"] == "1"
    assert [path.name for path in project.iterdir()] == ["hooks.toml"]
