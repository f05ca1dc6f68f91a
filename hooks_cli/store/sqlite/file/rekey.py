"""Re-encrypts the store with a new data key: builds a second database, which replaces the first.

Rewriting in place (PRAGMA rekey on the live file) would leave a file that half opens with either key after a crash. So the old file
is only read: it is copied (VACUUM INTO), the copy is rekeyed, sealed values are sealed again, the ledger is computed again, and when
all of it is on the disk it is renamed over the old one. The caller holds the exclusive lock, so that no process has the old file open.
"""

from __future__ import annotations

import os

from hooks_cli.crypto.ledger import MODULUS, Ledger
from hooks_cli.errors import Busy, InternalError, StorageFailed, Tampered
from hooks_cli.store import anchor
from hooks_cli.store.sqlite import connection as sqlite_connection
from hooks_cli.store.sqlite.errors import translate
from hooks_cli.store.sqlite.schema import ledger_tables
from hooks_cli.system.apsw_import import apsw
from hooks_cli.text.sealed_marker import BEGIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hooks_cli.crypto.seal import Sealer

SIDE_FILES = ("-wal", "-shm", "-journal")
WINDOW = 1_000  # how many sealed rows are looked up at once; their texts are read one at a time


class Rewritten:
    """The new database: its file, and what the anchor must say about it."""

    __slots__ = ("draft", "ledger", "revision", "store_id")

    def __init__(self, draft: str, store_id: bytes, revision: int, ledger: bytes) -> None:
        self.draft = draft
        self.store_id = store_id
        self.revision = revision
        self.ledger = ledger


def rewrite(path: str, old_key: bytes, new_key: bytes, encrypted: bool, budget_ms: int) -> Rewritten:
    """Build the same store under the new key beside the old one, whole and synced when this returns.

    Raises StorageFailed or DiskFull (74), Busy (75), Tampered (77); the old store is as it was then.
    """
    draft = f"{path}.rotating"
    discard(draft)
    try:
        _copy(path, draft, old_key if encrypted else None, budget_ms)
        if encrypted:
            rekey(draft, old_key, new_key, budget_ms)
        return renew(draft, old_key, new_key, encrypted, budget_ms)
    except BaseException:
        discard(draft)
        raise


def discard(draft: str) -> None:
    """Remove a half-built database."""
    for ending in ("", *SIDE_FILES):
        if os.path.lexists(draft + ending):
            os.unlink(draft + ending)


def replace(path: str, made: Rewritten) -> None:
    """Put the new database in the old one's place, durable when this returns. Under the exclusive lock only.

    The old write-ahead log is empty by then (`rewrite` checkpointed it); with frames in it, it would replay into the new file.
    Raises Busy (75) when frames are still there, StorageFailed (74).
    """
    try:
        if os.path.exists(path + "-wal"):
            if os.stat(path + "-wal").st_size:
                raise Busy(store=path, seconds="0")
            # The engine does not sync a log that it has emptied. Lost with the power, its frames would be back beside the new file.
            _sync(path + "-wal")
        os.replace(made.draft, path)
        for ending in SIDE_FILES:
            if os.path.lexists(path + ending):
                os.unlink(path + ending)
        _sync(os.path.dirname(path))
    except OSError as error:
        raise StorageFailed(path=path, reason=error.strerror) from error


def _copy(path: str, draft: str, key: bytes | None, budget_ms: int) -> None:
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = sqlite_connection.connect(path, key, budget_ms)
    try:
        connection.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)
        _rows(connection, "VACUUM INTO ?", (draft,))
    except apsw.Error as error:
        raise translate(error, path, budget_ms) from error
    finally:
        connection.close()


def rekey(draft: str, old_key: bytes, new_key: bytes, budget_ms: int) -> None:
    """Encrypt a file that no other process uses with another key."""
    connection = sqlite_connection.connect(draft, old_key, budget_ms)
    try:
        if _rows(connection, f'PRAGMA rekey="raw:{new_key.hex()}"') != [("ok",)]:
            raise InternalError(reason="the engine did not take the new key")
    except apsw.Error as error:
        raise translate(error, draft, budget_ms) from error
    finally:
        connection.close()


