"""The slot file: several ways (passphrase, keyring) to unwrap a store's data key. Loaded on demand.

A slot wraps the 32-byte data key with AES-256-GCM under a key of its own (the wrapping key): derived from a passphrase
with scrypt (RFC 7914), or kept in the operating system's keyring. Changing a passphrase rewrites a slot and no page of
the store.

    {"format": 1, "slots": [
      {"id": "9f2c…", "kind": "passphrase", "created_at": "2025-10-17T12:00:00.000Z",
       "kdf": {"name": "scrypt", "n": 131072, "r": 8, "p": 1, "salt": "BASE64"},
       "wrapped": "BASE64 of nonce (12) + ciphertext (32) + tag (16)", "next": null}]}

All that is readable in a slot is authenticated with it, so that weakening its parameters is noticed. `next` is the key
that a rotation is about to bring in, wrapped the same way; a reader tries both.
"""

from __future__ import annotations

import base64
import json
import os
import time
import unicodedata

from hooks_cli.crypto.keys.file import KEY_BYTES, publish, read_private
from hooks_cli.errors import HooksError, KeySourceError, NewerFormat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Slot = dict[str, Any]

FORMAT = 1
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**17, 8, 1
_LARGEST_FILE = 256 * 1024
_NONCE_BYTES = 12


def read(path: str) -> list[Slot] | None:
    """The slots in the file, or None when there is none. Raises KeySourceError (78), KeyExposed (77), NewerFormat
    (69).
    """
    text = read_private(path, _LARGEST_FILE)
    if text is None:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _damaged(path, "it is not JSON") from None
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise _damaged(path, "it has no format number")
    if found["format"] > FORMAT:
        raise NewerFormat(store=path, found=found["format"], known=FORMAT)
    slots = found.get("slots")
    if not isinstance(slots, list) or not slots:
        raise _damaged(path, "it has no slots")
    for slot in slots:
        _check(path, slot)
    return slots


def write(path: str, slots: list[Slot], replace: bool = True) -> bool:
    """Write the file whole, 0600, synced. Returns False when it was there and `replace` is off. Raises 73, 74."""
    return publish(path, content(slots), replace)


def content(slots: list[Slot]) -> bytes:
    """What a slot file with these slots holds."""
    return (json.dumps({"format": FORMAT, "slots": slots}, indent=1, ensure_ascii=False) + "\n").encode()


def passphrase_slot(data_key: bytes, passphrase: str, now_ms: int, n: int = SCRYPT_N) -> Slot:
    """A new slot that opens with `passphrase`."""
    kdf = {"name": "scrypt", "n": n, "r": SCRYPT_R, "p": SCRYPT_P, "salt": _text(os.urandom(16))}
    slot = _new("passphrase", now_ms, kdf)
    return rewrap(slot, wrapping_key(slot, passphrase), data_key)


def keyring_slot(data_key: bytes, wrapping: bytes, now_ms: int) -> Slot:
    """A new slot whose wrapping key (32 bytes) lies in the operating system's keyring under the slot's id."""
    return rewrap(_new("keyring", now_ms, {"name": "keyring"}), wrapping, data_key)


def wrapping_key(slot: Slot, passphrase: str) -> bytes:
    """The 32-byte wrapping key of a passphrase slot: scrypt over the passphrase in Unicode form NFC. Slow by design."""
    from hooks_cli.crypto.ciphers import Scrypt

    kdf = slot["kdf"]
    words = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogateescape")
    return Scrypt(salt=_bytes(kdf["salt"]), length=KEY_BYTES, n=kdf["n"], r=kdf["r"], p=kdf["p"]).derive(words)


def rewrap(slot: Slot, wrapping: bytes, data_key: bytes, next_key: bytes | None = None) -> Slot:
    """The same slot with other keys inside."""
    return {
        **slot,
        "wrapped": _wrap(slot, wrapping, data_key, "wrapped"),
        "next": None if next_key is None else _wrap(slot, wrapping, next_key, "next"),
    }


