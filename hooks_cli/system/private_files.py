"""Folders and small files that only their owner may read: created, written atomically, read with a limit.

All errors are ours, with the path in them: 73 cannot create, 77 permission, 74 disk.
"""

from __future__ import annotations

import os
from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS
from stat import S_ISDIR, S_ISREG

from hooks_cli.errors import CannotCreate, DiskFull, HooksError, PermissionRefused, StorageFailed


def trouble(path: str, error: OSError, creating: bool = False) -> HooksError:
    """The error that a failed system call on `path` is for the user; `creating` when the file or folder was to be made."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno in (ENOSPC, EDQUOT):
        return DiskFull(path=path, reason=reason)
    if creating and error.errno == EROFS:
        return CannotCreate(path=path, reason=reason, hint="Name a writable place: HOOKS_HOME=FOLDER.")
    if error.errno in (EACCES, EPERM):
        folder = os.path.dirname(path)
        return PermissionRefused(path=path, reason=reason, folder=folder, hint=f"Look at it: ls -ld '{folder}'")
    return CannotCreate(path=path, reason=reason) if creating else StorageFailed(path=path, reason=reason)


def make_folder(path: str) -> bool:
    """Make a folder (0700) with the folders above it; True when it was made now. What exists is left as it is.

    Raises CannotCreate (73), PermissionRefused (77) or DiskFull (74), with the path that could not be made.
    """
    try:
        os.mkdir(path, 0o700)
        return True
    except FileExistsError:
        pass
    except FileNotFoundError as error:
        parent = os.path.dirname(path)
        if parent in ("", path):
            raise trouble(path, error, creating=True) from None
        make_folder(parent)
        try:
            os.mkdir(path, 0o700)
            return True
        except FileExistsError:
            pass  # another process was faster
        except OSError as error:
            raise trouble(path, error, creating=True) from None
    except OSError as error:
        raise trouble(path, error, creating=True) from None
    try:
        if S_ISDIR(os.stat(path).st_mode):
            return False
    except OSError as error:
        raise trouble(path, error, creating=True) from None
    raise CannotCreate(path=path, reason="a file is in its place")


def make_parents(path: str) -> None:
    """Make the folders in which a file is about to be written that a user named, with ordinary modes.

    Raises CannotCreate (73), PermissionRefused (77) or DiskFull (74).
    """
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise trouble(folder, error, creating=True) from None


def write_file(path: str, data: bytes, durable: bool = True) -> None:
    """Put a 0600 file in place, whole or not at all (temporary name, rename). `durable` syncs the file and its folder.

    Raises CannotCreate (73), PermissionRefused (77), StorageFailed or DiskFull (74).
    """
    aside = f"{path}.{os.getpid()}.{os.urandom(4).hex()}.new"
    try:
        fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            if durable:
                os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(aside, path)
        if durable:
            sync_folder(os.path.dirname(path))
    except OSError as error:
        remove_quietly(aside)
        raise trouble(path, error, creating=True) from None


def sync_folder(path: str) -> None:
    """Make the names in a folder durable; a file system that cannot sync folders is let be."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.fsync(fd)
    except OSError:
        pass
    finally:
        os.close(fd)


def remove_quietly(path: str) -> None:
    """Remove a file if it is there and may be removed."""
    try:
        os.unlink(path)
    except OSError:
        pass


def read_file(path: str, limit: int) -> bytes | None:
    """The bytes of a regular file of at most `limit` bytes; None when there is none, or it is not one, or it is larger."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        status = os.fstat(fd)
        if not S_ISREG(status.st_mode) or status.st_size > limit:
            return None
        parts: list[bytes] = []
        while True:
            part = os.read(fd, 65536)
            if not part:
                return b"".join(parts)
            parts.append(part)
    except OSError:
        return None
    finally:
        os.close(fd)
