"""What a test file can and cannot do: it starts only what it says, in a small environment, inside the project, on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run

TOUCHES = """
[services.a]
run = "touch service-started; sleep 60"

[[scenario]]
name = "touches"
run = "touch scenario-started"
"""


@pytest.mark.parametrize("argv", [("lint",), ("list",), ("run", "--dry-run")])
def test_lint_list_and_dry_run_start_nothing(project: Path, home: Path, run: Run, argv: tuple[str, ...]) -> None:
    (project / "t.toml").write_text(TOUCHES)
    done = run("test", *argv, "t.toml", check=True)
    assert done.stdout
    assert not list(project.glob("*-started"))
    assert not (home / "hooks/data/runs").exists()
    assert not (home / "hooks/data/projects").exists()


def test_run_starts_each_command_once_and_prints_it_before(project: Path, run: Run) -> None:
    (project / "t.toml").write_text(TOUCHES.replace("scenario-started", "scenario-started-$$") + "repeat = 3\n")
    done = run("test", "run", "t.toml", "--no-store", check=True)
    assert (project / "service-started").exists()
    assert len(list(project.glob("scenario-started-*"))) == 3
    assert done.stderr.count("starting touches: touch scenario-started-$$\n") == 1
    assert done.stderr.count("starting a: touch service-started; sleep 60\n") == 1


def test_nothing_comes_from_the_projects_settings(project: Path, run: Run) -> None:
    (project / "hooks.toml").write_text(TOUCHES)
    assert run("test", "run").returncode == 64
    assert run("test", "lint").returncode == 64
    assert not list(project.glob("*-started"))


def test_a_program_gets_a_small_environment_and_no_key(project: Path, run: Run, environ: dict[str, str]) -> None:
    environ |= {"MEMORY_ENCRYPTION_KEY": "ab" * 32, "TEAM_KEY": "cd" * 32, "EDITOR": "vi", "CI": "yes"}
    (project / "t.toml").write_text(
        '[[scenario]]\nname = "s"\nrun = "env > seen"\ninherit = ["CI"]\nenv = { A = "${a.addr}" }\n'
    )
    run("test", "run", "t.toml", "--no-store", check=True)
    seen = dict(line.split("=", 1) for line in (project / "seen").read_text().splitlines() if "=" in line)
    assert (seen["CI"], seen["A"]) == ("yes", "${a.addr}")
    assert not {"MEMORY_ENCRYPTION_KEY", "TEAM_KEY", "EDITOR", "HOOKS_HOME"} & set(seen)
    assert {"http_proxy", "TRACEPARENT", "HOOKS_MARK", "HOOKS_ATTEMPT", "OTEL_EXPORTER_OTLP_ENDPOINT"} <= set(seen)
    assert "ab" * 32 not in (project / "seen").read_text()
    for text in ('inherit = ["MEMORY_ENCRYPTION_KEY"]', 'env = { MEMORY_ENCRYPTION_KEY_FILE = "x" }'):
        (project / "t.toml").write_text(f'[[scenario]]\nname = "s"\nrun = "true"\n{text}\n')
        done = run("test", "run", "t.toml", "--no-store")
        assert done.returncode == 78
        assert "holds a key of the memory" in done.stderr


def test_the_variable_that_the_settings_name_as_the_key_is_a_key_too(
    project: Path, home: Path, run: Run, environ: dict[str, str]
) -> None:
    settings = home / "hooks/config/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[memory.security]\nencryption_key = "${TEAM_KEY}"\n')
    environ["TEAM_KEY"] = "cd" * 32
    (project / "t.toml").write_text('[[scenario]]\nname = "s"\nrun = "true"\ninherit = ["TEAM_KEY"]\n')
    done = run("test", "run", "t.toml", "--no-store")
    assert done.returncode == 78
    assert "TEAM_KEY" in done.stderr


def test_other_machines_need_an_option(project: Path, run: Run) -> None:
    scenario = '[[scenario]]\nname = "s"\nrun = "curl -s http://other.invalid/"\n'
    (project / "t.toml").write_text(
        '[services.a]\nexternal = "http://other.invalid:80"\nready = {cmd = "true"}\n' + scenario
    )
    done = run("test", "run", "t.toml", "--no-store")
    assert done.returncode == 78
    assert "--allow-external" in done.stderr
    (project / "t.toml").write_text(scenario)
    done = run("test", "run", "t.toml", "--no-store", "--json")
    assert done.returncode == 1
    notes = json.loads(done.stdout)["verdicts"][0]["cases"][0]["notes"]
    assert any("the proxy refused other.invalid" in note for note in notes)


@pytest.mark.parametrize("place", ["../out.xml", "/out.xml", "link/out.xml"])
def test_a_report_stays_inside_the_project(project: Path, run: Run, place: str) -> None:
    (project / "t.toml").write_text(TOUCHES)
    (project / "link").symlink_to(project.parent)
    assert run("test", "run", "t.toml", "--output", place).returncode == 64
    assert not list(project.glob("*-started"))
    run("test", "run", "t.toml", "--no-store", "--format", "junit", "--output", "build/out.xml", check=True)
    assert "<testsuites" in (project / "build/out.xml").read_text()


def test_mistakes_have_their_codes(project: Path, run: Run) -> None:
    (project / "t.toml").write_text(TOUCHES)
    assert run("test", "run", "nothing.toml").returncode == 66
    for option in (("--time-scale", "0"), ("--time-scale", "x"), ("--jobs", "0"), ("--format", "xml")):
        assert run("test", "run", "t.toml", *option).returncode == 64, option
    (project / "t.toml").write_text("[[")
    assert run("test", "lint", "t.toml").returncode == 65
    assert not list(project.glob("*-started"))


def test_reports_name_what_failed(project: Path, run: Run) -> None:
    scenario = """[[scenario]]\nname = "s"\nrun = "echo 'no <way>'; exit 3"\n"""
    (project / "t.toml").write_text(scenario)
    text = run("test", "run", "t.toml", "--no-store")
    assert text.returncode == 1
    assert "exit 3 instead of 0: no <way>" in text.stdout
    github = run("test", "run", "t.toml", "--no-store", "--format", "github").stdout
    assert github.startswith("::error file=t.toml,title=t%3A s::")
    junit = run("test", "run", "t.toml", "--no-store", "--format", "junit").stdout
    assert 'failures="1"' in junit
    assert "no &lt;way&gt;" in junit


def test_a_service_that_ends_by_itself_is_told_and_leaves_nothing_in_the_way(project: Path, run: Run) -> None:
    text = """
