"""Sizes as people write them: `500MB`, `1.5 GiB`, `10485760`; and as they read them."""

from __future__ import annotations

from hooks_cli.errors import ConfigError

# KB and KiB are both 1,024: nobody who limits a store means the difference, and the limit is the roomier of the two readings.
UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def parse_size(text: str | int, where: str) -> int:
    """Bytes; 78 when it is no size, with `where` (the setting's name) in the message.

    >>> parse_size("1GB", "max_size"), parse_size(4096, "max_size")
    (1073741824, 4096)
    """
    if isinstance(text, int):
        number, unit = float(text), ""
    else:
        word = text.strip().lower().replace("_", "").replace(",", "")
        digits = len(word)
        while digits and not (word[digits - 1].isdigit() and word[digits - 1].isascii()):
            digits -= 1
        unit = word[digits:].strip()
        unit = unit[:-2] if unit.endswith("ib") else unit[:-1] if len(unit) == 2 and unit.endswith("b") else unit
        try:
            number = float(word[:digits])
        except ValueError:
            number = -1.0
    if number <= 0 or number > 1 << 60 or unit not in UNITS:
        raise ConfigError(path=where, reason=f"{text!r} is no size", hint="Write it as 500MB or 2GB.")
    return int(number * UNITS[unit])


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
