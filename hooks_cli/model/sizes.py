"""Sizes for people to read."""

from __future__ import annotations


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
