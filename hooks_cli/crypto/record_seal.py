"""Encrypts the records and snapshots of a shared memory. Loaded on demand.

All keys are made of one subkey of the data key, `remote_key`, which is all that the relay gets:

    a record's key   = BLAKE2b(remote_key, write id)        the write id is 128 random bits, used once, so the nonce can be fixed
    its bound data   = format, store id, sequence number, ledger before it, write id

A record opens only at its own place, on the very history that it was written on: one that was altered, moved, repeated or left out is
noticed by the next one at the latest. What is sealed is padded to a multiple of 256 bytes.

>>> seal = RecordSeal(bytes(32), b"store id")
>>> write_id = bytes(16)
>>> sealed = seal.seal(2, 7, bytes(32), write_id, b"hello")
>>> len(sealed), seal.open(2, 7, bytes(32), write_id, sealed)
(272, b'hello')
>>> seal.open(2, 8, bytes(32), write_id, sealed) is None
True
"""

from __future__ import annotations

from hashlib import blake2b

from hooks_cli.crypto.ciphers import AESGCM, InvalidTag
from hooks_cli.crypto.ledger import subkey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PADDED_TO = 256
LENGTH_BYTES = 4
_NONCE = bytes(12)
_RECORD, _SNAPSHOT, _LABEL = b"hooks record", b"hooks snapshot", b"hooks label"


def remote_key(data_key: bytes) -> bytes:
    """The subkey for everything that leaves this machine for the server."""
    return subkey(data_key, b"remote")


def log_id(key: bytes, store_id: bytes) -> bytes:
    """The 16-byte name of a store's log on its server: another data key gives another log. `key` is the remote key."""
    return blake2b(store_id, key=key, digest_size=16, person=b"hooks log").digest()


class RecordSeal:
    """Seals and opens what goes to the server, for one store. `key` is the remote key."""

    __slots__ = ("_key", "_store_id")

    def __init__(self, key: bytes, store_id: bytes) -> None:
        self._key = key
        self._store_id = store_id

    def seal(self, format: int, seq: int, before: bytes, write_id: bytes, content: bytes) -> bytes:
        """A sealed record. `before` is the ledger (32 bytes) of the state that it changes."""
        place = self._place(format, seq, before, write_id)
        return bytes(self._cipher(_RECORD, write_id).encrypt(_NONCE, _padded(content), place))

    def open(self, format: int, seq: int, before: bytes, write_id: bytes, sealed: bytes) -> bytes | None:
        """The content; None when the record does not belong to this place of this history."""
        return _opened(
            self._cipher(_RECORD, write_id),
            sealed,
            self._place(format, seq, before, write_id),
        )

    def seal_part(
        self, format: int, seq: int, ledger: bytes, snapshot_id: bytes, part: int, parts: int, content: bytes
    ) -> bytes:
        """A sealed part of a snapshot: the state after record `seq`, whose ledger is `ledger`."""
        place = self._part_place(format, seq, ledger, part, parts)
        return bytes(self._cipher(_SNAPSHOT, snapshot_id).encrypt(_part_nonce(part), _padded(content), place))

    def open_part(
        self, format: int, seq: int, ledger: bytes, snapshot_id: bytes, part: int, parts: int, sealed: bytes
    ) -> bytes | None:
        """The content of a part; None when it is not that part of that snapshot."""
        place = self._part_place(format, seq, ledger, part, parts)
        return _opened(self._cipher(_SNAPSHOT, snapshot_id), sealed, place, _part_nonce(part))

    def seal_label(self, machine: bytes, text: str) -> bytes:
        """A machine's name, sealed; it begins with a random nonce."""
        import os

        nonce = os.urandom(12)
        return nonce + bytes(self._cipher(_LABEL, machine).encrypt(nonce, _padded(text.encode()), self._store_id))

    def open_label(self, machine: bytes, sealed: bytes) -> str | None:
        """The name; None when it was not sealed here for this machine."""
        content = _opened(self._cipher(_LABEL, machine), sealed[12:], self._store_id, sealed[:12].ljust(12, b"\0"))
        return None if content is None else content.decode("utf-8", "replace")

    def _cipher(self, purpose: bytes, number: bytes) -> Any:
        return AESGCM(blake2b(number, key=self._key, digest_size=32, person=purpose).digest())

    def _place(self, format: int, seq: int, before: bytes, write_id: bytes) -> bytes:
        return format.to_bytes(4, "big") + self._store_id + seq.to_bytes(8, "big") + before + write_id

    def _part_place(self, format: int, seq: int, ledger: bytes, part: int, parts: int) -> bytes:
        numbers = seq.to_bytes(8, "big") + part.to_bytes(4, "big") + parts.to_bytes(4, "big")
        return format.to_bytes(4, "big") + self._store_id + numbers + ledger


def _part_nonce(part: int) -> bytes:
    return part.to_bytes(12, "big")


def _padded(content: bytes) -> bytes:
    size = LENGTH_BYTES + len(content)
    return len(content).to_bytes(LENGTH_BYTES, "big") + content + bytes(-size % PADDED_TO)


def _opened(cipher: Any, sealed: bytes, place: bytes, nonce: bytes = _NONCE) -> bytes | None:
    try:
        plain: bytes = cipher.decrypt(nonce, sealed, place)
    except (InvalidTag, ValueError):
        return None
    return plain[LENGTH_BYTES : LENGTH_BYTES + int.from_bytes(plain[:LENGTH_BYTES], "big")]
