"""The servers that run now: each keeps a small file in the cache folder, which `mcp status` reads and its end removes."""

from __future__ import annotations

import json
import os

from hooks_cli.errors import HooksError
from hooks_cli.system.private_files import make_folder, read_file, write_file
from hooks_cli.system.process_ancestry import alive, started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment

LARGEST_NOTE = 64 * 1024


def folder_of(environment: Environment) -> str:
    """The folder of the notes of this project's servers."""
    return os.path.join(environment.folders.cache, "mcp", environment.places.store_stem)


class Note:
    """The note of this process. `write` begins it, `remove` ends it; a place that cannot be written costs the note and no more."""

    def __init__(self, environment: Environment, facts: dict[str, Any]) -> None:
        pid = os.getpid()
        self._start = started(pid) or 0
        self._facts = {"pid": pid, "start": self._start, "parent": os.getppid(), **facts}
        self._path = os.path.join(folder_of(environment), f"{pid}-{self._start}.json")

    def write(self, **facts: object) -> None:
        """Write it, with these facts, too."""
        self._facts.update(facts)
        try:
            make_folder(os.path.dirname(os.path.dirname(self._path)))
            make_folder(os.path.dirname(self._path))
            write_file(self._path, json.dumps(self._facts).encode())
        except HooksError:
            return

    def remove(self) -> None:
        """Take it away."""
        try:
            os.unlink(self._path)
        except OSError:
            return


def servers(environment: Environment) -> list[dict[str, Any]]:
    """The notes of the servers of this project that live, oldest first; those of dead ones are removed."""
    folder = folder_of(environment)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    found = []
    for name in names:
        path = os.path.join(folder, name)
        pid, _, start = name.removesuffix(".json").partition("-")
        if not (pid.isdigit() and start.isdigit()):
            continue
        if not alive(int(pid), int(start)):
            try:
                os.unlink(path)
            except OSError:
                pass
            continue
        try:
            facts = json.loads(read_file(path, LARGEST_NOTE) or b"{}")
        except (ValueError, HooksError):
            facts = {"pid": int(pid)}
        if isinstance(facts, dict):
            found.append(facts)
    return sorted(found, key=lambda facts: str(facts.get("started_at", "")))
