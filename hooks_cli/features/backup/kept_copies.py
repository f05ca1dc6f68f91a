"""Copies and exports with dated names in the program's own folder, of which the newest are kept: what scheduled work writes."""

from __future__ import annotations

import os

from hooks_cli.features.backup.backup import default_name
from hooks_cli.system.private_files import make_folder, remove_quietly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

KEPT = 14
FOLDER = "copies"
_STAMP = len("20251017-120000")


def folder_of(environment: Environment) -> str:
    """Where the project's scheduled copies lie: beside its store."""
    return os.path.join(environment.places.project_dir, FOLDER)


def place(environment: Environment, part: str, ending: str, folder: str = "") -> str:
    """A free dated name in the folder, which is made when it is missing. `part` and `ending` as `default_name` has them.

    Raises CannotCreate (73) or PermissionRefused (77).
    """
    folder = folder or folder_of(environment)
    make_folder(folder)
    return default_name(environment, part, ending, folder)


def keep_newest(path: str, ending: str, number: int) -> list[str]:
    """Remove the copies beside `path` whose names differ from it in the date alone, but for the newest `number`; what was removed."""
    folder, name = os.path.split(path)
    start = _start(name, ending)
    same = [other for other in os.listdir(folder) if other.endswith(ending) and _start(other, ending) == start]
    gone = [os.path.join(folder, other) for other in sorted(same, reverse=True)[max(number, 1) :] if other != name]
    for old in gone:
        remove_quietly(old)
        remove_quietly(old + ".slots")
    return gone


def newest(environment: Environment) -> int | None:
    """When the newest scheduled copy was written (ms), None without any."""
    try:
        with os.scandir(folder_of(environment)) as entries:
            times = [entry.stat().st_mtime_ns // 1_000_000 for entry in entries if not entry.name.endswith(".slots")]
    except OSError:
        return None
    return max(times, default=None)


def _start(name: str, ending: str) -> str:
    """What stands before the date in a dated name, "" when there is none.

    >>> _start("memory-app-20251017-120000.backup", ".backup"), _start("memory-app-20251017-120000-2.backup", ".backup")
    ('memory-app-', 'memory-app-')
    >>> _start("notes.backup", ".backup")
    ''
    """
    body = name.removesuffix(ending)
    for length in (_STAMP, _STAMP + 2, _STAMP + 3):
        stamp = body[-length:][:_STAMP]
        rest = body[len(body) - length + _STAMP :]
        if stamp[:8].isdigit() and stamp[8:9] == "-" and stamp[9:].isdigit() and (not rest or rest[0] == "-"):
            return body[: len(body) - length]
    return ""
