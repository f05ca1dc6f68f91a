"""A garbage collection of 150,000 versions out of 200,000, and what a hook call and a writer beside it notice of it."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

from hooks_cli.store.sqlite.maintenance import scrub
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store
from scripts.benchmarks.scratch import PROGRAM, Scratch, sample, scratch
from scripts.benchmarks.tables import Result, Row

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


def _lock_wait(store: EmbeddedStore) -> float:
    """How long a writer that comes at any time waits for its turn, in ms."""
    time.sleep(random.uniform(0, 0.03))
    begin = time.perf_counter()
    with store.writing():
        return (time.perf_counter() - begin) * 1000


def _stopped(store: EmbeddedStore, collector: subprocess.Popen[str]) -> None:
    """Stop the collection between two of its transactions: its turn is ours then."""
    with store.writing():
        collector.send_signal(signal.SIGSTOP)
        # Not before it stands still: it could still take the turn that we give back.
        with contextlib.suppress(ChildProcessError):  # it has ended by itself
            os.waitid(os.P_PID, collector.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)


def _at(values: list[float], share: float) -> float:
    ordered = sorted(values) or [0.0]
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _held_rows(path: Path) -> list[Row]:
    by: dict[str, list[tuple[float, float]]] = {}
    for name, wall, cpu in json.loads(path.read_text()):
        by.setdefault(name, []).append((wall, cpu))
    return [
        (
            name,
            len(held),
            f"{_at([wall for wall, _ in held], 0.5):.1f}",
            f"{_at([wall for wall, _ in held], 0.99):.1f}",
            f"{max(wall for wall, _ in held):.1f}",
            f"{max(cpu for _, cpu in held):.1f}",
        )
        for name, held in by.items()
    ]


def run(quick: bool) -> Result:
    """Fill, collect with writers beside and the collection stopped in turn, look at the file; collect again with nobody beside."""
    due, young = (15_000, 5_000) if quick else (150_000, 50_000)
    result = Result("collection")
    with scratch() as home:
        for _ in range(2):  # two versions of each address
            _batch(home, 0, due // 2, OLD)
        _batch(home, due, young, NOW)
        home.environ["HOOKS_NOW"] = str(NOW)
        with scratch() as other:
            shutil.copytree(home.folder / "hooks", other.folder / "hooks", dirs_exist_ok=True)
            alone = _alone(home, other, due)
        store = open_store(home.environment)
        scrub.settle_log(store)
        before = os.path.getsize(store.path)
        quiet_waits = [_lock_wait(store) for _ in range(100)]
        held = home.folder / "held.json"
        argv = [sys.executable, "-m", "scripts.benchmarks.held", str(held), "memory", "gc"]
        begin = time.perf_counter()
        collector = subprocess.Popen(argv, env=home.environ, stdout=subprocess.PIPE, text=True)
        pairs, waits, rested = [], [], 0.0
        try:
            while collector.poll() is None:
                waits.extend(_lock_wait(store) for _ in range(5))
                stop = time.perf_counter()
                _stopped(store, collector)
                quiet = _notify(home)
                collector.send_signal(signal.SIGCONT)
                rested += time.perf_counter() - stop
                pairs.append((quiet, _notify(home)))
        except BaseException:
            collector.kill()
            raise
        seconds = time.perf_counter() - begin - rested
        told = collector.communicate()[0].strip()
        assert collector.returncode == 0 and f"{due:,} versions" in told, told
        scrub.settle_log(store)
        after = os.path.getsize(store.path)
        store.close()
        held_rows = _held_rows(held)
    ratios = [beside / quiet for quiet, beside in pairs]
    share = after / before
    rows: list[Row] = [
        (f"{due:,} of {due + young:,} versions collected, nobody beside, s", f"{alone:.1f}", ""),
        ("the same with writers beside, without the time it was stopped, s", f"{seconds:.1f}", ""),
        ("hooks notify beside it / while it is stopped (median of pairs)", f"{statistics.median(ratios):.2f}", "2"),
        ("  the same, 95th percentile", f"{_at(ratios, 0.95):.2f}", ""),
        ("a writer's wait, ms: median (in quiet)", f"{_at(waits, 0.5):.1f} ({_at(quiet_waits, 0.5):.1f})", ""),
        (
            "a writer's wait, ms: 99th percentile (in quiet)",
            f"{_at(waits, 0.99):.1f} ({_at(quiet_waits, 0.99):.1f})",
            "20",
        ),
        ("a writer's wait, ms: longest (in quiet)", f"{max(waits):.1f} ({max(quiet_waits):.1f})", "20"),
        ("the file afterwards, of before", f"{share:.0%}", f"{young / (due + young) + 0.1:.0%}"),
    ]
    result.table("garbage collection", ("", "value", "target"), rows)
    header = ("work", "times", "median ms", "p99 ms", "longest ms", "longest, CPU ms")
    result.table("how long it held its turns to write, with writers beside", header, held_rows)
    result.remarks.append(f"{len(waits):,} waits at random times, {len(pairs):,} pairs of hook calls.")
    return result


def _alone(home: Scratch, other: Scratch, due: int) -> float:
    """How long a collection takes with nobody beside it."""
    environ = {**home.environ, "HOOKS_HOME": str(other.folder / "hooks")}
    begin = time.perf_counter()
    done = subprocess.run([PROGRAM, "memory", "gc"], env=environ, check=True, capture_output=True, text=True)
    assert f"{due:,} versions" in done.stdout, done.stdout
    return time.perf_counter() - begin
