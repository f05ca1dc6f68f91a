"""`key rotate`: makes a new data key and re-encrypts every page of the store with it.

The order is what makes it safe to kill at any point: the next key is stored first (openers try both), then the new database is built
beside the old one, then it takes its place in one rename, then the next key becomes the only one.
"""

from __future__ import annotations

import os

from hooks_cli.crypto.keys import keepers, slots, unlock_cache
from hooks_cli.crypto.keys import source as key_source
from hooks_cli.crypto.keys.data_key import fingerprint
from hooks_cli.crypto.keys.file import KEY_BYTES
from hooks_cli.errors import AccessDenied, KeySourceError, NotFound, WrongKey
from hooks_cli.features.journal import call_queue
from hooks_cli.features.keys.manage import present_key, sole_keeper
from hooks_cli.store import anchor
from hooks_cli.store.sqlite import connection as sqlite_connection
from hooks_cli.store.sqlite import opener_lock
from hooks_cli.store.sqlite.file import rekey
from hooks_cli.store.sqlite.store import MEMORY_BUDGET_MS, open_store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.crypto.keys.data_key import Key
    from hooks_cli.crypto.keys.keepers import Keeper
    from hooks_cli.environment import Environment


class PassphraseNeeded(AccessDenied):
    """The new data key is wrapped under the passphrase, which was not given. Nothing was changed."""

    hint = "Give it on a terminal, or on standard input with --stdin."


class Rotated:
    """What a rotation did: the new key's fingerprint, the source that keeps it, how many slots were dropped."""

    __slots__ = ("dropped", "fingerprint", "kind", "source")

    def __init__(self, fingerprint: str, source: str, kind: str, dropped: int) -> None:
        self.fingerprint = fingerprint
        self.source = source
        self.kind = kind
        self.dropped = dropped


def rotate(
    environment: Environment,
    *,
    new_key: bytes | None = None,
    phrase: str | None = None,
    reached: Callable[[str], None] = lambda point: None,
) -> Rotated:
    """Give the store a new data key.

    `new_key` is for a store whose key the user keeps (a variable, a file, a command); else it is random. `phrase` opens the passphrase
    slots that are to be kept. `reached` is told each point that is passed (for tests that end the process there).
    Raises NotFound (1), Busy (75) when other processes have the store open, KeySourceError (78), WrongKey or Tampered (77).
    """
    if not os.path.exists(environment.places.store_path):
        raise NotFound(f"There is no store yet for {environment.project.root}.")
    with sole_keeper(environment):
        return _rotate(environment, new_key, phrase, reached)


def _rotate(
    environment: Environment, new_key: bytes | None, phrase: str | None, reached: Callable[[str], None]
) -> Rotated:
    path = environment.places.store_path
    # An ordinary opening first: it finishes a rotation that was killed, and checks the store against its anchor.
    known = present_key(environment, phrase) if phrase is not None else None
    store = open_store(environment, create=False, key=known)
    key, encrypted = store.key, sqlite_connection.cipher_in_force(store.connection) != ""
    store.close()
    keeper, dropped = keeper_of(environment, key, phrase, new_key)
    following = new_key or os.urandom(KEY_BYTES)
    if following == key.raw:
        raise KeySourceError(reason="the new key is the old one", hint="Give another one.")
    held = opener_lock.exclusive(path, MEMORY_BUDGET_MS)
    try:
        _still_opens(environment, key, encrypted)
        pending = key_source.second_key(environment, key)
        if pending is not None:  # an earlier rotation was killed before it replaced anything: its next key is given up
            call_queue.close_anew(environment.places.queue_dir, pending.raw, key.raw)
        keeper.store_next(following)
        reached("the next key is stored")
        made = rekey.rewrite(path, key.raw, following, encrypted, MEMORY_BUDGET_MS)
        call_queue.close_anew(environment.places.queue_dir, key.raw, following)
        reached("the new database is built")
        was_unlocked = unlock_cache.get(environment.places.slots_path)
        unlock_cache.drop(environment.places.slots_path)
        rekey.replace(path, made)
        reached("the new database is in place")
        anchor.replace(environment.places.anchor_path, following, made.store_id, made.revision, made.ledger)
        reached("the anchor is new")
        keeper.promote(following)
        if was_unlocked is not None:
            import time

            left = max(1, was_unlocked.until - int(time.time()))
            check = _check(phrase, following)
            unlock_cache.put(environment.places.slots_path, following, check, left)
        # What was queued while this went on: its process had the old key. Who writes such a call later sees the new one (`queueing`).
        call_queue.close_anew(environment.places.queue_dir, key.raw, following)
        reached("the next key is the key")
    finally:
        opener_lock.release(held)
    return Rotated(fingerprint(following), key.source, key.kind, dropped)


def keeper_of(environment: Environment, key: Key, phrase: str | None, new_key: bytes | None) -> tuple[Keeper, int]:
    """(what keeps the key, how many slots cannot be taken along). Raises KeySourceError (78), WrongKey (77)."""
    if key.kind == "file":
        if new_key is not None:
            raise KeySourceError(
                reason="the key is in the key file, which gets a random one", hint="Leave out --new-key-…."
            )
        return keepers.FileKeeper(environment.places.key_path), 0
    if key.kind in ("passphrase", "unlocked", "keyring"):
        found = slots.read(environment.places.slots_path) or []
        wrapping = keepers.wrapping_keys(found, phrase)
        if not wrapping:
            raise (
                PassphraseNeeded
                if phrase is None
                else WrongKey(source="the passphrase", store=environment.places.store_path)
            )
        return keepers.SlotsKeeper(environment.places.slots_path, found, wrapping, key.raw), len(found) - len(wrapping)
    if new_key is None:
        raise KeySourceError(
            reason=f"the key comes from {key.source}, which this program cannot change",
            hint="Make a new key, and name where it is: key rotate --new-key-variable NAME, or --new-key-file PATH.",
        )
    return keepers.UsersKeeper(), 0


def _still_opens(environment: Environment, key: Key, encrypted: bool) -> None:
    """Between the ordinary opening and the exclusive lock another process may have rotated."""
    connection = sqlite_connection.connect(
        environment.places.store_path, key.raw if encrypted else None, MEMORY_BUDGET_MS, key_source=key.source
    )
    connection.close()


def _check(phrase: str | None, raw: bytes) -> bytes:
    from hooks_cli.crypto.keys.passphrase import check_of

    return check_of(phrase, raw) if phrase else b""
