"""Migrates a store of an older format at the first write, in one short transaction and in place.

`STEPS[n]` leads from format n to n + 1: the columns that it adds to tables, and the statements that make new ones. Neither reads a row,
so that it takes as long in a large store as in a small one; what takes long (a new index) is made later, in steps. Until the first write
the store is read as it is (`store.sqlite.file.format_1`). An older program refuses the store afterwards (69).
"""

from __future__ import annotations

from hooks_cli.errors import InternalError, NewerFormat
from hooks_cli.store.sqlite import schema
from hooks_cli.store.sqlite.file import format_1, tables
from hooks_cli.system.failpoints import failpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

STEPS: dict[int, tuple[tuple[tuple[str, str], ...], tuple[str, ...]]] = {1: (tables.ADDED_COLUMNS, tables.FROM_1_TO_2)}
# How each of our tables that get a column ends, as SQLite keeps the statement that made it.
_END = ") STRICT"


def refuse_unknown(path: str, found: int) -> None:
    """Raise NewerFormat (69) for a format that this program can neither read nor bring up to date."""
    if found > schema.FORMAT or any(number not in STEPS for number in range(found, schema.FORMAT)):
        raise NewerFormat(store=path, found=found, known=schema.FORMAT)


def migrate(store: EmbeddedStore) -> None:
    """Bring the store to `schema.FORMAT`, unless another process has done it since this one opened it. The caller has the writers' turn.

    Raises NewerFormat (69) and the store's own errors; nothing is changed then.
    """
    store.query("BEGIN IMMEDIATE")
    try:
        found = store.query("SELECT format FROM state")[0][0]
        refuse_unknown(store.path, found)
        format_1.show_as_it_is(store)
        for number in range(found, schema.FORMAT):
            columns, statements = STEPS[number]
            _add_columns(store, columns)
            for statement in statements:
                store.query(statement)
        if found != schema.FORMAT:
            store.query("UPDATE state SET format = ?", (schema.FORMAT,))
        failpoint("migrate")
        store.query("COMMIT")
    except BaseException:
        store.connection.execute("ROLLBACK")
        raise
    store.format = schema.FORMAT
    if found != schema.FORMAT:
        store.warn(
            f"hooks-cli: the store was brought from format {found} to {schema.FORMAT}; older programs refuse it from now on"
        )


def _add_columns(store: EmbeddedStore, columns: tuple[tuple[str, str], ...]) -> None:
    """Add columns, without a default, at the end of tables, in the transaction that is open.

    ALTER TABLE would do the same, and then read every row of a STRICT table for values of a wrong type: seconds in a large store. So the
    statement that made the table is changed where SQLite keeps it, as SQLite's documentation of ALTER TABLE describes for changes that
    leave the rows as they are. A row without the column has NULL there.
    """
    version = store.query("PRAGMA schema_version")[0][0]
    store.query("PRAGMA writable_schema = ON")
    try:
        for table, column in columns:
            made = str(store.query("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,))[0][0])
            if not made.endswith(_END):
                raise InternalError(reason=f"the table {table} is not one that a column can be added to")
            changed = f"{made.removesuffix(_END)}, {column}{_END}"
            store.query("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (changed, table))
        store.query(f"PRAGMA schema_version = {int(version) + 1}")
    finally:
        store.query("PRAGMA writable_schema = RESET")
