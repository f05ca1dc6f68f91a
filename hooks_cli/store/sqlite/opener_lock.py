"""The opener's lock: shared `flock` while the store is open, exclusive to replace the database file.

It lies beside the store (`memory.db.lock`), is never removed, and is a `flock`, so that the system takes it back from a process that
dies. Renaming a file over a live database would let the old write-ahead log replay into the new one: that is what it prevents.
"""

from __future__ import annotations

import fcntl
import os
import time

from hooks_cli.errors import CannotCreate, PermissionRefused

POLL_SECONDS = 0.01


def shared(store_path: str, budget_ms: int) -> int:
    """Wait for the shared lock and return its file descriptor; the lock lasts until that is closed or the process ends.

    Raises Busy (75) when another process holds it exclusively for longer than the budget.
    """
    return _take(store_path, fcntl.LOCK_SH, budget_ms)


def reading(store_path: str, budget_ms: int) -> int:
    """The shared lock of who cannot write there: -1 where there is no lock file that could be read, so that nothing can be held.

    Raises Busy (75).
    """
    try:
        descriptor = os.open(store_path + ".lock", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return -1
    return _wait(descriptor, store_path, fcntl.LOCK_SH, budget_ms)


def looking(store_path: str, budget_ms: int) -> int:
    """The shared lock for a look: as `shared`, and where that cannot be written as `reading`. Raises Busy (75)."""
    try:
        return shared(store_path, budget_ms)
    except (CannotCreate, PermissionRefused):
        return reading(store_path, budget_ms)


def exclusive(store_path: str, budget_ms: int) -> int:
    """Wait until no other process has the store open, and keep them out; returns the file descriptor to close afterwards.

    Raises Busy (75) when the store stays open elsewhere for longer than the budget.
    """
    return _take(store_path, fcntl.LOCK_EX, budget_ms)


def release(descriptor: int) -> None:
    """Give the lock back; -1 is none."""
    if descriptor >= 0:
        os.close(descriptor)


def _take(store_path: str, kind: int, budget_ms: int) -> int:
    path = store_path + ".lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except PermissionError as error:
        raise PermissionRefused(path=path, reason=error.strerror) from error
    except OSError as error:
        raise CannotCreate(path=path, reason=error.strerror) from error
    return _wait(descriptor, store_path, kind, budget_ms)


def _wait(descriptor: int, store_path: str, kind: int, budget_ms: int) -> int:
    deadline = 0.0
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return descriptor
        except OSError:
            now = time.monotonic()
            deadline = deadline or now + budget_ms / 1000
            if now >= deadline:
                os.close(descriptor)
                from hooks_cli.system.lock_holders import in_use

                raise in_use(store_path, budget_ms / 1000, ".lock") from None
            time.sleep(POLL_SECONDS)
