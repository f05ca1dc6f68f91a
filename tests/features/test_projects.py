"""`project list`, `show`, `adopt`: through the installed program, and an adoption that is killed at every step."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hooks_cli.environment import Environment
from hooks_cli.errors import Busy, OutputExists
from hooks_cli.features import projects
from hooks_cli.project.discovery import stem_of

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def top(tmp_path: Path) -> Path:
    path = Path(os.path.realpath(tmp_path)) / "work"
    path.mkdir()
    return path


def folder(top: Path, name: str) -> Path:
    path = top / name
    path.mkdir()
    return path


def listed(run: Run, cwd: Path) -> dict[str, dict[str, Any]]:
    rows = json.loads(run("project", "list", "--json", cwd=cwd, check=True).stdout)["projects"]
    return {row["name"]: row for row in rows}


def test_list_shows_each_project_with_a_store(run: Run, top: Path) -> None:
    one, two = folder(top, "one"), folder(top, "two words")
    assert run("project", "list", cwd=one, check=True).stdout == ""
    run("memory", "store", "k", "v", cwd=one, check=True)
    run("memory", "store", "k", "v", cwd=two, check=True)
    found = listed(run, two)
    assert {name: (row["path"], row["current"], row["moved"]) for name, row in found.items()} == {
        "one": (str(one), False, False),
        "two_words": (str(two), True, False),
    }
    assert all(os.path.exists(row["store"]) and row["size"] > 0 for row in found.values())
    lines = run("project", "list", cwd=two, check=True).stdout.splitlines()
    assert [line[0] for line in lines] == [" ", "*"] and lines[0].split("\t")[3] == str(one)
    assert len(run("project", "list", "--format", "ndjson", cwd=two, check=True).stdout.splitlines()) == 2


def test_show_says_where_all_of_it_is(run: Run, top: Path, home: Path) -> None:
    one = folder(top, "one")
    text = run("project", "show", cwd=one, check=True).stdout
    assert "this folder is the project" in text and "(not there)" in text and not (home / "hooks").exists()
    run("memory", "store", "k", "v", cwd=one, check=True)
    shown = json.loads(run("project", "show", "--json", cwd=one, check=True).stdout)
    assert (shown["root"], shown["reason"], shown["id"]) == (str(one), "store", stem_of(str(one)))
    assert shown["exists"] == {"store": True, "key": True, "user_config": False, "project_config": False}
    assert os.path.exists(shown["store"]) and os.stat(shown["key"]).st_mode & 0o777 == 0o600


@pytest.mark.parametrize("how", ["../old", "{top}/old", "{stem}", "old"])
def test_adopt_brings_the_store_of_a_folder_that_was_renamed(run: Run, top: Path, how: str) -> None:
    old = folder(top, "old")
    run("memory", "store", "k", "v", cwd=old, check=True)
    run("hooks", "pre-task", "--description", "d", "--session-id", "s1", cwd=old, check=True)
    old.rename(top / "new")
    new = top / "new"
    missed = run("memory", "recall", "k", cwd=new)
    assert (missed.returncode, missed.stdout) == (1, "") and f"project adopt {stem_of(str(old))}" in missed.stderr
    looked = run("memory", "list", cwd=new, check=True)
    assert looked.stdout == "" and "project adopt" in looked.stderr
    assert listed(run, new)["old"]["moved"] is True
    done = run("project", "adopt", how.format(top=top, stem=stem_of(str(old))), cwd=new, check=True)
    assert done.stdout.startswith(f"Adopted {stem_of(str(old))}: its store is now ")
    assert run("memory", "recall", "k", cwd=new, check=True).stdout.strip() == "v"
    run("memory", "store", "k", "v2", cwd=new, check=True)
    found = listed(run, new)
    assert list(found) == ["new"] and found["new"]["path"] == str(new) and not found["new"]["moved"]


def test_a_moved_folder_is_told_of_its_old_store_and_may_replace_the_new_one(run: Run, top: Path) -> None:
    old = folder(top, "old")
    run("memory", "store", "k", "first", cwd=old, check=True)
    old.rename(top / "new")
    new = top / "new"
    said = run("memory", "store", "k", "second", cwd=new, check=True)
    assert f"project adopt {stem_of(str(old))} --replace" in said.stderr
    assert "adopt" not in run("memory", "store", "k2", "x", cwd=new, check=True).stderr
    refused = run("project", "adopt", "old", cwd=new)
    assert (refused.returncode, refused.stdout) == (73, "") and "--replace" in refused.stderr
    done = json.loads(run("project", "adopt", "old", "--replace", "--json", cwd=new, check=True).stdout)
    assert run("memory", "recall", "k", cwd=new, check=True).stdout.strip() == "first"
    aside = folder(top, "new.before-adopt-1")
    assert done["set_aside"] == stem_of(str(aside))
    assert run("memory", "recall", "k", cwd=aside, check=True).stdout.strip() == "second"
    assert run("memory", "recall", "k2", cwd=aside, check=True).stdout.strip() == "x"


def test_a_new_folder_beside_others_is_told_nothing(run: Run, top: Path) -> None:
    run("memory", "store", "k", "v", cwd=folder(top, "one"), check=True)
    assert "adopt" not in run("memory", "store", "k", "v", cwd=folder(top, "two"), check=True).stderr


def test_looking_makes_no_store(run: Run, top: Path, home: Path) -> None:
    place = folder(top, "empty")
    for argv in (["list"], ["recall", "a/*"], ["recall", "--namespace", "a"], ["search", "x"]):
        done = run("memory", *argv, cwd=place)
        assert (done.returncode, done.stdout) == (0, ""), (argv, done)
    assert run("memory", "recall", "a", cwd=place).returncode == 1
    assert not (home / "hooks/data").exists() and not (home / "hooks/config").exists()


def test_adopt_refuses_what_would_hurt(run: Run, top: Path) -> None:
    one, two = folder(top, "one"), folder(top, "two")
    run("memory", "store", "k", "v", cwd=one, check=True)
    still = run("project", "adopt", "one", cwd=two)
    assert still.returncode == 64 and "is still there" in still.stderr and "--force" in still.stderr
    assert run("project", "adopt", "nothing", cwd=two).returncode == 66
    assert run("project", "adopt", cwd=two).returncode == 64
    assert run("project", "adopt", "one", "--replace", cwd=one).returncode == 64
    named = run("project", "adopt", "one", "--force", cwd=two, env={"HOOKS_STORE": str(top / "x.db")})
    assert named.returncode == 64 and "HOOKS_STORE" in named.stderr
    assert run("memory", "recall", "k", cwd=one, check=True).stdout.strip() == "v"
    run("project", "adopt", "one", "--force", cwd=two, check=True)
    assert run("memory", "recall", "k", cwd=two, check=True).stdout.strip() == "v"


def test_a_name_that_several_have_is_not_guessed(run: Run, top: Path) -> None:
    for parent in ("a", "b"):
        place = folder(folder(top, parent), "same")
        run("memory", "store", "k", "v", cwd=place, check=True)
        place.rename(top / parent / "gone")
    refused = run("project", "adopt", "same", cwd=folder(top, "here"))
    assert refused.returncode == 64 and refused.stderr.count("same-") == 2


def test_worktrees_share_one_memory_and_it_moves_with_them(run: Run, top: Path) -> None:
    def git(cwd: Path, *words: str) -> None:
        variables = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *words]
        subprocess.run(command, cwd=cwd, env=variables, check=True, capture_output=True)

    main = folder(top, "main")
    git(main, "init")
    git(main, "commit", "--allow-empty", "-m", "first")
    git(main, "worktree", "add", "../topic")
    (main / "deep").mkdir()
    run("memory", "store", "k", "from main", cwd=main / "deep", check=True)
    assert run("memory", "recall", "k", cwd=top / "topic", check=True).stdout.strip() == "from main"
    run("memory", "store", "k", "from topic", cwd=top / "topic", check=True)
    assert run("memory", "recall", "k", cwd=main, check=True).stdout.strip() == "from topic"
    shown = json.loads(run("project", "show", "--json", cwd=top / "topic", check=True).stdout)
    assert (shown["root"], shown["home"], shown["reason"]) == (str(top / "topic"), str(main), "worktree")
    main.rename(top / "renamed")
    git(top / "renamed", "worktree", "repair", str(top / "topic"))
    run("project", "adopt", "../main", cwd=top / "topic", check=True)
    for place in ("renamed", "topic"):
        assert run("memory", "recall", "k", cwd=top / place, check=True).stdout.strip() == "from topic"


# --- in the process: locks and kills -----------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for a kill: nothing in the program catches it."""


