"""What is about to be removed, written to a file first, in the form that `memory import` reads."""

from __future__ import annotations

from hooks_cli.output import envelopes
from hooks_cli.private_files import make_folder, write_file
from hooks_cli.store import entries, selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Entry
    from hooks_cli.store.embedded import EmbeddedStore
    from hooks_cli.store.selection import Selection


def write(store: EmbeddedStore, environment: Environment, chosen: Selection, path: str) -> int:
    """Write the selected live entries as JSON (0600), the folder made where it is missing; how many there were.

    Sealed values stand in it as ciphertext, as in every export: only this store opens them. Raises CannotCreate (73),
    PermissionRefused (77) or DiskFull (74); nothing may be removed then.
    """
    import os

    now = environment.now()
    found: list[Entry] = []
    for address, _, pinned in selection.live(store, chosen, now):
        entry = None if pinned else entries.read(store, address, now)
        if entry is not None:
            if entry.raw is not None:
                entry.value, entry.metadata, entry.tags, entry.source = entry.raw
            found.append(entry)
    make_folder(os.path.dirname(path))
    version = str(environment.settings.get("memory.version"))
    write_file(path, envelopes.entries_json(found, len(found), version).encode())
    return len(found)
