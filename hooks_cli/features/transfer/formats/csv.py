"""CSV and TSV exports: the JSON export's members as columns; formulas are escaped for spreadsheets."""

from __future__ import annotations

import csv
import io

from hooks_cli.features.transfer.importers.own_export import COLUMNS, defused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hooks_cli.features.transfer.export_parts import Part

    Write = Callable[[str], None]

# How a formula begins, and the apostrophe that defuses one.
_SUSPECT = frozenset(("=", "+", "-", "@", "\t", "\r", "'"))


def write_csv(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """Comma-separated values (RFC 4180), with a header row."""
    return _table(parts, write, ",")


def write_tsv(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """Tab-separated values; a cell with a tab or line break is quoted."""
    return _table(parts, write, "\t")


def _table(parts: Iterator[Part], write: Write, delimiter: str) -> Iterator[Part]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for part in parts:
        for batch in part.rows():
            writer.writerows([[_cell(value) for value in row] for row in batch])
            write(buffer.getvalue())
            buffer.seek(0)
            buffer.truncate()
        yield part
    write(buffer.getvalue())


def _cell(value: object) -> object:
    """Numbers and null as they are; a text that a spreadsheet might read as a formula defused."""
    if type(value) is str and (value[:1] in _SUSPECT or not value[:1].isprintable() or value[:1].isspace()):
        return defused(value)
    return value
