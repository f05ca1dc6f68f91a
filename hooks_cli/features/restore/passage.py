"""Finds the passage of a long value that has most of a query's words."""

from __future__ import annotations

# So much of a value is read to find its best passage.
PASSAGE_SEARCHED = 32_768
# Of each word so many places are looked at.
MOST_PLACES = 64
# A word is looked for by its beginning: endings differ.
STEM = 6


def best_start(text: str, words: list[str], characters: int) -> int:
    """Where the passage of so many characters with most different words (in lower case) begins: at a line or word; 0 without any.

    >>> best_start("nothing here. " * 50 + "The retry waits 3 seconds.", ["retry", "waits"], 100)
    690
    """
    lower = text.lower()
    if len(lower) != len(text):  # some letters are two in lower case; the places would be wrong
        lower = text
    places: list[tuple[int, int]] = []
    for number, word in enumerate(words):
        stem = word[:STEM]
        at = lower.find(stem)
        seen = 0
        while at >= 0 and seen < MOST_PLACES:
            places.append((at, number))
            seen += 1
            at = lower.find(stem, at + len(stem))
    if not places:
        return 0
    places.sort()
    best, most = places[0][0], 0
    for index, (begin, _) in enumerate(places):
        found = set()
        for at, number in places[index:]:
            if at >= begin + characters * 3 // 4:
                break
            found.add(number)
        if len(found) > most:
            best, most = begin, len(found)
    # Some of what stands before, from the beginning of a line or a word.
    early = max(0, best - characters // 4)
    if not early:
        return 0
    line = text.find("\n", early, best)
    after = line if line >= 0 else text.find(" ", early, best)
    return after + 1 if after >= 0 else best
