"""Who may do what: agents that only read, files that are not stores."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Run


def test_a_read_only_agent_neither_replaces_nor_collects_the_store(run: Run, home: Path, project: Path) -> None:
    config = home / "hooks" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('[agents.reader]\nmemory_access = "read-only"\n')
    run("memory", "store", "k", "old", check=True)
    run("memory", "backup", "copy.bak", check=True)
    run("memory", "store", "k", "new", check=True)
    reader = {"HOOKS_AGENT": "reader"}
    for words in (("restore", "copy.bak"), ("gc",), ("cleanup", "--older-than", "1d")):
        assert run("memory", *words, env=reader).returncode == 77, words
    assert run("memory", "restore", "copy.bak", "--dry-run", env=reader).returncode == 0
    assert run("memory", "gc", "--dry-run", env=reader).returncode == 0
    assert run("memory", "recall", "k", env=reader, check=True).stdout == "new"
    assert run("project", "adopt", "elsewhere", "--replace", env=reader).returncode == 77


def test_the_session_of_a_read_only_agent_ends_without_a_write_to_the_memory(run: Run, home: Path) -> None:
    config = home / "hooks" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('[agents.reader]\nmemory_access = "read-only"\n[memory.gc]\nmax_versions = 1\n')
    run("memory", "store", "k", "1", check=True)
    run("memory", "store", "k", "2", check=True)
    reader = {"HOOKS_AGENT": "reader"}
    run("hooks", "pre-task", "--description", "d", "--session-id", "s", env=reader, check=True)
    done = run("hooks", "session-end", "--session-id", "s", env=reader, check=True)
    assert "Session closed: s" in done.stdout and "read-only" in done.stderr
    assert run("memory", "list", check=True).stdout.startswith("k\t")
    assert run("memory", "recall", "sessions/s/metrics").returncode == 1
    assert len(run("memory", "history", "k", check=True).stdout.splitlines()) >= 2


def test_a_read_only_agent_does_not_accept_a_rollback(run: Run, home: Path) -> None:
    config = home / "hooks" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('[agents.reader]\nmemory_access = "read-only"\n')
    run("memory", "store", "k", "1", check=True)
    path = next(home.rglob("memory.db"))
    early = {file: file.read_bytes() for file in path.parent.glob("memory.db*") if not file.name.endswith("-shm")}
    run("memory", "store", "k", "2", check=True)
    for file, content in early.items():
        file.write_bytes(content)
    path.with_name("memory.db-shm").unlink(missing_ok=True)
    reader = {"HOOKS_AGENT": "reader"}
    assert run("memory", "recall", "k", env=reader).returncode == 77
    assert run("memory", "recall", "k", "--accept-rollback", env=reader, check=True).stdout == "1"
    assert run("memory", "verify", "--accept-rollback", env=reader).returncode == 77
    assert run("memory", "recall", "k").returncode == 77, "it is not accepted"
    run("memory", "verify", "--accept-rollback", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "1"


def test_a_file_that_is_no_store_keeps_its_mode(run: Run, project: Path) -> None:
    other = project / "notes.db"
    other.write_text("not a store\n" * 100)
    other.chmod(0o644)
    refused = run("memory", "list", env={"HOOKS_STORE": str(other)})
    assert refused.returncode == 77 and other.stat().st_mode & 0o777 == 0o644
