"""Ranks entries for several words: the share of the query that each has, and the share that counts as a match.

**Share.** Each word weighs as much as it is rare; the share of an entry is the weight of the words that it has, of the weight of all. It
does not depend on what else is found, so that scripts can compare it.

**Order.** BM25 of the telling words, and a third of the BM25 of neighbouring words that stand near each other.
"""

from __future__ import annotations

from hooks_cli.features.search.search import Scored
from hooks_cli.store.sqlite.search import word_ranking
from hooks_cli.store.sqlite.search.word_index import RANKED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.features.search.query import Query, Word
    from hooks_cli.store.sqlite.rows.filters import Filters
    from hooks_cli.store.sqlite.store import EmbeddedStore

# The share of the query from which on an entry is an answer. Chosen on the development half of the question set
# (`scripts/bench search-quality`): recall at five loses 0.007, and 10 of 50 questions and prompts that nothing answers find something.
FLOOR = 0.25
# One word of several is an answer when it is at least so much of the query.
ALONE = 0.4
# From this number of entries on it is counted which words are frequent; in smaller stores a list says it.
COUNTED_FROM = 50
# A word in more entries than this is left out, a common English one (`COMMON_WORDS`) from `SPARED` on, if another word remains.
FREQUENT = 0.30
SPARED = 0.10
# Rarity is weighed as if there were at least this number of entries: in ten entries, one and two occurrences say the same.
LEAST_ENTRIES = 1_000
# What a word counts that was taken for another (a typo): less than one that was typed.
REPLACED = 0.8
NEAR_WEIGHT = 1 / 3
# What a common English word counts that few entries have: less than a word that names something.
COMMON_WEIGHT = 0.3


class Weighed:
    """The words of a query in one store, those left out excepted.

    words    each word, its weight (`weights`) and in how many entries it is (`counts`)
    wholes   identifiers as phrases, which help the order
    """

    __slots__ = ("counts", "pairs", "weights", "wholes", "words")

    def __init__(self, words: list[Word], weights: list[float], counts: list[int]) -> None:
        self.words = words
        self.weights = weights
        self.counts = counts
        self.wholes: list[str] = []
        self.pairs: list[tuple[int, int]] = []

    @property
    def unknown(self) -> list[Word]:
        """The words that no entry has."""
        return [word for word, count in zip(self.words, self.counts, strict=True) if not count]


def weigh(store: EmbeddedStore, query: Query) -> Weighed:
    """Count the words and leave out those that say nothing."""
    live, newest = word_ranking.size(store)
    counts = [word_ranking.frequency(store, word.match, newest) for word in query.words]
    kept = [at for at, word in enumerate(query.words) if not _says_nothing(word, counts[at], live)]
    if not kept:
        kept = list(range(len(query.words)))
    found = Weighed(
        [query.words[at] for at in kept],
        [weight(counts[at], live) * (COMMON_WEIGHT if query.words[at].common else 1.0) for at in kept],
        [counts[at] for at in kept],
    )
    found.wholes = query.wholes
    place = {at: new for new, at in enumerate(kept)}
    found.pairs = [(place[a], place[b]) for a, b in query.pairs if a in place and b in place]
    return found


def weight(count: int, live: int) -> float:
    """What a word counts that so many of the live entries have: BM25's inverse document frequency, never 0."""
    entries = max(live, LEAST_ENTRIES, count)
    return natural_logarithm(1 + (entries - count + 0.5) / (count + 0.5))


def natural_logarithm(x: float) -> float:
    """The logarithm of a number from 1 on, to seven digits. A hot command does not load `math` for it.

    >>> round(natural_logarithm(1000.0), 5)
    6.90776
    """
    halved = 0
    while x >= 2:
        x /= 2
        halved += 1
    y = (x - 1) / (x + 1)
    square = y * y
    series = 1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square * (1 / 9 + square / 11))))
    return halved * 0.6931471805599453 + 2 * y * series


def _says_nothing(word: Word, count: int, live: int) -> bool:
    if live < COUNTED_FROM:
        return word.common
    return count > FREQUENT * live or (word.common and not 0 < count < SPARED * live)


