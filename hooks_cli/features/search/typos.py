"""Corrects query words that no entry has to the nearest word of the index: one letter more, less, changed, or two
swapped.

Replaced is a word of letters alone, of five or more, among several words. A token, a quoted text and a word with a digit, `_`, `/`, `.`
or `:` mean exactly what they say: there the neighbour is named, and nothing else.
"""

from __future__ import annotations

from hooks_cli.store.sqlite.search import vocabulary
from hooks_cli.store.sqlite.search.fts_syntax import written
from hooks_cli.text.identifiers import words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.features.search.by_words import Weighed
    from hooks_cli.features.search.query import Query
    from hooks_cli.features.search.search import Result
    from hooks_cli.store.sqlite.store import EmbeddedStore

SHORTEST, LONGEST = 5, 40
# No more words of one query are looked after.
MOST = 6
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"


def replace(store: EmbeddedStore, weighed: Weighed, result: Result) -> None:
    """Take each unknown word for its neighbour, where it has one, and say so; the words left are noted as unknown."""
    from hooks_cli.features.search.by_words import weight
    from hooks_cli.store.sqlite.search import word_ranking

    live, newest = word_ranking.size(store)
    for word in weighed.unknown:
        at = weighed.words.index(word)
        neighbour = ""
        if word.plain and len(result.replaced) < MOST:
            neighbour = nearest(store, word.text)
        if not neighbour:
            result.unknown.append(word.text)
            continue
        word.match, word.replaced = written(neighbour, False), neighbour
        weighed.counts[at] = word_ranking.frequency(store, word.match, newest)
        weighed.weights[at] = weight(weighed.counts[at], live)
        result.replaced[word.text] = neighbour
        result.notes.append(f"no entry has {word.text!r}; {neighbour!r} was looked for")


def name_neighbour(store: EmbeddedStore, query: Query, notes: list[str]) -> None:
    """Note what a token that was not found may have meant: `checkpoint_lop1` is near `checkpoint_loop1`."""
    from hooks_cli.store.sqlite.search import word_ranking

    parts = words_of(query.text)
    _, newest = word_ranking.size(store)
    changed = False
    for at, part in enumerate(parts[:MOST]):
        if not word_ranking.frequency(store, written(part, False), newest):
            neighbour = nearest(store, part)
            if not neighbour:
                return
            parts[at], changed = neighbour, True
    if not changed:
        return
    near = query.text
    for old, new in zip(words_of(query.text), parts, strict=True):
        near = near.replace(old, new, 1)
    notes.append(f"near it: {near}")


def nearest(store: EmbeddedStore, word: str) -> str:
    """The word of the index that is one edit away from a word that is not in it; "" when there is none.

    Of several the one that keeps the first letter, then one with two letters swapped, then the one that most entries have.
    """
    word = word.lower()
    if not SHORTEST <= len(word) <= LONGEST:
        return ""
    found = [
        (
            one.text[0] == word[0],
            sorted(one.text) == sorted(word),
            one.count,
            one.is_stem,
            len(one.text) == len(word),
            one.text,
        )
        for one in vocabulary.counted(store, edits(word))
        if one.count
    ]
    return max(found)[-1] if found else ""


def edits(word: str) -> list[str]:
    """Each word that is one edit away."""
    alphabet = "".join(dict.fromkeys(_LETTERS + "".join([c for c in word if c.isalpha()])))
    if any(c.isdigit() for c in word):
        alphabet += _DIGITS
    found: dict[str, None] = {}
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if len(tail) > 1:
            found[head + tail[1] + tail[0] + tail[2:]] = None
        if tail:
            found[head + tail[1:]] = None
            for c in alphabet:
                found[head + c + tail[1:]] = None
        for c in alphabet:
            found[head + c + tail] = None
    found.pop(word, None)
    return list(found)
