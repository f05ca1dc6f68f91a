"""Suggests the known word nearest to a mistyped one, or none if all are too far."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 3
SHORTEST_PREFIX = 3
LONGEST = 80


def near(word: str, known: Iterable[str]) -> list[str]:
    """At most three known words, the nearest first; [] when none is near.

    Near is a slip of the finger, a word cut short or made longer, and a part of a word of several parts.

    >>> near("stor", ["store-pattern", "store", "restore"]), near("hist", ["list", "history"])
    (['store'], ['history'])
    >>> near("task", ["pre-task", "post-task", "notify"])
    ['pre-task', 'post-task']
    >>> near("--recursive", ["--revision", "--reverse"])
    []
    """
    word = word[:LONGEST]
    dashes = word[: len(word) - len(word.lstrip("-"))]
    bare = word.removeprefix(dashes)
    names = {name: name.removeprefix(dashes) for name in known if name.startswith(dashes)}
    distances = {name: distance(bare, there) for name, there in names.items() if bare}
    slips = [name for name, number in distances.items() if number == 1 and len(bare) > 2]
    if len(bare) >= SHORTEST_PREFIX:
        longer = [name for name, there in names.items() if there.startswith(bare)]
        parts = [name for name, there in names.items() if bare in there.replace("_", "-").split("-")]
        shorter = [name for name, there in names.items() if bare.startswith(f"{there}-")]
        both = [name for name in longer if name in slips]
        for found in (both, list(dict.fromkeys(longer + parts)), slips, shorter):
            if found:
                return found[:MOST]
    allowed = min(len(bare) // 3, 3)
    least = min(distances.values(), default=0)
    return [name for name, number in distances.items() if number == least <= allowed][:1]


def distance(one: str, other: str) -> int:
    """How many letters must be changed, added, taken away or exchanged with their neighbour to come from one word to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
