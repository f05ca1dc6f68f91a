"""Reads SQLite files of other programs as untrusted input.

Opened read-only, with what a file can do to its reader turned off: no triggers or views run functions (`trusted_schema`),
cells are checked, values and statements are limited, and a query that runs away is ended. Only real tables are read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from hooks_cli.errors import DataError, InputMissing
from hooks_cli.model.entry import MAX_VALUE_BYTES
from hooks_cli.system.apsw_import import apsw

MAGIC = b"SQLite format 3\x00"
# Virtual machine steps between two looks at the clock, and the most of them that one row may take.
_STEPS, _MOST_STEPS = 100_000, 20_000


class ForeignDatabase:
    """An open foreign database: `tables` maps each real table to its columns."""

    def __init__(self, path: str) -> None:
        """Open it. Raises InputMissing (66) when it cannot be opened, DataError (65) when it is not a sound database."""
        self.path = path
        self._spent = 0
        try:
            self._connection = apsw.Connection(_uri(path), flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        except apsw.Error as error:
            raise InputMissing(path=path, reason=str(error)) from None
        try:
            self._harden()
            self.tables = self._read_tables()
        except (apsw.Error, UnicodeDecodeError) as error:  # a name of a table or a column may be damaged too
            self.close()
            raise DataError(f"{path} is not a sound SQLite database: {error}.") from None

    def _harden(self) -> None:
        connection = self._connection
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_VIEW, 0)
        connection.limit(apsw.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES * 2)
        connection.limit(apsw.SQLITE_LIMIT_ATTACHED, 0)
        connection.limit(apsw.SQLITE_LIMIT_EXPR_DEPTH, 100)
        connection.set_progress_handler(self._runs_away, _STEPS)
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA mmap_size = 0")
        connection.set_busy_timeout(5000)

    def _runs_away(self) -> bool:
        self._spent += 1
        return self._spent > _MOST_STEPS

    def _read_tables(self) -> dict[str, tuple[str, ...]]:
        tables = {}
        for (name,) in self._connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND typeof(name) = 'text' "
            "AND name NOT LIKE 'sqlite~_%' ESCAPE '~' LIMIT 1000"
        ).fetchall():
            columns = self._connection.execute("SELECT name FROM pragma_table_info(?)", (name,)).fetchall()
            tables[str(name)] = tuple(str(column) for (column,) in columns)
        return tables

    def rows(self, table: str, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Column -> value of each row; columns that the table does not have are absent.

        Raises DataError (65) where the file is damaged.
        """
        known = [name for name in columns if name in self.tables.get(table, ())]
        if not known:
            return
        listed = ", ".join(_quoted(name) for name in known)
        try:
            for row in self._connection.execute(f"SELECT {listed} FROM {_quoted(table)}"):
                self._spent = 0
                yield dict(zip(known, row, strict=True))
        except apsw.Error as error:
            raise DataError(f"The table {table} of {self.path} is damaged: {error}.") from None
        except UnicodeDecodeError as error:
            raise DataError(f"The table {table} of {self.path} has text that is not UTF-8: {error.reason}.") from None

    def close(self) -> None:
        """Close it; nothing was written."""
        self._connection.close(True)


def _uri(path: str) -> str:
    """Read-only; and when no log lies beside it, immutable, so that a folder that cannot be written to is not an obstacle."""
    log = f"{path}-wal"
    alone = not os.path.exists(log) or not os.path.getsize(log)
    return f"file:{quote(os.path.abspath(path))}?mode=ro" + ("&immutable=1" if alone else "")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
