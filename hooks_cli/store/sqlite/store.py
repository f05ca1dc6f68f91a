"""`EmbeddedStore`: an encrypted SQLite database in WAL mode, open under the opener's lock.

`open_store` is the one way in. The order of its steps matters: the lock before the file is looked at, so that a replaced file is never
opened under its old name; the anchor before the state, so that another process's commit in between is not taken for a rollback.
"""

from __future__ import annotations

import os

from hooks_cli.crypto.keys import source
from hooks_cli.crypto.keys.data_key import Key
from hooks_cli.crypto.ledger import Ledger
from hooks_cli.errors import CannotCreate, NotFound, PermissionRefused, Tampered, WrongKey
from hooks_cli.store.sqlite import connection as sqlite_connection
from hooks_cli.store.sqlite import open_checks, opener_lock
from hooks_cli.store.sqlite.errors import translate
from hooks_cli.store.sqlite.schema import FORMAT
from hooks_cli.system.apsw_import import apsw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.environment import Environment
    from hooks_cli.store.contract import Params, Row
    from hooks_cli.store.remote.replica import Replica
    from hooks_cli.store.sensitive_values import Guard
    from hooks_cli.store.sqlite.transaction import Transaction


MEMORY_BUDGET_MS = 30_000
HOOKS_BUDGET_MS = 5_000
EVENT_BUDGET_MS = 1_000

# A commit that leaves the write-ahead log longer than this copies it back and truncates it (docs/store.md, "Checkpoints").
WAL_LIMIT_BYTES = 256 * 1024


def open_store(
    environment: Environment,
    *,
    create: bool = True,
    budget_ms: int = MEMORY_BUDGET_MS,
    key: Key | None = None,
) -> EmbeddedStore:
    """Open the project's store, making it and its key on first use when `create` is true. `key` is one that was had already.

    Raises NotFound (1) when there is none and `create` is false, WrongKey, KeyMissing, KeyExposed, NotEncrypted, StoreGone
    or Tampered (77), NewerFormat or NetworkFileSystem (69), CannotCreate (73), Busy (75), KeySourceError (78).
    """
    path = environment.places.store_path
    encrypted = environment.settings.get("memory.security.encrypt_at_rest") is not False
    if not os.path.exists(path):
        if not create and not os.path.exists(environment.places.anchor_path):
            from hooks_cli.project.note import moved_from

            moved = moved_from(environment)
            hint = f"It seems to have been moved: hooks-cli project adopt {moved}" if moved else "memory init makes it."
            raise NotFound(f"There is no store yet for {environment.project.root}.", hint=hint)
        from hooks_cli.store.sqlite.file import create as store_file

        store_file.create(environment, budget_ms)
    try:
        return _opened(environment, path, encrypted, key, budget_ms)
    except (CannotCreate, PermissionRefused) as error:
        from hooks_cli.store.sqlite.file import read_only

        return read_only.open_store(environment, budget_ms, key, error)


def _opened(environment: Environment, path: str, encrypted: bool, key: Key | None, budget_ms: int) -> EmbeddedStore:
    held = opener_lock.shared(path, budget_ms)
    try:
        sqlite_connection.check_encryption(path, encrypted)
        if not encrypted and os.path.exists(environment.places.key_path + source.NEXT_SUFFIX):
            _settle_plain(environment, path, budget_ms)
        key = key or source.resolve(environment)
        try:
            connection = sqlite_connection.connect(
                path, key.raw if encrypted else None, budget_ms, key_source=key.source
            )
        except WrongKey:
            key, connection = _open_with_second_key(environment, path, key, budget_ms)
        _mend_permissions(environment, path)  # not before: a file that our key does not open is not ours
        store = EmbeddedStore(connection, path, environment.places.anchor_path, key, budget_ms, held)
    except BaseException:
        opener_lock.release(held)
        raise
    make_ready(store, environment)
    return store


def make_ready(store: EmbeddedStore, environment: Environment) -> None:
    """Check a store that was just opened against the evidence (Tampered, 77: it is closed then), and tell it what it takes from the
    environment."""
    try:
        open_checks.check(store, environment)
    except BaseException:
        store.close()
        raise
    take_environment(store, environment)


def take_environment(store: EmbeddedStore, environment: Environment) -> None:
    """Give an open store what it takes from the environment of a call: the clock, what is sensitive, where its notes go, the trace."""
    store.clock = environment.now
    store.settings_of, store._guard = environment, None
    store.warn = environment.err
    store.trace, store.span_facts = environment.trace, environment.span_facts
    store.machine = environment.folders.machine


def _mend_permissions(environment: Environment, path: str) -> None:
    """Two looks on every call; what they find is mended elsewhere."""
    try:
        mode = os.stat(path).st_mode
        if not environment.places.named_store:
            mode |= os.stat(environment.places.project_dir).st_mode
    except OSError:
        return  # what is wrong with it, the opening says
    if mode & 0o077:
        from hooks_cli.store.sqlite.file import permissions

        permissions.mend(environment)


def _open_with_second_key(
    environment: Environment, path: str, tried: Key, budget_ms: int
) -> tuple[Key, apsw.Connection]:
    """Try the key that a rotation has brought in meanwhile, or left behind when it was killed. Raises WrongKey (77)."""
    from hooks_cli.crypto.keys import keepers

    key = source.second_key(environment, tried)
    if key is None:
        raise WrongKey(source=tried.source, store=path)
    connection = sqlite_connection.connect(path, key.raw, budget_ms, key_source=tried.source)
    keepers.settle(environment, key)
    return key, connection


