"""Key management: paper copy, passphrase in place of the key file, slots, unlocking."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager

from hooks_cli.crypto.keys import passphrase, slots, unlock_cache
from hooks_cli.crypto.keys import source as key_source
from hooks_cli.crypto.keys.data_key import Key, explicit_source
from hooks_cli.crypto.keys.file import KEY_BYTES, make_private_folders, publish_key_file, read_key_file, sync_folder
from hooks_cli.errors import AccessDenied, CannotCreate, HooksError, KeySourceError, NotFound, WrongKey
from hooks_cli.store.sqlite import connection, opener_lock
from hooks_cli.store.sqlite.store import MEMORY_BUDGET_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.crypto.keys.data_key import Key
    from hooks_cli.environment import Environment


class WrongPassphrase(AccessDenied):
    """The passphrase opens no slot of {path}. Nothing was changed."""


def present_key(environment: Environment, phrase: str | None = None) -> Key:
    """The data key, by `phrase` where that is what protects it. Raises KeyMissing, WrongKey, WrongPassphrase (77),
    KeySourceError (78)."""
    if phrase is not None:
        opened = passphrase.try_all(slots.read(environment.places.slots_path) or [], phrase)
        if opened is None:
            raise WrongPassphrase(path=environment.places.slots_path)
        key = Key(opened[0], "the passphrase", "passphrase")
        if opened[1] is not None and not opens(environment, key):
            key = Key(opened[1], "the passphrase", "passphrase")
        return key
    if not os.path.exists(environment.places.store_path):
        return key_source.resolve(environment)
    # Under the opener's lock, as every command: a rotation that is under way has the key in two places, or the unlocked one in none.
    held = opener_lock.looking(environment.places.store_path, MEMORY_BUDGET_MS)
    try:
        key = key_source.resolve(environment)
        if opens(environment, key):
            return key
        second = key_source.second_key(environment, key)
        if second is None or not opens(environment, second):
            raise WrongKey(source=key.source, store=environment.places.store_path)
        return second
    finally:
        opener_lock.release(held)


@contextmanager
def sole_keeper(environment: Environment) -> Iterator[None]:
    """Meanwhile no other process changes where the key is kept, or which it is: one that takes the key file away must not meet one that
    is about to put the next key there. Take it before the store's own lock. Raises Busy (75), CannotCreate (73), PermissionRefused (77).
    """
    found = explicit_source(environment)
    if found is not None and key_source.decode(found[2], found[1]) is not None:
        yield  # the user keeps it
        return
    make_private_folders(os.path.dirname(environment.places.slots_path))
    held = opener_lock.exclusive(environment.places.slots_path, MEMORY_BUDGET_MS)
    try:
        yield
    finally:
        opener_lock.release(held)


def opens(environment: Environment, key: Key) -> bool:
    """Whether the key opens the store (every key does while there is none)."""
    path = environment.places.store_path
    if not os.path.exists(path) or connection.first_bytes(path) == connection.PLAIN_MAGIC:
        return True
    held = opener_lock.looking(path, MEMORY_BUDGET_MS)
    try:
        connection.connect(path, key.raw, MEMORY_BUDGET_MS, key_source=key.source).close()
    except WrongKey:
        return False
    finally:
        opener_lock.release(held)
    return True


def bring_back(environment: Environment, raw: bytes, force: bool = False) -> str:
    """Make `raw` the key file's key; returns the file's path. Raises WrongKey (77) when it does not open the store, CannotCreate (73)
    when another key is there (`force` replaces one that does not open the store), KeySourceError (78) when the key is kept elsewhere.
    """
    source = explicit_source(environment)
    if source is not None:
        raise KeySourceError(reason=f"the key comes from {source[1]}", hint="Put it there yourself, or unset that.")
    path = environment.places.key_path
    key = Key(raw, "the imported key")
    with sole_keeper(environment):
        if not opens(environment, key):
            raise WrongKey(source="what was given", store=environment.places.store_path, hint="Nothing was changed.")
        there = _readable_key(path, force)
        if there == raw:
            return path
        if there is not None and not force:
            raise CannotCreate(
                path=path,
                reason="another key is there",
                hint="Give --force to replace it, when you are sure about the new one.",
            )
        publish_key_file(path, raw, replace=True)
        return path


def _readable_key(path: str, force: bool) -> bytes | None:
    try:
        return read_key_file(path)
    except HooksError:
        if force:
            return bytes(KEY_BYTES)
        raise


def set_passphrase(environment: Environment, new: str, *, current: str | None = None) -> int:
    """Add a slot for the passphrase `new`; a key file goes away then, since it would open the store without one.

    `current` is a passphrase that opens already, where there is one. Returns the number of slots. Raises what `present_key` does.
    """
    _refuse_users_key(environment)
    with_slots = os.path.exists(environment.places.slots_path)
    if not with_slots and not os.path.exists(environment.places.store_path):
        key_source.resolve_or_create(environment)  # a passphrase from the first use on
    with sole_keeper(environment):
        key = present_key(
            environment, current if with_slots and not os.path.exists(environment.places.key_path) else None
        )
        found = (slots.read(environment.places.slots_path) or []) if with_slots else []
        # Slots of a key that is not the store's are left from before a key import.
        found = [slot for slot in found if not os.path.exists(environment.places.key_path)]
        found.append(slots.passphrase_slot(key.raw, new, environment.now()))
        slots.write(environment.places.slots_path, found)
        _remove_key_file(environment.places.key_path)
        return len(found)


def change_passphrase(environment: Environment, old: str, new: str) -> None:
    """Exchange the slot that `old` opens for one that `new` opens. Raises WrongPassphrase (77), NotFound (1)."""
    require_slots(environment)
    with sole_keeper(environment):
        found = require_slots(environment)
        opened = passphrase.try_all(found, old)
        if opened is None:
            raise WrongPassphrase(path=environment.places.slots_path)
        made = slots.passphrase_slot(opened[0], new, environment.now())
        if opened[1] is not None:
            made = slots.rewrap(made, slots.wrapping_key(made, new), opened[0], opened[1])
        slots.write(environment.places.slots_path, [made if slot is opened[2] else slot for slot in found])
        _forget_unlocked_check(environment)


def remove_passphrase(environment: Environment, phrase: str) -> int:
    """Remove the slot that `phrase` opens; with the last one the key goes back into a key file. Returns the slots left.

    Raises WrongPassphrase (77), NotFound (1).
    """
    require_slots(environment)
    with sole_keeper(environment):
        found = require_slots(environment)
        opened = passphrase.try_all(found, phrase)
        if opened is None:
            raise WrongPassphrase(path=environment.places.slots_path)
        key = present_key(environment, phrase)
        return _without(environment, found, opened[2]["id"], key.raw)


def add_keyring(environment: Environment, phrase: str | None = None) -> int:
    """Add a slot whose key the system's keyring keeps; a key file goes away. Returns the number of slots.

    Raises ExtraMissing, Unavailable (69), KeySourceError (78) for a keyring that keeps nothing, and what `present_key` does.
    """
    from hooks_cli.crypto.keys import system_keyring

    _refuse_users_key(environment)
    with sole_keeper(environment):
        key = present_key(environment, phrase)
        wrapping = os.urandom(KEY_BYTES)
        made = slots.keyring_slot(key.raw, wrapping, environment.now())
        system_keyring.keep(made["id"], wrapping)
        if system_keyring.wrapping_key(made["id"]) != wrapping:
            raise KeySourceError(reason="the system's keyring does not give back what was put into it")
        found = [] if os.path.exists(environment.places.key_path) else slots.read(environment.places.slots_path) or []
        slots.write(environment.places.slots_path, [*found, made])
        _remove_key_file(environment.places.key_path)
        return len(found) + 1


def remove_keyring(environment: Environment) -> int:
    """Remove the keyring slots; with the last slot the key goes back into a key file. Returns the slots left. Raises NotFound (1)."""
    from hooks_cli.crypto.keys import system_keyring

    found = slots.read(environment.places.slots_path) or []
    mine = [slot["id"] for slot in found if slot["kind"] == "keyring"]
    if not mine:
        raise NotFound("The keyring holds no key of this store; nothing was changed.", hint="See: hooks-cli key show")
    with sole_keeper(environment):
        key = present_key(environment)
        left = len(found)
        for slot_id in mine:
            left = _without(environment, slots.read(environment.places.slots_path) or [], slot_id, key.raw)
            system_keyring.forget(slot_id)
        return left


def unlock(environment: Environment, phrase: str, seconds: int) -> tuple[str, int]:
    """Keep the key that `phrase` opens for a while; (where, until in s since the epoch).

    Raises WrongPassphrase, WrongKey (77), Unavailable (69), NotFound (1).
    """
    require_slots(environment)
    key = present_key(environment, phrase)
    if not opens(environment, key):
        raise WrongKey(source="the passphrase", store=environment.places.store_path)
    where = unlock_cache.put(environment.places.slots_path, key.raw, passphrase.check_of(phrase, key.raw), seconds)
    return where, int(time.time()) + seconds


def _without(environment: Environment, found: list[slots.Slot], slot_id: str, raw: bytes) -> int:
    left = [slot for slot in found if slot["id"] != slot_id]
    if left:
        slots.write(environment.places.slots_path, left)
    else:
        # The key file first: a kill in between leaves two ways in, not none.
        publish_key_file(environment.places.key_path, raw, replace=True)
        os.unlink(environment.places.slots_path)
        sync_folder(os.path.dirname(environment.places.slots_path))
    unlock_cache.drop(environment.places.slots_path)
    return len(left)


def require_slots(environment: Environment) -> list[slots.Slot]:
    """The slots of the store. Raises NotFound (1) when it has none."""
    found = slots.read(environment.places.slots_path)
    if found is None:
        raise NotFound("This store has no passphrase.", hint="Set one: hooks-cli key passphrase set")
    return found


def _refuse_users_key(environment: Environment) -> None:
    """A key that the user gives as it is cannot be wrapped: who has it needs no passphrase."""
    found = explicit_source(environment)
    if found is not None and key_source.decode(found[2], found[1]) is not None:
        raise KeySourceError(
            reason=f"the key comes from {found[1]} as it is, and needs no slot",
            hint="To have the key kept here, unset that and bring it in: hooks-cli key import",
        )


def _remove_key_file(path: str) -> None:
    for name in (path + key_source.NEXT_SUFFIX, path):
        if os.path.lexists(name):
            os.unlink(name)
    sync_folder(os.path.dirname(path))


def _forget_unlocked_check(environment: Environment) -> None:
    """The unlocked key stays; the old passphrase no longer matches it."""
    known = unlock_cache.get(environment.places.slots_path)
    if known is not None:
        unlock_cache.put(environment.places.slots_path, known.raw, b"", max(1, known.until - int(time.time())))
