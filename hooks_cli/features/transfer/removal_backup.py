"""Writes entries to a file before they are deleted, in a format that `memory import` reads."""

from __future__ import annotations

import os
from collections.abc import Iterator

from hooks_cli.features.transfer import export_parts
from hooks_cli.model.entry import JSON, SEALED_WHOLE
from hooks_cli.output import envelope
from hooks_cli.store.sqlite.rows import entries, selection
from hooks_cli.system.output_file import FileSink
from hooks_cli.system.private_files import make_folder
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.rows.selection import Selection
    from hooks_cli.store.sqlite.store import EmbeddedStore


def write(store: EmbeddedStore, environment: Environment, chosen: Selection, path: str, *, force: bool = False) -> int:
    """Write the selected live entries as a JSON export (0600), the folder made where it is missing; how many there were.

    Sealed values stand in it as ciphertext, as in every export: only this store opens them. Raises OutputExists or CannotCreate
    (73), PermissionRefused (77) or DiskFull (74); nothing may be removed then.
    """
    make_folder(os.path.dirname(path))
    number = 0
    with FileSink(path, force) as sink:
        sink.write(export_parts.head(store, environment, "head", False)[:-1] + ',\n"entries":[')
        for number, text in enumerate(_objects(store, environment, chosen), 1):
            sink.write((",\n" if number > 1 else "\n") + text)
        sink.write("\n]}\n")
    return number


def _objects(store: EmbeddedStore, environment: Environment, chosen: Selection) -> Iterator[str]:
    now, version = environment.now(), str(environment.settings.get("memory.version"))
    for address, _, pinned in selection.live(store, chosen, now):
        entry = None if pinned else entries.read(store, address, now)
        if entry is None:
            continue
        if entry.raw is not None:
            entry.value, entry.metadata, entry.tags, entry.source = entry.raw
        more: dict[str, object] = {"state": "live"}
        if entry.sealed:
            more["sealed"] = "value" if entry.sealed == SEALED_WHOLE else "fields"
        if entry.kind == JSON and entry.sealed != SEALED_WHOLE:
            more["text"] = entry.value  # byte for byte
        text = envelope.envelope(entry, version)
        if entry.expires is None:
            text = text.replace(',"expires_at":null,', ",", 1)
        yield text[:-1] + "," + object_text(more)[1:]
