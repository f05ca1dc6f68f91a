"""The shims as programs: what they run here, what they hand on, and that they never change a word of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hooks_cli.features.shims import folder as shims
from hooks_cli.system.installed_program import next_on_path
from tests.conftest import TIMEOUT_SECONDS
from tests.shims_room import call, make_room


@pytest.fixture
def room(tmp_path: Path) -> dict[str, str]:
    """The shims with what is around them."""
    return make_room(tmp_path)


SHELLS = [shell for shell in ("dash", "bash", "busybox", "ksh", "zsh") if shutil.which(shell)]


OURS = [
    ("npx", ["claude-flow", "hooks", "notify"], 1),
    ("npx", ["claude-flow@alpha", "hooks", "pre-task", "--description", "x"], 1),
    ("npx", ["claude-flow@2.7.0-alpha.10", "memory", "store", "k", "v"], 1),
    ("npx", ["-y", "claude-flow@alpha", "hook", "notify"], 2),
    ("npx", ["--yes", "claude-flow@latest", "hooks", "list"], 2),
    ("npx", ["--no-install", "claude-flow", "hooks", "list"], 2),
    ("npx", ["-p", "claude-flow@alpha", "claude-flow", "hooks", "list"], 3),
    ("npx", ["--package", "ruflo", "-y", "ruflo", "hooks", "list"], 4),
    ("npx", ["--package=claude-flow@alpha", "--", "claude-flow", "memory", "list"], 3),
    ("npx", ["-y", "--loglevel", "error", "claude-flow", "memory", "list"], 4),
    ("npx", ["@claude-flow/cli", "hooks", "list"], 1),
    ("npx", ["@claude-flow/cli@latest", "memory", "search", "-q", "x"], 1),
    ("npx", ["ruflo", "hooks", "list"], 1),
    ("npx", ["-y", "ruflo@latest", "memory", "list"], 2),
    ("bunx", ["claude-flow@alpha", "hooks", "list"], 1),
    ("bunx", ["--bun", "claude-flow", "memory", "list"], 2),
    ("pnpm", ["dlx", "claude-flow@alpha", "hooks", "list"], 2),
    ("pnpm", ["--silent", "dlx", "--package=claude-flow", "claude-flow", "memory", "list"], 4),
    ("ruflo", ["hooks", "list"], 0),
    ("ruflo", ["memory", "store", "a", "b"], 0),
]


THEIRS = [
    ("npx", []),
    ("npx", ["--version"]),
    ("npx", ["claude-flow"]),
    ("npx", ["claude-flow", "--version"]),
    ("npx", ["claude-flow@alpha", "mcp", "start"]),
    ("npx", ["claude-flow@alpha", "swarm", "hooks"]),
    ("npx", ["claude-flow@alpha", "init", "--force"]),
    ("npx", ["claude-flow-other", "hooks", "notify"]),
    ("npx", ["@claude-flow/memory", "hooks", "notify"]),
    ("npx", ["prettier", "claude-flow", "hooks"]),
    ("npx", ["-c", "claude-flow hooks list"]),
    ("npx", ["--call=claude-flow", "claude-flow", "hooks"]),
    ("npx", ["-p", "claude-flow"]),
    ("npx", ["-x", "claude-flow", "hooks", "list"]),
    ("bunx", ["cowsay", "memory"]),
    ("pnpm", ["install"]),
    ("pnpm", ["claude-flow", "hooks", "list"]),
    ("pnpm", ["run", "dlx", "claude-flow", "hooks"]),
    ("ruflo", ["mcp", "start"]),
    ("ruflo", ["swarm", "init"]),
    ("ruflo", []),
]


NASTY = [
    "",
    " ",
    "a b",
    "line\nbreak\n",
    "it's",
    '"q"',
    "$HOME",
    "`id`",
    "$(id)",
    "*",
    "?",
    "[a-z]",
    "\\",
    "\\n",
    "-n",
    "--",
    "é\u2028",
    "~",
    "#x",
    ";ls",
]


@pytest.mark.parametrize("shell", SHELLS)
def test_calls_of_hooks_and_memory_run_here(room: dict[str, str], shell: str) -> None:
    for name, words, dropped in OURS:
        who, got, stdin, code = call(
            room, name, words + NASTY, shell, b"in\0put", {"PATH": room["PATH"], "ECHO_EXIT": "7"}
        )
        assert who == "our programs/hooks-cli", (name, words)
        assert got == words[dropped:] + NASTY
        assert (stdin, code) == (b"in\0put", 7)


@pytest.mark.parametrize("shell", SHELLS)
def test_everything_else_reaches_the_real_program(room: dict[str, str], shell: str) -> None:
    for name, words in THEIRS:
        who, got, stdin, code = call(
            room, name, words + NASTY * bool(words), shell, b"in\0put", {"PATH": room["PATH"], "ECHO_EXIT": "9"}
        )
        assert who == f"real $bin/{name}", (name, words)
        assert got == words + NASTY * bool(words)
        assert (stdin, code) == (b"in\0put", 9)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=20), max_size=6),
    st.sampled_from(["npx", "bunx", "pnpm", "ruflo"]),
)
def test_words_arrive_as_they_were(room: dict[str, str], words: list[str], name: str) -> None:
    _, got, _, _ = call(room, name, ["x-package", *words])
    assert got == ["x-package", *words]


def test_the_environment_decides_nothing(room: dict[str, str]) -> None:
    """`env -i`, an IFS and options from outside: the same answer."""
    nothing = {"PATH": room["PATH"]}
    who, got, _, _ = call(room, "npx", ["claude-flow", "hooks", "a b"], env={})
    assert (who, got) == ("our programs/hooks-cli", ["hooks", "a b"])
    for extra in (
        {"IFS": "o:/"},
        {"CDPATH": "/"},
        {"HOOKS_SHIM": "junk"},
        {"HOOKS_SHIM": "1:99999999999:"},
        {"HOOKS_SHIM": "::x"},
    ):
        who, got, _, _ = call(room, "npx", ["x", "a b"], env=nothing | extra)
        assert (who, got) == ("real $bin/npx", ["x", "a b"]), extra


def test_the_callers_variables_arrive_unchanged(room: dict[str, str]) -> None:
    real = Path(room["real"]) / "npx"
    real.write_text("#!/usr/bin/env -S sh\nenv\n")
    given_variables = {
        "PATH": room["PATH"],
        "name": "n",
        "dir": "d",
        "word": "w",
        "state": "s",
        "rest": "r",
        "folder": "f",
        "at": "a",
    }
    done = subprocess.run(
        [os.path.join(room["folder"], "npx"), "x"], env=given_variables, capture_output=True, text=True
    )
    got = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert {k: got.get(k) for k in given_variables} == given_variables


def test_no_real_program_is_127_with_a_line(room: dict[str, str]) -> None:
    who, said, _, code = call(room, "npx", ["cowsay"], env={"PATH": room["folder"]})
    assert (who, code) == ("", 127)
    assert "npx: not found" in said[0] and room["folder"] in said[0]


def test_own_folder_is_skipped_however_it_is_spelt(room: dict[str, str], tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(room["folder"])
    one_file = tmp_path / "one"
    one_file.mkdir()
    (one_file / "npx").symlink_to(os.path.join(room["folder"], "npx"))
    path = ":".join(
        [room["folder"], str(link), room["folder"] + "/", str(one_file), f"{link}/../link", "", "rel", room["real"]]
    )
    for start in (room["folder"], str(link), str(one_file)):
        done = subprocess.run(
            [f"{start}/npx", "x"], env={"PATH": path}, capture_output=True, cwd=room["folder"], timeout=TIMEOUT_SECONDS
        )
        assert done.stdout.startswith(b"real $bin/npx"), done
    who, _, _, code = call(room, "npx", ["x"], env={"PATH": f"{link}:{one_file}"})
    assert (who, code) == ("", 127)


def test_two_shim_folders_do_not_call_each_other_for_ever(room: dict[str, str], tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    shims.install(other, os.path.join(room["ours"], "hooks-cli"), [])
    path = f"{room['folder']}:{shims.folder_of(other)}:{room['real']}:/usr/bin:/bin"
    assert call(room, "npx", ["x"], env={"PATH": path})[0] == "real $bin/npx"
    who, said, _, code = call(
        room, "npx", ["x"], env={"PATH": f"{room['folder']}:{shims.folder_of(other)}:/usr/bin:/bin"}
    )
    if not next_on_path("npx", "/usr/bin:/bin"):
        assert (who, code) == ("", 127), said


def test_a_wrapper_that_comes_back_to_the_shim(room: dict[str, str], tmp_path: Path) -> None:
    wrapper = tmp_path / "wrapper"
    wrapper.mkdir()
    (wrapper / "npx").write_text(f'#!/bin/sh\nexec "{room["folder"]}/npx" "$@"\n')
    (wrapper / "npx").chmod(0o755)
    path = f"{room['folder']}:{wrapper}:{room['real']}"
    assert call(room, "npx", ["x", "y z"], env={"PATH": path})[:2] == ("real $bin/npx", ["x", "y z"])
    # One that starts a new process each time cannot be told from an honest nested call; its depth is bounded.
    (wrapper / "npx").write_text(f'#!/bin/sh\n"{room["folder"]}/npx" "$@"\nexit $?\n')
    who, said, _, code = call(room, "npx", ["x"], env={"PATH": path})
    assert (who, code) == ("", 127) and "again and again" in said[0]


def test_nested_calls_are_honest(room: dict[str, str]) -> None:
    """A real npx that runs something that calls npx again reaches the real one again."""
    real = Path(room["real"]) / "npx"
    real.write_text('#!/bin/sh\n[ "$1" = inner ] && { echo done; exit 3; }\nnpx inner\n')
    done = subprocess.run(
        [os.path.join(room["folder"], "npx"), "outer"],
        env={"PATH": room["PATH"]},
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert (done.stdout, done.returncode) == (b"done\n", 3)


@pytest.mark.parametrize("gone", ["program", "interpreter"])
def test_without_hooks_cli_the_real_program_runs(room: dict[str, str], gone: str) -> None:
    program = os.path.join(room["ours"], "hooks-cli")
    if gone == "program":
        os.unlink(program)
    else:
        path = Path(room["folder"]) / "npx"
        path.write_text(
            path.read_text().replace("_hooks_shim_interpreter=", "_hooks_shim_interpreter=/nowhere/python #")
        )
    words = ["-y", "claude-flow@alpha", "hooks", "notify", "--message", "a b"]
    assert call(room, "npx", words)[:2] == ("real $bin/npx", words)
    who, said, _, code = call(room, "npx", words, env={"PATH": room["folder"]})
    assert (who, code) == ("", 127) and "hooks-cli is gone" in said[0]
    # … unless PATH has another hooks-cli
    (Path(room["real"]) / "hooks-cli").symlink_to(Path(room["real"]) / "npx")
    assert call(room, "npx", words)[1] == words[2:]


def test_a_megabyte_on_stdin_and_a_long_word(room: dict[str, str]) -> None:
    data = os.urandom(1 << 20)
    _, got, stdin, _ = call(room, "npx", ["claude-flow", "memory", "store", "k", "v" * 100_000], stdin=data)
    assert got[-1] == "v" * 100_000 and stdin == data


def test_the_shim_becomes_the_program(room: dict[str, str]) -> None:
    """It execs (the process id stays) and substitutes no command on the way."""
    (Path(room["real"]) / "npx").write_text("#!/bin/sh\necho $$\n")
    shim = os.path.join(room["folder"], "npx")
    with subprocess.Popen([shim, "x"], env={"PATH": room["PATH"]}, stdout=subprocess.PIPE, text=True) as process:
        assert process.communicate()[0] == f"{process.pid}\n"
    code = "\n".join(line for line in Path(shim).read_text().splitlines() if not line.startswith("#"))
    assert "$(" not in code.replace("$((", "") and "`" not in code
