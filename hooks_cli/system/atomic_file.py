"""Writes files under a temporary name and renames them when complete; removes leftovers of killed processes.

The temporary name is `<path>.<pid>.<8 hex digits>.hooks-new`, and the process that makes the file holds a lock (flock) on it. So a name
of that form without a lock is a dead process's, and the next one that makes a file in the same folder removes it.

Two files that belong together (a copy and its `FILE.slots`) get their names one after the other, the companion first. It keeps its
temporary name until both are there: so a companion without its file, whose bytes also lie under a dead process's temporary name, was
left half made and goes, too.
"""

from __future__ import annotations

import fcntl
import os
import stat
from types import TracebackType

from hooks_cli.system.private_files import read_file, remove_quietly, sync_folder, trouble

ENDING = ".hooks-new"
SIDE_FILES = ("-journal", "-wal", "-shm")
# What the name of a companion ends with, after the name of its file; none is longer than this (bytes).
COMPANION = ".slots"
LARGEST_COMPANION = 256 * 1024
_HEX = frozenset("0123456789abcdef")


def is_temporary_name(name: str) -> bool:
    """Whether a file's name has the form.

    >>> [is_temporary_name(n) for n in ("out.json.4711.0a1b2c3d.hooks-new", "4711.0a1b2c3d.hooks-new", "out.json.hooks-new")]
    [True, False, False]
    """
    parts = name.removesuffix(ENDING).rsplit(".", 2)
    return (
        name.endswith(ENDING)
        and len(parts) == 3
        and parts[0] != ""
        and parts[1].isascii()
        and parts[1].isdigit()
        and len(parts[2]) == 8
        and _HEX.issuperset(parts[2])
    )


class AtomicFile:
    """`with AtomicFile(path) as file:` an empty file (0600) at `file.name`, beside `path`; removed at the end unless it was renamed.

    Raises CannotCreate (73), PermissionRefused (77), DiskFull (74).
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = ""
        self.descriptor = -1

    def __enter__(self) -> AtomicFile:
        sweep(os.path.dirname(self.path) or ".")
        while self.descriptor < 0:
            self.name = f"{self.path}.{os.getpid()}.{os.urandom(4).hex()}{ENDING}"
            try:
                descriptor = os.open(self.name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise trouble(self.path, error, creating=True) from None
            if _is_locked_by_us(descriptor, self.name):
                self.descriptor = descriptor
            else:
                os.close(descriptor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for ending in ("", *SIDE_FILES):
            remove_quietly(self.name + ending)
        os.close(self.descriptor)


def _is_locked_by_us(descriptor: int, name: str) -> bool:
    """Lock a new file; False if a cleaning process was faster. A file system without locks is never swept."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(name))
    except OSError:
        return False


def sweep(folder: str) -> list[str]:
    """Remove what killed processes of this user left in the folder; the names removed."""
    try:
        names = [name for name in os.listdir(folder) if is_temporary_name(name)]
    except OSError:
        return []
    return [name for name in names if _remove_if_dead(os.path.join(folder, name))]


def _remove_if_dead(path: str) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(found, os.lstat(path)):
            return False
        _take_back_companion(path)
        os.unlink(path)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    for ending in SIDE_FILES:
        remove_quietly(path + ending)
    return True


def _take_back_companion(aside: str) -> None:
    """Remove the companion that the dead process had published, when its file never came. Raises OSError."""
    companion = aside.removesuffix(ENDING).rsplit(".", 2)[0]
    if not companion.endswith(COMPANION) or os.path.lexists(companion.removesuffix(COMPANION)):
        return
    made = read_file(aside, LARGEST_COMPANION)
    if made and read_file(companion, LARGEST_COMPANION) == made:
        os.unlink(companion)
        sync_folder(os.path.dirname(companion) or ".")
