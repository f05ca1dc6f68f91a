"""Sealing: encrypts one sensitive value a second time, inside the encrypted store. Loaded on demand.

AES-256-GCM (NIST SP 800-38D) under a subkey of the data key, a random 96-bit nonce for each piece, authenticated
together with the store's id, the address, the revision and the form, so that a sealed piece opens only where and when
it was written. What is sealed is the exact piece of the text that stood there; opening puts it back byte for byte. The
marker: `text.sealed_marker`.
"""

from __future__ import annotations

import base64
import os
import re

from hooks_cli.crypto import secret_finder, secret_screen
from hooks_cli.crypto.ciphers import AESGCM, InvalidTag
from hooks_cli.crypto.ledger import subkey
from hooks_cli.errors import Tampered
from hooks_cli.text.json_writer import Raw
from hooks_cli.text.sealed_marker import BEGIN, END, mask

NONCE_BYTES = 12
# A nonce and a tag alone are 38 characters of base64.
_MARKER = re.compile(f"{BEGIN}[tjw]:[0-9a-f]{{16}}:[0-9]+:[0-9A-Za-z_-]{{38,}}{END}")
FIELDS, WHOLE = 1, 2


class Sealer:
    """Seals and opens for one store. `place` is that store's path, for messages."""

    __slots__ = ("_cipher", "place", "store_id")

    def __init__(self, data_key: bytes, store_id: bytes, place: str = "") -> None:
        self._cipher = AESGCM(subkey(data_key, b"sealing"))
        self.store_id = store_id.hex()
        self.place = place

    def seal(self, plain: str, form: str, address: str, revision: int) -> str:
        """The marker for one piece, without quotation marks."""
        nonce = os.urandom(NONCE_BYTES)
        data = plain.encode("utf-8", "surrogatepass")
        sealed = nonce + self._cipher.encrypt(nonce, data, self._bound_to(form, address, revision))
        text = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        return f"{BEGIN}{form}:{self.store_id}:{revision}:{text}{END}"

    def open(self, marker: str, address: str, revision: int) -> tuple[str, str]:
        """(the piece, its form). Raises Tampered (77) when it was not sealed here, for this address and revision."""
        try:
            form, _, _, text = marker[len(BEGIN) : -len(END)].split(":")
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            bound_to = self._bound_to(form, address, revision)
            plain = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
            return plain.decode("utf-8", "surrogatepass"), form
        except (ValueError, InvalidTag):
            raise Tampered(
                store=self.place,
                expected=f"a value sealed in this store for {address} at revision {revision}",
                found="one that does not open",
                hint="It was copied from another entry or store, or altered.",
            ) from None

    def _bound_to(self, form: str, address: str, revision: int) -> bytes:
        return b"\0".join(
            [b"hooks-cli seal 1", form.encode(), self.store_id.encode(), str(revision).encode(), address.encode()]
        )


class Outcome:
    """What sealing a write made of it: the new texts, `sealed` as the entry keeps it (0, 1 or 2), and what was
    found, in words.
    """

    __slots__ = ("found", "others", "sealed", "value")

    def __init__(self, value: str | None, others: tuple[str | None, ...]) -> None:
        self.value = value
        self.others = others
        self.sealed = 0
        self.found: list[str] = []


def seal_write(
    sealer: Sealer,
    address: str,
    revision: int,
    value: str | None,
    others: tuple[str | None, ...],
    *,
    is_json: bool,
    names: tuple[str, ...],
    scan: bool = True,
    whole: bool = False,
) -> Outcome:
    """Seal what is sensitive in one write.

    `value` is JSON when `is_json`; `others` are JSON texts (metadata, tags, source) or None; `names` are normal names
    (`detect.names_of`). The whole value is sealed for `whole` (`--redact`) and for a sensitive address, where a bare
    number is a count and stays. Nothing sensitive: `sealed` is 0 and the texts are unchanged.
    """
    outcome = Outcome(value, others)
    if value is not None:
        is_secret = secret_screen.address_is_sensitive(address, names) and _is_no_count(value, is_json)
        if whole or is_secret:
            marker = sealer.seal(value, "w", address, revision)
            outcome.value = f'"{marker}"' if is_json else marker
            outcome.sealed = WHOLE
            outcome.found.append("--redact" if whole else "the address")
        else:
            outcome.value = _seal_pieces(sealer, address, revision, value, is_json, names, scan, outcome)
    done = [text and _seal_pieces(sealer, address, revision, text, True, names, scan, outcome) for text in others]
    outcome.others = tuple(done)
    return outcome


def seal_text(sealer: Sealer, address: str, revision: int, text: str) -> str:
    """Seal the well-known secrets in a text that is not an entry's value: a description, a message."""
    return _seal_pieces(sealer, address, revision, text, False, (), True, Outcome(None, ()))


