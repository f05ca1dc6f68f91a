"""The writers' queue: one at a time, woken at once, a bounded wait, and no harm from those who do not know of it."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from hooks_cli.errors import Busy
from hooks_cli.store.sqlite import writer_queue
from tests.conftest import PROGRAM, Run
from tests.store.sqlite.file.test_create import store_file


def test_one_at_a_time(tmp_path: Path) -> None:
    path = str(tmp_path / "memory.db")
    mine = writer_queue.take(path, 1000)
    with pytest.raises(Busy, match=r"0\.2 s"):
        writer_queue.take(path, 200)
    writer_queue.give(mine)
    writer_queue.give(writer_queue.take(path, 200))


def test_who_has_the_turn_sees_that_somebody_waits(tmp_path: Path) -> None:
    path = str(tmp_path / "memory.db")
    mine = writer_queue.take(path, 1000)
    assert not writer_queue.wanted(path)
    waiter = threading.Thread(target=lambda: writer_queue.give(writer_queue.take(path, 10_000)))
    waiter.start()
    while not writer_queue.wanted(path):
        time.sleep(0.001)
    writer_queue.give(mine)
    waiter.join()
    assert not writer_queue.wanted(path)


def test_the_next_one_is_woken_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "memory.db")
    mine = writer_queue.take(path, 1000)
    threading.Timer(0.3, writer_queue.give, [mine]).start()
    begun = time.monotonic()
    writer_queue.give(writer_queue.take(path, 60_000))
    assert 0.2 < time.monotonic() - begun < 30


def test_in_a_thread_there_is_no_alarm_and_it_works_all_the_same(tmp_path: Path) -> None:
    path = str(tmp_path / "memory.db")
    mine = writer_queue.take(path, 1000)
    outcome: list[str] = []

    def waiter(budget: int) -> None:
        try:
            writer_queue.give(writer_queue.take(path, budget))
            outcome.append("had")
        except Busy:
            outcome.append("busy")

    for budget in (50, 5000):
        thread = threading.Thread(target=waiter, args=(budget,))
        thread.start()
        if budget == 50:
            thread.join()
        else:
            time.sleep(0.1)
            writer_queue.give(mine)
            thread.join()
    assert outcome == ["busy", "had"]


def test_who_dies_leaves_its_place(run: Run, home: Path, environ: dict[str, str], project: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    holder = subprocess.Popen(
        ["flock", str(store_file(home)) + ".turn", "sh", "-c", "echo held; sleep 60"],
        start_new_session=True,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    waiting = subprocess.Popen(
        [PROGRAM, "memory", "store", "k", "w"], env=environ, cwd=project, stdout=subprocess.DEVNULL
    )
    time.sleep(0.5)
    assert waiting.poll() is None
    os.killpg(holder.pid, 9)
    holder.communicate()
    assert waiting.wait(timeout=30) == 0
    assert run("memory", "recall", "k").stdout == "w"


def test_a_hooks_verb_waits_no_longer_than_its_budget(run: Run, home: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    mine = writer_queue.take(str(store_file(home)), 1000)
    begun = time.monotonic()
    done = run("hooks", "notify", "--message", "m")
    assert done.returncode == 75 and time.monotonic() - begun >= 4
    writer_queue.give(mine)
    run("hooks", "notify", "--message", "m", check=True)
