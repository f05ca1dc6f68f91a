"""One start of a program: its files, its exit code, and adoption by another process."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hooks_cli.errors import DataError
from hooks_cli.features.processes import ending, output_files, process_table
from hooks_cli.features.processes.attempt import Attempt, Command, Outcome, ProgramMissing
from hooks_cli.features.processes.variables import new_mark, program_variables
from tests.features.processes.conftest import PATIENCE, WORKERS, Start, appears, gone, lives

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("code", [0, 1, 2, 126, 255])
def test_the_exit_code_is_the_programs_own_and_stands_in_a_file(start: Start, code: int) -> None:
    attempt = start("exit", code)
    assert attempt.wait(PATIENCE) == Outcome(code)
    assert Path(attempt.folder, "rc").read_text() == f"{code}\n"
    assert Attempt.adopt(attempt.folder).outcome() == Outcome(code)


def test_a_signal_is_told_as_the_shell_tells_it(start: Start) -> None:
    assert start("kill-self").wait(PATIENCE) == Outcome(128 + signal.SIGKILL)


def test_it_reads_its_input_from_a_file_and_its_output_is_in_files(start: Start) -> None:
    attempt = start("echo-stdin", stdin="ä brief\n".encode())
    outcome = attempt.wait(PATIENCE)
    assert outcome is not None
    assert outcome.ok
    assert attempt.files.read("stdout") == "ä brief\n".encode()
    for name in ("attempt.json", "stdin", "stdout", "stderr", "process", "rc"):
        mode = Path(attempt.folder, name).stat().st_mode
        assert stat.S_IMODE(mode) & 0o077 == 0 or name == "rc", name
    assert stat.S_IMODE(os.stat(attempt.folder).st_mode) == 0o700


def test_a_program_that_does_not_read_a_large_input_blocks_nobody(start: Start) -> None:
    assert start("exit", 0, stdin=b"x" * (4 << 20)).wait(PATIENCE) == Outcome(0)


def test_a_flood_is_cut_and_the_program_goes_on(start: Start) -> None:
    attempt = start("flood", 100)
    assert attempt.wait(PATIENCE * 2) == Outcome(0)
    sizes = {name: os.stat(attempt.files.path(name)).st_size for name in output_files.LIMITS}
    assert sizes == output_files.LIMITS
    assert sum(sizes.values()) == 8 << 20
    written = (100 << 20) + len("done\n")
    assert 0 < attempt.files.dropped["stdout"] <= written - output_files.LIMITS["stdout"]
    assert Attempt.adopt(attempt.folder).files.dropped == attempt.files.dropped


def test_a_word_of_the_shell_is_a_programs_name_like_any_other(tmp_path: Path) -> None:
    variables = program_variables(os.environ, new_mark())
    with pytest.raises(ProgramMissing, match="exit"):
        Attempt.start(str(tmp_path / "a"), Command("x", ("exit", "0"), str(tmp_path), variables))
    with pytest.raises(ProgramMissing, match=r"\./nothing"):
        Attempt.start(str(tmp_path / "a"), Command("x", ("./nothing",), str(tmp_path), variables))
    echo = Attempt.start(str(tmp_path / "a"), Command("x", ("printf", "%s.", "$HOME", "`id`", "-n"), "/", variables))
    assert echo.wait(PATIENCE) == Outcome(0)
    assert echo.files.read("stdout") == b"$HOME.`id`.-n."


def test_sigterm_to_the_group_leaves_the_wrapper_to_write_the_code(start: Start, tmp_path: Path) -> None:
    attempt = start("term-writes", tmp_path / "pid")
    appears(tmp_path / "pid")
    os.killpg(attempt.leader.pid, signal.SIGTERM)
    assert attempt.wait(PATIENCE) == Outcome(7)
    assert attempt.files.read("stdout") == b"ending\n"


def test_killed_with_its_wrapper_it_has_no_code(start: Start, tmp_path: Path) -> None:
    attempt = start("sleep", tmp_path / "pid")
    appears(tmp_path / "pid")
    os.killpg(attempt.leader.pid, signal.SIGKILL)
    assert attempt.wait(PATIENCE) == Outcome(None)
    assert Attempt.adopt(attempt.folder).outcome() == Outcome(None)


STARTER = """
import os, sys
from hooks_cli.features.processes.attempt import Attempt, Command
from hooks_cli.features.processes.variables import new_mark, program_variables
folder, worker, *rest = sys.argv[1:]
argv = (sys.executable, "-IS", worker, *rest)
Attempt.start(folder, Command("w", argv, "/", program_variables(os.environ, new_mark(), "run/t/1")))
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("recorded", [True, False], ids=["", "killed-before-the-pid-was-written"])
def test_another_process_adopts_it_with_output_and_code(tmp_path: Path, recorded: bool) -> None:
    folder, pid, go = tmp_path / "attempt", tmp_path / "pid", tmp_path / "go"
    dead = subprocess.run(
        [sys.executable, "-c", STARTER, folder, WORKERS, "finish-later", pid, go], cwd=ROOT, timeout=PATIENCE
    )
    assert dead.returncode == -signal.SIGKILL
    appears(pid)
    if not recorded:
        (folder / "process").unlink()
    attempt = Attempt.adopt(str(folder))
    assert attempt.name == "w"
    assert attempt.outcome() is None
    assert process_table.members([attempt.mark])
    go.touch()
    assert attempt.wait(PATIENCE) == Outcome(5)
    assert attempt.files.read("stdout") == b"finished\n"


def test_a_process_that_only_has_its_pid_is_not_adopted(start: Start, tmp_path: Path) -> None:
    attempt, other = start("sleep", tmp_path / "a"), start("sleep", tmp_path / "b")
    appears(tmp_path / "a")
    appears(tmp_path / "b")
    ending.end([attempt.mark], grace=0)
    assert attempt.outcome() == Outcome(None)
    Path(attempt.folder, "process").write_bytes(Path(other.folder, "process").read_bytes())
    taken = Attempt.adopt(attempt.folder)
    assert taken.outcome() == Outcome(None)
    assert lives(other.leader.pid)
    words = Path(other.folder, "process").read_text().split()
    Path(other.folder, "process").write_text(f"{words[0]} {words[1]} another-boot\n")
    assert Attempt.adopt(other.folder).outcome() == Outcome(None)


def test_a_folder_without_an_attempt_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        Attempt.adopt(str(tmp_path))
    (tmp_path / "attempt.json").write_text('{"name": "x", "mark": "short"}')
    with pytest.raises(DataError):
        Attempt.adopt(str(tmp_path))


def test_gone_is_gone(start: Start, tmp_path: Path) -> None:
    attempt = start("exit", 0)
    attempt.wait(PATIENCE)
    assert gone(attempt.leader.pid)
