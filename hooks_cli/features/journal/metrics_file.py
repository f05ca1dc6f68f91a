"""Writes the metrics of a session or a task as a JSON file."""

from __future__ import annotations

import os

from hooks_cli.system.private_files import make_folder, make_parents, write_file
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment


def write_metrics(environment: Environment, output: str, name: str, revision: int, figures: dict[str, object]) -> str:
    """Write the file (0600) at `output`, or under `exports/` beside the stores, named after project, `name` and revision; returns its path.

    An existing file is replaced as a whole. Raises CannotCreate (73) or PermissionRefused (77).
    """
    if output:
        path = os.path.join(environment.cwd, output)
        make_parents(path)
    else:
        whole = f"{environment.project.name}-{name}"
        whole = "".join([c if c.isalnum() or c in "._-" else "_" for c in whole])[:120]
        path = os.path.join(environment.folders.exports, f"{whole}-{revision}-metrics.json")
        make_folder(environment.folders.exports)
    write_file(path, object_text({"schema_version": "1", **figures}).encode() + b"\n")
    return path
