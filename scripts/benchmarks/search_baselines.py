"""What `scripts/bench search-quality` compares with: SQLite's FTS5 as anyone would use it, and the package rank_bm25.

Both get address, tags and text as they are stored, and the query's words without stop words, any of which will do.
"""

from __future__ import annotations

from collections.abc import Callable

import apsw

from scripts.benchmarks.search_sets import Document

Ranking = Callable[[str, int], list[str]]

COMMON = (
    "a about after all also an and any are as at be because been before but by can could did do does doing each for from had has have "
    "how i if in into is it its just me my no not of on only or other our out over own same should so some such than that the their "
    "them then there these they this those through to too under until up very was we were what when where which while who why will "
    "with would you your"
)
STOP_WORDS = frozenset(COMMON.split())


def words(text: str) -> list[str]:
    """The words in lower case: letters and digits; everything else parts them."""
    return "".join([c if c.isalnum() else " " for c in text.lower()]).split()


def asked_words(text: str) -> list[str]:
    """The words of a query without stop words; all of them when nothing else is left."""
    found = list(dict.fromkeys(words(text)))
    return [word for word in found if word not in STOP_WORDS] or found


def fts5(documents: list[Document]) -> Ranking:
    """FTS5, tokenizer porter, three columns of equal weight, `w1 OR w2 OR …`, ordered by rank."""
    database = apsw.Connection(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(address, tags, body, tokenize='porter unicode61')")
    rows = [(at, d.key, " ".join(d.tags), d.text) for at, d in enumerate(documents)]
    with database:
        database.executemany("INSERT INTO t(rowid, address, tags, body) VALUES(?,?,?,?)", rows)

    def ranked(text: str, limit: int) -> list[str]:
        match = " OR ".join([f'"{word}"' for word in asked_words(text)])
        if not match:
            return []
        sql = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?"
        return [documents[row[0]].key for row in database.execute(sql, (match, limit))]

    return ranked


def rank_bm25(documents: list[Document]) -> Ranking | None:
    """BM25Okapi of rank_bm25 over the same words; None when it is not installed (extra `bench`)."""
    try:
        import numpy
        from rank_bm25 import BM25Okapi
    except ImportError:
        return None
    index = BM25Okapi([words(f"{d.key} {' '.join(d.tags)} {d.text}") for d in documents])

    def ranked(text: str, limit: int) -> list[str]:
        scores = index.get_scores(asked_words(text))
        best = numpy.argsort(-scores, kind="stable")[:limit]
        return [documents[at].key for at in best if scores[at] > 0]

    return ranked
