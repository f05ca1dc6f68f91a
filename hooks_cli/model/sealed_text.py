"""How a sealed value looks: the marker that stands in its place in the store, and the mask that every output shows
instead. Hot.

A marker is `‹sealed:v1:FORM:STORE:REVISION:CIPHERTEXT›`: FORM is t (a piece of a text), j (a JSON value; the marker is
a JSON string in its place) or w (the whole value); STORE the store's id and REVISION the write it is bound to;
CIPHERTEXT is base64url of the nonce, the ciphertext and the tag (`crypto.sealing`). It needs no escaping inside a JSON
string, and is one line.

>>> mask('{"token":"‹sealed:v1:j:0011223344556677:7:AAAA›","n":1}')
'{"token":"‹sealed›","n":1}'
"""

from __future__ import annotations

BEGIN = "‹sealed:v1:"
END = "›"
MASK = "‹sealed›"


def before_cut(text: str, size: int) -> str:
    """The first `size` characters, less a marker that would be cut in two."""
    piece = text[:size]
    start = piece.rfind(BEGIN[:2])
    return piece[:start] if start >= 0 and piece.find(END, start) < 0 and text.startswith(BEGIN, start) else piece


def mask(text: str) -> str:
    """The text with `‹sealed›` in the place of each marker; for everything that is shown, logged or indexed."""
    start = text.find(BEGIN)
    if start < 0:
        return text
    pieces: list[str] = []
    at = 0
    while start >= 0:
        end = text.find(END, start)
        if end < 0:
            # Cut in the middle: what is left of a marker goes too.
            return "".join(pieces) + text[at:start] + MASK
        pieces.append(text[at:start] + MASK)
        at = end + 1
        start = text.find(BEGIN, at)
    return "".join(pieces) + text[at:]
