"""`setup shell`: lines in a shell's start file and the project's wrapper, put there and taken away again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.mark.parametrize(
    ("shell", "file"), [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", ".config/fish/conf.d/hooks-cli.fish")]
)
def test_shell(run: Run, home: Path, environ: dict[str, str], shell: str, file: str) -> None:
    start = home / file
    start.parent.mkdir(parents=True, exist_ok=True)
    start.write_text("# mine\nalias ll='ls -l'\n")
    assert run("setup", "shell", shell, "--check").returncode == 1
    run("setup", "shell", shell, check=True)
    text = start.read_text()
    assert text.startswith("# mine\nalias ll='ls -l'\n") and run("setup", "shell", shell, "--check").returncode == 0
    run("setup", "shell", shell, check=True)
    assert start.read_text() == text
    shims = Path(environ["HOOKS_HOME"]) / "data" / "shims"
    assert sorted(os.listdir(shims)) == ["bunx", "npx", "pnpm", "ruflo"]
    if shutil.which(shell):
        script = "command -v npx; . ~/.bashrc; command -v npx" if shell == "bash" else f". '{start}'; command -v npx"
        shown = subprocess.run([shell, "-c", script], env=environ, capture_output=True, text=True)
        assert shown.stdout.splitlines()[-1] == str(shims / "npx"), shown
    run("setup", "shell", shell, "--remove", check=True)
    assert start.read_text() == "# mine\nalias ll='ls -l'\n"


def test_shell_is_the_users_own_or_an_error(run: Run, home: Path) -> None:
    run("setup", "shell", env={"SHELL": "/usr/bin/zsh"}, check=True)
    assert (home / ".zshrc").exists()
    run("setup", "shell", "--remove", env={"SHELL": "/usr/bin/zsh"}, check=True)
    assert not (home / ".zshrc").exists()
    for shell in ("/bin/tcsh", ""):
        assert run("setup", "shell", env={"SHELL": shell}).returncode == 64


def test_the_projects_wrapper(run: Run, project: Path, environ: dict[str, str], tmp_path: Path) -> None:
    run("setup", "shell", "--wrapper", check=True)
    wrapper = project / "claude-flow"
    done = subprocess.run(
        [wrapper, "memory", "store", "k", "a b"], env=environ, cwd=project, capture_output=True, text=True
    )
    assert done.stdout.startswith("Stored successfully: k")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "npx").write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    (tmp_path / "bin" / "npx").chmod(0o755)
    path = f"{tmp_path / 'bin'}:{environ['PATH']}"
    other = subprocess.run([wrapper, "swarm", "a b"], env={**environ, "PATH": path}, capture_output=True, text=True)
    assert other.stdout == "-y|claude-flow@alpha|swarm|a b|"
    assert run("setup", "shell", "--wrapper", "--check").returncode == 0
    run("setup", "shell", "--wrapper", "--remove", check=True)
    assert not wrapper.exists()
    wrapper.write_text("#!/bin/sh\necho theirs\n")
    refused = run("setup", "shell", "--wrapper")
    assert refused.returncode == 73 and wrapper.read_text().endswith("theirs\n")
    run("setup", "shell", "--wrapper", "--remove", check=True)
    assert wrapper.exists()
    run("setup", "shell", "--wrapper", "--force", check=True)
    assert os.access(wrapper, os.X_OK) and "theirs" in (project / "claude-flow.hooks-cli-backup").read_text()
