"""The key file of a store: 64 hex digits and a newline, readable by its owner alone. On the hot path."""

from __future__ import annotations

import os

from hooks_cli.errors import CannotCreate, KeyExposed, KeySourceError, PermissionRefused
from hooks_cli.system.private_files import trouble

KEY_BYTES = 32
_HEX_DIGITS = "0123456789abcdefABCDEF"
_LONGEST_KEY_FILE = 4096
# Non-blocking, so that a FIFO put in the file's place cannot hang an agent.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def read_key_file(path: str) -> bytes | None:
    """The 32 bytes in a key file (64 hex digits and a line break), or None when there is no file.

    Raises KeyExposed (77) when others can read or write it, PermissionRefused (77), KeySourceError (78) when it is
    damaged.
    """
    text = read_private(path)
    if text is None:
        return None
    word = text.strip()
    if len(word) != 2 * KEY_BYTES or word.strip(_HEX_DIGITS):
        raise KeySourceError(
            reason=f"the key file {path} is damaged: it should be {2 * KEY_BYTES} hex digits",
            hint="Put the right one back from your paper copy or backup: hooks-cli key import",
        )
    return bytes.fromhex(word)


def read_private(path: str, longest: int = _LONGEST_KEY_FILE) -> str | None:
    """The text of a small regular file that only its owner can access; None when it is not there.

    Raises PermissionRefused or KeyExposed (77), KeySourceError (78) for what is no such file.
    """
    try:
        fd = os.open(path, _OPEN_FLAGS)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise PermissionRefused(path=path, reason=problem.strerror or "it cannot be opened") from problem
    try:
        status = os.fstat(fd)
        if status.st_mode & 0o170000 != 0o100000:
            raise KeySourceError(reason=f"{path} is not a regular file")
        if status.st_mode & 0o077:
            raise KeyExposed(path=path, mode=f"{status.st_mode & 0o7777:04o}")
        me = os.geteuid()
        if me != 0 and status.st_uid not in (me, 0):
            raise PermissionRefused(path=path, reason="it belongs to another user")
        data = os.read(fd, longest)
    finally:
        os.close(fd)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise KeySourceError(reason=f"{path} is not text; a key is {2 * KEY_BYTES} hex digits") from None


def create_key_file(path: str) -> bytes:
    """Make a new random key at `path` and return its 32 bytes; when another process was first, return that one's.

    On return the key is on the disk, name and all. Raises CannotCreate (73), PermissionRefused (77), StorageFailed (74).
    """
    publish_key_file(path, os.urandom(KEY_BYTES))
    raw = read_key_file(path)
    if raw is None:
        raise CannotCreate(path=path, reason="it vanished while it was made")
    return raw


def publish_key_file(path: str, raw: bytes, replace: bool = False) -> bool:
    """Write `raw` as a key file (see `publish`). Returns whether this call's key is the one there now."""
    return publish(path, raw.hex().encode() + b"\n", replace)


def publish(path: str, content: bytes, replace: bool = False) -> bool:
    """Write a private file whole or not at all: 0600, synced, its name synced. An existing one stays, unless `replace`.

    Returns whether the file was written. Raises CannotCreate (73), PermissionRefused (77), StorageFailed (74).
    """
    folder = os.path.dirname(path) or "."
    make_private_folders(folder)
    temporary = f"{path}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as problem:
        raise trouble(path, problem, creating=True) from problem
    try:
        try:
            view = memoryview(content)
            while view:  # a disk that is nearly full takes a part
                view = view[os.write(fd, view) :]
            os.fsync(fd)
        finally:
            os.close(fd)
        if replace:
            os.replace(temporary, path)
            written = True
        else:
            # link(2) fails when the name is taken, so of two first users exactly one publishes a key.
            written = _link(temporary, path)
            os.unlink(temporary)
    except OSError as problem:
        _forget(temporary)
        raise trouble(path, problem) from problem
    sync_folder(folder)
    return written


def _link(temporary: str, path: str) -> bool:
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    return True


def _forget(path: str) -> bool:
    try:
        os.unlink(path)
    except OSError:
        return False
    return True


def make_private_folders(folder: str) -> None:
    """Make `folder` and its missing parents, 0700 each. Raises CannotCreate (73)."""
    missing = []
    while folder and not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for name in reversed(missing):
        try:
            os.mkdir(name, 0o700)
        except FileExistsError:
            continue
        except OSError as problem:
            raise trouble(name, problem, creating=True) from problem
        sync_folder(os.path.dirname(name) or ".")


def sync_folder(folder: str) -> None:
    """Put a folder's names on the disk; a file system that cannot is left as it is."""
    try:
        fd = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(fd)
    except OSError:
        return
    finally:
        os.close(fd)
