"""Keeps the store open between calls, and looks at it again before each one.

Between calls the opener's lock is given back, so that `key rotate` and `memory restore` of other processes go through. Whatever they
replaced is found before the next call, by the identity of the files: then the store is closed and opened again, with the checks of an
opening. The lock is held from the look to the answer, so that nothing is replaced in between by anyone who asks for the lock; what was
removed without asking (`rm`) is found after the call, before it is acknowledged.
"""

from __future__ import annotations

import os

from hooks_cli.errors import Busy, HooksError, StorageFailed
from hooks_cli.features.store_opening import opened, take_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.environment import Environment
    from hooks_cli.features.store_opening import Store

    Identity = tuple[object, ...]


class Keeper:
    """The store of one server.

    `look_again(store, environment, writes)` takes in what waits for the store before a call: queued calls, other machines' writes.
    """

    def __init__(self, look_again: Callable[[Store, Environment, bool], None]) -> None:
        self._store: Store | None = None
        self._identity: Identity = ()
        self._look_again = look_again

    def use(self, environment: Environment, budget_ms: int, *, create: bool) -> Store:
        """The store for one call, its lock held; `give_back` follows. Raises NotFound (1) when there is none and `create` is false, Busy
        (75) after `budget_ms`, and whatever an opening raises."""
        store = self._still_good(environment, budget_ms)
        if store is None:
            store = opened(environment, budget_ms, create=create)
            self._store = store
            self._identity = _identity(environment)
        self._look_again(store, environment, create)
        return store

    def _still_good(self, environment: Environment, budget_ms: int) -> Store | None:
        """The store that is open, when its files are the ones that were opened and its key is still given; else None, and it is closed."""
        store = self._store
        if store is None:
            return None
        try:
            store.wait_at_most(budget_ms)
            store.reacquire()
        except Busy:
            raise  # somebody replaces the file at this moment: the next try finds out
        except HooksError:
            self.close()  # the folder is gone, or closed to us: opening it again says so in its words
            return None
        if self._identity != _identity(environment) or not _key_is_given(store, environment):
            self.close()
            return None
        take_environment(store, environment)
        return store

    def confirm(self, environment: Environment) -> None:
        """Raise StoreGone (77), or StorageFailed (74), when the file that was written to is not the store any more."""
        if self._store is None or _identity(environment) == self._identity:
            return
        path = self._store.path
        self.close()
        opened(environment, 0, create=False).close()
        raise StorageFailed(path=path, reason="the file was taken away or replaced while it was written to")

    def give_back(self) -> None:
        """The call is done: others may replace the file."""
        store = self._store
        if store is None:
            return
        if store.connection.in_transaction:
            self.close()  # a call that broke off in a read: its state must not be the next one's
        else:
            store.release()

    def close(self) -> None:
        """Close the store and forget its key."""
        store, self._store = self._store, None
        if store is not None:
            store.close()


def _identity(environment: Environment) -> Identity:
    """The files that belong to the open store, so that each is known again. The key's file is replaced by name, not by inode."""
    places = environment.places
    path = places.store_path
    return (
        path,
        _file(path),
        _file(path + "-wal"),
        _file(path + "-shm"),
        places.key_path,
        _file(places.key_path, changes=True),
        _file(places.slots_path, changes=True),
        environment.settings.get("memory.security.encrypt_at_rest"),
    )


def _file(path: str, *, changes: bool = False) -> tuple[int, ...] | None:
    """(device, inode), with `changes` the time of its last change, too; None when there is no file."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return (found.st_dev, found.st_ino, found.st_mtime_ns) if changes else (found.st_dev, found.st_ino)


def _key_is_given(store: Store, environment: Environment) -> bool:
    """Whether an unlocked key still is: `hooks-cli lock`, and the end of its time, reach a server that holds it."""
    if store.key.kind != "unlocked":
        return True
    from hooks_cli.crypto.keys import unlock_cache

    known = unlock_cache.get(environment.places.slots_path)
    return known is not None and known.raw == store.key.raw
