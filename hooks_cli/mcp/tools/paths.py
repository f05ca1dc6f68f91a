"""Which paths a tool may use: inside the project or the export folder, links resolved."""

from __future__ import annotations

import os

from hooks_cli.errors import AccessDenied, OutputExists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment


class PathOutside(AccessDenied):
    """The path {path} is outside the project and the export folder. Nothing was read or written."""

    hint = "Name a path inside the project, or a bare file name for the export folder."


def is_inside(environment: Environment, path: str) -> bool:
    """Whether a path (relative to the current directory) lies in the project or in the export folder."""
    try:
        real = os.path.realpath(os.path.join(environment.cwd, path))
    except (OSError, ValueError):
        return False
    return any(
        real.startswith(os.path.realpath(folder).rstrip("/") + "/")
        for folder in (environment.project.root, environment.folders.exports)
    )


def new_file(environment: Environment, path: str) -> str:
    """The real path for a file that a tool makes; a bare name lies in the export folder. Raises PathOutside (77), OutputExists (73)."""
    if os.sep not in path:
        path = os.path.join(environment.folders.exports, path)
    if not is_inside(environment, path):
        raise PathOutside(path=path)
    real = os.path.realpath(os.path.join(environment.cwd, path))
    if os.path.lexists(real):
        raise OutputExists(path=real, hint="Give another name.")
    return real
