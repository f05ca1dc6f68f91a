"""Word statistics for ranking: how many entries have each word, which have it, and BM25 over those with a rare one.

**Cost.** FTS5 takes about 0.05 µs to count an entry, 0.25 µs to name it and 1.3 µs to rank it. So frequent words are counted no further
than `COUNTED` entries and estimated from how far back these reach; only entries with one of the rarest words are ranked, at most `RANKED`
together; of the frequent words it is asked which of these entries have them, and what that adds to BM25.
"""

from __future__ import annotations

from hooks_cli.store.sqlite.search.word_index import RANKED, matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.rows.filters import Filters
    from hooks_cli.store.sqlite.store import EmbeddedStore

# A word is counted exactly up to here: more would cost more than a millisecond for ten words.
COUNTED = 2_000
# A pair of words near each other counts when it is found within this number of words. Chosen on the development half of the question set.
NEAR = 4


def size(store: EmbeddedStore) -> tuple[int, int]:
    """How many live entries there are, and the newest revision."""
    live, newest = store.query("SELECT live, revision FROM state")[0]
    return int(live), int(newest)


def frequency(store: EmbeddedStore, match: str, newest: int) -> int:
    """In how many entries a word is: exact up to `COUNTED`, beyond that estimated, taking entries to lie evenly up to `newest`."""
    number, lowest = store.query(
        "SELECT count(*), min(rowid) FROM (SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?)",
        (match, COUNTED),
    )[0]
    if number < COUNTED:
        return int(number)
    return int(number * newest / max(1, newest - lowest + 1))


def ranked(store: EmbeddedStore, match: str, filters: Filters, now: int) -> dict[int, float]:
    """The newest `RANKED` live entries that match and pass the filters, with their BM25 (more is better)."""
    source, params = matches(store, match, filters, now)
    sql = f"SELECT f.rowid, -f.rank {source} ORDER BY f.rowid DESC LIMIT {RANKED}"
    return dict(store.query(sql, params))


def scores(store: EmbeddedStore, match: str, lowest: int) -> dict[int, float]:
    """BM25 (more is better) of the entries, from a revision on, that match; not all of them are live."""
    return dict(store.query("SELECT rowid, -rank FROM search WHERE search MATCH ? AND rowid >= ?", (match, lowest)))


def near(store: EmbeddedStore, pairs: list[tuple[str, str]], lowest: int) -> dict[int, float]:
    """BM25 of pairs of words near each other, of entries from a revision on."""
    match = " OR ".join([f"NEAR({one} {other}, {NEAR})" for one, other in pairs])
    sql = "SELECT rowid, -rank FROM search WHERE search MATCH ? AND rowid >= ? ORDER BY rowid DESC LIMIT ?"
    return dict(store.query(sql, (match, lowest, RANKED)))


def having(store: EmbeddedStore, match: str, lowest: int) -> set[int]:
    """The entries, from a revision on, that match; not all of them are live."""
    return {
        row[0] for row in store.query("SELECT rowid FROM search WHERE search MATCH ? AND rowid >= ?", (match, lowest))
    }
