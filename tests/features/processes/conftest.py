"""Starts scripted workers as attempts, and makes sure that none outlives its test."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hooks_cli.features.processes import ending, process_table
from hooks_cli.features.processes.attempt import Attempt, Command
from hooks_cli.features.processes.variables import new_mark, program_variables

WORKERS = str(Path(__file__).with_name("workers.py"))
PATIENCE = 30.0
Start = Callable[..., Attempt]


def appears(path: Path) -> int:
    """The pid in a file that a worker writes; waits for it."""
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never came"
        time.sleep(0.005)
    return int(path.read_text())


def gone(pid: int) -> bool:
    """Whether a process has ended, collected or not; waits a little for what was killed a moment ago."""
    deadline = time.monotonic() + PATIENCE
    while True:
        row = process_table.read(pid)
        if row is None or not row.running:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)


def lives(pid: int) -> bool:
    """Whether a process is running now."""
    row = process_table.read(pid)
    return row is not None and row.running


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start(worker, *arguments, stdin=b"")`: an attempt that runs one of the scripted workers."""
    made: list[Attempt] = []

    def call(worker: str, *rest: object, stdin: bytes = b"") -> Attempt:
        argv = (sys.executable, "-IS", WORKERS, worker, *map(str, rest))
        variables = program_variables(os.environ, new_mark(), f"test/{worker}")
        folder = str(tmp_path / "attempts" / f"{len(made)}")
        made.append(Attempt.start(folder, Command(worker, argv, str(tmp_path), variables, stdin)))
        return made[-1]

    yield call
    ending.end([attempt.mark for attempt in made], [attempt.leader for attempt in made], grace=0)
