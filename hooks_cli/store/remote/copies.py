"""Copies of the database for snapshots on the server, without what belongs to this machine only."""

from __future__ import annotations

from typing import Any

from hooks_cli.store.remote.position import COMPACT, REMOTE_AT, REMOTE_SEQ
from hooks_cli.store.sqlite import connection as sqlite_connection
from hooks_cli.store.sqlite.errors import translate
from hooks_cli.system.apsw_import import apsw

BUDGET_MS = 30_000
# Tables about this machine alone. Vectors are kept: any machine would compute the same.
OWN_TABLES = ("bound_process", "shown_entry")
# What of `upkeep` is about the machine. The rest tells how far work on the very file is.
OWN_UPKEEP = (REMOTE_AT, COMPACT)


def make_shareable(path: str, key: bytes | None, seq: int | None = None) -> tuple[int, bytes]:
    """Take out of a copied database what is its machine's own; (the record that it is the state after, its ledger).

    `seq` sets that record, for a store that was no replica. Raises Tampered (77) and the store's other errors."""
    connection = sqlite_connection.connect(path, key, BUDGET_MS)
    try:
        _run(connection, "PRAGMA secure_delete=ON")
        _run(connection, "BEGIN IMMEDIATE")
        tables = {row[0] for row in _run(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'")}
        for table in OWN_TABLES:
            if table in tables:
                _run(connection, f"DELETE FROM {table}")
        _run(connection, f"DELETE FROM upkeep WHERE name IN ({','.join('?' * len(OWN_UPKEEP))})", OWN_UPKEEP)
        if seq is not None:
            _run(connection, "INSERT OR REPLACE INTO upkeep(name, value) VALUES(?, ?)", (REMOTE_SEQ, seq))
        _run(connection, "COMMIT")
        return _state(connection)
    except apsw.Error as error:
        raise translate(error, path, BUDGET_MS) from error
    finally:
        connection.close()


def state_of(path: str, key: bytes | None) -> tuple[int, bytes]:
    """(the record that a copied database is the state after, its ledger); record -1 where it is not a replica's."""
    connection = sqlite_connection.connect(path, key, BUDGET_MS)
    try:
        return _state(connection)
    except apsw.Error as error:
        raise translate(error, path, BUDGET_MS) from error
    finally:
        connection.close()


def _state(connection: apsw.Connection) -> tuple[int, bytes]:
    sql = "SELECT coalesce((SELECT value FROM upkeep WHERE name = ?), -1), ledger FROM state"
    seq, ledger = _run(connection, sql, (REMOTE_SEQ,))[0]
    return int(seq), bytes(ledger)


def _run(connection: apsw.Connection, sql: str, params: tuple[Any, ...] = ()) -> list[Any]:
    return connection.execute(sql, params).fetchall()
