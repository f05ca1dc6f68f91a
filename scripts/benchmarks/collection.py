"""A garbage collection of 150,000 versions out of 200,000, and what a hook call and a writer beside it notice of it."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from pathlib import Path

from hooks_cli.store import scrubbing
from hooks_cli.store.embedded import open_store
from scripts.benchmarks.scratch import PROGRAM, Scratch, sample, scratch
from scripts.benchmarks.tables import Result

NOW = 1_800_000_000_000
OLD = NOW - 100 * 86_400_000


def _lines(path: Path, begin: int, count: int) -> None:
    with path.open("w") as file:
        for number in range(begin, begin + count):
            address, value = sample(number)
            file.write(json.dumps({"key": address, "value": value}) + "\n")


def _batch(home: Scratch, begin: int, count: int, at: int) -> None:
    path = home.folder / "lines.ndjson"
    _lines(path, begin, count)
    with path.open("rb") as lines:
        argv = [PROGRAM, "memory", "store", "--batch"]
        environ = {**home.environ, "HOOKS_NOW": str(at)}
        subprocess.run(argv, stdin=lines, env=environ, check=True, stdout=subprocess.DEVNULL)


def _notify(home: Scratch) -> float:
    begin = time.perf_counter()
    argv = [PROGRAM, "hooks", "notify", "--message", "beside"]
    subprocess.run(argv, env=home.environ, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - begin) * 1000


def _lock_wait(store: object) -> float:
    """How long a writer waits for its turn, in ms."""
    begin = time.perf_counter()
    with store.writing():  # type: ignore[attr-defined]
        return (time.perf_counter() - begin) * 1000


def _median(values: list[float]) -> float:
    return values[len(values) // 2]


def run(quick: bool) -> Result:
    """Fill, measure in quiet, collect, measure beside it, look at the file."""
    due, young = (15_000, 5_000) if quick else (150_000, 50_000)
    result = Result("collection")
    with scratch() as home:
        for _ in range(2):  # two versions of each address
            _batch(home, 0, due // 2, OLD)
        _batch(home, due, young, NOW)
        home.environ["HOOKS_NOW"] = str(NOW)
        store = open_store(home.environment)
        scrubbing.settle_log(store)
        before = os.path.getsize(store.path)
        quiet = [_notify(home) for _ in range(20)]
        quiet_waits = sorted(_lock_wait(store) for _ in range(200))
        begin = time.perf_counter()
        collector = subprocess.Popen([PROGRAM, "memory", "gc"], env=home.environ, stdout=subprocess.PIPE, text=True)
        beside, waits = [], []
        while collector.poll() is None:
            waits.extend(_lock_wait(store) for _ in range(5))
            beside.append(_notify(home))
        seconds = time.perf_counter() - begin
        told = collector.communicate()[0].strip()
        assert collector.returncode == 0 and f"{due:,} versions" in told, told
        scrubbing.settle_log(store)
        after = os.path.getsize(store.path)
        store.close()
    ratio = statistics.median(beside or quiet) / statistics.median(quiet)
    waits = sorted(waits) or [0.0]
    share = after / before
    rows = [
        (f"{due:,} of {due + young:,} versions collected after, s", f"{seconds:.1f}", ""),
        ("hooks notify beside it / in quiet (medians)", f"{ratio:.2f}", "2"),
        ("a writer's longest wait, ms (in quiet)", f"{waits[-1]:.1f} ({quiet_waits[-1]:.1f})", "20"),
        ("a writer's wait, median, ms (in quiet)", f"{_median(waits):.1f} ({_median(quiet_waits):.1f})", ""),
        ("the file afterwards, of before", f"{share:.0%}", f"{young / (due + young) + 0.1:.0%}"),
    ]
    result.table("garbage collection", ("", "value", "target"), rows)
    return result
