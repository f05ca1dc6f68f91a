"""The folder of one run of an orchestrator, with an attempt's folder for each start; a killed run is found by it and ended.

The running orchestrator holds a lock (flock) on the folder's `lock` file. The kernel frees it when the process ends in whatever way, so
a run folder without a lock is a dead run's. Its own mark (`mark`) and those of its attempts say which processes are left of it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping

from hooks_cli.errors import DataError
from hooks_cli.features.processes import ending
from hooks_cli.features.processes.attempt import Attempt
from hooks_cli.features.processes.ending import Ending
from hooks_cli.features.processes.variables import is_mark, new_mark
from hooks_cli.system.private_files import make_folder, read_file, trouble, write_file

LOCK, MARK_FILE = "lock", "mark"


def runs_root(variables: Mapping[str, str], data_dir: str, kind: str) -> str:
    """Where the run folders of a kind (`tests`, `hive`) lie: in XDG_RUNTIME_DIR, which is in memory and the user's own, else in the
    program's data folder.
    """
    place = variables.get("XDG_RUNTIME_DIR", "")
    try:
        found = os.stat(place) if os.path.isabs(place) else None
    except OSError:
        found = None
    if found is not None and found.st_uid == os.geteuid() and not found.st_mode & 0o077:
        return os.path.join(place, "hooks-cli", "runs", kind)
    return os.path.join(data_dir, "runs", kind)


class RunFolder:
    """`with RunFolder(root, name) as run:` the folder `root/name` (0700), locked; removed at the end unless `keep` is set."""

    def __init__(self, root: str, name: str) -> None:
        self.path = os.path.join(root, name)
        self.keep = False
        self.mark = ""  # for all programs of the run, as an outer mark: HOOKS_MARK of `source` in `program_variables`
        self._lock = -1
        self._count = 0

    def __enter__(self) -> RunFolder:
        """Make and lock it; an existing one is locked. Raises CannotCreate (73), PermissionRefused (77), DiskFull (74), and
        DataError (65) when another process runs it.
        """
        make_folder(self.path)
        self._lock = _locked(self.path, create=True)
        if self._lock < 0:
            raise DataError(f"The run {os.path.basename(self.path)} is being run by another process.")
        self.mark = _mark(self.path)
        if not self.mark:
            self.mark = new_mark()
            write_file(os.path.join(self.path, MARK_FILE), self.mark.encode(), durable=False)
        return self

    def __exit__(self, *_: object) -> None:
        if not self.keep:
            shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)

    def attempt_folder(self) -> str:
        """A folder name for the next attempt; `Attempt.start` makes it."""
        while True:
            self._count += 1
            path = os.path.join(self.path, f"attempt-{self._count:04d}")
            if not os.path.lexists(path):
                return path

    def attempts(self) -> list[Attempt]:
        """The attempts in it, adopted."""
        return list(_attempts(self.path))


def dead_runs(root: str) -> list[str]:
    """The folders of runs whose orchestrator has ended without removing them."""
    try:
        names = sorted(os.listdir(root))
    except OSError:
        return []
    found = []
    for name in names:
        path = os.path.join(root, name)
        lock = _locked(path, create=False)
        if lock >= 0:
            os.close(lock)
            found.append(path)
    return found


def end_dead_runs(root: str, grace: float = 1.0) -> list[tuple[str, Ending]]:
    """End what is left of dead runs and remove their folders: (name of the run, how it went), the runs that left nothing included.

    A folder stays when a process of it could not be ended.
    """
    ended = []
    for path in dead_runs(root):
        lock = _locked(path, create=False)
        if lock < 0:
            continue  # another process took it meanwhile
        try:
            attempts = list(_attempts(path))
            marks = [a.mark for a in attempts] + [mark for mark in (_mark(path),) if mark]
            outcome = ending.end(marks, [a.leader for a in attempts if a.leader.pid], grace)
            if not outcome.left:
                shutil.rmtree(path, ignore_errors=True)
            ended.append((os.path.basename(path), outcome))
        finally:
            os.close(lock)
    return ended


def _mark(path: str) -> str:
    text = (read_file(os.path.join(path, MARK_FILE), 64) or b"").decode("ascii", "replace")
    return text if is_mark(text) else ""


def _attempts(path: str) -> Iterator[Attempt]:
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return
    for name in names:
        if os.path.isdir(os.path.join(path, name)):
            try:
                yield Attempt.adopt(os.path.join(path, name))
            except DataError:
                continue


def _locked(path: str, create: bool) -> int:
    """A descriptor that holds the lock of a run folder; -1 when another process holds it, or there is no lock file to take."""
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if create else 0)
    lock = os.path.join(path, LOCK)
    try:
        descriptor = os.open(lock, flags, 0o600)
    except OSError as error:
        if create:
            raise trouble(lock, error, creating=True) from None
        return -1
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.lstat(lock)):
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return -1