def _settle_plain(environment: Environment, path: str, budget_ms: int) -> None:
    """A store that is not encrypted opens with any key: after a killed rotation, find out by its ledger whose it is."""
    from hooks_cli.crypto.keys import file, keepers
    from hooks_cli.store.sqlite.file import rekey

    following = file.read_key_file(environment.places.key_path + source.NEXT_SUFFIX)
    if following is not None and rekey.belongs_to(path, following, budget_ms):
        keepers.adopt_next(environment.places.key_path, following)


class EmbeddedStore:
    """An open store; implements `contract.Store`. Make it with `open_store`."""

    __slots__ = (
        "_guard",
        "_held",
        "anchor_path",
        "budget_ms",
        "clock",
        "connection",
        "format",
        "key",
        "ledger",
        "machine",
        "path",
        "patient",
        "replica",
        "rollback_seen",
        "settings_of",
        "span_facts",
        "store_id",
        "trace",
        "warn",
    )

    # Whether nothing can be written here (`store.sqlite.file.read_only`).
    only_to_read = False

    def __init__(
        self,
        connection: apsw.Connection,
        path: str,
        anchor_path: str,
        key: Key,
        budget_ms: int,
        held: int,
    ) -> None:
        self.connection = connection
        self.path = path
        self.anchor_path = anchor_path
        self.key = key
        self.budget_ms = budget_ms
        self.patient = False  # whether checkpoints leave writers alone, as long work asks for (`store.sqlite.maintenance.throttled_writes`)
        self.store_id = b""
        self.format = 0
        # Gives the number that this machine made for itself, b"" where it has none (`store.sqlite.machines`).
        self.machine = _no_machine
        # Set where this store is one machine's replica of a log (`store.remote`).
        self.replica: Replica | None = None
        self.ledger = Ledger(key.raw)
        self.clock = _no_clock
        # Whose settings say what is sensitive, and what they say.
        self.settings_of: Environment | None = None
        self._guard: Guard | None = None
        self.warn = _warn_nobody
        self.rollback_seen: Tampered | None = None
        # The ids of the trace that this process writes in, and what its span is to tell (None without telemetry).
        self.trace: str | None = None
        self.span_facts: dict[str, str | int] | None = None
        self._held = held

    def query(self, sql: str, params: Params = ()) -> list[Row]:
        try:
            return self.connection.execute(sql, params).fetchall()
        except apsw.Error as error:
            raise translate(error, self.path, self.budget_ms) from error

    def each(self, sql: str, params: Params = ()) -> Iterator[Row]:
        try:
            yield from self.connection.execute(sql, params)
        except apsw.Error as error:
            raise translate(error, self.path, self.budget_ms) from error

    def row(self, sql: str, params: Params = ()) -> Row | None:
        rows = self.query(sql, params)
        return rows[0] if rows else None

    def writing(self, *, local: bool = False) -> Transaction:
        from hooks_cli.store.sqlite.transaction import Transaction

        return Transaction(self, local)

    @property
    def guard(self) -> Guard:
        """What is sensitive here, by the settings; read when something is written."""
        if self._guard is None:
            from hooks_cli.store.sensitive_values import guard_of

            self._guard = guard_of(self.settings_of)
        return self._guard

    def wait_at_most(self, milliseconds: int) -> None:
        """From now on wait no longer than this for other writers (the lock budget)."""
        self.budget_ms = milliseconds
        self.connection.set_busy_timeout(milliseconds)

    def checkpoint(self) -> None:
        """Copy a long write-ahead log back and truncate it; never waits (contract 6), at worst it is left for the next commit.

        Automatic checkpoints are a trap for one-shot processes: what was copied back is remembered only in shared memory, which
        dies with the last process, so that each commit would copy the whole log again and never reset it.
        """
        try:
            if os.stat(self.path + "-wal").st_size <= WAL_LIMIT_BYTES:
                return
            self.connection.set_busy_timeout(0)
            try:
                mode = apsw.SQLITE_CHECKPOINT_PASSIVE if self.patient else apsw.SQLITE_CHECKPOINT_TRUNCATE
                self.connection.wal_checkpoint(None, mode)
            except apsw.BusyError:
                self.connection.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_PASSIVE)
        except (OSError, apsw.Error):
            return  # the data is safe in the log; a disk that cannot take it will say so at the next write
        finally:
            self.connection.set_busy_timeout(self.budget_ms)

    def release(self) -> None:
        """Give the opener's lock back while nothing is read or written; `reacquire` before the next statement."""
        # Forgotten before it is closed: an interruption in between must not close another descriptor later.
        held, self._held = self._held, -1
        if held >= 0:
            opener_lock.release(held)

    def reacquire(self) -> None:
        """Take the opener's lock again. The file may have been replaced meanwhile: look at its inode. Raises Busy (75)."""
        if self._held < 0:
            self._held = opener_lock.shared(self.path, self.budget_ms)
        if self.format != FORMAT:
            from hooks_cli.store.sqlite.file import format_1

            format_1.catch_up(self)

    def close(self) -> None:
        self.connection.close()
        held, self._held = self._held, -1
        if held >= 0:
            opener_lock.release(held)


def _no_clock() -> int:
    raise RuntimeError("the store was not opened through open_store")


def _no_machine(create: bool = True) -> bytes:
    return b""


def _warn_nobody(line: str) -> None:
    return


class OneState:
    """`with OneState(store): …` reads within see the same state of the store, whatever others write meanwhile."""

    __slots__ = ("_store",)

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store

    def __enter__(self) -> None:
        self._store.query("BEGIN")

    def __exit__(self, *error: object) -> None:
        self._store.query("COMMIT")


if TYPE_CHECKING:
    from hooks_cli.store.contract import Store

    # The type checker holds the class to the contract.
    _CONTRACT: type[Store] = EmbeddedStore
