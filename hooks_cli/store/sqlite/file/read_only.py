"""Opens a store that this process cannot write: on a read-only file system, or owned by another user.

Loaded only after the ordinary way of opening was refused (`store.sqlite.store.open_store`), so that an ordinary store pays nothing for it.

What is right depends on what lies beside the database (docs/store.md, "Reading without writing"):

* the log and its index (`-wal`, `-shm`): SQLite reads both as they are. If no process has the store open, it builds an index of its own in
  memory, if a process writes, it follows that process's locks.
* no log, or an empty one: all that was ever written is in the database itself, which is read as an immutable file. SQLite takes no locks
  then, so every answer is followed by a look whether anybody has written meanwhile; if so, it is not an answer (75).
* a log without an index, or one that cannot be read: the newest writes lie in it, and reading the database without it would give old
  answers as if they were the present ones. That is refused (77).
"""

from __future__ import annotations

import os
from urllib.parse import quote

from hooks_cli.crypto.keys import source
from hooks_cli.crypto.keys.data_key import Key
from hooks_cli.errors import Busy, HooksError, StoreReadOnly
from hooks_cli.store.sqlite import connection as sqlite_connection
from hooks_cli.store.sqlite import opener_lock
from hooks_cli.store.sqlite.store import EmbeddedStore, make_ready

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.environment import Environment
    from hooks_cli.store.contract import Params, Row
    from hooks_cli.store.sqlite.transaction import Transaction

MERGE = (
    "Any command that may write there merges the log and leaves what is needed. Or make it writable: ls -ld '{folder}'"
)


def open_store(environment: Environment, budget_ms: int, key: Key | None, cause: HooksError) -> ReadOnlyStore:
    """Open the project's store to read it, after the ordinary way failed with `cause`.

    Raises `cause` where the place can be written, so that it has another reason; StoreReadOnly (77) where the log cannot be read,
    and what `embedded.open_store` raises.
    """
    path = environment.places.store_path
    reason = _why_not_writable(path)
    if not reason or not os.access(path, os.R_OK):
        raise cause
    held = opener_lock.reading(path, budget_ms)
    try:
        encrypted = environment.settings.get("memory.security.encrypt_at_rest") is not False
        sqlite_connection.check_encryption(path, encrypted)
        key = key or source.resolve(environment)
        alone = _has_no_log(path, reason)
        connection = sqlite_connection.connect(
            path,
            key.raw if encrypted else None,
            budget_ms,
            key_source=key.source,
            only_to_read=f"file:{quote(os.path.abspath(path))}?{'immutable=1' if alone else 'mode=ro'}",
        )
        store = ReadOnlyStore(connection, path, environment.places.anchor_path, key, budget_ms, held)
    except BaseException:
        opener_lock.release(held)
        raise
    try:
        store.begin(reason, alone)
    except BaseException:
        store.close()
        raise
    make_ready(store, environment)
    return store


def _why_not_writable(path: str) -> str:
    """What keeps this user from writing the store's files, "" when nothing does."""
    folder = os.path.dirname(path)
    try:
        if os.statvfs(path).f_flag & os.ST_RDONLY:
            return "its file system is read-only"
    except OSError:
        return ""
    for place in (path, *(path + ending for ending in ("-wal", "-shm", ".lock"))):
        if os.path.lexists(place) and not os.access(place, os.W_OK):
            return f"this user may not write {place}"
    return "" if os.access(folder, os.W_OK | os.X_OK) else f"this user may not write into {folder}"


def _has_no_log(path: str, reason: str) -> bool:
    """Whether there is nothing beside the database that belongs to it. Raises StoreReadOnly (77) for a log that cannot be read."""
    log, index = path + "-wal", path + "-shm"
    why = ""
    try:
        if os.stat(log).st_size == 0:
            return True
        if not os.access(log, os.R_OK):
            why = "this user may not read it"
        elif not os.path.exists(index):
            why = f"its index {index} is missing and cannot be made"
        elif not os.access(index, os.R_OK):
            why = f"this user may not read its index {index}"
    except FileNotFoundError:
        return True
    except OSError as error:
        why = str(error.strerror)
    if not why:
        return False
    raise StoreReadOnly(
        f"The newest writes to the store {path} lie in its log {log}, which cannot be read: {why}. The store cannot be written either: "
        f"{reason}. Nothing was read, since it would be older than what was written.",
        store=path,
        reason=why,
        hint=MERGE.format(folder=os.path.dirname(path)),
    )


class ReadOnlyStore(EmbeddedStore):
    """An open store that only answers. Make it with `open_store`; what wants to write raises StoreReadOnly (77)."""

    __slots__ = ("_alone", "_looked", "_reason")

    only_to_read = True

    def begin(self, reason: str, alone: bool) -> None:
        """Note why it cannot be written, and how the files are now; `alone`: nothing but the database itself is read."""
        self._reason, self._alone = reason, alone
        self._looked = self._look()

    def query(self, sql: str, params: Params = ()) -> list[Row]:
        """As EmbeddedStore's. Raises Busy (75) when the files were written meanwhile without us seeing it."""
        rows = super().query(sql, params)
        self._check()
        return rows

    def each(self, sql: str, params: Params = ()) -> Iterator[Row]:
        """As `query`: each row is given after a look, because no other check would see a change."""
        for number, row in enumerate(super().each(sql, params)):
            if self._alone or number % 1000 == 0:
                self._check()
            yield row
        self._check()

    def writing(self, *, local: bool = False) -> Transaction:
        """Refuse. Raises StoreReadOnly (77)."""
        raise StoreReadOnly(store=self.path, reason=self._reason)

    def reacquire(self) -> None:
        """Take the opener's lock again, as far as one that is only read has one."""
        if self._held < 0:
            self._held = opener_lock.reading(self.path, self.budget_ms)

    def _look(self) -> tuple[int, ...]:
        """What changes when the database is replaced; and, where no log is read with it, when anybody writes."""
        found = os.stat(self.path)
        if not self._alone:
            return (found.st_dev, found.st_ino)
        try:
            log = os.stat(self.path + "-wal").st_size
        except OSError:
            log = 0
        return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size, log)

    def _check(self) -> None:
        try:
            same = self._look() == self._looked
        except OSError:
            same = False
        if not same:
            raise Busy(
                f"The store {self.path} was written while it was read. Nothing of that is an answer.",
                store=self.path,
                seconds="0",
            )
