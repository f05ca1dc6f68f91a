from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hooks_cli.features.shims import folder as shims
from tests.conftest import Run
from tests.shims_room import call, make_room

SHELLS = [shell for shell in ("", "dash", "bash", "busybox", "ksh", "zsh") if not shell or shutil.which(shell)]


@pytest.mark.parametrize("shell", SHELLS)
def test_mcp_start_runs_here_when_the_user_asked_for_it(tmp_path: Path, shell: str) -> None:
    room = make_room(tmp_path)
    words = ["-y", "claude-flow@alpha", "mcp", "start", "--port", "3000"]
    assert call(room, "npx", words, shell)[0] == "real $bin/npx"
    shims.install(room["data"], room["ours"] + "/hooks-cli", [], mcp=True)
    assert call(room, "npx", words, shell, b"in")[:3] == (
        "our programs/hooks-cli",
        ["mcp", "start", "--port", "3000"],
        b"in",
    )
    assert call(room, "ruflo", ["mcp", "start"], shell)[1] == ["mcp", "start"]
    for theirs in (["claude-flow", "mcp"], ["claude-flow", "mcp", "status"], ["claude-flow", "mcp-start"]):
        assert call(room, "npx", theirs, shell)[:2] == ("real $bin/npx", theirs)


def test_installing_again_leaves_it_as_it_was(run: Run, home: Path) -> None:
    run("shims", "install", "npx", "--mcp", check=True)
    path = home / "hooks/data/shims/npx"
    with_mcp = path.read_text()
    run("shims", "install", check=True)
    assert path.read_text() == with_mcp
    run("shims", "install", "--mcp=false", check=True)
    assert path.read_text() != with_mcp
