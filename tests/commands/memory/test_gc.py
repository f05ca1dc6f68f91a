"""`memory gc` and `memory destroy` through the installed program: what is said, and when it runs by itself."""

from __future__ import annotations

from pathlib import Path

from hooks_cli.text.units import DAY
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
    assert run("memory", "cleanup", "--days", "30", env=env, check=True).stdout == (
        "Nothing to delete (older than 30 days).\n"
    )
    for argv in (["--days", "0"], ["--days", "1", "--older-than", "2d"], ["--threshold", "9"], ["--schedule", "x"]):
        assert run("memory", "gc", *argv, env=env).returncode == 64, argv
    for size in ("10MB", "0.9"):
        assert "nothing was collected" in run("memory", "gc", "--threshold", size, env=env, check=True).stdout
    for argv in (["--aggressive", "--stats"], ["--defrag-only"], ["--incremental"], ["--expired-only"], ["-n", "temp"]):
        run("memory", "gc", *argv, env=env, check=True)


def test_gc_at_session_end(run: Run, home: Path) -> None:
    (home / "hooks/config").mkdir(parents=True)

    def end(settings: str) -> str:
        (home / "hooks/config/config.toml").write_text(settings)
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


def test_gc_leaves_alone_what_is_excluded(run: Run) -> None:
    """A namespace, a glob and one address, whatever the rules say of them: age, lifetime, number of versions."""
    old = {"HOOKS_NOW": str(START - 91 * DAY)}
    for key in ("prod/a", "prod/deep/b", "product", "keep/x", "temp/a", "temp/b", "single"):
        run("memory", "store", key, "v", env=old, check=True)
    run("memory", "store", "prod/short", "v", "--ttl", "1d", env=old, check=True)
    env = {"HOOKS_NOW": str(START)}
    choice = ("--exclude-namespaces", "prod,keep/*", "--exclude", "single")
    dry = run("memory", "gc", "--dry-run", *choice, env=env, check=True).stdout
    assert "keep\tprod/a\tv1\tleft alone by --exclude prod/*\n" in dry
    assert [line.split("\t")[1] for line in dry.splitlines() if line.startswith("drop")] == [
        "product",
        "temp/a",
        "temp/b",
    ]
    done = run("memory", "gc", "--exclude-namespace", "prod", "--namespace", "prod", env=env, check=True)
    assert done.stdout == "Nothing to delete.\n"
    done = run("memory", "clear", "--expired-only", "--except", "prod", env=env, check=True)
    assert done.stdout == "Nothing to delete.\n"
    assert "Collected 3 versions" in run("memory", "cleanup", *choice, env=env, check=True).stdout
    left = loaded(run("memory", "list", "--include-expired", "--json", env=env, check=True).stdout)["entries"]
    assert {entry["key"] for entry in left} == {"prod/a", "prod/deep/b", "prod/short", "keep/x", "single"}


def test_a_size_limit_spares_what_is_excluded(run: Run, home: Path) -> None:
    (home / "hooks/config").mkdir(parents=True)
    (home / "hooks/config/config.toml").write_text('[memory]\nmax_size = "1KB"\n')
    for key in ("prod/a", "temp/a"):
        run("memory", "store", key, "v" * 500, check=True)
    run("memory", "gc", "--exclude", "prod", check=True)
    assert run("memory", "recall", "prod/a", check=True).stdout == "v" * 500
    assert run("memory", "recall", "temp/a").returncode == 1


def test_a_bounded_collection_refuses_what_it_would_pass_over(run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    for argv in (["--exclude", "a"], ["--older-than", "1d"], ["-n", "temp"], ["--aggressive"], ["temp/*"]):
        done = run("memory", "gc", "--incremental", *argv)
        assert done.returncode == 64 and "--incremental takes no" in done.stderr, argv
