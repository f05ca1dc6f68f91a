"""Text for other eyes: without ciphertext, without what looks like a secret, without the values of sensitive fields."""

from __future__ import annotations

from hooks_cli.crypto import findings
from hooks_cli.model.sealed_text import mask

REDACTED = "‹redacted›"


def redacted(text: str | None, names: tuple[str, ...]) -> str | None:
    """The text without ciphertext, without what looks like a secret, and without the values of sensitive fields."""
    if text is None:
        return None
    text = mask(text)
    start = text.lstrip()[:1]
    pieces = findings.in_json(text, names) if names and start in ("{", "[") else []
    pieces = findings.merged(pieces + findings.in_text(text))
    for piece in reversed(pieces):
        text = text[: piece.start] + (f'"{REDACTED}"' if piece.form == "j" else REDACTED) + text[piece.end :]
    return text
