"""Migrates a store of an older format at the first write, in one short transaction and in place.

`STEPS[n]` are the statements that lead from format n to n + 1. They add tables and columns and read no rows, so that they take as long in
a large store as in a small one; what takes long (a new index) is made later, in steps. Until then the store is read as it is
(`store.sqlite.file.format_1`). An older program refuses the store afterwards (69).
"""

from __future__ import annotations

from hooks_cli.errors import NewerFormat
from hooks_cli.store.sqlite import schema
from hooks_cli.store.sqlite.file import format_1, tables
from hooks_cli.system.failpoints import failpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

STEPS: dict[int, tuple[str, ...]] = {1: tables.FROM_1_TO_2}


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
            for statement in STEPS[number]:
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
