"""`--path FILE` of a memory verb: the store that one call uses instead of the project's."""

from __future__ import annotations

import os

from hooks_cli.errors import DataError, UsageError
from hooks_cli.project.places import named_in_variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

PLAIN_MAGIC = b"SQLite format 3\0"


class PlainDatabase(DataError):
    """{path} is a plain SQLite file, and no store of this program."""


def use_store(environment: Environment, path: str) -> None:
    """Let the call use the store at the path, as HOOKS_STORE would; it lies in the project or in the program's data folder.

    Raises UsageError (64) for another place, PlainDatabase (65) for a file of another program.
    """
    place = named_in_variable(path, environment.cwd)
    folders = [os.path.realpath(environment.project.root), os.path.realpath(environment.folders.data)]
    if not any(place.startswith(folder.rstrip("/") + "/") for folder in folders):
        raise UsageError(
            f"--path {path} is outside of the project and of the data folder.",
            hint=f"To use a store at another place: export HOOKS_STORE='{place}'",
        )
    if environment.settings.get("memory.security.encrypt_at_rest") is not False and _is_plain(place):
        raise PlainDatabase(path=path, hint=f"Take its entries into the store: hooks-cli memory import {path}")
    environment.variables = {**environment.variables, "HOOKS_STORE": place}


def _is_plain(place: str) -> bool:
    try:
        with open(place, "rb") as file:
            return file.read(len(PLAIN_MAGIC)) == PLAIN_MAGIC
    except OSError:
        return False
