"""A passphrase as key source: opens or makes its slot, and caches the unlocked key. Loaded on demand."""

from __future__ import annotations

import hashlib
import hmac
import os
import time

from hooks_cli.crypto.keys import slots, unlock_cache
from hooks_cli.crypto.keys.data_key import Key, explicit_source
from hooks_cli.crypto.keys.file import KEY_BYTES, read_key_file
from hooks_cli.errors import KeyMissing, WrongKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.crypto.keys.data_key import KeyEnvironment


def open_or_create(environment: KeyEnvironment, phrase: str, source: str, create: bool) -> Key:
    """The data key behind `phrase`, which `source` gave; a store that does not exist yet gets its slot file here.

    Raises WrongKey (77) when no slot opens, KeyMissing (77) when the store exists without a slot file, and what
    `slots.read` raises.
    """
    words = f"the passphrase in {source}"
    known = unlock_cache.get(environment.places.slots_path)
    if known is not None and known.check and hmac.compare_digest(known.check, check_of(phrase, known.raw)):
        return Key(known.raw, words, "passphrase")
    found = slots.read(environment.places.slots_path)
    if found is None:
        if os.path.exists(environment.places.store_path):
            found = slots.read(environment.places.slots_path)
            if found is None:
                raise KeyMissing(
                    store=environment.places.store_path,
                    source=f"{source} holds a passphrase, and the slot file {environment.places.slots_path} is not there",
                    hint="Was it made with a key file? Then take that source away (a passphrase is added to such a store "
                    "with: hooks-cli key passphrase set). Otherwise put the slot file back.",
                )
        elif not create:
            raise KeyMissing(
                store=environment.places.store_path, source=f"the slot file {environment.places.slots_path}"
            )
        else:
            found = _first_slots(environment, phrase)
    opened = try_all(found, phrase)
    if opened is None:
        raise WrongKey(source=words, store=environment.places.store_path)
    return Key(opened[0], words, "passphrase")


def _first_slots(environment: KeyEnvironment, phrase: str) -> list[slots.Slot]:
    """Publish the first slot file; of two first users one wins, and both read what is there then."""
    data_key = read_key_file(environment.places.key_path) or os.urandom(KEY_BYTES)
    made = [slots.passphrase_slot(data_key, phrase, int(time.time() * 1000))]
    if slots.write(environment.places.slots_path, made, replace=False):
        return made
    return slots.read(environment.places.slots_path) or made


def try_all(found: list[slots.Slot], phrase: str) -> tuple[bytes, bytes | None, slots.Slot] | None:
    """(data key, next key or None, the slot) of the first passphrase slot that `phrase` opens; None when none does."""
    for slot in found:
        if slot["kind"] == "passphrase":
            opened = slots.unwrap(slot, slots.wrapping_key(slot, phrase))
            if opened is not None:
                return opened[0], opened[1], slot
    return None


def keys_behind(found: list[slots.Slot], phrase: str) -> list[bytes]:
    """The data keys of all the passphrase slots that `phrase` opens, each once."""
    opened = (try_all([slot], phrase) for slot in found)
    return list(dict.fromkeys([held[0] for held in opened if held is not None]))


def unlocked(environment: KeyEnvironment) -> Key:
    """The key of a store without a key file: unlocked earlier, or behind a keyring slot. Raises KeyMissing (77)."""
    known = unlock_cache.get(environment.places.slots_path)
    if known is not None:
        return Key(known.raw, "hooks-cli unlock", "unlocked")
    opened = _from_keyring(environment)
    if opened is not None:
        return Key(opened[0], "the system's keyring", "keyring")
    if all(slot["kind"] == "keyring" for slot in slots.read(environment.places.slots_path) or [{"kind": ""}]):
        raise KeyMissing(
            store=environment.places.store_path,
            source="it is kept in a keyring, and this user's, as it is set up now, does not have it",
            hint="Log in where the keyring is, or bring the key back from its paper copy: hooks-cli key import",
        )
    raise KeyMissing(
        store=environment.places.store_path,
        source="it is protected by a passphrase and not unlocked",
        hint="Run: hooks-cli unlock   (or set MEMORY_ENCRYPTION_KEY to the passphrase)",
    )


def second_key(environment: KeyEnvironment, tried: Key) -> Key | None:
    """The other key behind the same passphrase or keyring slot (see `key_source.second_key`)."""
    opened = _from_keyring(environment)
    found = explicit_source(environment)
    if found is not None:
        held = try_all(slots.read(environment.places.slots_path) or [], found[2].rstrip("\r\n"))
        opened = held[:2] if held is not None else None
    for raw in opened or ():
        if raw is not None and raw != tried.raw:
            return Key(raw, tried.source, tried.kind)
    return None


def _from_keyring(environment: KeyEnvironment) -> tuple[bytes, bytes | None] | None:
    """What the keyring slots give, or None when there is none or the keyring is not at hand."""
    for slot in slots.read(environment.places.slots_path) or []:
        if slot["kind"] == "keyring":
            from hooks_cli.crypto.keys import system_keyring

            wrapping = system_keyring.wrapping_key(slot["id"])
            opened = slots.unwrap(slot, wrapping) if wrapping is not None else None
            if opened is not None:
                return opened
    return None


def check_of(phrase: str, raw: bytes) -> bytes:
    """16 bytes that tell whether a passphrase is the one that was unlocked with; kept only beside the unlocked key
    itself.
    """
    return hashlib.blake2b(
        phrase.encode("utf-8", "surrogateescape"), key=raw, digest_size=16, person=b"hooks-unlock"
    ).digest()
