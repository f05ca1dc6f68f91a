"""Run the program, and write down how long each of its turns to write was held: python -m scripts.benchmarks.held OUT ARG…"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from hooks_cli.store.sqlite import writer_queue
from hooks_cli.system import apsw_import

_held: list[tuple[str, float, float]] = []
_began: tuple[float, float] | None = None
_take, _give = writer_queue.take, writer_queue.give
assert apsw_import  # it must be loaded before what it stands in for


def _timed_take(store_path: str, budget_ms: int) -> int:
    global _began
    descriptor = _take(store_path, budget_ms)
    _began = time.perf_counter(), time.thread_time()
    return descriptor


def _timed_give(descriptor: int) -> None:
    global _began
    _give(descriptor)
    if _began is not None:
        wall, cpu = time.perf_counter() - _began[0], time.thread_time() - _began[1]
        _held.append((_by_whom(), wall * 1000, cpu * 1000))
    _began = None


def _by_whom() -> str:
    """The function that held the turn: the first one outside the transaction itself."""
    frame = sys._getframe(2)
    while frame.f_code.co_name in ("__exit__", "_rollback") and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_name.strip("_").replace("_", " ")


if __name__ == "__main__":
    writer_queue.take, writer_queue.give = _timed_take, _timed_give
    from hooks_cli.entry import status

    code = status(sys.argv[2:])
    Path(sys.argv[1]).write_text(json.dumps(_held))
    sys.exit(code)
