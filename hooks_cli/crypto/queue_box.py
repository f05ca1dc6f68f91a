"""Encrypts queued hook calls on disk: AES-256-GCM under a subkey of the data key. Loaded on demand.

A box is a magic word, a random 96-bit nonce and the ciphertext (NIST SP 800-38D). It is bound to its name, which has the call's
identity in it, so that one box cannot be put in the place of another.
"""

from __future__ import annotations

import os

from hooks_cli.crypto.ledger import subkey
from hooks_cli.errors import Tampered

MAGIC = b"hooks-cli queue 1\n"
NONCE_BYTES = 12


def close_box(data_key: bytes, name: str, content: bytes) -> bytes:
    """The bytes of a box for `content`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(subkey(data_key, b"queue")).encrypt(nonce, content, MAGIC + name.encode())
    return MAGIC + nonce + sealed


def open_box(data_key: bytes, name: str, box: bytes, path: str) -> bytes:
    """What is in a box. Raises Tampered (77) for one that was altered, renamed, or closed with another key."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = box[len(MAGIC) : len(MAGIC) + NONCE_BYTES]
    try:
        if not box.startswith(MAGIC) or len(nonce) != NONCE_BYTES:
            raise InvalidTag
        sealed = box[len(MAGIC) + NONCE_BYTES :]
        return AESGCM(subkey(data_key, b"queue")).decrypt(nonce, sealed, MAGIC + name.encode())
    except InvalidTag:
        raise Tampered(
            store=path,
            expected="a call that was queued with the store's key",
            found="one that does not open",
            hint="It was altered, or queued with another key. Nothing was imported.",
        ) from None
