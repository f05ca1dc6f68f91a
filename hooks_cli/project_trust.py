"""Whether the user trusts a project's settings file: one note for each trusted project, in the user's configuration folder.

The note is `<config>/trusted/<name>-<hash>` (0600) and holds the path of the project. Where it is, the project's hooks.toml decides how
long its memory is kept (docs/threat-model.md); it never decides about keys or what is shown.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from hooks_cli.private_files import make_folder, read_file, trouble, write_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

NOTE_LIMIT = 65536


def is_trusted(path: str, home: str) -> bool:
    """Whether the note at `path` names the project at `home`, and nobody else can have written it."""
    if not path or not home:
        return False
    try:
        status = os.stat(path)
    except OSError:
        return False
    if not S_ISREG(status.st_mode) or status.st_mode & 0o022 or status.st_uid not in (0, os.geteuid()):
        return False
    return read_file(path, NOTE_LIMIT) == os.fsencode(home) + b"\n"


def trust(environment: Environment) -> bool:
    """Trust the present project; False when it was trusted already. Raises CannotCreate (73), PermissionRefused (77), DiskFull (74)."""
    path, home = environment.trust_path, environment.project_home
    if is_trusted(path, home):
        return False
    make_folder(os.path.dirname(path))
    write_file(path, os.fsencode(home) + b"\n")
    return True


def distrust(environment: Environment) -> bool:
    """Trust the present project no longer; False when it was not trusted. Raises PermissionRefused (77), StorageFailed (74)."""
    path = environment.trust_path
    was = is_trusted(path, environment.project_home)
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise trouble(path, error) from None
    return was
