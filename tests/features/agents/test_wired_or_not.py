"""Setup and doctor say it when the hooks that are written would not run."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import PROGRAM, Run

ELSEWHERE = {"PATH": "/usr/bin:/bin"}


def test_a_program_that_is_not_on_path_is_not_wired(run: Run, project: Path) -> None:
    done = run("setup", "claude-code", env=ELSEWHERE)
    assert done.returncode == 1 and "not on PATH" in done.stderr and "--user" in done.stderr
    assert run("setup", "claude-code", "--check", env=ELSEWHERE).returncode == 1
    assert run("setup", "claude-code", "--check").returncode == 0
    told = run("doctor", env=ELSEWHERE).stdout
    assert "not on PATH" in told


def test_the_users_settings_name_the_program_by_its_path(run: Run, home: Path) -> None:
    run("setup", "claude-code", "--user", env=ELSEWHERE, check=True)
    assert f"{PROGRAM} hooks event" in (home / ".claude" / "settings.json").read_text()
    assert run("setup", "claude-code", "--user", "--check", env=ELSEWHERE).returncode == 0


def test_hooks_that_are_switched_off_are_seen(run: Run, project: Path) -> None:
    run("setup", "claude-code", check=True)
    (project / ".claude" / "settings.local.json").write_text('{"disableAllHooks": true}')
    done = run("setup", "claude-code", "--check")
    assert done.returncode == 1 and "disableAllHooks" in done.stderr
    assert "disableAllHooks" in run("doctor").stdout


def test_claude_flows_old_settings_stay_and_are_in_nobodys_way(run: Run, project: Path) -> None:
    place = project / ".claude" / "settings.json"
    place.parent.mkdir()
    old = {"preEditHook": {"command": "npx", "args": ["claude-flow"], "alwaysRun": False}}
    place.write_text(json.dumps({"hooks": old}, indent=2))
    run("setup", "claude-code", check=True)
    hooks = json.loads(place.read_text())["hooks"]
    assert hooks["preEditHook"] == old["preEditHook"] and "SessionStart" in hooks
    place.write_text('{"model": "opus", "hooks": null}')
    run("setup", "claude-code", check=True)
    assert "SessionStart" in json.loads(place.read_text())["hooks"]


def test_shims_stand_for_what_path_has(run: Run, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    assert run("shims", "install", env={"PATH": str(tools)}).returncode == 69
    (tools / "npx").write_text("#!/bin/sh\n")
    (tools / "npx").chmod(0o755)
    done = json.loads(run("shims", "install", "--json", env={"PATH": str(tools)}, check=True).stdout)
    assert done["written"] == ["npx"]


def test_the_hint_for_an_extra_fits_the_installation() -> None:
    import sys

    from hooks_cli.errors import ExtraMissing

    assert f"{sys.executable} -m pip install 'hooks-cli[parquet]'" in str(
        ExtraMissing(feature="F", extra="parquet").hint_text
    )
