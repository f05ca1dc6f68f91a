"""Folders that variables name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run


def test_a_tilde_that_no_shell_expanded_is_the_home(run: Run, home: Path, project: Path) -> None:
    run("memory", "store", "k", "v", env={"HOOKS_HOME": "~/kept"}, check=True)
    assert (home / "kept" / "data").is_dir() and (home / "kept" / "config" / "keys").is_dir()
    run("memory", "store", "k", "v", env={"HOOKS_STORE": "~/one.db"}, check=True)
    assert (home / "one.db").is_file()
    assert [path.name for path in project.iterdir()] == ["hooks.toml"]


@pytest.mark.parametrize("variable", ["HOOKS_HOME", "HOOKS_STORE"])
@pytest.mark.parametrize("named", ["${HOME}/x", "$HOME/x", "~jo/x"])
def test_what_no_shell_expanded_is_refused(run: Run, project: Path, variable: str, named: str) -> None:
    refused = run("memory", "store", "k", "v", env={variable: named})
    assert refused.returncode == 78 and variable in refused.stderr and named in refused.stderr
    assert [path.name for path in project.iterdir()] == ["hooks.toml"]
