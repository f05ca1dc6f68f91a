"""The folder of the shims: installing, its state, taking away; the verbs, and a prompt's line from end to end."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hooks_cli.errors import CannotCreate, PermissionRefused, UsageError
from hooks_cli.features.shims import folder as shims
from hooks_cli.system.installed_program import interpreter_path, launcher_path
from tests.conftest import BIN, Run
from tests.shims_room import make_room


@pytest.fixture
def room(tmp_path: Path) -> dict[str, str]:
    """The shims with what is around them."""
    return make_room(tmp_path)


def test_the_folder_is_the_users_own(room: dict[str, str], tmp_path: Path) -> None:
    assert stat.S_IMODE(os.stat(room["folder"]).st_mode) == 0o700
    os.chmod(room["folder"], 0o777)
    shims.install(room["data"], os.path.join(room["ours"], "hooks-cli"), [])
    assert stat.S_IMODE(os.stat(room["folder"]).st_mode) == 0o700
    target = tmp_path / "elsewhere"
    target.mkdir()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "shims").symlink_to(target)
    with pytest.raises(PermissionRefused):
        shims.install(str(tmp_path / "linked"), os.path.join(room["ours"], "hooks-cli"), [])
    assert not list(target.iterdir())


def test_install_is_idempotent_and_remove_takes_only_its_own(room: dict[str, str]) -> None:
    program = os.path.join(room["ours"], "hooks-cli")
    before = {p.name: (p.stat().st_ino, p.read_text()) for p in Path(room["folder"]).iterdir()}
    assert shims.install(room["data"], program, []) == []
    assert {p.name: (p.stat().st_ino, p.read_text()) for p in Path(room["folder"]).iterdir()} == before
    (Path(room["folder"]) / "npx").write_text("#!/bin/sh\necho mine\n")
    with pytest.raises(CannotCreate):
        shims.install(room["data"], program, [])
    assert [row["state"] for row in shims.status(room["data"], program, room["PATH"])] == [
        "foreign",
        "current",
        "current",
        "current",
    ]
    assert shims.remove(room["data"], []) == ["bunx", "pnpm", "ruflo"]
    assert os.listdir(room["folder"]) == ["npx"]
    os.unlink(os.path.join(room["folder"], "npx"))
    assert shims.remove(room["data"], []) == [] and not os.path.exists(room["folder"])
    with pytest.raises(UsageError):
        shims.install(room["data"], program, ["yarn"])


def test_status_says_what_path_finds(room: dict[str, str]) -> None:
    program = os.path.join(room["ours"], "hooks-cli")
    row = shims.status(room["data"], program, room["PATH"])[0]
    assert row == {
        "name": "npx",
        "path": os.path.join(room["folder"], "npx"),
        "state": "current",
        "active": True,
        "mcp": False,
        "real": os.path.join(room["real"], "npx"),
    }
    row = shims.status(room["data"], program, f"{room['real']}:{room['folder']}")[0]
    assert row["active"] is False
    assert shims.status(room["data"], program + "-moved", room["PATH"])[0]["state"] == "outdated"


def test_the_launcher_is_found_beside_the_interpreter(tmp_path: Path) -> None:
    launcher = tmp_path / "hooks-cli"
    launcher.write_text(f"#!{sys.executable}\n")
    launcher.chmod(0o755)
    assert launcher_path(str(launcher)) == str(launcher)
    assert launcher_path(str(tmp_path / "claude-flow")) == str(launcher)
    assert interpreter_path(str(launcher)) == sys.executable
    launcher.write_text("#!/bin/sh\n'''exec' python\n")
    assert interpreter_path(str(launcher)) == os.path.join(BIN, "python3")


def test_the_verbs(run: Run, environ: dict[str, str]) -> None:
    folder = os.path.join(environ["HOOKS_HOME"], "data", "shims")
    path = run("shims", "path")
    assert (path.returncode, path.stdout) == (0, folder + "\n") and "not installed" in path.stderr
    assert run("shims", "status").returncode == 1
    assert run("shims", "remove", check=True).stdout == f"No shims in {folder}\n"
    done = run("shims", "install", "npx", "ruflo", check=True)
    assert sorted(os.listdir(folder)) == ["npx", "ruflo"] and f"export PATH='{folder}':\"$PATH\"" in done.stdout
    run("shims", "install", "bunx", "pnpm", check=True)
    assert sorted(os.listdir(folder)) == ["bunx", "npx", "pnpm", "ruflo"]
    assert "all as they should be" in run("shims", "install", "npx", "ruflo", check=True).stdout
    assert run("shims", "path", check=True).stderr == ""
    assert run("shims", "status").returncode == 1, "not on PATH yet"
    first = {"PATH": f"{folder}:{environ['PATH']}"}
    status = json.loads(run("shims", "status", "--json", env=first, check=True).stdout)
    assert status["ready"] is True and all(row["active"] and row["state"] == "current" for row in status["shims"])
    assert run("shims", "install", "yarn").returncode == 64
    run("shims", "remove", "pnpm", check=True)
    assert json.loads(run("shims", "remove", "--json", check=True).stdout)["removed"] == ["npx", "bunx", "ruflo"]
    assert not os.path.exists(folder)


def test_a_prompts_line_from_end_to_end(run: Run, project: Path, environ: dict[str, str], tmp_path: Path) -> None:
    """The commands as prompts have them, typed into a shell whose PATH has the shims first and no Python of ours."""
    run("shims", "install", "npx", "pnpm", "ruflo", check=True)
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "npx").write_text("#!/bin/sh\necho real npx: $*\nexit 4\n")
    (tmp_path / "real" / "npx").chmod(0o755)
    folder = run("shims", "path", check=True).stdout.strip()
    env = {**environ, "PATH": f"{folder}:{tmp_path / 'real'}:/usr/bin:/bin"}
    assert str(BIN) not in env["PATH"]

    def shell(line: str, text: str = "") -> tuple[str, int]:
        done = subprocess.run(
            ["sh", "-c", line], env=env, cwd=project, input=text, capture_output=True, text=True, timeout=60
        )
        return done.stdout, done.returncode

    message = (
        """npx claude-flow@alpha hooks notify --message "it's 45ms" --memory-key "swarm/p" --metadata '{"p50_ms":45}'"""
    )
    assert shell(message) == ("Stored successfully: swarm/p (revision 1, version 1)\n", 0)
    assert shell('npx -y claude-flow@alpha memory recall "swarm/p"') == ("it's 45ms", 0)
    assert shell("npx claude-flow memory recall nothing/there || echo default") == ("default\n", 0)
    assert shell("ruflo memory store k -", "from stdin")[1] == 0
    assert shell("pnpm dlx claude-flow memory recall k")[0].strip() == "from stdin"
    assert shell("npx claude-flow@alpha hooks no-such-verb")[1] == 64
    assert shell("npx claude-flow@alpha mcp start 'a b'") == ("real npx: claude-flow@alpha mcp start a b\n", 4)
    assert shell("npx prettier --check .") == ("real npx: prettier --check .\n", 4)
