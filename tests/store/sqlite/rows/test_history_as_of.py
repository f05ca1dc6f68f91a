"""`--as-of` and `--at-revision` beside entries that an import brought."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Run


def test_what_was_there_at_a_time_does_not_hang_on_revisions(run: Run, tmp_path: Path) -> None:
    """An import brings versions that are older than their revisions: a time before them must not show what was stored later."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "hooks.toml").write_text("")
    run("memory", "store", "old", "then", env={"HOOKS_NOW": "2026-01-01T00:00:00Z"}, cwd=elsewhere, check=True)
    run("memory", "export", str(tmp_path / "old.ndjson"), cwd=elsewhere, check=True)
    later = {"HOOKS_NOW": "2026-02-01T00:00:00Z"}
    run("memory", "store", "new", "now", env=later, check=True)
    run("memory", "import", str(tmp_path / "old.ndjson"), env=later, check=True)
    between = ("--as-of", "2026-01-15T00:00:00Z")
    assert run("memory", "recall", "old", *between, env=later, check=True).stdout == "then"
    assert run("memory", "recall", "new", *between, env=later).returncode == 1
    assert run("memory", "list", *between, env=later, check=True).stdout == "old\tthen\n"
    assert run("memory", "recall", "new", "--as-of", "2026-02-01T00:00:00Z", env=later, check=True).stdout == "now"
    assert run("memory", "recall", "*", "--at-revision", "1", env=later, check=True).stdout == "new\tnow\n"
