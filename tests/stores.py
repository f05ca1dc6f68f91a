"""A store in this process, with a clock that a test turns: for what would take too long through the program."""

from __future__ import annotations

from pathlib import Path

from hooks_cli.crypto.ledger import MODULUS
from hooks_cli.environment import Environment
from hooks_cli.store.sqlite.schema import LEDGER_TABLES
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store

START = 1_760_702_400_000  # 2025-10-17T12:00:00Z


class Place:
    """A home and a project of their own. `settings` are the user's; `now` is the clock, in ms."""

    def __init__(self, folder: Path, settings: str = "", now: int = START) -> None:
        (folder / "project").mkdir(parents=True)
        (folder / "project" / "hooks.toml").write_text("")
        if settings:
            (folder / "home" / "config").mkdir(parents=True)
            (folder / "home" / "config" / "config.toml").write_text(settings)
        self.folder = folder
        self.variables = {"HOME": str(folder), "HOOKS_HOME": str(folder / "home")}
        self.now = now
        self.environment = self.fresh()
        self.store = open_store(self.environment)

    def fresh(self) -> Environment:
        """A new environment, as the next process would have it."""
        environment = Environment(self.variables, str(self.folder / "project"))
        environment.now = lambda: self.now  # type: ignore[method-assign]
        return environment

    def reopen(self) -> None:
        """Close the store and open it as the next process would."""
        self.store.close()
        self.environment = self.fresh()
        self.store = open_store(self.environment)

    def close(self) -> None:
        """Give the store back."""
        self.store.close()


def check(store: EmbeddedStore) -> None:
    """What must hold of any store: the ledger, the number of live entries, the heads, and the word index."""
    total = 0
    for table, columns in LEDGER_TABLES.items():
        for row in store.query(f"SELECT {columns} FROM {table}"):
            total += store.ledger.row(table, row)
    ledger, live, revision, collected = store.query("SELECT ledger, live, revision, collected FROM state")[0]
    assert int.from_bytes(ledger, "little") == total % MODULUS
    assert store.query("SELECT count(*) FROM head WHERE live = 1") == [(live,)]
    assert 0 <= collected <= revision
    assert store.query("SELECT coalesce(max(revision), 0) <= ? FROM entry", (revision,)) == [(1,)]
    # A live head has its newest version, with content, and is indexed; nothing else is.
    assert (
        store.query(
            "SELECT h.address FROM head h LEFT JOIN entry e ON e.revision = h.revision AND e.version = h.version "
            "WHERE h.live = 1 AND (e.kind IS NULL OR e.kind > 1)"
        )
        == []
    )
    assert store.query("SELECT rowid FROM search ORDER BY 1") == store.query(
        "SELECT revision FROM head WHERE live = 1 ORDER BY 1"
    )
    assert store.query("PRAGMA integrity_check") == [("ok",)]
