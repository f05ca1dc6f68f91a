"""`memory gc` and `memory destroy` through the installed program: what is said, and when it runs by itself."""

from __future__ import annotations

from pathlib import Path

from hooks_cli.model.times import DAY
from tests.conftest import Run, loaded
from tests.stores import START


# --- gc through the program --------------------------------------------------------------------------------------------
def test_gc_explains(run: Run, project: Path) -> None:
    (project / "hooks.toml").write_text("[memory.gc]\n")
    for age in (91, 1):
        now = {"HOOKS_NOW": str(START - age * DAY)}
        run("memory", "store", f"n/{age}", "v", env=now, check=True)
        run("memory", "store", "perf/baseline", "v", "--metadata", '{"git_commit":"abc"}', env=now, check=True)
    env = {"HOOKS_NOW": str(START)}
    before = run("memory", "list", env=env, check=True).stdout
    dry = run("memory", "gc", "--dry-run", env=env, check=True).stdout
    assert "drop\tn/91\tv1\t91 days old, more than 90 days\n" in dry
    assert "keep\tperf/baseline\tv1\tbaseline 2 of 5 of commit abc\n" in dry
    assert run("memory", "list", env=env, check=True).stdout == before
    body = loaded(run("memory", "gc", "--explain", "perf/baseline", "--json", env=env, check=True).stdout)
    assert [(d["key_version"], d["keep"]) for d in body["decisions"]] == [(2, True), (1, True)]
    assert run("memory", "gc", "--explain", "nobody", env=env).returncode == 1
    assert "Collected 1 version" in run("memory", "cleanup", "--older-than", "30d", env=env, check=True).stdout
    assert run("memory", "cleanup", "--days", "30", env=env, check=True).stdout == "Nothing is due.\n"
    for argv in (["--days", "0"], ["--days", "1", "--older-than", "2d"], ["--threshold", "9"], ["--schedule", "x"]):
        assert run("memory", "gc", *argv, env=env).returncode == 64, argv
    for size in ("10MB", "0.9"):
        assert "nothing was collected" in run("memory", "gc", "--threshold", size, env=env, check=True).stdout
    for argv in (["--aggressive", "--stats"], ["--defrag-only"], ["--incremental"], ["--expired-only"], ["-n", "temp"]):
        run("memory", "gc", *argv, env=env, check=True)


def test_gc_at_session_end(run: Run, project: Path) -> None:
    def end(settings: str) -> str:
        (project / "hooks.toml").write_text(settings)
        done = run("hooks", "session-end", "--session-id", "s", env={"HOOKS_NOW": str(START + 200 * DAY)}, check=True)
        return done.stdout + done.stderr

    run("memory", "store", "old", "v", env={"HOOKS_NOW": str(START)}, check=True)
    assert "ollect" not in end("")
    assert "held off" in end("[memory.gc]\n")
    run("memory", "store", "new", "v", env={"HOOKS_NOW": str(START + 198 * DAY)}, check=True)
    assert "ollect" not in end("[memory.gc]\nenabled = false\n")
    assert "Collected 1 version" in end("[memory.gc]\nmax_age_days = 90\n")
    assert run("memory", "recall", "old").returncode == 1


def test_destroying_a_glob_needs_a_yes(run: Run) -> None:
    for key in ("x/a", "x/b"):
        run("memory", "store", key, "v", check=True)
    done = run("memory", "destroy", "x/*")
    assert done.returncode == 64 and "--yes" in done.stderr
    assert "2 entries" in run("memory", "destroy", "x/*", "--dry-run", check=True).stdout
    body = loaded(run("memory", "destroy", "x/*", "--yes", "--json", check=True).stdout)
    assert body["total"] == 2
    assert run("memory", "undelete", "x/a").returncode == 1
    assert run("memory", "destroy", "nobody").returncode == 1
