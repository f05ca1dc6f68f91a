"""Who may do what: agents that only read, files that are no stores."""

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


def test_a_file_that_is_no_store_keeps_its_mode(run: Run, project: Path) -> None:
    other = project / "notes.db"
    other.write_text("not a store\n" * 100)
    other.chmod(0o644)
    refused = run("memory", "list", env={"HOOKS_STORE": str(other)})
    assert refused.returncode == 77 and other.stat().st_mode & 0o777 == 0o644
