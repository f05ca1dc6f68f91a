"""Nothing that a test run started is left: after its end, after Ctrl-C, and after the runner was killed and the next run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from hooks_cli.features.processes import process_table
from tests.conftest import PROGRAM, Run

pytestmark = pytest.mark.skipif(not process_table.supported(), reason="this system does not show its processes")
KILLS = 50 if os.environ.get("STRESS") else 10
PATIENCE = 60
STUBBORN = """
[services.plain]
run = "sleep 600"

[services.stubborn]
run = "trap '' TERM; while :; do sleep 1; done"
after = ["plain"]

[services.scattered]
run = "(setsid sleep 600 &) ; (setsid sh -c \\"trap '' TERM; while :; do sleep 1; done\\" &) ; sleep 600"

[[scenario]]
name = "quick"
run = "(setsid sleep 600 &) ; true"
repeat = 3

[[scenario]]
name = "slow"
run = "sleep 30"
"""
NEXT = '[[scenario]]\nname = "next"\nrun = "true"\n'


def ours(home: Path) -> list[int]:
    """The running processes that a test run of this home started."""
    wanted = f"HOME={home}".encode()
    found = []
    for pid, row in process_table.table().items():
        if row.running and process_table.marks_of(pid):
            try:
                variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if wanted in variables:
                found.append(pid)
    return found


def begin(project: Path, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    argv = [PROGRAM, "test", "run", "stubborn.toml", "--no-store"]
    return subprocess.Popen(argv, cwd=project, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def files(project: Path) -> Path:
    (project / "stubborn.toml").write_text(STUBBORN)
    (project / "next.toml").write_text(NEXT)
    return project


def test_a_killed_runner_leaves_nothing_after_the_next_run(
    files: Path, home: Path, environ: dict[str, str], run: Run
) -> None:
    moments = random.Random(4)
    left = 0
    for _ in range(KILLS):
        runner = begin(files, environ)
        time.sleep(moments.random() * 1.5)
        runner.send_signal(signal.SIGKILL)
        runner.wait()
        left += len(ours(home))
        done = run("test", "run", "next.toml", "--no-store", check=True)
        deadline = time.monotonic() + 5
        while ours(home) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert ours(home) == [], done.stderr
    assert left > 0, "no kill came at a time at which something ran"
    assert not list((home / "hooks/data/runs/tests").iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_what_it_started(
    files: Path, home: Path, environ: dict[str, str], number: signal.Signals
) -> None:
    runner = begin(files, environ)
    deadline = time.monotonic() + PATIENCE
    while len(ours(home)) < 6 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ours(home)
    runner.send_signal(number)
    assert runner.wait(PATIENCE) == 130
    assert ours(home) == []
    assert not list((home / "hooks/data/runs/tests").iterdir())


def test_a_run_that_ended_leaves_nothing(project: Path, home: Path, run: Run) -> None:
    (project / "t.toml").write_text(STUBBORN.replace("sleep 30", "true"))
    run("test", "run", "t.toml", "--no-store", check=True)
    assert ours(home) == []


def test_another_run_beside_it_is_left_alone(files: Path, home: Path, environ: dict[str, str], run: Run) -> None:
    runner = begin(files, environ)
    deadline = time.monotonic() + PATIENCE
    while len(ours(home)) < 6 and time.monotonic() < deadline:
        time.sleep(0.02)
    before = set(ours(home))
    done = run("test", "run", "next.toml", "--no-store", check=True)
    assert "had left" not in done.stderr
    assert len(before & set(ours(home))) >= 3
    runner.send_signal(signal.SIGINT)
    runner.wait(PATIENCE)
    assert ours(home) == []
