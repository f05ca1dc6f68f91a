"""Whether the user trusts a project's settings file: one note for each trusted project.

The note is `<config>/trusted/<name>-<hash>` (0600) and holds the path of the project. Where it is, the project's hooks.toml decides how
long its memory is kept (docs/threat-model.md); it never decides about keys or what is shown.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from hooks_cli.project.discovery import stem_of
from hooks_cli.system.private_files import make_folder, read_file, trouble, write_file

NOTE_LIMIT = 65536


def is_trusted(path: str, home: str) -> bool:
    """Whether the note at `path` names the project at `home`, and no other user can have written it."""
    if not path or not home:
        return False
    try:
        status = os.stat(path)
    except OSError:
        return False
    if not S_ISREG(status.st_mode) or status.st_mode & 0o022 or status.st_uid not in (0, os.geteuid()):
        return False
    return read_file(path, NOTE_LIMIT) == os.fsencode(home) + b"\n"


def trust(path: str, home: str) -> bool:
    """Write the note at `path` that trusts the project at `home`; False when it was there already.

    Raises CannotCreate (73), PermissionRefused (77), DiskFull (74).
    """
    if is_trusted(path, home):
        return False
    make_folder(os.path.dirname(path))
    write_file(path, os.fsencode(home) + b"\n")
    return True


def distrust(path: str, home: str) -> bool:
    """Remove the note at `path` that trusts the project at `home`; False when there was none.

    Raises PermissionRefused (77), StorageFailed (74).
    """
    was = is_trusted(path, home)
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise trouble(path, error) from None
    return was


def store_inside(named: str, home: str, trusted: bool, keys_dir: str) -> tuple[str, str]:
    """(real path, "") of the store that the file of the project at `home` names; ("", reason) where that does not count.

    It must be inside the project still when symbolic links are followed. Without trust a store must have been made there already: a file
    that is pulled does not put another memory, or an empty one, in the place of this one.
    """
    place = os.path.realpath(os.path.join(home, named))
    reason = ""
    if not place.startswith(home.rstrip("/") + "/") or ".git" in place[len(home) :].split("/"):
        reason = "memory.store leads out of the project."
    elif not trusted and not _has_keys(keys_dir, stem_of(place)):
        reason = "memory.store names another memory; it counts once you trust the project: hooks-cli project trust"
    return ("" if reason else place), reason


def _has_keys(keys_dir: str, stem: str) -> bool:
    """Whether a store was made here under this name: its anchor or its key is there."""
    name = os.path.join(keys_dir, stem)
    return os.path.exists(name + ".anchor") or os.path.exists(name + ".key")
