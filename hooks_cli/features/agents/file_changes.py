"""Changes to users' files, planned as text before and after, to be shown before they are written.

A file is replaced as a whole by a rename, keeps its mode and owner, and is found through links (settings are often links into a folder of
dotfiles). A settings file gets a copy of what it was beside it.
"""

from __future__ import annotations

import contextlib
import difflib
import os
from stat import S_IMODE

from hooks_cli.errors import DataError
from hooks_cli.system.private_files import trouble

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


BACKUP_ENDING = ".hooks-cli-backup"
CREATED, CHANGED, REMOVED, UNCHANGED = "created", "changed", "removed", "unchanged"


class NotText(DataError):
    """{path} is not UTF-8 text. Nothing was changed."""


class FileChange:
    """One file: `before` (None when there is none) and `after` (None when it is to go). `backup` asks for a copy of the former.

    `mode` is the mode of a file that is made new (one that is there keeps its own, and becomes executable when this one is);
    `what` says in words what is in it for the user.
    """

    __slots__ = ("after", "backup", "before", "mode", "path", "what")

    def __init__(
        self, path: str, what: str, before: str | None, after: str | None, *, backup: bool = False, mode: int = 0o644
    ) -> None:
        self.path = path
        self.what = what
        self.before = before
        self.after = after
        self.backup = backup
        self.mode = mode

    @property
    def action(self) -> str:
        """created, changed, removed or unchanged."""
        if self.before == self.after:
            return UNCHANGED
        if self.before is None:
            return CREATED
        return REMOVED if self.after is None else CHANGED

    @property
    def backup_path(self) -> str:
        """Where the copy of the former text goes, "" when there is none to make."""
        wanted = self.backup and self.before is not None and self.action != UNCHANGED
        return self.path + BACKUP_ENDING if wanted else ""

    def diff(self) -> str:
        """What would change, as a unified diff."""
        before = (self.before or "").splitlines(keepends=True)
        after = (self.after or "").splitlines(keepends=True)
        old = self.path if self.before is not None else os.devnull
        new = self.path if self.after is not None else os.devnull
        lines = []
        for line in difflib.unified_diff(before, after, old, new):
            lines.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
        return "".join(lines)


def read(path: str) -> str | None:
    """A file's text with its line ends as they are, None when there is no file. Raises NotText (65), or 74 and 77."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise NotText(path=path) from None
    except OSError as error:
        raise trouble(path, error) from None


def write(change: FileChange) -> None:
    """Carry a change out, the backup first. Raises CannotCreate (73), PermissionRefused (77), StorageFailed (74)."""
    if change.action == UNCHANGED:
        return
    real = os.path.realpath(change.path)
    try:
        was = os.stat(real) if change.before is not None else None
        if change.backup_path and change.before is not None and was is not None:
            _replace(change.backup_path, change.before, S_IMODE(was.st_mode), was)
        if change.after is None:
            os.unlink(real)
            return
        os.makedirs(os.path.dirname(real), exist_ok=True)
        mode = change.mode & ~_umask()
        if was is not None:
            mode = S_IMODE(was.st_mode) | (mode & 0o111)  # as it was, and executable when it has to be
        _replace(real, change.after, mode, was)
    except OSError as error:
        raise trouble(change.path, error, creating=change.before is None) from None


def _replace(path: str, text: str, mode: int, like: os.stat_result | None) -> None:
    """Put `text` at `path` by a rename, with this mode and the owner of `like` as far as we may."""
    fresh = f"{path}.{os.getpid()}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            if like is not None and (like.st_uid, like.st_gid) != (os.geteuid(), os.getegid()):
                with contextlib.suppress(PermissionError):
                    os.fchown(file.fileno(), like.st_uid, like.st_gid)
        os.chmod(fresh, mode)
        os.rename(fresh, path)
    except BaseException:
        os.unlink(fresh)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


_DONE = {"created": "written", "changed": "changed", "removed": "removed", "unchanged": "as it should be"}
_MISSING = {
    "created": "missing",
    "changed": "missing or out of date",
    "removed": "still there",
    "unchanged": "as it should be",
}


def lines(title: str, changes: Sequence[FileChange], *, check: bool = False) -> str:
    """One line for each file; `check` says what is not as it should be instead of what was done."""
    words = _MISSING if check else _DONE
    text = ""
    for change in changes:
        backup = f" (before: {change.backup_path})" if change.backup_path and not check else ""
        text += f"{title}: {change.what} {words[change.action]}: {change.path}{backup}\n"
    return text


def body(changes: Sequence[FileChange], *, written: bool) -> dict[str, object]:
    """The same for programs."""
    files = [
        {
            "path": os.path.abspath(change.path),
            "what": change.what,
            "action": change.action,
            "backup": change.backup_path or None if written else None,
        }
        for change in changes
    ]
    return {
        "schema_version": "1",
        "written": written,
        "complete": all(c.action == "unchanged" for c in changes),
        "files": files,
    }
