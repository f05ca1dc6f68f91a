"""Parses `--older-than`: the age since an entry's last write (`memory gc --older-than 30d`).

An age is a duration of `text.units`, read more strictly, because a month that is taken for a minute takes a whole memory away:
`m` and `M` are refused, and so is what is older than any store can be.
"""

from __future__ import annotations

from hooks_cli.errors import UsageError
from hooks_cli.text.units import DAY, HOUR, MINUTE, SECOND, duration_or_none

OLDEST = 100 * 365 * DAY


def parse_age(text: str, what: str) -> int:
    """An age in milliseconds; a bare number is days. Raises UsageError (64) for what is none, for `m`, for nothing and for over 100 years.

    >>> parse_age("30d", "--age") == parse_age("30", "--age") == parse_age("1mo", "--age") == 30 * DAY
    True
    """
    letters = "".join([c if c.isalpha() else " " for c in text]).split()
    if any(unit in ("m", "M") for unit in letters):
        raise UsageError(
            f"{what} {text!r}: m may be minutes or months. Nothing was changed.",
            hint="Write 1min or 1mo, with the number that is meant.",
        )
    if text.strip()[:1] == "-":
        raise UsageError(
            f"{what} {text!r} is negative; an age is more than nothing.", hint="Write it as 12h, 7d, 4w or 1mo."
        )
    if not text.strip():
        raise UsageError(f"{what} is empty. Nothing was changed.", hint="Write it as 12h, 7d, 4w or 1mo.")
    age = duration_or_none(text, DAY)
    if age is None:
        raise UsageError(f"{what} {text!r} is not an age.", hint="Write it as 12h, 7d, 4w or 1mo.")
    return checked(age, f"{what} {text!r}")


def checked(age: int, what: str) -> int:
    """The age, where it is one. Raises UsageError (64) for nothing, less than nothing, and over 100 years."""
    if not 0 < age <= OLDEST:
        raise UsageError(f"{what} is out of range: more than nothing, and 100 years at most.")
    return age


def in_words(milliseconds: int) -> str:
    """A length of time for people, exactly.

    >>> in_words(30 * DAY), in_words(HOUR + 30 * MINUTE), in_words(1_500)
    ('30 days', '1 hour 30 minutes', '1.5 seconds')
    """
    parts = []
    rest = milliseconds
    for size, unit in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        number, rest = divmod(rest, size)
        if number:
            parts.append(f"{number:,} {unit}" + ("" if number == 1 else "s"))
    if rest or not parts:
        seconds = f"{rest / SECOND:g}"
        parts.append(f"{seconds} second" + ("" if seconds == "1" else "s"))
    return " ".join(parts)
