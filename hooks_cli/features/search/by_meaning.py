"""Search by meaning, alone or combined with words (`--semantic`; the extra hooks-cli[semantic]).

An entry is compared passage by passage and counts as its best passage. `hybrid` puts both ways together by relative score fusion: each
way's scores are stretched to run from 0 to 1 over what it found. Meaning weighs the less, the better the words cover the query.
"""

from __future__ import annotations

from hooks_cli.features.search import embedding, search
from hooks_cli.features.search.by_words import has_evidence
from hooks_cli.features.search.search import Scored
from hooks_cli.store.sqlite.search import vectors, word_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.search.query import Query
    from hooks_cli.model.entry import Entry
    from hooks_cli.store.sqlite.rows.filters import Filters
    from hooks_cli.store.sqlite.store import EmbeddedStore

# How much meaning counts in a fused score: max(LEAST, MOST - SLOPE * the best share of the words). Chosen on the development half of the
# question set (`scripts/bench search-quality`).
MOST, SLOPE, LEAST = 0.75, 0.6, 0.2
# Chosen there too: meaning is evidence from this cosine on, or where the words are (`by_words.has_evidence`), and then each entry with
# this fused score is an answer. Recall at five loses nothing, and 12 of 50 questions that nothing answers find something.
NEAR_ENOUGH = 0.4
FLOOR = 0.18
# How many of the nearest entries take part.
NEAREST = 200
PASSAGE_CHARACTERS = 800
MAX_PASSAGES = 16
# From this number of entries on, a line on stderr while they are read for the first time.
TELL_FROM = 5_000


def search_store(
    store: EmbeddedStore,
    environment: Environment,
    request: search.Request,
    query: Query,
    filters: Filters,
    result: search.Result,
) -> None:
    """Search one store by meaning (`request.semantic` is "semantic" or "hybrid") and fill in the result. Raises ExtraMissing (69)."""
    embedder = embedding.load()
    update(store, environment, embedder)
    near = nearest(store, embedder, query.text, filters, environment.now())
    found: list[Scored] = []
    if request.semantic == "hybrid":
        wider = search.Request(request.text, word_index.RANKED)
        wider.any = True
        found = search.find(store, environment, wider, query, filters, result)
    scored = fused(near, found)
    if not request.any:
        is_answered = (
            (query.kind != "words" and bool(found))
            or has_evidence(found)
            or max(near.values(), default=0.0) >= NEAR_ENOUGH
        )
        scored = [one for one in scored if one.share >= FLOOR] if is_answered else []
    kept = [one for one in scored if one.share >= request.min_score]
    kept.sort(key=lambda one: (-one.revision,) if request.recent else (-one.rank, -one.revision))
    result.total, result.matched = len(kept), f"{query.kind}+meaning" if found else "meaning"
    search.page(store, environment, request, query, kept, result)


def weight_of_meaning(found: list[Scored]) -> float:
    """How much meaning counts, the less the better the words are covered; 1 when no words were found."""
    return max(LEAST, MOST - SLOPE * max([one.share for one in found])) if found else 1.0


def fused(near: dict[int, float], found: list[Scored]) -> list[Scored]:
    """All entries of both ways. `rank` is the sum of both, each stretched to run from 0 to 1 over what it found; `share` is the same sum
    of the cosine and of the share of the words, so that it does not depend on what else was found."""
    weight = weight_of_meaning(found)
    words = {one.revision: one for one in found}
    stretched, ranks = _stretched(near), _stretched({one.revision: one.rank for one in found})
    scored = []
    for revision in dict.fromkeys([*near, *words]):
        by_words = words.get(revision)
        rank = weight * stretched.get(revision, 0.0) + (1 - weight) * ranks.get(revision, 0.0)
        share = weight * max(0.0, near.get(revision, 0.0)) + (1 - weight) * (by_words.share if by_words else 0.0)
        one = Scored(revision, rank, min(1.0, share), by_words.words if by_words else [])
        one.coverage = by_words.share if by_words else 0.0
        scored.append(one)
    return scored


def _stretched(scores: dict[int, float]) -> dict[int, float]:
    if not scores:
        return scores
    low, high = min(scores.values()), max(scores.values())
    if high == low:
        return dict.fromkeys(scores, 1.0)
    return {revision: (score - low) / (high - low) for revision, score in scores.items()}


def nearest(
    store: EmbeddedStore, embedder: embedding.Embedder, text: str, filters: Filters, now: int
) -> dict[int, float]:
    """The cosine of the nearest entries' best passages, by revision."""
    import numpy  # type: ignore[import-not-found,unused-ignore]

    revisions, data = [], []
    for revision, packed in vectors.each(store, filters, now):
        revisions.append(revision)
        data.append(packed)
    if not revisions:
        return {}
    scores = embedder.similarity(b"".join(data), embedder.embed([text])[0])
    found: dict[int, float] = {}
    for at in numpy.argsort(-scores)[: NEAREST * MAX_PASSAGES]:
        found.setdefault(revisions[at], float(scores[at]))
        if len(found) == NEAREST:
            break
    return found


def update(store: EmbeddedStore, environment: Environment, embedder: embedding.Embedder) -> int:
    """Make the vectors that are missing, some at a time so that writers get in between; how many entries that were."""
    vectors.prepare(store, embedding.MODEL)
    waiting = vectors.missing_count(store)
    if waiting >= TELL_FROM:
        environment.err(f"hooks-cli: reading {waiting:,} entries for search by meaning, once")
    done = 0
    while batch := vectors.missing(store, PASSAGE_CHARACTERS * MAX_PASSAGES):
        texts, places = [], []
        for entry in batch:
            for part, passage in enumerate(passages(entry)):
                texts.append(passage)
                places.append((entry.revision, part))
        packed = embedder.pack(embedder.embed(texts)) if texts else []
        rows: list[tuple[int, int, bytes | None]] = [
            (revision, part, data) for (revision, part), data in zip(places, packed, strict=True)
        ]
        rows.append((batch[-1].revision, -1, None))  # how far this went, also when the last entry has no text
        vectors.keep(store, embedding.MODEL, rows)
        done += len(batch)
        if len(batch) < vectors.BATCH:
            break
    return done


def passages(entry: Entry) -> list[str]:
    """What is compared of an entry: its address and tags as words before each piece of its text, broken at a space."""
    about = " ".join("".join([c if c.isalnum() else " " for c in f"{entry.address} {entry.tags or ''}"]).split())
    text = word_index.searched_text(entry)
    pieces: list[str] = []
    at = 0
    while at < len(text) and len(pieces) < MAX_PASSAGES:
        end = at + PASSAGE_CHARACTERS
        if end < len(text):
            space = text.rfind(" ", at + PASSAGE_CHARACTERS // 2, end)
            end = space if space > 0 else end
        pieces.append(f"{about}. {text[at:end]}")
        at = end
    return pieces or [about]
