"""Makes the store's files accessible to their owner only, and says so if it had to. Loaded on demand."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

OTHERS = 0o077
ENDINGS = ("", "-wal", "-shm", ".lock", ".turn", ".next")


def exposed(environment: Environment) -> list[tuple[str, int]]:
    """The store's files, and its folder when that is ours, that others can reach: (path, mode)."""
    path = environment.places.store_path
    places = [path + ending for ending in ENDINGS]
    if not environment.places.named_store:
        places = [environment.folders.data, environment.places.project_dir, *places]
    found = []
    for place in places:
        try:
            mode = os.stat(place).st_mode & 0o7777
        except OSError:
            continue
        if mode & OTHERS:
            found.append((place, mode))
    return found


def mend(environment: Environment) -> None:
    """Close what is open to others. What cannot be closed (it belongs to another user) is said, too; the data is encrypted anyway."""
    for place, mode in exposed(environment):
        try:
            os.chmod(place, mode & ~OTHERS)
        except OSError as error:
            environment.err(
                f"hooks-cli: {place} is open to other users (mode {mode:04o}) and cannot be closed: {error.strerror}"
            )
        else:
            environment.err(f"hooks-cli: {place} was open to other users (mode {mode:04o}); it is closed now")
