"""Errors become stderr and an exit code in one place, whatever they are."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hooks_cli import error_report, errors
from hooks_cli.model.verb import Call, Verb
from tests.conftest import BIN, PROGRAM, Run

HOOK = Call(Verb("hooks", "x", "X."), {}, [], [])
MEMORY = Call(Verb("memory", "x", "X."), {}, [], [])
MEMORY_JSON = Call(Verb("memory", "x", "X."), {"json": True}, [], [])


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (errors.NotFound(address="a/b"), 1, "hooks-cli: There is no entry at a/b.\n  See what there is: memory list\n"),
        (errors.UnknownVerb(verb="x"), 64, "hooks-cli: There is no command x.\n"),
        (KeyboardInterrupt(), 130, "hooks-cli: Interrupted.\n"),
        (
            PermissionError(errno.EACCES, "Permission denied", "/x"),
            77,
            "hooks-cli: Access is denied: /x: Permission denied.\n",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            74,
            "hooks-cli: Reading or writing failed: No space left on device.\n",
        ),
        (ValueError("odd\nlines"), 70, "hooks-cli: This is a bug in hooks-cli: ValueError: odd lines.\n"),
        (RecursionError(), 70, "hooks-cli: This is a bug in hooks-cli: RecursionError.\n"),
        (MemoryError(), 70, "hooks-cli: This is a bug in hooks-cli: the memory did not suffice (MemoryError).\n"),
        (ValueError("\x1b[31m\u202e"), 70, "hooks-cli: This is a bug in hooks-cli: ValueError: \\u001b[31m\\u202e.\n"),
        (SystemExit(2), 70, "hooks-cli: This is a bug in hooks-cli: SystemExit: 2.\n"),
    ],
)
def test_each_error_has_its_text_and_code(
    error: BaseException, code: int, text: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOKS_DEBUG", raising=False)
    monkeypatch.delenv("HOOKS_FAIL_OPEN", raising=False)
    assert error_report.report(error, ["memory", "x"], MEMORY) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(text)
    assert "Traceback" not in err
    assert err.count("\n") <= 2


def test_a_closed_pipe_is_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    assert error_report.report(BrokenPipeError(), ["memory", "x"], MEMORY) == 0
    assert capfd.readouterr() == ("", "")


def test_json_gets_one_object(capfd: pytest.CaptureFixture[str]) -> None:
    error = errors.VersionConflict(address="a", current=3, expected=2)
    assert error_report.report(error, [], MEMORY_JSON) == 76
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0]) == {
        "schema_version": "1",
        "error": {
            "code": 76,
            "name": "version-conflict",
            "message": "a is at version 3, not 2: another process wrote it first. Nothing was stored.",
            "hint": "Read it again and repeat with --if-version 3.",
            "address": "a",
            "current": 3,
            "expected": 2,
        },
    }


@pytest.mark.parametrize(
    ("argv", "json_wanted"),
    [
        (["memory", "recal", "--json"], True),
        (["memory", "recal", "--json", "false"], False),
        (["memory", "recal", "--format", "json"], True),
        (["memory", "recal", "--format=json"], True),
        (["memory", "recal", "--", "--json"], False),
        (["memory", "recal"], False),
    ],
)
def test_json_is_known_before_the_line_is_understood(argv: list[str], json_wanted: bool) -> None:
    assert error_report.wants_json(argv, None) is json_wanted


def test_a_hooks_verb_fails_open_when_told_to(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = errors.Busy(store="/s", seconds=5)
    assert error_report.report(error, ["hooks", "x"], HOOK) == 75
    assert error_report.report(error, ["hooks", "x", "--fail-open"], None) == 0
    monkeypatch.setenv("HOOKS_FAIL_OPEN", "1")
    capfd.readouterr()
    assert error_report.report(error, ["hook", "x"], HOOK) == 0
    assert capfd.readouterr().err.count("\n") == 1
    assert error_report.report(error, ["memory", "x"], MEMORY) == 75


def test_no_error_of_ours_has_the_exit_code_two() -> None:
    kinds = {errors.HooksError}
    while True:
        more = {kind for known in kinds for kind in known.__subclasses__()} - kinds
        if not more:
            break
        kinds |= more
    assert 2 not in {kind.exit_code for kind in kinds}
    assert 0 not in {kind.exit_code for kind in kinds}


def test_the_traceback_is_for_who_asks(run: Run) -> None:
    plain = run("memroy")
    assert plain.returncode == 64
    assert "Traceback" not in plain.stderr
    assert "Traceback" in run("memroy", env={"HOOKS_DEBUG": "1"}).stderr


@pytest.mark.parametrize("program", ["hooks-cli", "claude-flow", "hooks-cli-python"])
def test_each_program_starts(run: Run, program: str) -> None:
    done = run("--version", program=BIN / program)
    assert (done.returncode, done.stdout, done.stderr) == (0, run("--version").stdout, "")


def test_the_package_starts_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "hooks_cli", "--version"], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("hooks-cli ")


def test_output_that_cannot_be_written_is_an_error(run: Run) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "--version"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 74
    assert done.stderr.startswith("hooks-cli: Writing to standard output failed: No space left")


def test_closed_streams_are_borne() -> None:
    done = subprocess.run(["sh", "-c", f"'{PROGRAM}' --version >&- 2>&-; echo $?"], capture_output=True, text=True)
    assert done.stdout.strip() == "0"


def test_help_to_a_closed_pipe_is_quiet() -> None:
    line = f"'{PROGRAM}' help | :; '{PROGRAM}' completion bash | head -c1 >/dev/null"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
    assert done.stderr == ""


@pytest.mark.parametrize("stderr", ["/dev/full", "a reader that went away", "closed"])
def test_a_note_that_nobody_can_read_stops_nothing(
    run: Run, environ: dict[str, str], project: Path, stderr: str
) -> None:
    words = ["hooks", "notify", "--message", "kept", "--memory-key", "k", "--invented", "1"]
    if stderr == "closed":
        done = subprocess.run(
            ["sh", "-c", '"$0" "$@" 2>&-', PROGRAM, *words], cwd=project, env=environ, stdout=subprocess.PIPE, text=True
        )
    else:
        if stderr == "/dev/full":
            end = os.open(stderr, os.O_WRONLY)
        else:
            reader, end = os.pipe()
            os.close(reader)
        done = subprocess.run(
            [PROGRAM, *words], cwd=project, env=environ, stdout=subprocess.PIPE, stderr=end, text=True
        )
        os.close(end)
    assert (done.returncode, done.stdout) == (0, "Stored successfully: k (revision 1, version 1)\n")
    assert run("memory", "recall", "k").stdout == "kept"


def test_a_line_with_too_much_is_recorded_whole_and_told_in_short(run: Run) -> None:
    words = [f"word{number}" for number in range(30_000)]
    done = run("hooks", "notify", "message", *words, "x" * 1_000, check=True)
    assert len(done.stderr) < 300 and "and 29991 more" in done.stderr
    options = [f"--invented-{number}=1" for number in range(300)]
    assert "and 290 more" in run("hooks", "notify", "message", *options, check=True).stderr
    second, first = [one["fields"]["attributes"] for one in json.loads(run("memory", "log", "--json").stdout)["log"]]
    assert (len(first["argument"]), len(second)) == (30_001, 300)