def renew(draft: str, old_key: bytes, new_key: bytes, encrypted: bool, budget_ms: int) -> Rewritten:
    """Seal again, compute the ledger again, go back to a write-ahead log; then sync. Raises Tampered (77) for rows that the ledger does
    not contain.
    """
    connection = sqlite_connection.connect(draft, new_key if encrypted else None, budget_ms)
    try:
        store_id, revision = _rows(connection, "SELECT store_id, revision FROM state")[0]
        _rows(connection, "BEGIN IMMEDIATE")
        expected = _rows(connection, "SELECT ledger FROM state")[0][0]
        found = ledger_of(connection, old_key)
        if found != expected:
            raise Tampered(store=draft, expected=f"ledger {expected.hex()[:16]}", found=f"rows with {found.hex()[:16]}")
        _seal_anew(connection, draft, store_id, old_key, new_key)
        ledger = ledger_of(connection, new_key)
        marks = revision.to_bytes(8, "little") + ledger[: anchor.SHORT_HASH]
        _rows(connection, "UPDATE state SET ledger=?, marks=?", (ledger, marks))
        _rows(connection, "COMMIT")
        if _rows(connection, "PRAGMA journal_mode=WAL") != [("wal",)]:
            raise InternalError(reason=f"{draft} cannot have a write-ahead log")
        connection.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.Error as error:
        raise translate(error, draft, budget_ms) from error
    finally:
        connection.close()
    sqlite_connection.check_encryption(draft, encrypted)
    for ending in SIDE_FILES:
        if os.path.lexists(draft + ending):
            os.unlink(draft + ending)
    _sync(draft)
    return Rewritten(draft, store_id, revision, ledger)


def ledger_of(connection: apsw.Connection, data_key: bytes) -> bytes:
    """The ledger over all rows of the database, computed from nothing."""
    ledger, total = Ledger(data_key), 0
    (found,) = _rows(connection, "SELECT format FROM state")[0]
    for table, columns in ledger_tables(found).items():
        for row in connection.execute(f"SELECT {columns} FROM {table}"):
            total = (total + ledger.row(table, row)) % MODULUS
    return total.to_bytes(32, "little")


def _seal_anew(connection: apsw.Connection, place: str, store_id: bytes, old_key: bytes, new_key: bytes) -> None:
    """Move every sealed piece from the old key's seal to the new one's."""
    # (the numbers of the rows, in order; one row: an address or "" for the journal, the revision, then texts; how they are put back).
    work = (
        (
            "SELECT revision FROM entry WHERE sealed != 0 AND revision > ? ORDER BY revision LIMIT ?",
            "SELECT h.address, e.revision, e.value, e.metadata, e.tags, e.source FROM entry e JOIN head h ON h.id = e.head "
            "WHERE e.revision = ?",
            "UPDATE entry SET value=?, metadata=?, tags=?, source=? WHERE revision=?",
        ),
        (
            f"SELECT revision FROM event WHERE instr(fields, '{BEGIN}') AND revision > ? ORDER BY revision LIMIT ?",
            "SELECT '', revision, fields FROM event WHERE revision = ?",
            "UPDATE event SET fields=? WHERE revision=?",
        ),
        (
            f"SELECT id FROM task WHERE instr(description, '{BEGIN}') AND id > ? ORDER BY id LIMIT ?",
            "SELECT '', opened_revision, description FROM task WHERE id = ?",
            "UPDATE task SET description=? WHERE id=?",
        ),
    )
    sealers: tuple[Sealer, Sealer] | None = None
    for numbers, one, put_back in work:
        for number in _each_number(connection, numbers):
            from hooks_cli.crypto import seal

            if sealers is None:
                sealers = seal.Sealer(old_key, store_id, place), seal.Sealer(new_key, store_id, place)
            for address, revision, *texts in _rows(connection, one, (number,)):
                sealed = [text and seal.seal_anew(*sealers, address, revision, text) for text in texts]
                _rows(connection, put_back, (*sealed, number))


def _each_number(connection: apsw.Connection, sql: str) -> Iterator[int]:
    """The numbers that `sql` gives above its first parameter, a window at a time: rows are changed while this goes on."""
    last = -1
    while found := _rows(connection, sql, (last, WINDOW)):
        for (last,) in found:
            yield last


def _rows(connection: apsw.Connection, sql: str, params: tuple[Any, ...] = ()) -> list[Any]:
    return connection.execute(sql, params).fetchall()


def belongs_to(path: str, next_key: bytes, budget_ms: int) -> bool:
    """Whether a store that is not encrypted (every key opens it) belongs to `next_key`: a rotation was killed before its end."""
    connection = sqlite_connection.connect(path, None, budget_ms)
    try:
        ledger = _rows(connection, "SELECT ledger FROM state")[0][0]
        return bool(ledger_of(connection, next_key) == ledger)
    except apsw.Error as error:
        raise translate(error, path, budget_ms) from error
    finally:
        connection.close()


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
