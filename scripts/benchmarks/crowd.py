"""Many processes at once: 16 writers against the same 16 with the bare library, and 100 started together."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from scripts.benchmarks.hot import bare_write
from scripts.benchmarks.pairs import spawn
from scripts.benchmarks.scratch import PROGRAM, Scratch, scratch
from scripts.benchmarks.tables import Result

WRITERS = 16
# One writer: runs a command again and again, each time a fresh process.
LOOP = """
import os, sys
turns, argv = int(sys.argv[1]), sys.argv[2:]
for turn in range(turns):
    pid = os.posix_spawn(argv[0], [word.replace("{}", str(turn)) for word in argv], os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        sys.exit(1)
"""


def rate(home: Scratch, argv: list[str], turns: int) -> float:
    """Writes a second that 16 writers reach together."""
    begin = time.perf_counter()
    writers = [
        subprocess.Popen(
            [sys.executable, "-IS", "-c", LOOP, str(turns), *[word.replace("@", str(number)) for word in argv]],
            env=home.environ,
        )
        for number in range(WRITERS)
    ]
    assert all(writer.wait() == 0 for writer in writers), "a writer failed"
    return WRITERS * turns / (time.perf_counter() - begin)


def run(quick: bool) -> Result:
    """Three interleaved rounds of ours and of the floor; then the hundred."""
    turns, rounds, crowd = (10, 2, 40) if quick else (60, 4, 100)
    result = Result("crowd")
    with scratch() as home:
        home.fill(1_000)
        bare = bare_write(home.folder)
        spawn(bare, home.environ)
        ours, floors = [], []
        for _ in range(rounds):
            floors.append(rate(home, bare, turns))
            ours.append(rate(home, [PROGRAM, "memory", "store", "writer/@/{}", "a value of some words"], turns))
        shares = [mine / floor for mine, floor in zip(ours, floors, strict=True)]
        rows = [
            ("hooks-cli memory store", f"{statistics.median(ours):.0f}", f"{statistics.median(shares):.2f}", "0.75"),
            ("python with one bare encrypted write", f"{statistics.median(floors):.0f}", "1.00", ""),
        ]
        result.table(
            f"{WRITERS} writers, each write a fresh process",
            ("command", "writes a second", "share of the floor", "target"),
            rows,
        )
        result.table(f"{crowd} processes at once", ("", "value", "target"), _crowd(home, crowd))
    return result


def _crowd(home: Scratch, count: int) -> list[tuple[str, str, str]]:
    marks = Path(home.folder, "times")
    marks.mkdir()
    begin = time.perf_counter()
    pids = {}
    for number in range(count):
        argv = [PROGRAM, "memory", "store", f"crowd/{number}", "v"]
        pid = os.posix_spawn(
            PROGRAM, argv, home.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
        )
        pids[pid] = time.perf_counter()
    took, failed = [], 0
    while pids:
        pid, status = os.wait()
        started = pids.pop(pid, None)
        if started is not None:
            took.append(time.perf_counter() - started)
            failed += status != 0
    whole = time.perf_counter() - begin
    mean = statistics.mean(took)
    return [
        ("failed", str(failed), "0"),
        ("mean, ms", f"{mean * 1000:.0f}", ""),
        ("slowest, ms", f"{max(took) * 1000:.0f}", ""),
        ("slowest / mean", f"{max(took) / mean:.2f}", "5"),
        ("all done after, ms", f"{whole * 1000:.0f}", ""),
    ]
