"""Projects and homes on paths that are odd, and files that are not what they should be."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Run

NAMES = [
    "sp ace",
    "q'uo\"te",
    "new\nline",
    "ünïcode日本",
    "-dash",
    "dol$lar`x`",
    "a*b?[c]",
    "tab\tx",
    "trail ",
    "x" * 200,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_project_on_an_odd_path(run: Run, tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    place.mkdir()
    subprocess.run(["git", "init", "-q", "."], cwd=place, check=True)
    (place / "a.md").write_text("text")
    run("hooks", "post-edit", "--file", "a.md", "--memory-key", "k", cwd=place, check=True)
    assert run("memory", "recall", "k", cwd=place).stdout == "text"
    for words in (["backup", "b.backup"], ["export", "--format", "sqlite"], ["verify"]):
        run("memory", *words, cwd=place, check=True)
    assert json.loads(run("project", "show", "--json", cwd=place).stdout)["root"] == str(place)
    run("setup", "claude-code", cwd=place, check=True)
    run("setup", "claude-code", "--check", cwd=place, check=True)
    assert run("doctor", cwd=place).returncode == 0
    assert len(run("project", "list", cwd=place).stdout.splitlines()) == 1


def test_a_project_on_a_path_that_is_no_utf_8(run: Run, tmp_path: Path) -> None:
    place = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    place.mkdir()
    (place / "hooks.toml").write_text("")
    run("memory", "store", "k", "text", cwd=place, check=True)
    assert run("memory", "recall", "k", cwd=place).stdout == "text"
    for words in (["backup"], ["export", "--format", "sqlite"]):
        done = run("memory", *words, cwd=place)
        assert done.returncode == 73 and "not valid UTF-8" in done.stderr and "Name another place" in done.stderr
        run("memory", *words, str(tmp_path / f"{words[0]}.out"), cwd=place, check=True)
    for words in (["memory", "status"], ["memory", "init"], ["doctor"], ["project", "show"], ["project", "list"]):
        printed = run(*words, "--json", cwd=place).stdout
        printed.encode()  # no byte in it that is not UTF-8
        json.loads(printed)


def test_a_home_on_a_path_that_is_no_utf_8_is_refused_in_words(run: Run, tmp_path: Path) -> None:
    done = run("hooks", "notify", "--message", "m", env={"HOOKS_HOME": os.fsdecode(os.fsencode(tmp_path) + b"/\xff")})
    assert done.returncode == 73 and "HOOKS_HOME" in done.stderr


def test_a_folder_in_the_place_of_the_settings_stops_no_hook(run: Run, project: Path) -> None:
    (project / "hooks.toml").unlink()
    (project / "hooks.toml").mkdir()
    done = run("hooks", "notify", "--message", "m", "--memory-key", "k", check=True)
    assert done.stdout.startswith("Stored") and "it is not a regular file" in done.stderr
    done = run("memory", "recall", "k")
    assert done.returncode == 78 and "hooks.toml" in done.stderr
