"""Changes to the user's files, told: what was done, what would be done, what is missing."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from hooks_cli.operations.file_changes import FileChange

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