def rank(store: EmbeddedStore, weighed: Weighed, filters: Filters, now: int) -> list[Scored]:
    """Every entry that has one of the telling words and passes the filters, the best first; of very many the newest.

    What is ranked is bounded (`word_ranking`): entries with a rare word first, frequent words only add to those.
    """
    rare, frequent = _rare_and_frequent(weighed)
    if not rare:
        return []
    match = " OR ".join([weighed.words[at].match for at in rare])
    whole = f"{match} OR {' OR '.join(weighed.wholes)}" if weighed.wholes else match
    ranks = word_ranking.ranked(store, whole, filters, now)
    if not ranks:
        return []
    lowest = min(ranks)
    of_the_rare = dict(ranks)
    had: dict[int, list[int]] = {revision: [] for revision in ranks}
    for at, word in enumerate(weighed.words):
        if not weighed.counts[at]:
            continue
        if at in frequent and not word.common:
            # BM25 is a sum over the words, so that what this word adds is the difference.
            scores = word_ranking.scores(store, f"({whole}) AND {word.match}", lowest)
            for revision, score in scores.items():
                if revision in had:
                    had[revision].append(at)
                    ranks[revision] += score - of_the_rare[revision]
            continue
        expression = f"({match}) AND {word.match}" if at in frequent else word.match
        for revision in word_ranking.having(store, expression, lowest):
            if revision in had:
                had[revision].append(at)
    _add_nearness(store, weighed, set(rare), ranks, lowest)
    total = sum(weighed.weights) or 1.0
    found = [
        Scored(
            revision,
            ranks[revision],
            min(1.0, sum([weighed.weights[at] * _factor(weighed.words[at]) for at in words]) / total),
            words,
        )
        for revision, words in had.items()
        if words
    ]
    found.sort(key=lambda one: (-one.rank, -one.revision))
    return found


def _factor(word: Word) -> float:
    return REPLACED if word.replaced else 1.0


def _rare_and_frequent(weighed: Weighed) -> tuple[list[int], set[int]]:
    """The places of the words by which entries are found, rarest first and together in at most `RANKED` entries, and those of the rest.

    Common English words are no way to find an entry, unless they are much of the query.
    """
    known = [at for at, count in enumerate(weighed.counts) if count]
    quiet = {at for at in known if weighed.words[at].common}
    if sum([weighed.weights[at] for at in quiet]) >= ALONE * sum(weighed.weights):
        quiet = set()
    rare: list[int] = []
    together = 0
    for at in sorted(known, key=lambda at: weighed.counts[at]):
        together += weighed.counts[at]
        if at not in quiet and (not rare or together <= RANKED):
            rare.append(at)
    return rare, set(known) - set(rare)


def _add_nearness(store: EmbeddedStore, weighed: Weighed, rare: set[int], ranks: dict[int, float], lowest: int) -> None:
    pairs = [
        (weighed.words[a].match, weighed.words[b].match)
        for a, b in weighed.pairs
        if a in rare
        and b in rare
        and not (weighed.words[a].match.endswith("*") or weighed.words[b].match.endswith("*"))
    ]
    if pairs:
        for revision, score in word_ranking.near(store, pairs, lowest).items():
            if revision in ranks:
                ranks[revision] += NEAR_WEIGHT * score


def answers(found: list[Scored], asked: int) -> list[Scored]:
    """Those of the entries that are answers to a query of that many words; [] when none is.

    Some entry must have two words that make up `FLOOR`, two words counting half of their share, three two thirds and so on, or one that is
    `ALONE` of the query. Then each entry from `FLOOR` on is an answer.
    """
    if asked > 1 and not has_evidence(found):
        return []
    return [one for one in found if one.share >= FLOOR]


def has_evidence(found: list[Scored]) -> bool:
    """Whether one of the entries has enough of a query of several words to be an answer."""
    return any(_is_evidence(one) for one in found)


def _is_evidence(one: Scored) -> bool:
    number = len(one.words)
    if number < 2:
        return one.share >= ALONE
    return one.share * (number - 1) / number >= FLOOR
