"""The text of an entry as the word index has it: one function for writes, `memory reindex` and `memory verify`.

JSON is indexed decoded (`decoded`), identifiers by their parts and whole (`identifiers`), Chinese, Japanese and Korean texts
character by character (`cjk`).
"""

from __future__ import annotations

from hooks_cli.text.cjk import separated
from hooks_cli.text.identifiers import split_identifiers
from hooks_cli.text.sealed_marker import mask

# Words beyond this are kept but not found by search: one huge value must not make the index of the whole store slow.
INDEXED_CHARACTERS = 256 * 1024

_CHARACTERS = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": "\n"}


def readable(value: str, metadata: str | None, *, is_json: bool) -> str:
    """The value and the metadata as search reads and shows them: JSON decoded. Both as they may be shown, or as they are stored."""
    if is_json or (value[:1] == '"' and value[-1:] == '"'):
        value = decoded(value)
    return f"{value}\n{decoded(metadata)}" if metadata else value


def indexed(address: str, tags: str | None, metadata: str | None, value: str, *, is_json: bool) -> tuple[str, str, str]:
    """The columns address, tags and body of the word index; what is sealed is in none of them."""
    masked = mask(metadata) if metadata else None
    body = readable(mask(value[: 2 * INDEXED_CHARACTERS]), masked, is_json=is_json)
    return words(address), words(decoded(mask(tags))) if tags else "", words(body[:INDEXED_CHARACTERS])


def words(text: str) -> str:
    """A text as it is indexed."""
    split, whole = split_identifiers(text)
    if whole:
        split = f"{split}\n{' '.join(whole)}"
    return separated(split)


def decoded(document: str) -> str:
    """A JSON document with the escapes in its strings decoded; it is then a text to read, and no JSON any more.

    Surrogate pairs become one character, single surrogates U+FFFD. What is not an escape of JSON stays.

    >>> decoded('{"by": "Jos\\\\u00e9", "log": "a\\\\nredis \\\\ud83d\\\\ude00 C:\\\\\\\\new"}')
    '{"by": "José", "log": "a\\nredis 😀 C:\\\\new"}'
    """
    if "\\" not in document:
        return document
    pieces = document.split("\\")
    result = [pieces[0]]
    at = 1
    while at < len(pieces):
        piece = pieces[at]
        if piece == "":  # an escaped backslash; what follows it is text
            result.append("\\")
            at += 1
            if at < len(pieces):
                result.append(pieces[at])
        elif piece[0] == "u":
            code = _unit(piece)
            if 0xD800 <= code < 0xDC00 and len(piece) == 5 and at + 1 < len(pieces):
                low = _unit(pieces[at + 1])
                if 0xDC00 <= low < 0xE000:
                    at += 1
                    piece = pieces[at]
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            if code < 0:
                result.append("\\" + piece)
            else:
                result.append(("\ufffd" if 0xD800 <= code < 0xE000 else chr(code) if code else " ") + piece[5:])
        else:
            result.append(_CHARACTERS.get(piece[0], piece[0]) + piece[1:])
        at += 1
    return "".join(result)


def _unit(piece: str) -> int:
    """The code of `uXXXX` at the beginning of a piece, -1 when it is none."""
    digits = piece[1:5]
    if piece[:1] != "u" or len(digits) != 4 or digits.strip("0123456789abcdefABCDEF"):
        return -1
    return int(digits, 16)
