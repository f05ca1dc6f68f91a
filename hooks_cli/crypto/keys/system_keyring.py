"""Keeps a slot's wrapping key in the operating system's keyring (the extra `hooks-cli[keyring]`). Loaded on demand."""

from __future__ import annotations

from importlib import import_module

from hooks_cli.crypto.keys.file import KEY_BYTES
from hooks_cli.errors import ExtraMissing, Unavailable
from hooks_cli.system.python_startup import complete

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

SERVICE = "hooks-cli"


def _keyring() -> ModuleType:
    complete()
    try:
        return import_module("keyring")
    except ImportError:
        raise ExtraMissing(feature="A key in the system's keyring", extra="keyring") from None


def wrapping_key(slot_id: str) -> bytes | None:
    """The 32 bytes kept for the slot, or None when the keyring has none. Raises ExtraMissing, Unavailable (69)."""
    keyring = _keyring()
    try:
        text = keyring.get_password(SERVICE, slot_id)
    except Exception as problem:  # every backend has errors of its own
        raise _unusable(problem) from problem
    if not isinstance(text, str) or len(text) != 2 * KEY_BYTES or text.strip("0123456789abcdef"):
        return None
    return bytes.fromhex(text)


def keep(slot_id: str, wrapping: bytes) -> None:
    """Put a slot's wrapping key into the keyring. Raises ExtraMissing, Unavailable (69)."""
    keyring = _keyring()
    try:
        keyring.set_password(SERVICE, slot_id, wrapping.hex())
    except Exception as problem:
        raise _unusable(problem) from problem


def forget(slot_id: str) -> bool:
    """Remove a slot's wrapping key; whether there was one. Raises ExtraMissing (69)."""
    keyring = _keyring()
    try:
        keyring.delete_password(SERVICE, slot_id)
    except Exception:
        return False
    return True


def _unusable(problem: Exception) -> Unavailable:
    return Unavailable(
        f"The system's keyring cannot be used: {type(problem).__name__}.",
        hint="Unlock it, or use a passphrase instead: hooks-cli key passphrase set",
    )
