"""Writes and removes the shims in their folder. Each file is replaced atomically; files of others are left alone."""

from __future__ import annotations

import os
import stat

from hooks_cli.errors import CannotCreate, PermissionRefused, UsageError
from hooks_cli.features.shims.script import NAMES, is_shim, render, serves_mcp
from hooks_cli.system.installed_program import interpreter_path, next_on_path
from hooks_cli.system.private_files import trouble

CURRENT, OUTDATED, MISSING, FOREIGN = "current", "outdated", "missing", "foreign"


class UnknownShim(UsageError):
    """There is no shim named {name}."""

    hint = "There are: " + ", ".join(NAMES)


def chosen(names: list[str]) -> list[str]:
    """The shims meant by what the user named, all when nothing was named. Raises UnknownShim (64)."""
    for name in names:
        if name not in NAMES:
            raise UnknownShim(name=name)
    return [name for name in NAMES if not names or name in names]


def folder_of(data_dir: str) -> str:
    """Where the shims of this data directory lie."""
    return os.path.join(os.path.abspath(data_dir), "shims")


def install(data_dir: str, launcher: str, names: list[str], mcp: bool | None = None) -> list[str]:
    """Write the shims `names`; return those that were written or renewed (an unchanged one is left alone). `mcp` says whether `mcp start`
    runs here; None leaves that as it is.

    Raises CannotCreate (73) and PermissionRefused (77), when the folder is a link or belongs to another user.
    """
    folder = folder_of(data_dir)
    _make_folder(folder)
    interpreter = interpreter_path(launcher)
    written = []
    for name in chosen(names):
        path = os.path.join(folder, name)
        text = render(name, folder, launcher, interpreter, serves_mcp(path) if mcp is None else mcp)
        if _state(path, text) == CURRENT:
            continue
        if os.path.lexists(path) and not is_shim(path):
            raise CannotCreate(
                path=path, reason="a file is there that is not a shim", hint="Move it away and try again."
            )
        _replace(path, text)
        written.append(name)
    return written


def remove(data_dir: str, names: list[str]) -> list[str]:
    """Remove the shims `names`, and the folder when it is empty then; return the names that were removed."""
    folder = folder_of(data_dir)
    removed = []
    for name in chosen(names):
        path = os.path.join(folder, name)
        if is_shim(path):
            os.unlink(path)
            removed.append(name)
    if os.path.isdir(folder) and not os.listdir(folder):
        os.rmdir(folder)
    return removed


def status(data_dir: str, launcher: str, path_variable: str) -> list[dict[str, object]]:
    """For each shim: `name`, `path`, `state` (current, outdated, missing, foreign), `active` (PATH finds it first) and `real`
    (the program that it hands other calls to, "" when PATH has none)."""
    folder = folder_of(data_dir)
    interpreter = interpreter_path(launcher)
    rows: list[dict[str, object]] = []
    for name in NAMES:
        path = os.path.join(folder, name)
        first = next_on_path(name, path_variable)
        rows.append(
            {
                "name": name,
                "path": path,
                "state": _state(path, render(name, folder, launcher, interpreter, serves_mcp(path))),
                "mcp": serves_mcp(path),
                "active": bool(first) and os.path.exists(path) and is_shim(first) and os.path.samefile(first, path),
                "real": next_on_path(name, path_variable, folder),
            }
        )
    return rows


def _state(path: str, text: str) -> str:
    if not os.path.lexists(path):
        return MISSING
    if not is_shim(path):
        return FOREIGN
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return CURRENT if file.read() == text and os.access(path, os.X_OK) else OUTDATED


def _make_folder(folder: str) -> None:
    try:
        os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
        if not os.path.lexists(folder):
            os.mkdir(folder, 0o700)
    except OSError as error:
        raise trouble(folder, error, creating=True) from error
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode):
        raise PermissionRefused(path=folder, reason="it is not a folder (a link or a file)")
    if found.st_uid != os.getuid():
        raise PermissionRefused(path=folder, reason="it belongs to another user, who could change what you run")
    if stat.S_IMODE(found.st_mode) != 0o700:
        os.chmod(folder, 0o700)


def _replace(path: str, text: str) -> None:
    fresh = f"{path}.{os.getpid()}.new"
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700)
        with open(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
        os.rename(fresh, path)
    except OSError as error:
        raise CannotCreate(path=path, reason=error.strerror or str(error)) from error
