"""Parquet export, for data tools (the extra `hooks-cli[parquet]`, pyarrow)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from hooks_cli.errors import ExtraMissing
from hooks_cli.features.transfer.export_parts import Part
from hooks_cli.features.transfer.importers.own_export import COLUMNS
from hooks_cli.system.atomic_file import AtomicFile
from hooks_cli.system.output_file import publish
from hooks_cli.system.private_files import trouble
from hooks_cli.text.json_exact import read, value_text

_NUMBERS = ("revision", "key_version")
_TIMES = ("created_at", "expires_at")
_FLAGS = ("pinned", "guessed", "redacted")


def write_parquet(parts: Iterator[Part], path: str, force: bool) -> Iterator[Part]:
    """One row an entry, the members as columns: times as UTC timestamps, tags as lists, objects as JSON text.

    Raises ExtraMissing (69) without pyarrow.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ExtraMissing(feature="The parquet form", extra="parquet") from None
    moment = pyarrow.timestamp("ms", tz="UTC")
    types: dict[str, Any] = {name: pyarrow.int64() for name in _NUMBERS} | {name: pyarrow.bool_() for name in _FLAGS}
    types |= dict.fromkeys(_TIMES, moment) | {"tags": pyarrow.list_(pyarrow.string())}
    schema = pyarrow.schema([(name, types.get(name, pyarrow.string())) for name in COLUMNS])
    with AtomicFile(path) as file:
        try:
            with parquet.ParquetWriter(file.name, schema, compression="zstd") as writer:
                for part in parts:
                    for batch in part.batches():
                        rows = [_row(line, part.name) for line in batch]
                        writer.write_batch(pyarrow.RecordBatch.from_pylist(rows, schema=schema))
                    yield part
            os.fsync(file.descriptor)
        except OSError as error:
            raise trouble(path, error, creating=True) from None
        publish(file.name, path, force)


def _row(line: str, project: str) -> dict[str, Any]:
    members = read(line)
    row = {name: members.get(name) for name in COLUMNS} | {"project": project}
    for name in _TIMES:
        if row[name] is not None:
            row[name] = datetime.fromisoformat(row[name])
    for name in ("metadata", "source", "mark", "relations", "data"):
        if row[name] is not None and not isinstance(row[name], str):
            row[name] = value_text(row[name])
    row["data"] = members.get("text") or row["data"]
    for name in _FLAGS:
        row[name] = bool(row[name])
    return row
