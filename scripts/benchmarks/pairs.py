"""Timing whole processes in interleaved pairs: floor, command, floor, command … so that both meet the same machine."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

PYTHON = sys.executable
FLOOR = (PYTHON, "-c", "pass")


@dataclass
class Figure:
    """One command against its floor. Times in ms; `ratio` is the median of the paired ratios, `low` and `high` its quartiles."""

    name: str
    ratio: float
    low: float
    high: float
    median_ms: float
    p99_ms: float
    floor_ms: float
    floor_p99_ms: float
    memory_mib: float
    pairs: int
    target: float | None = None

    @property
    def tail(self) -> float:
        """p99 over the median."""
        return self.p99_ms / self.median_ms

    @property
    def floor_tail(self) -> float:
        """The same of the floor's own runs: what of the tail is the machine's."""
        return self.floor_p99_ms / self.floor_ms

    def row(self) -> dict[str, object]:
        """For tables and JSON."""
        return {**asdict(self), "tail": self.tail, "floor_tail": self.floor_tail}


def spawn(argv: Sequence[str], environ: Mapping[str, str], stdin: str = os.devnull) -> tuple[float, float, int]:
    """Run a process to its end: (seconds, peak memory in MiB, exit code). Its output goes nowhere."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    begin = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    took = time.perf_counter() - begin
    return took, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


# A process inherits the peak of the one that starts it, and this one is large: so a small one starts what is weighed.
WEIGH = """
import os, sys
stdin, argv = sys.argv[1], sys.argv[2:]
actions = [(os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
_, _, usage = os.wait4(os.posix_spawn(argv[0], argv, os.environ, file_actions=actions), 0)
sys.stdout.write(str(usage.ru_maxrss))
"""


def weigh(argv: Sequence[str], environ: Mapping[str, str], stdin: str = os.devnull) -> float:
    """Peak memory of a process in MiB."""
    words = [PYTHON, "-ISc", WEIGH, stdin, *argv]
    said = subprocess.run(words, env=dict(environ), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return int(said) / 1024


def measure(
    name: str,
    argv: Sequence[str],
    environ: Mapping[str, str],
    pairs: int,
    *,
    floor: Sequence[str] = FLOOR,
    stdin: str = os.devnull,
    floor_stdin: str = os.devnull,
    target: float | None = None,
    codes: tuple[int, ...] = (0,),
) -> Figure:
    """`pairs` interleaved pairs of the floor and the command ({} in argv is the pair's number), after two that do not count."""
    ratios, commands, floors = [], [], []
    for number in range(-2, pairs):
        base, _, code = spawn(floor, environ, floor_stdin)
        assert code == 0, f"the floor {floor} ended with {code}"
        words = [word.replace("{}", str(number)) for word in argv]
        took, _, code = spawn(words, environ, stdin)
        assert code in codes, f"{words} ended with {code}"
        if number >= 0:
            ratios.append(took / base)
            commands.append(took * 1000)
            floors.append(base * 1000)
    quarter = statistics.quantiles(ratios, n=4)
    return Figure(
        name,
        statistics.median(ratios),
        quarter[0],
        quarter[2],
        statistics.median(commands),
        percentile(commands, 99),
        statistics.median(floors),
        percentile(floors, 99),
        weigh([word.replace("{}", "0") for word in argv], environ, stdin),
        pairs,
        target,
    )


def percentile(values: list[float], percent: int) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1))]
