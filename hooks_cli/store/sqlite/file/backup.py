"""Copies the store while writers run, verifies the copy, and puts a copy back.

A copy is made with VACUUM INTO: one read transaction, one file without a write-ahead log, encrypted with the store's
key. (The engine's page-by-page backup interface is not used: in this build it can damage an encrypted copy.) Verified
means: it opens with the key, every page is sound, and the ledger over all rows is the one it should be.
"""

from __future__ import annotations

import os
from typing import Any

from hooks_cli.errors import DataError, HooksError, NewerFormat, Tampered, WrongKey
from hooks_cli.store import anchor
from hooks_cli.store.sqlite import connection as sqlite_connection
from hooks_cli.store.sqlite.errors import check_name, translate
from hooks_cli.store.sqlite.file import format_1, rekey
from hooks_cli.store.sqlite.file.rekey import SIDE_FILES, Rewritten
from hooks_cli.store.sqlite.schema import FORMAT
from hooks_cli.store.sqlite.store import EmbeddedStore
from hooks_cli.system.apsw_import import apsw
from hooks_cli.system.failpoints import failpoint
from hooks_cli.system.private_files import sync_folder, trouble

ASIDE = ".before-restore-"


class Copied:
    """What a verified copy holds: numbers of live entries and of versions, and its newest revision."""

    __slots__ = ("entries", "revision", "size", "versions")

    def __init__(self, entries: int, versions: int, revision: int, size: int) -> None:
        self.entries = entries
        self.versions = versions
        self.revision = revision
        self.size = size


def copy_to(store: EmbeddedStore, draft: str) -> None:
    """Write a copy of the store to a file that is there and empty, synced."""
    check_name(draft)
    try:
        if store.format == FORMAT:
            store.query("VACUUM INTO ?", (draft,))
        else:
            with format_1.as_it_is(store):
                store.query("VACUUM INTO ?", (draft,))
        descriptor = os.open(draft, os.O_RDONLY | os.O_CLOEXEC)
        os.fsync(descriptor)
        os.close(descriptor)
    except OSError as error:
        raise trouble(draft, error, creating=True) from None


def examine(path: str, key: bytes, encrypted: bool, source: str, budget_ms: int) -> Copied:
    """Verify a copy. Raises WrongKey naming `source`, Tampered (77), NewerFormat (69), DataError (65) when it is none."""
    start = sqlite_connection.first_bytes(path)
    if start is None or len(start) < 16:
        raise DataError(f"{path} is not a copy of a store: it is shorter than a database.")
    sqlite_connection.check_encryption(path, encrypted)
    connection = sqlite_connection.connect(path, key if encrypted else None, budget_ms, key_source=source)
    try:
        # The file may come from anywhere: nothing in its schema may run on its own.
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if not {"state", "head", "entry", "event", "session", "task"} <= tables:
            raise DataError(f"{path} is a database, but no copy of a store.")
        state: tuple[Any, ...] = connection.execute("SELECT format, revision, ledger, live FROM state").fetchall()[0]
        found_format, revision, ledger, live = state
        if found_format > FORMAT:
            raise NewerFormat(store=path, found=found_format, known=FORMAT)
        rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
        if rows != ["ok"]:
            raise Tampered(store=path, expected="sound pages", found=rows[0])
        computed = rekey.ledger_of(connection, key)
        if computed != ledger:
            raise Tampered(
                store=path, expected=f"ledger {ledger.hex()[:16]}", found=f"rows with {computed.hex()[:16]}",
                hint="It was altered, or belongs to a store with another key. Take another copy.",
            )  # fmt: skip
        versions: Any = connection.execute("SELECT count(*) FROM entry").fetchall()[0][0]
    except apsw.NotADBError as error:
        raise WrongKey(source=source, store=path) from error
    except apsw.Error as error:
        raise translate(error, path, budget_ms, source) from error
    finally:
        connection.close()
    return Copied(live, versions, revision, os.stat(path).st_size)


def prepare(draft: str, its_key: bytes, key: bytes, encrypted: bool, budget_ms: int) -> Rewritten:
    """Make of a copied file a store under `key`, with a write-ahead log, whole and synced. Raises Tampered (77)."""
    if encrypted and its_key != key:
        rekey.rekey(draft, its_key, key, budget_ms)
    return rekey.renew(draft, its_key, key, encrypted, budget_ms)


def put_in_place(path: str, made: Rewritten, anchor_path: str, key: bytes) -> str:
    """Keep what is there under another name and give the new one its name. Under the exclusive lock only.

    Returns where the old database is now, "" when there was none. At no moment is there no store: the old one gets a
    second name, and the new one is renamed over the first. The old log is copied back before, so that it is empty; where
    that cannot be done (a damaged store), it is moved along with its database, so that it is not replayed into the new one.
    """
    aside = ""
    try:
        if os.path.lexists(path):
            _copy_log_back(path, key)
            number = 1
            while any(os.path.lexists(f"{path}{ASIDE}{number}{ending}") for ending in ("", *SIDE_FILES)):
                number += 1
            aside = f"{path}{ASIDE}{number}"
            os.link(path, aside)
            for ending in SIDE_FILES:
                if os.path.lexists(path + ending):
                    os.rename(path + ending, aside + ending)
            # The old one's second name and its log's new one must not be lost while the new one's is kept.
            sync_folder(os.path.dirname(path))
        anchor.announce(anchor_path, key, made.store_id, made.revision, made.ledger)
        failpoint("restore")
        os.rename(made.draft, path)
        sync_folder(os.path.dirname(path))
        failpoint("restored")
        anchor.promote(anchor_path)
    except OSError as error:
        raise trouble(path, error, creating=True) from None
    return aside


def _copy_log_back(path: str, key: bytes) -> None:
    """Empty the write-ahead log of a store that is about to be set aside, if the store opens at all."""
    encrypted = sqlite_connection.first_bytes(path) != sqlite_connection.PLAIN_MAGIC
    try:
        connection = sqlite_connection.connect(path, key if encrypted else None, 0)
        try:
            connection.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)
        finally:
            connection.close()
    except (HooksError, apsw.Error):
        return
