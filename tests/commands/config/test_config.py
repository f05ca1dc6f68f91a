"""`config show`, `check`, `path`, and what settings do to other verbs, through the installed program."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import PROGRAM

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def user(home: Path) -> Path:
    path = home / "hooks/config/config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_path(run: Run, home: Path, project: Path) -> None:
    expected = home / "hooks/config/config.toml"
    assert run("config", "path", "user", check=True).stdout == f"{expected}\n"
    assert run("config", "path", "project", check=True).stdout == f"{project}/hooks.toml\n"
    assert "(not there)" in run("config", "path", check=True).stdout
    both = json.loads(run("config", "path", "--json", check=True).stdout)
    assert (both["user"]["exists"], both["project"]["exists"]) == (False, True)
    assert run("config", "path", "other").returncode == 64


def test_show_names_the_file_of_each_setting(run: Run, user: Path, project: Path) -> None:
    user.write_text("[memory.security]\nsensitive_keys = ['mine']\nkey_command = ['pass', 'show', 'hidden-word']\n")
    (project / "hooks.toml").write_text(
        "[memory.security]\nsensitive_keys = ['ours']\n[memory.gc]\nmax_age_days = 700\n[restore.roles]\nqa = ['q/*']\n"
    )
    done = run("config", "show", "--json", check=True)
    assert "hidden-word" not in done.stdout
    found = json.loads(done.stdout)["settings"]
    hooks = f"{project}/hooks.toml"
    assert found["memory.gc.max_age_days"] == {"value": 700, "from": hooks}
    assert found["memory.gc.enabled"] == {"value": True, "from": "default"}
    assert found["memory.security.sensitive_keys"] == {"value": ["mine", "ours"], "from": f"{user} + {hooks}"}
    assert found["restore.roles.qa"] == {"value": ["q/*"], "from": hooks}
    assert found["restore.roles.coder"]["from"] == "default"
    text = run("config", "show", "memory.gc", check=True).stdout
    assert f"memory.gc.max_age_days\t700\t{hooks}\n" in text and "restore" not in text
    assert run("config", "show", "nothing.there").returncode == 1


def test_check(run: Run, user: Path, project: Path) -> None:
    assert "Valid: " in run("config", "check", check=True).stdout
    (project / "hooks.toml").write_text(
        "[memory.security]\nencrypt_at_rest = false\n" + "".join(f"x{i} = 1\n" for i in range(20))
    )
    done = run("config", "check", check=True)
    assert done.stdout.count("Ignored in") == 21
    (project / "hooks.toml").write_text("nonsense\n")
    done = run("config", "check", "--json")
    assert done.returncode == 78 and "line 1" in json.loads(done.stdout)["wrong"][0]
    (project / "hooks.toml").write_text("")
    user.write_text("[memory]\nversion = 3\n")
    done = run("config", "check")
    assert done.returncode == 78 and "memory.version must be a text, not 3" in done.stdout


def test_what_a_project_may_not_say_is_told_at_every_call(run: Run, project: Path, home: Path) -> None:
    (project / "hooks.toml").write_text("[memory.security]\nencrypt_at_rest = false\n")
    for _ in range(3):
        done = run("memory", "store", "k", "v", check=True)
        assert done.stderr.count("\n") == 1 and "memory.security.encrypt_at_rest" in done.stderr
    [store] = (home / "hooks/data/projects").glob("*/memory.db")
    assert not store.read_bytes().startswith(b"SQLite format 3")


def test_a_broken_project_file_does_not_stop_a_hook(run: Run, project: Path) -> None:
    (project / "hooks.toml").write_text("[memory.gc\n")
    hook = run("hooks", "notify", "--message", "m", "--memory-key", "k")
    assert hook.returncode == 0 and hook.stderr.count("\n") == 1 and "hooks.toml" in hook.stderr
    memory = run("memory", "recall", "k")
    assert (memory.returncode, memory.stdout) == (78, "") and "line 1" in memory.stderr


def test_a_broken_users_file_stops_both(run: Run, user: Path) -> None:
    user.write_text("[memory.gc\n")
    for argv in (["hooks", "notify", "--message", "m"], ["memory", "list"]):
        done = run(*argv)
        assert done.returncode == 78 and str(user) in done.stderr and "Traceback" not in done.stderr


def test_a_store_where_nothing_can_be_made(run: Run, home: Path, project: Path) -> None:
    (home / "file").write_text("")
    done = run("memory", "store", "k", "v", env={"HOOKS_HOME": str(home / "file/x")})
    assert done.returncode == 73 and str(home / "file") in done.stderr and done.stdout == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_an_answer_that_cannot_be_written_is_74_and_what_was_stored_stays(
    run: Run, project: Path, environ: dict[str, str]
) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [PROGRAM, "memory", "store", "k", "v"], stdout=full, stderr=subprocess.PIPE, env=environ, cwd=project
        )
    assert done.returncode == 74 and b"standard output" in done.stderr and b"is stored" in done.stderr
    assert run("memory", "recall", "k", check=True).stdout.strip() == "v"