def seal_fields(
    sealer: Sealer,
    address: str,
    revision: int,
    fields: dict[str, object],
    *,
    names: tuple[str, ...],
    scan: bool,
    found: list[str],
) -> dict[str, object]:
    """A copy of a dict of texts, numbers, lists, dicts and `Raw` JSON with what is sensitive sealed; `found` says
    what that was.
    """

    def sealed(value: object, name: str) -> object:
        if isinstance(value, dict):
            return {inner: sealed(item, inner) for inner, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [sealed(item, name) for item in value]
        if not isinstance(value, str):
            return value
        is_json = isinstance(value, Raw)
        if secret_screen.normal(name) in names and (not is_json or secret_finder.has_string(value)):
            found.append(name)
            marker = sealer.seal(value, "w" if is_json else "t", address, revision)
            return Raw(f'"{marker}"') if is_json else marker
        outcome = Outcome(None, ())
        text = _seal_pieces(sealer, address, revision, value, is_json, names, scan, outcome)
        found.extend(what for what in outcome.found if what not in found)
        return Raw(text) if is_json else text

    return {name: sealed(value, name) for name, value in fields.items()}


def reveal(sealer: Sealer, address: str, revision: int, text: str) -> str:
    """The text with every sealed piece put back. Raises Tampered (77) for a marker that does not open."""
    pieces, at = [], 0
    start = text.find(BEGIN)
    while start >= 0:
        end = text.find(END, start) + 1
        plain, form = sealer.open(text[start : end or len(text)], address, revision)
        quoted = form != "t" and text[start - 1 : start] == '"' and text[end : end + 1] == '"'
        pieces += [text[at : start - quoted], plain]
        at = end + quoted
        start = text.find(BEGIN, at)
    return "".join(pieces) + text[at:]


def holds_marker(text: str) -> bool:
    """Whether a text has a whole, well-formed marker in it: ciphertext of some store, and not just the words."""
    return _MARKER.search(text) is not None


def open_carried(sealer: Sealer, address: str, text: str) -> tuple[str, bool]:
    """(the text with its markers opened, whether it was one whole value): for what this store exported and takes in again.

    Each marker is opened for the revision that it names itself. Raises Tampered (77) for one that does not open here.
    """
    revision, first = 0, text.find(BEGIN)
    parts = text[first + len(BEGIN) :].split(":", 3) if first >= 0 else []
    if len(parts) == 4 and parts[2].isascii() and parts[2].isdigit():
        revision = int(parts[2])
    return reveal(sealer, address, revision, text), parts[:1] == ["w"]


def seal_anew(old: Sealer, new: Sealer, address: str, revision: int, text: str) -> str:
    """The text with every marker opened by `old` and sealed by `new`; what does not open is left (it never was a marker)."""
    pieces, at = [], 0
    start = text.find(BEGIN)
    while start >= 0:
        end = text.find(END, start) + 1
        if not end:
            break
        marker = text[start:end]
        try:
            plain, form = old.open(marker, address, revision)
            marker = new.seal(plain, form, address, revision)
        except Tampered:
            end = start + len(BEGIN)
            marker = text[start:end]
        pieces += [text[at:start], marker]
        at = end
        start = text.find(BEGIN, at)
    return "".join(pieces) + text[at:]


def _is_no_count(value: str, is_json: bool) -> bool:
    if is_json:
        return secret_finder.has_string(value)
    try:
        float(value)
    except ValueError:
        return True
    return False


def _seal_pieces(
    sealer: Sealer,
    address: str,
    revision: int,
    text: str,
    is_json: bool,
    names: tuple[str, ...],
    scan: bool,
    outcome: Outcome,
) -> str:
    pieces = secret_finder.in_json(text, names) if is_json and names else []
    if scan:
        pieces += secret_finder.in_text(text)
    pieces = secret_finder.merged(pieces)
    if not pieces:
        return text
    # Text that only looks like a marker is sealed along with the rest: afterwards, every marker in it is ours.
    pieces = secret_finder.merged(pieces + _lookalikes(text))
    built, at = [], 0
    for piece in pieces:
        marker = sealer.seal(text[piece.start : piece.end], piece.form, address, revision)
        built += [text[at : piece.start], f'"{marker}"' if piece.form == "j" else marker]
        at = piece.end
        if piece.what and piece.what not in outcome.found:
            outcome.found.append(piece.what)
    outcome.sealed = max(outcome.sealed, FIELDS)
    return "".join(built) + text[at:]


def _lookalikes(text: str) -> list[secret_finder.Piece]:
    found, start = [], text.find(BEGIN)
    while start >= 0:
        found.append(secret_finder.Piece(start, start + len(BEGIN), "t", ""))
        start = text.find(BEGIN, start + len(BEGIN))
    return found


REDACTED = "‹redacted›"


def redacted(text: str | None, names: tuple[str, ...]) -> str | None:
    """The text without ciphertext, without what looks like a secret, and without the values of sensitive fields."""
    if text is None:
        return None
    text = mask(text)
    start = text.lstrip()[:1]
    pieces = secret_finder.in_json(text, names) if names and start in ("{", "[") else []
    pieces = secret_finder.merged(pieces + secret_finder.in_text(text))
    for piece in reversed(pieces):
        text = text[: piece.start] + (f'"{REDACTED}"' if piece.form == "j" else REDACTED) + text[piece.end :]
    return text
