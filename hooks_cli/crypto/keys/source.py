"""Finds a store's data key: environment, settings, key file, slots. On the hot path: imports only `os` at first.

Sources, of which at most one may be named explicitly:

* `MEMORY_ENCRYPTION_KEY`          64 hex digits or the base64 form of 32 bytes are the key; anything else is a
                                   passphrase, which unwraps the key from the slot file (`crypto.keys.slots`)
* `MEMORY_ENCRYPTION_KEY_FILE`     a file, readable by its owner alone, that holds the same
* `MEMORY_ENCRYPTION_KEY_COMMAND`  a command (a JSON list of arguments, or words; never a shell) that prints the same
* `encryption_key = "${NAME}"`     in [memory.security] of the settings: the variable NAME holds it
* `key_file`, `key_command`        in the user's settings: as the variables of that name
* the key file of the store, made at first use; where a passphrase has replaced it, the unlocked key
  (`crypto.keys.unlock_cache`)

There is no fallback from one source to another: a named source that does not give a key is an error, and a store that
exists never gets a new key.
"""

from __future__ import annotations

import os

from hooks_cli.crypto.keys.data_key import Key, explicit_source
from hooks_cli.crypto.keys.file import KEY_BYTES, create_key_file, read_key_file
from hooks_cli.errors import KeyMissing, KeySourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.crypto.keys.data_key import KeyEnvironment


NEXT_SUFFIX = ".next"


def resolve_or_create(environment: KeyEnvironment) -> Key:
    """As `resolve`, but the first use of a store that does not exist yet makes its key."""
    return resolve(environment, create=True)


def resolve(environment: KeyEnvironment, create: bool = False) -> Key:
    """The data key of the environment's store.

    Raises KeySourceError (78) for a
    source that cannot be read as one, KeyExposed or PermissionRefused (77) for a key file with the wrong mode or owner,
    KeyMissing (77) when the store exists without its key, WrongKey (77) when a passphrase fits no slot.
    """
    found = explicit_source(environment)
    if found is not None:
        kind, source, text = found
        return _from_text(environment, kind, source, text, create)
    path = environment.places.key_path
    raw = read_key_file(path)
    if raw is None:
        if os.path.exists(environment.places.slots_path):
            from hooks_cli.crypto.keys import passphrase

            return passphrase.unlocked(environment)
        if os.path.exists(environment.places.store_path):
            # Another first user may have published key and store between the two looks.
            raw = read_key_file(path)
            if raw is None:
                raise KeyMissing(store=environment.places.store_path, source=f"the key file {path}")
        elif create:
            raw = create_key_file(path)
        else:
            raise KeyMissing(
                f"There is no key yet: neither the store {environment.places.store_path} nor the key file {path} is there.",
                hint="The first use makes both: hooks-cli memory init",
            )
    return Key(raw, f"the key file {path}")


def second_key(environment: KeyEnvironment, tried: Key) -> Key | None:
    """The other key worth a try when `tried` does not open the store, or None.

    A rotation stores the next key before it replaces the database, so a rotation that is under way, was just finished
    by another process, or was killed leaves a store that one of the two keys opens. Reads only what `tried` itself was
    read from: it is never a fallback to another source. Same errors as `resolve`.
    """
    if tried.kind == "file":
        for path in (environment.places.key_path, environment.places.key_path + NEXT_SUFFIX):
            raw = read_key_file(path)
            if raw is not None and raw != tried.raw:
                return Key(raw, f"the key file {path}")
        return None
    if tried.kind in ("passphrase", "unlocked", "keyring"):
        from hooks_cli.crypto.keys import passphrase

        return passphrase.second_key(environment, tried)
    return None


def _from_text(environment: KeyEnvironment, kind: str, source: str, text: str, create: bool) -> Key:
    if text.startswith("${") and text.rstrip().endswith("}"):
        # The variable was not expanded: taken as a passphrase, it would be one that everybody knows.
        raise KeySourceError(
            reason=f"{source} holds {text.strip()[:60]} as it stands, a name that nothing has replaced",
            hint="Give the value itself.",
        )
    raw = decode(text, source)
    if raw is not None:
        return Key(raw, source, kind)
    from hooks_cli.crypto.keys import passphrase

    return passphrase.open_or_create(environment, text.rstrip("\r\n"), source, create)


def decode(text: str, source: str) -> bytes | None:
    """The 32 bytes that `text` spells (64 hex digits, or base64 in either alphabet, padded or not), or None: a
    passphrase.

    What is plainly meant as a key but has the wrong length is a KeySourceError (78), not a passphrase: a key that lost its last
    digit must not quietly become something else.
    """
    word = text.strip()
    size = len(word)
    if size >= KEY_BYTES and not word.strip("0123456789abcdefABCDEF"):
        if size == 2 * KEY_BYTES:
            return bytes.fromhex(word)
        if size != 43:
            raise KeySourceError(
                reason=f"{source} holds {size} hex digits; a key has {2 * KEY_BYTES}",
                hint="Give the whole key. A passphrase may not look like a damaged key.",
            )
    if (size == 43 and "=" not in word) or (size == 44 and word.endswith("=") and word[-2] != "="):
        import binascii

        plain = word.rstrip("=").replace("-", "+").replace("_", "/")
        if plain.replace("+", "a").replace("/", "a").isalnum() and plain.isascii():
            raw = binascii.a2b_base64(plain + "=")
            if len(raw) == KEY_BYTES:
                return raw
    return None
