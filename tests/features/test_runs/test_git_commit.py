"""The commit of a working tree, as git itself names it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hooks_cli.features.test_runs.git_commit import current_commit

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(folder: Path, *argv: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    done = subprocess.run(["git", *identity, *argv], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_it_is_what_git_says(tmp_path: Path) -> None:
    main, linked = tmp_path / "main", tmp_path / "linked"
    main.mkdir()
    assert current_commit(str(main)) == ""
    git(main, "init", "-q")
    assert current_commit(str(main)) == ""
    git(main, "commit", "-q", "--allow-empty", "-m", "one")
    assert current_commit(str(main)) == git(main, "rev-parse", "HEAD")
    git(main, "worktree", "add", "-q", str(linked))
    git(linked, "commit", "-q", "--allow-empty", "-m", "two")
    assert current_commit(str(linked)) == git(linked, "rev-parse", "HEAD") != current_commit(str(main))
    git(main, "pack-refs", "--all")
    assert current_commit(str(main)) == git(main, "rev-parse", "HEAD")
    assert current_commit(str(linked)) == git(linked, "rev-parse", "HEAD")
    git(main, "checkout", "-q", "--detach")
    assert current_commit(str(main)) == git(main, "rev-parse", "HEAD")


def test_a_head_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "secret").write_text("a" * 40)
    for head in ("ref: refs/../../secret", "ref: ../secret", "rubbish"):
        (tmp_path / ".git" / "HEAD").write_text(head)
        assert current_commit(str(tmp_path)) == ""
