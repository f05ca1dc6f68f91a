"""Parses durations and points in time as people write them, into integer milliseconds since the epoch (UTC).

A duration is one or more numbers with a unit, `7d`, `1h30m`, `1.5 hours`, or a bare number in the unit that the option speaks of
(`--ttl 3600` is seconds, `--older-than 30` is days). `m` is minutes, `M` is refused; where something goes by its age, `m` is refused, too
(`text.ages`). A time is ISO 8601 (`2025-10-17`, `2025-10-17T12:00:00Z`, with an offset;
without one it is UTC, as everything printed here is), a duration that lies that long ago (`2h`, `2 hours ago`), `now`, `today`
and `yesterday`
(the beginning of that day in UTC, so that `--since yesterday --until today` is that day), or seconds or milliseconds since the epoch.

Parsing durations loads nothing, because `memory store --ttl` is a hot command; `datetime` is loaded for ISO 8601 only.
"""

from __future__ import annotations

import time

from hooks_cli.errors import UsageError

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

# One year more than this and a sum with `now` would leave what ISO 8601 prints with four digits.
LONGEST = 7000 * 365 * DAY

UNITS = {
    "ms": 1, "millisecond": 1, "milliseconds": 1,
    "s": SECOND, "sec": SECOND, "secs": SECOND, "second": SECOND, "seconds": SECOND,
    "m": MINUTE, "min": MINUTE, "mins": MINUTE, "minute": MINUTE, "minutes": MINUTE,
    "h": HOUR, "hr": HOUR, "hrs": HOUR, "hour": HOUR, "hours": HOUR,
    "d": DAY, "day": DAY, "days": DAY,
    "w": WEEK, "week": WEEK, "weeks": WEEK,
    "mo": 30 * DAY, "month": 30 * DAY, "months": 30 * DAY,
    "y": 365 * DAY, "year": 365 * DAY, "years": 365 * DAY,
}  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass


def parse_duration(text: str, what: str = "the duration", bare: int = SECOND) -> int:
    """A duration in milliseconds; a bare number counts `bare` milliseconds each.

    Raises UsageError (64) when it is none, or not above zero.

    >>> parse_duration("7d"), parse_duration("3600"), parse_duration("1h30m"), parse_duration("30", bare=DAY)
    (604800000, 3600000, 5400000, 2592000000)
    """
    milliseconds = duration_or_none(text, bare)
    if milliseconds is None:
        hint = (
            "M may be minutes or months: write 1min or 1mo." if "M" in text else "Write it as 90s, 15m, 2h, 7d or 4w."
        )
        raise UsageError(f"{what} {text!r} is not a duration.", hint=hint)
    if not 0 < milliseconds <= LONGEST:
        raise UsageError(f"{what} {text!r} is out of range: more than nothing, and 7,000 years at most.")
    return milliseconds


def duration_or_none(text: str, bare: int) -> int | None:
    """The milliseconds of a duration, or None when the text is none (the range is not checked).

    `m` is minutes; `M`, which elsewhere is months, is none of them.
    """
    rest = text.strip()
    if not rest:
        return None
    total = 0.0
    while rest:
        digits = 0
        while digits < len(rest) and (
            rest[digits] in "0123456789" or (rest[digits] == "." and "." not in rest[:digits])
        ):
            digits += 1
        number = rest[:digits]
        if digits > 18 or number.strip(".") == "":
            return None
        rest = rest[digits:].lstrip()
        letters = 0
        while letters < len(rest) and rest[letters].isalpha():
            letters += 1
        unit = rest[:letters]
        rest = rest[letters:].lstrip()
        if unit == "":
            if rest or total:
                return None
            return round(float(number) * bare)
        length = 0 if unit == "M" else UNITS.get(unit.lower(), 0)
        if not length:
            return None
        total += float(number) * length
    return round(total)


def parse_time(text: str, now: int, what: str = "the time") -> int:
    """A point in time in milliseconds since the epoch, seen from `now`. Raises UsageError (64) when it is none.

    >>> parse_time("2h", 10 * HOUR) == 8 * HOUR, parse_time("1970-01-02", 0) == DAY
    (True, True)
    """
    as_typed = text.strip()
    word = as_typed.lower()
    if word == "now":
        return now
    if word == "today":
        return now - now % DAY
    if word == "yesterday":
        return now - now % DAY - DAY
    if word.isdigit() and word.isascii():
        if len(word) in (10, 13):
            return int(word) * (SECOND if len(word) == 10 else 1)
    else:
        ago = duration_or_none(as_typed[:-3].rstrip() if word.endswith("ago") else as_typed, SECOND)
        if ago is not None:
            return now - ago
        at = _iso(text.strip())
        if at is not None:
            return at
    raise UsageError(
        f"{what} {text!r} is not a point in time.",
        hint="Write it as 2025-10-17T12:00:00Z, 2025-10-17, 2h, '3 days ago' or yesterday.",
    )


def _iso(text: str) -> int | None:
    from datetime import UTC, datetime, timedelta

    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def to_iso(at: int) -> str:
    """Milliseconds since the epoch as `2025-10-17T12:00:00.000Z`."""
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03d}Z"


def to_words(milliseconds: int) -> str:
    """A length of time in its largest unit, for people: `90 days`, `3 hours`, `0 seconds`.

    >>> to_words(90 * DAY + HOUR), to_words(HOUR), to_words(1)
    ('90 days', '1 hour', '0 seconds')
    """
    for size, unit in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")):
        if milliseconds >= size or size == SECOND:
            number = milliseconds // size
            return f"{number:,} {unit}" + ("" if number == 1 else "s")
    return ""


def size_in_words(size: int) -> str:
    """Bytes in the largest unit that leaves a whole digit: `12.6 MiB`, `0 B`.

    >>> size_in_words(1536), size_in_words(10)
    ('1.5 KiB', '10 B')
    """
    number = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(number) < 1024:
            return f"{size} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TiB"


def moment(at: int) -> str:
    """`2025-10-17T12:00:00Z` of milliseconds since the epoch."""
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at // 1000))
    except (OverflowError, ValueError, OSError):
        return f"{at} ms"
