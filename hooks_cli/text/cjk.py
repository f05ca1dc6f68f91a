"""Indexes Chinese, Japanese and Korean text character by character, because the tokenizer splits on spaces only."""

from __future__ import annotations

# Between characters of scripts that do not part their words. FTS5 reads it as a separator, and it is invisible in a
# snippet.
PART = "\u200b"

# UTF-8 lead bytes of U+2E80 and above are E2 (with others), E3-ED, EF and F0-F4; all other bytes are dropped to see
# whether any is there.
_ELSEWHERE = bytes(b for b in range(256) if not (0xE3 <= b <= 0xED or b in (0xEF, 0xF0)))


def separated(text: str) -> str:
    """The text as it is indexed and looked for: with `PART` around each Chinese, Japanese or Korean character."""
    if text.isascii() or not text.encode("utf-8", "replace").translate(None, _ELSEWHERE):
        return text
    return text.translate({ord(c): PART + c + PART for c in set(text) if is_unspaced(c)})


def is_unspaced(c: str) -> bool:
    """Whether it is a Chinese, Japanese or Korean character."""
    return (
        "\u3005" <= c <= "\u9fff"
        or "\uac00" <= c <= "\ud7a3"
        or "\uf900" <= c <= "\ufaff"
        or "\U00020000" <= c <= "\U0003ffff"
    )
