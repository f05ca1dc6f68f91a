"""Translates SQLite's errors into this program's, each with its exit code."""

from __future__ import annotations

from hooks_cli.errors import (
    CannotCreate,
    DiskFull,
    HooksError,
    InternalError,
    Interrupted,
    PermissionRefused,
    StorageFailed,
    Tampered,
    TooLarge,
    WrongKey,
)
from hooks_cli.system.apsw_import import apsw


def check_name(path: str) -> str:
    """The path of a database, which the engine takes as UTF-8 alone. Raises CannotCreate (73) for another."""
    if not path.isascii():
        try:
            path.encode()
        except UnicodeEncodeError:
            raise CannotCreate(
                path=path,
                reason="its path is not valid UTF-8, which a database needs",
                hint="Name another place: of a copy or an export with its file argument, of the store with HOOKS_STORE or HOOKS_HOME.",
            ) from None
    return path


def translate(error: BaseException, store_path: str, budget_ms: int = 0, key_source: str = "") -> HooksError:
    """The HooksError that an `apsw.Error` stands for. `key_source` is given while opening, when a refusal means a wrong key."""
    reason = str(error)
    if isinstance(error, (apsw.BusyError, apsw.LockedError)):
        from hooks_cli.system.lock_holders import in_use

        return in_use(store_path, budget_ms / 1000, "-shm")
    if isinstance(error, apsw.FullError):
        return DiskFull(path=store_path)
    if isinstance(error, apsw.NotADBError):
        return WrongKey(source=key_source or "the key in use", store=store_path)
    if isinstance(error, apsw.CorruptError):
        return Tampered(
            store=store_path,
            expected="authentic pages",
            found=f"a damaged or altered page ({reason})",
            hint="The data on that page is lost. Restore another copy: hooks-cli memory restore BACKUP",
        )
    if isinstance(error, (apsw.PermissionsError, apsw.ReadOnlyError, apsw.AuthError)):
        return PermissionRefused(path=store_path, reason=reason)
    if isinstance(error, apsw.CantOpenError):
        return CannotCreate(path=store_path, reason=reason)
    if isinstance(error, (apsw.IOError, apsw.NoMemError, apsw.ProtocolError)):
        return StorageFailed(path=store_path, reason=reason)
    if isinstance(error, apsw.TooBigError):
        return TooLarge(what="The value", size="too many", limit=1_000_000_000)
    if isinstance(error, apsw.InterruptError):
        return Interrupted()
    return InternalError(reason=f"{type(error).__name__}: {reason}")
