"""SQLite export: an ordinary database with the records and the tables of docs/tables.md."""

from __future__ import annotations

import os
from collections.abc import Iterator

from hooks_cli.features.transfer.export_parts import SECTIONS, Part
from hooks_cli.features.transfer.formats.sqlite_fill import Filler, engine_errors
from hooks_cli.store.sqlite.bulk.read import BATCH
from hooks_cli.system.atomic_file import AtomicFile
from hooks_cli.system.output_file import publish
from hooks_cli.text.units import to_iso


def write_sqlite(parts: Iterator[Part], path: str, force: bool) -> Iterator[Part]:
    """Write the database: to a temporary name, 0600, then renamed."""
    filler: Filler | None = None
    with AtomicFile(path) as file:
        try:
            with engine_errors(path):
                for part in parts:
                    filler = filler or _begin(file.name, part)
                    _copy(filler, part)
                    yield part
                    now = to_iso(part.environment.now())
                if filler is not None:
                    filler.finish(now)
                    filler.close()
                    filler = None
            os.fsync(file.descriptor)
            publish(file.name, path, force)
        finally:
            if filler is not None:
                filler.connection.close()


def _begin(path: str, part: Part) -> Filler:
    filler = Filler(path, {glob: str(name) for glob, name in part.environment.settings.table("export.tables").items()})
    choices = part.choices
    filler.note("kind", "hooks-cli-export")
    filler.note("schema_version", "1")
    filler.note("exported_at", to_iso(part.environment.now()))
    filler.note("versions", choices.selection.versions)
    filler.note("project", "" if choices.several else part.name)
    filler.note("store_id", "" if choices.several else part.store.store_id.hex())
    return filler


def _copy(filler: Filler, part: Part) -> None:
    for batch in part.batches():
        filler.add("entries", batch, part.name)
    for section in SECTIONS:
        batch = []
        for text in part.section(section):
            batch.append(text)
            if len(batch) == BATCH:
                filler.add(section, batch, part.name)
                batch = []
        filler.add(section, batch, part.name)
