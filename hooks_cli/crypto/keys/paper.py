"""The paper form of a key: short groups to write by hand, with checksums that find a slip. Loaded on demand.

Four lines of 13 key digits and 2 check digits, and a fifth of 5 check digits over the whole, in groups of five. The
digits are Crockford's base 32 (no I, L, O, U), so that what is easily mistaken in handwriting is read as what was
meant:

    1: 0410R 30R0G 60VA3
    2: …
    5: 7Q2MN

The check digits are the first bits of a BLAKE2b hash of the line (or of the whole) and its number.

>>> raw = bytes(range(32))
>>> parse(form(raw)) == raw and parse(form(raw).lower().replace(" ", "-")) == raw
True
"""

from __future__ import annotations

import hashlib
import re

from hooks_cli.crypto.keys.file import KEY_BYTES
from hooks_cli.errors import DataError

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LINES, _KEY_DIGITS, _CHECK_DIGITS, _LAST_DIGITS = 4, 13, 2, 5
_LINE_DIGITS = _KEY_DIGITS + _CHECK_DIGITS
_SPARE_BITS = 5 * _LINES * _KEY_DIGITS - 8 * KEY_BYTES


class PaperKeyWrong(DataError):
    """The key as typed has a mistake {where}. Nothing was changed."""

    hint = "Compare it with the paper, group by group; the letters I, L, O and U do not occur."


def form(raw: bytes) -> str:
    """The five lines for a key of 32 bytes."""
    digits = _digits(int.from_bytes(raw, "big") << _SPARE_BITS, _LINES * _KEY_DIGITS)
    lines = []
    for number in range(_LINES):
        line = digits[number * _KEY_DIGITS : (number + 1) * _KEY_DIGITS]
        lines.append(line + _check(number + 1, line, _CHECK_DIGITS))
    lines.append(_check(_LINES + 1, digits, _LAST_DIGITS))
    return "\n".join(f"{number}: {_grouped(line)}" for number, line in enumerate(lines, 1))


def body(text: str) -> str:
    """The lines of a paper form without the heading and what else is not one of the five: what `key export` printed, whole."""
    lines = text.splitlines()
    numbered = [line for line in lines if re.match(r"\s*[1-5]\s*[:.)]", line)]
    return "\n".join(numbered if len(numbered) == _LINES + 1 else lines)


def parse(text: str) -> bytes:
    """The 32 bytes of a paper form; spaces, dashes, case and line numbers do not matter. Raises PaperKeyWrong (65)."""
    without_numbers = re.sub(r"(?m)^[ \t]*[1-5][ \t]*[:.)]", "", text)
    digits = re.sub(r"[\s-]", "", without_numbers).upper().translate(_READ_AS)
    for at, digit in enumerate(digits):
        if digit not in DIGITS:
            raise PaperKeyWrong(where=f"{_place(at)}: {digit!r} is not one of its characters")
    wanted = _LINES * _LINE_DIGITS + _LAST_DIGITS
    if len(digits) != wanted:
        raise PaperKeyWrong(where=f"in its length: it has {len(digits)} characters, not {wanted}")
    lines = [digits[at : at + _LINE_DIGITS] for at in range(0, _LINES * _LINE_DIGITS, _LINE_DIGITS)]
    for number, line in enumerate(lines, 1):
        if _check(number, line[:_KEY_DIGITS], _CHECK_DIGITS) != line[_KEY_DIGITS:]:
            raise PaperKeyWrong(where=f"in line {number}")
    key_digits = "".join(line[:_KEY_DIGITS] for line in lines)
    number = 0
    for digit in key_digits:
        number = number * 32 + DIGITS.index(digit)
    spare = number & ((1 << _SPARE_BITS) - 1)
    if spare or _check(_LINES + 1, key_digits, _LAST_DIGITS) != digits[-_LAST_DIGITS:]:
        raise PaperKeyWrong(where="that its last line shows: a line is not the right one, or two were swapped")
    return (number >> _SPARE_BITS).to_bytes(KEY_BYTES, "big")


def _check(number: int, digits: str, size: int) -> str:
    hashed = hashlib.blake2b(f"{number}:{digits}".encode(), digest_size=8, person=b"hooks-paper").digest()
    return _digits(int.from_bytes(hashed, "big") >> (64 - 5 * size), size)


def _digits(number: int, size: int) -> str:
    return "".join(DIGITS[number >> (5 * place) & 31] for place in reversed(range(size)))


def _grouped(line: str) -> str:
    return " ".join(line[at : at + 5] for at in range(0, len(line), 5))


def _place(at: int) -> str:
    line, inside = divmod(at, _LINE_DIGITS)
    return f"in line {min(line, _LINES) + 1}, group {inside // 5 + 1}"
