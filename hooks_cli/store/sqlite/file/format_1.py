"""Reads a store of format 1 as one of format 2, until the first write migrates it (`store.sqlite.file.migrations`).

SQLite looks for a table among the temporary ones first. So the columns and tables that format 1 has not are given by temporary views of
this connection: the columns as NULL, the tables without rows. Every statement that reads is written for format 2 alone. Nothing is written
to the database, which therefore may be one that cannot be written.
"""

from __future__ import annotations

from hooks_cli.store.sqlite.schema import (
    BOUND_PROCESS,
    FORMAT,
    LEDGER_TABLES,
    LEDGER_TABLES_1,
    SHOWN_ENTRY,
    UPKEEP,
    UPKEEP_1,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

# The columns of the tables that format 2 made, and of those that it gave more columns: all of them, and those of format 1.
_MADE = {name: columns for name, columns in LEDGER_TABLES.items() if name not in LEDGER_TABLES_1}
_MADE["shown_entry"] = SHOWN_ENTRY
_MADE["bound_process"] = BOUND_PROCESS
_CHANGED = {name: (LEDGER_TABLES[name], columns) for name, columns in LEDGER_TABLES_1.items()}
_CHANGED["upkeep"] = (UPKEEP, UPKEEP_1)


def show_as_format_2(store: EmbeddedStore) -> None:
    """Let statements of this connection read the store as one of format 2."""
    for name, body in _views().items():
        store.query(f"CREATE TEMP VIEW {name} AS {body}")


class as_it_is:  # noqa: N801
    """`with as_it_is(store)`: without the views, for VACUUM, which would take them for the tables. Nothing else is read meanwhile."""

    def __init__(self, store: EmbeddedStore) -> None:
        self.store = store

    def __enter__(self) -> None:
        show_as_it_is(self.store)

    def __exit__(self, *error: object) -> None:
        if self.store.format != FORMAT:
            show_as_format_2(self.store)


def catch_up(store: EmbeddedStore) -> None:
    """Read the store as it is when another process has brought it up to date meanwhile."""
    if store.query("SELECT format FROM state")[0][0] == FORMAT:
        show_as_it_is(store)
        store.format = FORMAT


def show_as_it_is(store: EmbeddedStore) -> None:
    """Take the views away, because the database has these columns and tables now, or is about to get them."""
    for name in _views():
        store.query(f"DROP VIEW IF EXISTS temp.{name}")


def _views() -> dict[str, str]:
    """The query of the view for each table that format 2 changed or made."""
    views = {name: f"SELECT {_nulls(columns)} WHERE 0" for name, columns in _MADE.items()}
    for name, (columns, before) in _CHANGED.items():
        if columns != before:
            # With `*` the view gives the columns themselves as soon as another process has added them.
            views[name] = f"SELECT *, {_nulls(columns.removeprefix(before).removeprefix(', '))} FROM main.{name}"
    return views


def _nulls(columns: str) -> str:
    return ", ".join([f"NULL AS {column}" for column in columns.split(", ")])