@pytest.fixture
def moved(run: Run, top: Path, home: Path) -> tuple[Environment, Path]:
    """A project that was renamed from `old` to `new`, with one entry, and the environment in `new`."""
    old = folder(top, "old")
    run("memory", "store", "k", "v", cwd=old, check=True)
    old.rename(top / "new")
    return fresh(top / "new", home), old


def fresh(place: Path, home: Path) -> Environment:
    return Environment({"HOOKS_HOME": str(home / "hooks"), "HOME": str(home)}, str(place))


def whole(environment: Environment, stem: str) -> bool:
    store = os.path.join(environment.folders.data, "projects", stem, "memory.db")
    return os.path.exists(store) and os.path.exists(os.path.join(environment.folders.keys, stem + ".key"))


def dying_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """The step after `steps` changes to the file system is the last."""
    left = [steps]

    def counted(name: str) -> None:
        real = getattr(os, name)

        def call(*arguments: Any, **named: Any) -> Any:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return real(*arguments, **named)

        monkeypatch.setattr(os, name, call)

    for name in ("link", "rename", "unlink", "mkdir"):
        counted(name)


@pytest.mark.parametrize("replace", [False, True])
def test_an_adoption_killed_at_any_step_loses_nothing_and_can_be_finished(
    run: Run, top: Path, home: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    for step in range(40):
        old, new = folder(top, f"old{step}"), top / f"new{step}"
        run("memory", "store", "k", "v", cwd=old, check=True)
        old.rename(new)
        if replace:
            run("memory", "store", "k", "other", cwd=new, check=True)
        environment = fresh(new, home)
        killed = False
        with monkeypatch.context() as patch:
            dying_after(patch, step)
            try:
                projects.adopt(environment, str(old), replace=replace)
            except Killed:
                killed = True
        again = fresh(new, home)
        assert whole(again, stem_of(str(old))) or whole(again, stem_of(str(new))), step
        if killed:
            try:
                projects.adopt(again, str(old), replace=replace)
            except (projects.InputMissing, OutputExists):
                # It had been done but for the last cleaning: there is no such project any more.
                assert not os.path.exists(os.path.join(again.folders.data, "projects", stem_of(str(old))))
        assert run("memory", "recall", "k", cwd=new, check=True).stdout.strip() == "v", step
        run("memory", "store", "k", "more", cwd=new, check=True)
        if replace:
            aside = folder(top, f"new{step}.before-adopt-1")
            assert run("memory", "recall", "k", cwd=aside, check=True).stdout.strip() == "other", step
        if not killed:
            break
    else:
        pytest.fail("it never came to its end")


def test_adopt_waits_for_the_store_and_says_so(
    moved: tuple[Environment, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment, old = moved
    monkeypatch.setattr(projects, "ADOPT_BUDGET_MS", 50)
    store = os.path.join(environment.folders.data, "projects", stem_of(str(old)), "memory.db")
    with open(store + ".lock", "rb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        with pytest.raises(Busy):
            projects.adopt(environment, "old")
    assert projects.adopt(environment, "old") == (stem_of(str(old)), "")


def test_a_key_that_is_in_the_way_is_never_overwritten(moved: tuple[Environment, Path]) -> None:
    environment, _ = moved
    Path(environment.places.key_path).write_text("another key\n")
    with pytest.raises(projects.CannotCreate, match="another key has that name"):
        projects.adopt(environment, "old")
    assert Path(environment.places.key_path).read_text() == "another key\n"
    assert whole(environment, environment.project.stem) is False


def test_a_hook_makes_no_empty_store_where_a_project_was_moved_to(run: Run, top: Path) -> None:
    old = folder(top, "old")
    run("memory", "store", "k", "v", cwd=old, check=True)
    old.rename(top / "new")
    refused = run("hooks", "notify", "--message", "m", cwd=top / "new")
    stem = stem_of(str(old))
    assert refused.returncode == 66 and f"project adopt {stem}" in refused.stderr and "memory init" in refused.stderr
    event = json.dumps({"hook_event_name": "SessionStart", "session_id": "s", "source": "startup"})
    started = run("hooks", "event", stdin=event, cwd=top / "new", check=True)
    assert f"project adopt {stem}" in started.stdout
    assert f"project adopt {stem}" in run("memory", "list", cwd=top / "new").stderr
    assert f"project adopt {stem}" in run("doctor", cwd=top / "new").stdout
    run("project", "adopt", stem, cwd=top / "new", check=True)
    assert run("memory", "recall", "k", cwd=top / "new", check=True).stdout == "v"
    run("hooks", "notify", "--message", "m", cwd=top / "new", check=True)


def test_the_first_write_outside_git_says_which_folder_it_belongs_to(run: Run, top: Path) -> None:
    here = folder(top, "here")
    first = run("memory", "store", "k", "v", cwd=here, check=True)
    assert f"a memory begins for the folder {here}" in first.stderr
    assert run("memory", "store", "l", "v", cwd=here, check=True).stderr == ""


def test_a_store_of_the_home_is_not_inherited(run: Run, home: Path) -> None:
    real = Path(os.path.realpath(home))
    run("memory", "store", "k", "of home", cwd=real, check=True)
    below = folder(folder(real, "src").parent / "src", "one")
    assert run("memory", "recall", "k", cwd=below).returncode == 1
    run("memory", "store", "k", "of one", cwd=below, check=True)
    inside = folder(below, "inside")
    assert run("memory", "recall", "k", cwd=inside, check=True).stdout == "of one"
    assert run("memory", "recall", "k", cwd=real, check=True).stdout == "of home"
