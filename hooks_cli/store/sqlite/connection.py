"""Opens the database file: cipher, key, pragmas, and checks that the file is the expected one.

The cipher pragma fails open: a misspelt name gives a plaintext file, a malformed raw key becomes a passphrase. So the key's length is
checked before, the file's first bytes and the cipher in force after.
"""

from __future__ import annotations

import os

from hooks_cli.errors import InternalError, NotEncrypted, PermissionRefused, StorageFailed, Tampered
from hooks_cli.store.sqlite.errors import check_name, translate
from hooks_cli.system.apsw_import import apsw

CIPHER = "chacha20"  # ChaCha20-Poly1305: every page is authenticated
PLAIN_MAGIC = b"SQLite format 3\0"
KEY_BYTES = 32


def first_bytes(path: str) -> bytes | None:
    """The first 16 bytes of the file, or None when there is no file.

    Raises PermissionRefused (77) or StorageFailed (74) when it is there and cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO is not waited for
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return None
    except PermissionError as error:
        raise PermissionRefused(path=path, reason=error.strerror) from error
    except OSError as error:
        raise StorageFailed(path=path, reason=error.strerror) from error
    try:
        return os.read(descriptor, 16)
    except OSError as error:
        raise StorageFailed(path=path, reason=error.strerror) from error
    finally:
        os.close(descriptor)


def check_encryption(path: str, encrypted: bool) -> None:
    """Refuse (77) a file that is plaintext where it should be encrypted, or encrypted where the user switched that off (NotEncrypted), and
    one that is cut short (Tampered)."""
    start = first_bytes(path)
    if start is None or len(start) < 16:
        raise Tampered(
            store=path,
            expected="a database",
            found=f"a file of {len(start or b'')} bytes",
            hint="Restore a copy: hooks-cli memory restore BACKUP. To start a new store, move the file away.",
        )
    if encrypted and start == PLAIN_MAGIC:
        raise NotEncrypted(store=path, reason="it is a plaintext SQLite file")
    if not encrypted and start != PLAIN_MAGIC:
        raise NotEncrypted(
            store=path,
            reason="encrypt_at_rest = false, but the store is encrypted",
            hint="Set encrypt_at_rest = true, or export it and import it into a new store.",
        )


def connect(
    path: str, key: bytes | None, budget_ms: int, *, key_source: str = "", create: bool = False, only_to_read: str = ""
) -> apsw.Connection:
    """An open connection with the key set. `key` None is plaintext (encrypt_at_rest = false). `only_to_read` is the URI of a
    database that is not written.

    Raises WrongKey (77) naming `key_source` when the key does not open the file, or what else `error_report.translate` makes of the
    engine's error.
    """
    flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
    if only_to_read:
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    try:
        connection = apsw.Connection(only_to_read or (path if path.isascii() else check_name(path)), flags=flags)
        connection.set_busy_timeout(budget_ms)
        if key is not None:
            _set_key(connection, key)
        connection.wal_autocheckpoint(0)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.execute("PRAGMA synchronous=FULL")
    except apsw.Error as error:
        raise translate(error, path, budget_ms, key_source) from error
    return connection


def _set_key(connection: apsw.Connection, key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise InternalError(reason=f"a data key of {len(key)} bytes")
    chosen = connection.execute(f"PRAGMA cipher='{CIPHER}'").fetchall()
    if chosen != [(CIPHER,)]:
        raise InternalError(reason=f"the engine has no cipher {CIPHER}")
    answer = connection.execute(f'PRAGMA key="raw:{key.hex()}"').fetchall()
    if answer != [("ok",)]:
        raise InternalError(reason="the engine did not take the key")


def cipher_in_force(connection: apsw.Connection) -> str:
    """The cipher of the open database, "" when it is plaintext: only an encrypted file has a salt to show."""
    salt = connection.execute("SELECT sqlite3mc_codec_data('cipher_salt')").fetchone()
    if salt is None or salt[0] is None:
        return ""
    return str(connection.execute("PRAGMA cipher").fetchall()[0][0])