def unwrap(slot: Slot, wrapping: bytes) -> tuple[bytes, bytes | None] | None:
    """(data key, next key or None) of the slot, or None when `wrapping` is not its key or the slot was altered."""
    data_key = _unwrap(slot, wrapping, "wrapped")
    if data_key is None:
        return None
    return data_key, _unwrap(slot, wrapping, "next") if slot["next"] is not None else None


def stamp(now_ms: int) -> str:
    """A time as ISO 8601 in UTC."""
    seconds, thousandths = divmod(now_ms, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{thousandths:03d}Z"


def _new(kind: str, now_ms: int, kdf: dict[str, object]) -> Slot:
    return {
        "id": os.urandom(8).hex(),
        "kind": kind,
        "created_at": stamp(now_ms),
        "kdf": kdf,
        "wrapped": "",
        "next": None,
    }


def _bound_to(slot: Slot, field: str) -> bytes:
    """What the wrapped key is authenticated with: every readable field of its slot, and which of the two it is."""
    readable = {name: slot[name] for name in ("id", "kind", "created_at", "kdf")}
    return b"hooks-cli slot 1\0" + field.encode() + b"\0" + json.dumps(readable, sort_keys=True).encode()


def _wrap(slot: Slot, wrapping: bytes, key: bytes, field: str) -> str:
    from hooks_cli.crypto.ciphers import AESGCM

    nonce = os.urandom(_NONCE_BYTES)
    return _text(nonce + AESGCM(wrapping).encrypt(nonce, key, _bound_to(slot, field)))


def _unwrap(slot: Slot, wrapping: bytes, field: str) -> bytes | None:
    from hooks_cli.crypto.ciphers import AESGCM, InvalidTag

    sealed = _bytes(slot[field])
    try:
        return AESGCM(wrapping).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(slot, field))
    except InvalidTag:
        return None


def _check(path: str, slot: object) -> None:
    """Refuse a slot that is not well-formed, or whose parameters would take the machine's memory."""
    if not isinstance(slot, dict) or set(slot) != {"id", "kind", "created_at", "kdf", "wrapped", "next"}:
        raise _damaged(path, "a slot has other fields than it should")
    texts = [
        slot["id"],
        slot["kind"],
        slot["created_at"],
        slot["wrapped"],
        "" if slot["next"] is None else slot["next"],
    ]
    kdf = slot["kdf"]
    if not all(isinstance(text, str) for text in texts) or not isinstance(kdf, dict):
        raise _damaged(path, "a slot's field has the wrong type")
    lengths = {len(_bytes(text, path)) for text in (slot["wrapped"], slot["next"]) if text is not None}
    if lengths != {_NONCE_BYTES + KEY_BYTES + 16}:
        raise _damaged(path, "a wrapped key has the wrong length")
    if slot["kind"] == "passphrase":
        numbers = [kdf.get(name) for name in ("n", "r", "p")]
        if kdf.get("name") != "scrypt" or not all(type(number) is int for number in numbers):
            raise _damaged(path, "a slot's key derivation is not known")
        n, r, p = (int(number or 0) for number in numbers)
        if not (2**14 <= n <= 2**20 and n & (n - 1) == 0 and 8 <= r <= 16 and 1 <= p <= 8):
            raise _damaged(path, "a slot's scrypt parameters are out of bounds")
        if not isinstance(kdf.get("salt"), str) or len(_bytes(kdf["salt"], path)) < 16:
            raise _damaged(path, "a slot's salt is too short")
    elif slot["kind"] != "keyring":
        raise _damaged(path, "a slot is of an unknown kind")


def _damaged(path: str, reason: str) -> HooksError:
    return KeySourceError(
        reason=f"the slot file {path} is damaged: {reason}",
        hint="Put a copy of it back, or bring the key back from its paper form: hooks-cli key import",
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str, path: str = "") -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise _damaged(path, "a field is not base64") from None
