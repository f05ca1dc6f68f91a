"""A fair queue for writers, built on `flock`. SQLite's busy handler polls (1 to 100 ms) and starves the longest waiter;
a blocked `flock` wakes in order.

SQLite waits for its write lock by trying again after 1, 2, 5 … 100 ms: with many writers the lock lies idle between tries, and one that
has waited long tries rarest of all (its own blocking locks do not reach through the cipher's layer). A `flock` on `memory.db.turn` wakes
the next one as soon as the last has finished. It is a courtesy and no more: what keeps two writers apart is still SQLite's lock, so that
a process that knows nothing of the queue does no harm, and one that dies leaves its place at once.
"""

from __future__ import annotations

import fcntl
import os
import time

NONE = -1
POLL_SECONDS = 0.002


class _TimeIsUp(Exception):
    """The alarm rang."""


def take(store_path: str, budget_ms: int) -> int:
    """Wait for our turn; returns what `give` takes back. Raises Busy (75) when it does not come within the budget.

    Where the queue's file cannot be made (a read-only disk says so itself soon after) there is no queue: NONE.
    """
    try:
        descriptor = os.open(store_path + ".turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return NONE
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor
    except OSError:
        pass
    try:
        if _wait(descriptor, store_path, budget_ms):
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    from hooks_cli.system.lock_holders import in_use

    raise in_use(store_path, budget_ms / 1000, ".turn")


def give(descriptor: int) -> None:
    """Let the next one write."""
    if descriptor != NONE:
        os.close(descriptor)


def wanted(store_path: str) -> bool:
    """Whether a process waits for a turn; asked by the process that has it, between two pieces of long work."""
    front = _front(store_path)
    if front == NONE:
        return False
    try:
        fcntl.flock(front, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except OSError:
        return True
    finally:
        os.close(front)


def _front(store_path: str) -> int:
    try:
        return os.open(store_path + ".next", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return NONE  # then all wait for the turn itself, and cannot be seen waiting


def _wait(descriptor: int, store_path: str, budget_ms: int) -> bool:
    """Sleep until the lock is ours; False when the time is up. An alarm ends the sleep; without one (in a thread) it is tried often."""
    import _signal  # type: ignore[import-not-found]  # what `signal` wraps in enumerations

    waiting = True

    def ring(number: int, frame: object) -> None:
        if waiting:
            raise _TimeIsUp

    if budget_ms <= 0:
        return False
    front = _front(store_path)
    locks = (descriptor,) if front == NONE else (front, descriptor)
    try:
        before = _signal.signal(_signal.SIGALRM, ring)
    except ValueError:
        try:
            return _try_often(locks, budget_ms)
        finally:
            give(front)
    try:
        _signal.setitimer(_signal.ITIMER_REAL, budget_ms / 1000)
        for lock in locks:
            fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = False
        return True
    except _TimeIsUp:
        return False
    finally:
        _signal.setitimer(_signal.ITIMER_REAL, 0)
        _signal.signal(_signal.SIGALRM, before)
        give(front)


def _try_often(locks: tuple[int, ...], budget_ms: int) -> bool:
    deadline = time.monotonic() + budget_ms / 1000
    for lock in locks:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(POLL_SECONDS)
    return True