[services.a]
run = "sh -c 'sleep 60 & echo $! >> children'; sleep 0.3; exit 4"
restart = "on-failure"

[[scenario]]
name = "s"
run = "while [ $(cat children 2>/dev/null | wc -l) -lt 2 ]; do sleep 0.05; done; ! kill -0 $(head -1 children)"
"""
    (project / "t.toml").write_text(text)
    done = run("test", "run", "t.toml", check=True)
    assert "note        a ended by itself with 4 after" in done.stdout
    assert "kept in the memory: 1 entries, session test-" in done.stdout


def test_session_and_tasks_have_the_times_of_the_run(project: Path, run: Run) -> None:
    (project / "t.toml").write_text(
        '[[scenario]]\nname = "one"\nrun = "sleep 0.3"\n[[scenario]]\nname = "two"\nrun = "sleep 0.5"\n'
    )
    body = json.loads(run("test", "run", "t.toml", "--json", check=True).stdout)["verdicts"][0]
    [session] = json.loads(run("session", "list", "--json").stdout)["sessions"]
    assert session["session_id"] == f"test-{body['run']}"
    assert 800 <= session["duration_ms"] <= body["cases"][0]["seconds"] * 1000 + 100
    tasks = {task["task_id"]: task["duration_ms"] for task in json.loads(run("task", "list", "--json").stdout)["tasks"]}
    assert set(tasks) == {"one", "two"}
    assert (tasks["one"] >= 300, tasks["two"] >= 500, tasks["one"] + tasks["two"] <= session["duration_ms"]) == (
        True,
    ) * 3


def test_a_retry_that_passes_is_flaky_and_its_cure_is_kept(project: Path, run: Run) -> None:
    text = '[self_healing]\nauto_retry = true\nmax_retries = 2\nlearn_from_failures = true\n[[scenario]]\nname = "s"\n'
    (project / "t.toml").write_text(text + 'run = "[ -e once ] || { touch once; exit 28; }"\n')
    done = run("test", "run", "t.toml", "--json", "--time-scale", "0.1", check=True)
    [case] = json.loads(done.stdout)["verdicts"][0]["cases"]
    assert case["flaky"] == ["s"]
    assert "1 of them flaky" in case["answers"][0]["text"]
    cure = json.loads(run("memory", "recall", "swarm/self_healing/remediations/s_exit_28", "--json").stdout)
    metadata = cure["entries"][0]["metadata"]
    assert (metadata["attempts"], metadata["success"], metadata["success_rate"]) == (1, True, 1.0)


def test_what_looks_like_a_secret_is_sealed_in_what_is_kept(project: Path, run: Run) -> None:
    secret = "ghp_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"  # made up, in the maker's shape
    (project / "t.toml").write_text(f'[[scenario]]\nname = "s"\nrun = "echo token {secret}; exit 1"\n')
    assert run("test", "run", "t.toml").returncode == 1
    kept = run("memory", "recall", "swarm/orchestration/validation_results/t").stdout
    assert "exit 1 instead of 0" in kept
    assert secret not in kept
