"""What a killed orchestrator leaves is found and ended by the next one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hooks_cli.errors import DataError
from hooks_cli.features.processes import ending, process_table, run_folder, subreaper
from hooks_cli.features.processes.attempt import Attempt, Outcome
from hooks_cli.features.processes.run_folder import RunFolder, dead_runs, end_dead_runs
from tests.features.processes.conftest import PATIENCE, WORKERS, Start, appears, gone, lives

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(not process_table.supported(), reason="this system does not show its processes")
ORCHESTRATOR = """
import os, sys
from hooks_cli.features.processes.attempt import Attempt, Command
from hooks_cli.features.processes.run_folder import RunFolder
from hooks_cli.features.processes.variables import new_mark, program_variables
root, worker, notes = sys.argv[1:]
with RunFolder(root, "r1") as run:
    print("up", flush=True)
    for n in range(40):
        name = ("sleep", "ignore-term", "double-fork")[n % 3]
        argv = (sys.executable, "-IS", worker, name, os.path.join(notes, f"pid-{n}"))
        Attempt.start(run.attempt_folder(), Command(name, argv, "/", program_variables(os.environ, new_mark())))
    print("all", flush=True)
    sys.stdin.read()
"""


def orchestrator(root: Path, notes: Path) -> subprocess.Popen[bytes]:
    notes.mkdir(exist_ok=True)
    argv = [sys.executable, "-c", ORCHESTRATOR, root, WORKERS, notes]
    return subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_killed_at_any_moment_it_leaves_nothing_behind_after_the_next_run(tmp_path: Path) -> None:
    moments = random.Random(21)
    for turn in range(5):
        root, notes = tmp_path / f"runs-{turn}", tmp_path / f"notes-{turn}"
        process = orchestrator(root, notes)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        time.sleep(moments.random() * 0.4)
        process.kill()
        process.wait()
        attempts = [Attempt.adopt(str(path.parent)) for path in root.glob("r1/*/attempt.json")]
        [(name, done)] = end_dead_runs(str(root), grace=0.2)
        assert (name, done.left) == ("r1", ())
        assert process_table.members([attempt.mark for attempt in attempts]) == {}
        assert all(gone(int(path.read_text())) for path in notes.glob("pid-*[0-9]"))
        assert list(root.iterdir()) == []
        assert process.stdin is not None
        process.stdin.close()
        process.stdout.close()


def test_a_run_under_way_is_left_alone(tmp_path: Path, start: Start) -> None:
    with RunFolder(str(tmp_path / "runs"), "r1") as run:
        assert dead_runs(str(tmp_path / "runs")) == []
        assert end_dead_runs(str(tmp_path / "runs")) == []
        with pytest.raises(DataError, match="another process"), RunFolder(str(tmp_path / "runs"), "r1"):
            pass
        assert os.path.isdir(run.path)
    assert not os.path.exists(run.path)


def test_a_run_that_is_taken_up_again_has_its_attempts(tmp_path: Path, start: Start) -> None:
    ended = start("exit", 3)
    ended.wait(PATIENCE)
    with RunFolder(str(tmp_path / "runs"), "r1") as run:
        run.keep = True
        os.rename(ended.folder, run.attempt_folder())
    with RunFolder(str(tmp_path / "runs"), "r1") as again:
        assert [attempt.outcome() for attempt in again.attempts()] == [Outcome(3)]
        assert not os.path.lexists(again.attempt_folder())
    assert dead_runs(str(tmp_path / "nowhere")) == []


def test_the_place_is_the_runtime_folder_only_when_it_is_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    private = run_folder.runs_root({"XDG_RUNTIME_DIR": str(tmp_path)}, "/data", "tests")
    assert private == str(tmp_path / "hooks-cli/runs/tests")
    tmp_path.chmod(0o755)
    for variables in ({"XDG_RUNTIME_DIR": str(tmp_path)}, {"XDG_RUNTIME_DIR": "relative"}, {}):
        assert run_folder.runs_root(variables, "/data", "hive") == "/data/runs/hive"


SUBREAPER = """
import os, sys, time
from hooks_cli.features.processes import ending, subreaper
from hooks_cli.features.processes.attempt import Attempt, Command
from hooks_cli.features.processes.variables import new_mark, program_variables
folder, worker, note = sys.argv[1:]
assert subreaper.become_subreaper()
argv = (sys.executable, "-IS", worker, "double-fork-bare", note)
attempt = Attempt.start(folder, Command("w", argv, "/", program_variables(os.environ, new_mark())))
assert attempt.wait(30).ok
pid = int(open(note).read())
assert ending.end([attempt.mark], [attempt.leader], grace=0).asked == 0
assert pid in subreaper.orphans([attempt.leader.pid])
assert ending.end_found(lambda: subreaper.orphans([attempt.leader.pid]), grace=0.1).left == ()
assert not os.path.exists(f"/proc/{pid}")
"""


def test_what_has_neither_mark_nor_parent_is_found_by_the_subreaper(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", SUBREAPER, tmp_path / "a", WORKERS, tmp_path / "pid"]
    done = subprocess.run(argv, cwd=ROOT, timeout=PATIENCE, capture_output=True, text=True)
    pid = appears(tmp_path / "pid")
    if lives(pid):
        os.kill(pid, signal.SIGKILL)
    assert done.returncode == 0, done.stderr


def test_nothing_known_is_an_orphan(start: Start, tmp_path: Path) -> None:
    attempt = start("sleep", tmp_path / "pid")
    appears(tmp_path / "pid")
    assert attempt.leader.pid not in subreaper.orphans([attempt.leader.pid])
    assert ending.end([attempt.mark], grace=0).left == ()
