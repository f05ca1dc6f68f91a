"""Recognizes an encrypted export (`crypto.sealed_file`) by its first bytes, without loading cryptography."""

from __future__ import annotations

MAGIC = b'{"hooks-cli":"sealed 1",'


# How a standard age file begins.
AGE_MAGIC = b"age-encryption.org/"


def is_sealed(start: bytes) -> bool:
    """Whether a file that begins so is sealed in this program's own form."""
    return start.startswith(MAGIC)


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
