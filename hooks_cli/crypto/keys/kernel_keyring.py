"""The Linux kernel's key retention service (keyrings(7)), through libc's syscall(2). Loaded on demand.

Everything answers None or False where the service is missing, switched off or forbidden (other systems, most
containers): the caller has another place.
"""

from __future__ import annotations

import os
import sys

# (add_key, keyctl) by machine; asm-generic numbers serve aarch64, riscv64 and loongarch64.
_NUMBERS = {
    "x86_64": (248, 250),
    "aarch64": (217, 219),
    "riscv64": (217, 219),
    "loongarch64": (217, 219),
    "i686": (286, 288),
}
_PROCESS, _USER = -2, -4
_UPDATE, _REVOKE, _SETPERM, _LINK, _SEARCH, _READ, _SET_TIMEOUT, _INVALIDATE = 2, 3, 5, 8, 10, 11, 15, 21
# The possessor may do all; other processes of the user may view, read and search (a login's shells do not all share a
# session).
_PERMISSIONS = 0x3F0B0000
_LONGEST = 256


class _Kernel:
    def __init__(self) -> None:
        import ctypes

        self.ctypes = ctypes
        self.add_key, self.keyctl = _NUMBERS[os.uname().machine]
        self.syscall = ctypes.CDLL(None, use_errno=True).syscall
        self.syscall.restype = ctypes.c_long

    def control(self, operation: int, *arguments: object) -> int:
        return int(self.syscall(self.ctypes.c_long(self.keyctl), self.ctypes.c_long(operation), *arguments))

    def number(self, value: int) -> object:
        return self.ctypes.c_long(value)

    def find(self, name: str) -> int:
        return self.control(_SEARCH, self.number(_USER), b"user", name.encode(), self.number(0))


def _kernel() -> _Kernel | None:
    if not sys.platform.startswith("linux") or os.uname().machine not in _NUMBERS:
        return None
    try:
        return _Kernel()
    except (ImportError, OSError, AttributeError):
        return None


def read(name: str) -> bytes | None:
    """The payload kept under `name` for this user, or None."""
    kernel = _kernel()
    key = kernel.find(name) if kernel is not None else -1
    if kernel is None or key < 0:
        return None
    buffer = kernel.ctypes.create_string_buffer(_LONGEST)
    size = kernel.control(_READ, kernel.number(key), buffer, kernel.number(_LONGEST))
    return buffer.raw[:size] if 0 <= size <= _LONGEST else None


def add(name: str, payload: bytes, seconds: int) -> bool:
    """Keep `payload` under `name` for `seconds`; whether the kernel did, and gives it back."""
    kernel = _kernel()
    if kernel is None:
        return False
    # Made in the process keyring, where this process possesses it and may set its permissions, then linked to the
    # user's.
    made = int(
        kernel.syscall(
            kernel.number(kernel.add_key),
            b"user",
            name.encode(),
            payload,
            kernel.number(len(payload)),
            kernel.number(_PROCESS),
        )
    )
    if made < 0:
        return False
    key = kernel.number(made)
    done = (
        kernel.control(_SETPERM, key, kernel.number(_PERMISSIONS)) == 0
        and kernel.control(_SET_TIMEOUT, key, kernel.number(seconds)) == 0
        and kernel.control(_LINK, key, kernel.number(_USER)) == 0
        and read(name) == payload
    )
    if not done:
        kernel.control(_INVALIDATE, key)
    return done


def remove(name: str) -> bool:
    """Forget what is kept under `name`; whether there was something."""
    kernel = _kernel()
    key = kernel.find(name) if kernel is not None else -1
    if kernel is None or key < 0:
        return False
    if kernel.control(_INVALIDATE, kernel.number(key)) == 0:
        return True
    return kernel.control(9, kernel.number(key), kernel.number(_USER)) == 0
