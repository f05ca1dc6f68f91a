"""Ends programs completely: SIGTERM, a grace period, SIGKILL, until no process of theirs is left."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from hooks_cli.features.processes import process_table, signals
from hooks_cli.features.processes.process_table import Identity, ProcessRow

GRACE_SECONDS = 10.0  # between SIGTERM and SIGKILL
# How long SIGKILL is repeated: a process that forks all the time is caught within a few rounds; one in an uninterruptible wait is not.
KILL_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.1


@dataclass(frozen=True, slots=True)
class Ending:
    """How it went: the number of processes asked to end and of those that had to be killed, the pids still there, and the reach
    (`process_table.reach`).
    """

    asked: int
    killed: int
    left: tuple[int, ...]
    reach: str


def end(marks: Collection[str], leaders: Collection[Identity] = (), grace: float = GRACE_SECONDS) -> Ending:
    """End the attempts with these marks and first processes, whichever process started them.

    SIGTERM to all their processes, then after `grace` seconds SIGKILL, repeated until none is left, for at most 5 s. A `grace` of 0 kills
    at once. Where the system does not show its processes, this reaches the process groups of `leaders` alone.
    """
    if not process_table.supported():
        return _end_groups(leaders, grace)
    return end_found(lambda: process_table.members(marks, leaders), grace)


def end_found(find: Callable[[], dict[int, ProcessRow]], grace: float = GRACE_SECONDS) -> Ending:
    """End the processes that `find` gives, as `end` does; it is asked again until it gives none."""
    asked: set[Identity] = set()
    killed: set[Identity] = set()
    rows = find()
    deadline, pause = time.monotonic() + grace, FIRST_PAUSE
    while rows and time.monotonic() < deadline:
        for row in rows.values():
            if Identity(row.pid, row.start) not in asked and signals.send(row, signal.SIGTERM):
                asked.add(Identity(row.pid, row.start))
                signals.send(row, signal.SIGCONT)  # a stopped one does not see SIGTERM before
        time.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)
        rows = find()
    deadline = time.monotonic() + KILL_SECONDS
    while rows and time.monotonic() < deadline:
        for row in rows.values():
            signals.send(row, signal.SIGSTOP)  # none forks while the others are killed
        for row in rows.values():
            if signals.send(row, signal.SIGKILL):
                killed.add(Identity(row.pid, row.start))
        time.sleep(FIRST_PAUSE)
        rows = find()
    for process in asked | killed:
        _collect(process)
    return Ending(len(asked | killed), len(killed), tuple(sorted(rows)), "marks")


def _collect(process: Identity) -> None:
    """Take an ended orphan off the process table, which a subreaper (`subreaper`) is the parent of.

    The first process of an attempt is left to its `Attempt`, which asks for its exit code; it leads a session.
    """
    row = process_table.read(process.pid)
    if row is None or row.running or row.start != process.start:
        return
    if row.parent == os.getpid() and row.session != row.pid:
        try:
            os.waitpid(row.pid, os.WNOHANG)
        except OSError:
            pass


def _end_groups(leaders: Collection[Identity], grace: float) -> Ending:
    asked = [leader.pid for leader in leaders if signals.send_group(leader.pid, signal.SIGTERM)]
    for group in asked:
        signals.send_group(group, signal.SIGCONT)
    deadline, left = time.monotonic() + grace, asked
    while left and time.monotonic() < deadline:
        time.sleep(LONGEST_PAUSE)
        left = [group for group in left if _group_is_there(group)]
    killed = [group for group in left if signals.send_group(group, signal.SIGKILL)]
    return Ending(len(asked), len(killed), tuple(set(left) - set(killed)), "group")


def _group_is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
