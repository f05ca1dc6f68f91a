"""A PostgreSQL server for the tests of this folder, and logs of both kinds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import postgres_server
from tests.machines import Machines


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    """A server for all tests of this process; skipped, with the reason, where none can be started."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'hooks-cli[remote]'")
    reason = postgres_server.why_not()
    if reason:
        pytest.skip(reason)
    server = postgres_server.Server()
    yield server
    server.remove()


@pytest.fixture
def database(postgres: postgres_server.Server) -> str:
    """A fresh database, by the name of its owner."""
    name = f"m{os.urandom(6).hex()}"
    postgres.database(name)
    return name


@pytest.fixture(params=["folder", "postgres"])
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """`open_log()` gives another connection to one log that is not made yet; of each kind in turn."""
    log_id = os.urandom(16)
    opened: list[Any] = []
    if request.param == "folder":
        from hooks_cli.store.remote.logs.log_folder import FolderLog

        def opener() -> Any:
            opened.append(FolderLog(str(tmp_path), log_id))
            return opened[-1]
    else:
        from hooks_cli.store.remote.logs.storage_postgres import PostgresStorage

        server = request.getfixturevalue("postgres")
        name = request.getfixturevalue("database")
        maker = PostgresStorage(server.socket_address(name), log_id)
        maker.make_tables()
        maker.close()

        def opener() -> Any:
            opened.append(PostgresStorage(server.socket_address(name), log_id))
            return opened[-1]

    yield opener
    for log in opened:
        log.close()


@pytest.fixture(params=["folder", "postgres"])
def machines(request: pytest.FixtureRequest, tmp_path: Path) -> Machines:
    """Machines over a log of each kind in turn."""
    if request.param == "folder":
        (tmp_path / "log").mkdir()
        return Machines(tmp_path, f"folder:{tmp_path / 'log'}", {})
    server = request.getfixturevalue("postgres")
    name = request.getfixturevalue("database")
    return Machines(tmp_path, server.socket_address(name), {})


@pytest.fixture
def tls_machines(postgres: postgres_server.Server, database: str, tmp_path: Path) -> Machines:
    """Machines that reach the server on loopback, with TLS and a password."""
    passwords = postgres.passwords(tmp_path / "passwords")
    return Machines(tmp_path, postgres.tls_address(database), {"PGPASSFILE": str(passwords)})
