"""Older formats brought up to date: one transaction, after a backup.

`STEPS[n]` are the statements that lead from format n to n + 1. The backup is a whole encrypted copy beside the store
(`memory.db.format-N`), made before anything is changed, and stays until the user removes it.
"""

from __future__ import annotations

import os

from hooks_cli.errors import NewerFormat
from hooks_cli.store import schema
from hooks_cli.store.engine import apsw
from hooks_cli.store.faults import translate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.embedded import EmbeddedStore

STEPS: dict[int, tuple[str, ...]] = {}


def migrate(store: EmbeddedStore, environment: Environment, found: int) -> None:
    """Bring the store from format `found` to `schema.FORMAT`; another process may have done it meanwhile.

    Raises NewerFormat (69) when a step is not known to this program, and the store's own errors; nothing is changed then.
    """
    missing = [number for number in range(found, schema.FORMAT) if number not in STEPS]
    if missing:
        raise NewerFormat(
            f"The store {store.path} has format {found}, which this program can no longer read.",
            store=store.path,
            found=found,
            known=schema.FORMAT,
        )
    backup = f"{store.path}.format-{found}"
    if not os.path.exists(backup):
        store.query("VACUUM INTO ?", (backup,))
        os.chmod(backup, 0o600)
    try:
        store.connection.execute("BEGIN IMMEDIATE")
        try:
            now_at = store.query("SELECT format FROM state")[0][0]
            for number in range(now_at, schema.FORMAT):
                for statement in STEPS[number]:
                    store.query(statement)
            store.query("UPDATE state SET format = ?", (schema.FORMAT,))
            store.connection.execute("COMMIT")
        except BaseException:
            store.connection.execute("ROLLBACK")
            raise
    except apsw.Error as error:
        raise translate(error, store.path, store.budget_ms) from error
    environment.err(f"hooks-cli: the store was brought from format {found} to {schema.FORMAT}; its backup is {backup}")
