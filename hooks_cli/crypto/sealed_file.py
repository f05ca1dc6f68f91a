"""The file format of `memory export --encrypt`: opened by a passphrase or by the store's key. Loaded on demand.

One line of JSON says how the key is made; the content follows in pieces of 64 KiB, each sealed with AES-256-GCM (NIST SP 800-38D)
under a key of this file alone. A piece's nonce is its number and, in the last byte, whether it is the last one, as in the STREAM
construction (Hoang et al. 2015): a piece that is altered, moved, repeated or cut off does not open. All pieces are bound to the line.

    {"hooks-cli":"sealed 1","key":"passphrase","kdf":"scrypt","n":131072,"r":8,"p":1,"salt":"BASE64"}
    {"hooks-cli":"sealed 1","key":"store","salt":"BASE64"}

With a passphrase the key is scrypt (RFC 7914) of it and the salt; else BLAKE2b of the salt, keyed with a subkey of the store's key.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import unicodedata
from collections.abc import Callable
from typing import IO, Any

from hooks_cli.crypto.ciphers import AESGCM, InvalidTag, Scrypt
from hooks_cli.crypto.keys.slots import SCRYPT_N, SCRYPT_P, SCRYPT_R
from hooks_cli.crypto.ledger import subkey
from hooks_cli.errors import DataError, Tampered, WrongKey

PIECE = 64 * 1024
_TAG = 16
_LONGEST_LINE = 1024

# Where a file's key comes from: the passphrase, or the store's data key (asked for only when it is needed), and its name in errors.
Phrase = str
StoreKey = Callable[[], tuple[bytes, str]]


class SealedWriter:
    """`write` takes the content; `finish` seals what is left. The caller owns the file."""

    def __init__(self, file: IO[bytes], phrase: Phrase, store_key: StoreKey) -> None:
        head: dict[str, Any] = {"hooks-cli": "sealed 1", "key": "passphrase" if phrase else "store"}
        if phrase:
            head |= {"kdf": "scrypt", "n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P}
        head["salt"] = base64.b64encode(os.urandom(32)).decode()
        self._line = json.dumps(head, separators=(",", ":")).encode() + b"\n"
        self._cipher = AESGCM(_key(head, phrase, store_key)[0])
        self._file = file
        self._held = bytearray()
        self._number = 0
        file.write(self._line)

    def write(self, content: Any) -> int:
        """Seal every whole piece; the last one is held back until more comes or it is finished."""
        self._held += content
        while len(self._held) > PIECE:
            self._seal(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]
        return len(content)

    def flush(self) -> None:
        """Nothing: a piece is written when it is whole."""

    def finish(self) -> None:
        """Write the last piece."""
        self._seal(bytes(self._held), last=True)
        self._held.clear()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last), piece, self._line))
        self._number += 1


class _SealedReader(io.RawIOBase):
    """The content of a sealed file, piece by piece."""

    def __init__(self, file: IO[bytes], name: str, line: bytes, key: bytes, source: str) -> None:
        self._file, self._name, self._line, self._source = file, name, line, source
        self._cipher = AESGCM(key)
        self._ahead = file.read(PIECE + _TAG)
        self._number = 0
        self._held = b""
        self._done = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._held and not self._done:
            self._open_piece()
        taken = self._held[: len(buffer)]
        self._held = self._held[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def _open_piece(self) -> None:
        piece, self._ahead = self._ahead, self._file.read(PIECE + _TAG)
        self._done = not self._ahead
        try:
            self._held = self._cipher.decrypt(_nonce(self._number, self._done), piece, self._line)
        except (InvalidTag, ValueError):
            if self._number == 0:
                raise WrongKey(
                    f"The key from {self._source} does not open {self._name}, or the file was altered.",
                    hint="Only the passphrase opens it that it was sealed with, or the key of the store that it comes from.",
                ) from None
            raise Tampered(
                f"{self._name} was altered or cut off: its piece {self._number + 1} does not open.",
                hint="Use another copy of the file. Nothing was imported.",
            ) from None
        self._number += 1


def opened(file: IO[bytes], name: str, phrase: Phrase, store_key: StoreKey) -> io.BufferedReader:
    """The content of a sealed file that stands at its beginning.

    Raises DataError (65) for a damaged first line, WrongKey or Tampered (77), then and while it is read.
    """
    line = file.readline(_LONGEST_LINE)
    try:
        head = json.loads(line)
        known = head["key"] == "store" or (
            head["kdf"] == "scrypt" and (head["n"], head["r"], head["p"]) == (SCRYPT_N, SCRYPT_R, SCRYPT_P)
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        known = False
    if not known:
        raise DataError(f"{name} is damaged: its first line does not say how it is sealed.")
    if head["key"] == "passphrase" and not phrase:
        raise WrongKey(f"{name} is sealed with a passphrase.", hint="Give it: --password-file FILE, or --passphrase.")
    key, source = _key(head, phrase, store_key)
    return io.BufferedReader(_SealedReader(file, name, line, key, source), PIECE)


def _key(head: dict[str, Any], phrase: Phrase, store_key: StoreKey) -> tuple[bytes, str]:
    salt = base64.b64decode(head["salt"])
    if head["key"] == "passphrase":
        secret = unicodedata.normalize("NFC", phrase).encode("utf-8", "surrogateescape")
        return Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(secret), "the passphrase"
    raw, source = store_key()
    return hashlib.blake2b(
        salt, key=subkey(raw, b"sealed file"), digest_size=32, person=b"hooks-sealed"
    ).digest(), source


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
