"""Caches an unlocked data key for a while: in the Linux kernel's keyring, else in a file in XDG_RUNTIME_DIR.

Neither place is on a disk, both are the user's alone, and both end with the login or the lifetime, whichever is first.
Other processes of the same user can read either (docs/threat-model.md).
"""

from __future__ import annotations

import os
import time

from hooks_cli.crypto.keys import kernel_keyring
from hooks_cli.crypto.keys.file import KEY_BYTES, make_private_folders, publish, read_private
from hooks_cli.errors import HooksError, Unavailable

CHECK_BYTES = 16
LONGEST_SECONDS = 30 * 24 * 3600


class Unlocked:
    """`raw` the data key; `check` 16 bytes that a passphrase can be held against, or b""; `until` in s since the
    epoch.
    """

    __slots__ = ("check", "raw", "until", "where")

    def __init__(self, raw: bytes, check: bytes, until: int, where: str) -> None:
        self.raw = raw
        self.check = check
        self.until = until
        self.where = where


def get(slots_path: str) -> Unlocked | None:
    """What `hooks-cli unlock` has kept for the store with this slot file, unless its time is over."""
    name = _name(slots_path)
    payload = kernel_keyring.read(name)
    found = _parse(payload, "the kernel's keyring") if payload is not None else None
    if found is not None:
        return found
    path = _file(name)
    if path is None:
        return None
    try:
        text = read_private(path)
        found = _parse(bytes.fromhex(text), path) if text is not None else None
    except (HooksError, ValueError):
        return None
    if text is not None and found is None:
        _remove(path)
    return found


def put(slots_path: str, raw: bytes, check: bytes, seconds: int) -> str:
    """Keep a data key for `seconds`; returns where, in words. Raises Unavailable (69) when there is no safe place."""
    name = _name(slots_path)
    until = int(time.time()) + seconds
    payload = until.to_bytes(8, "big") + raw + (check or bytes(CHECK_BYTES))
    drop(slots_path)
    if kernel_keyring.add(name, payload, seconds):
        return "the kernel's keyring"
    path = _file(name)
    if path is None:
        raise Unavailable(
            "There is no safe place to keep the unlocked key: the kernel's keyring is not available, and "
            "XDG_RUNTIME_DIR is not a folder of yours alone.",
            hint="Set MEMORY_ENCRYPTION_KEY_COMMAND to a program that prints the passphrase.",
        )
    make_private_folders(os.path.dirname(path))
    publish(path, payload.hex().encode(), replace=True)
    return path


def drop(slots_path: str) -> bool:
    """Forget the unlocked key, wherever it is kept; whether there was one."""
    name = _name(slots_path)
    path = _file(name)
    gone = _remove(path) if path is not None else False
    return kernel_keyring.remove(name) or gone


def _name(slots_path: str) -> str:
    import hashlib

    place = os.path.realpath(slots_path).encode("utf-8", "surrogateescape")
    return "hooks-cli:" + hashlib.blake2b(place, digest_size=12).hexdigest()


def _file(name: str) -> str | None:
    """The file's path, when XDG_RUNTIME_DIR is what its specification says: ours, and closed to others."""
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    if not os.path.isabs(folder):
        return None
    try:
        status = os.stat(folder)
    except OSError:
        return None
    if status.st_uid != os.geteuid() or status.st_mode & 0o077:
        return None
    return os.path.join(folder, "hooks-cli", name.replace("hooks-cli:", "") + ".unlocked")


def _parse(payload: bytes, where: str) -> Unlocked | None:
    if len(payload) != 8 + KEY_BYTES + CHECK_BYTES:
        return None
    until = int.from_bytes(payload[:8], "big")
    now = time.time()
    # A deadline further away than any lifetime means that the clock was set back: then it is over, too.
    if not now < until <= now + LONGEST_SECONDS + 60:
        return None
    check = payload[8 + KEY_BYTES :]
    return Unlocked(payload[8 : 8 + KEY_BYTES], b"" if check == bytes(CHECK_BYTES) else check, until, where)


def _remove(path: str) -> bool:
    try:
        os.unlink(path)
    except OSError:
        return False
    return True
