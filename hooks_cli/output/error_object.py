"""Turns any error into one of ours, and into the object that programs read."""

from __future__ import annotations

import errno

from hooks_cli.errors import AccessDenied, HooksError, InternalError, Interrupted, StorageFailed


def as_hooks_error(error: BaseException) -> HooksError:
    """Any error as one of ours: an interruption is 130, what the system refused 77 or 74, anything else our bug (70)."""
    if isinstance(error, HooksError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted()
    if isinstance(error, OSError) and error.errno is not None:
        what = f"{error.filename}: {error.strerror}" if error.filename else f"{error.strerror}"
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return AccessDenied(f"Access is denied: {what}.", hint="Check who owns it and its mode.")
        hint = "Free some space and try again." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        return StorageFailed(f"Reading or writing failed: {what}.", hint=hint)
    if isinstance(error, MemoryError):
        return InternalError(reason="the memory did not suffice (MemoryError)")
    return InternalError(reason=f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def as_object(error: HooksError) -> dict[str, object]:
    """An error as a program reads it: {"schema_version": "1", "error": {code, name, message, hint, …what it is about}}."""
    named = {"code": error.exit_code, "name": error.name, "message": str(error), "hint": error.hint_text or None}
    return {"schema_version": "1", "error": named | {k: v for k, v in error.details.items() if k not in named}}
