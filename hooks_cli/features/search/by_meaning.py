"""Search by meaning, alone or combined with words (`--semantic`; the extra hooks-cli[semantic]).

An entry is compared passage by passage and counts as its best passage. `hybrid` puts both ways together by relative score fusion: each
way's scores are stretched to run from 0 to 1 over what it found, and meaning weighs three quarters. `scripts/bench search-quality`
measures it.
"""

from __future__ import annotations

from hooks_cli.features.search import embedding, search
from hooks_cli.store.sqlite.search import vectors, word_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.search.query import Query
    from hooks_cli.model.entry import Entry
    from hooks_cli.store.sqlite.rows.filters import Filters
    from hooks_cli.store.sqlite.store import EmbeddedStore

# The share of meaning in a hybrid score: the customary value, not fitted to our questions.
MEANING_WEIGHT = 0.75
# How many of the nearest entries take part.
NEAREST = 200
PASSAGE_CHARACTERS = 800
MAX_PASSAGES = 16
# So many entries are worth a line on stderr while they are read for the first time.
TELL_FROM = 5_000


def search_store(
    store: EmbeddedStore,
    environment: Environment,
    request: search.Request,
    query: Query,
    filters: Filters,
    notes: list[str],
) -> search.Result:
    """Search one store by meaning (`request.semantic` is "semantic" or "hybrid"). Raises ExtraMissing (69)."""
    embedder = embedding.load()
    update(store, environment, embedder)
    near = nearest(store, embedder, request.text, filters, environment.now())
    match, matched = query.match, "meaning"
    pairs: list[tuple[int, float]] = []
    if request.semantic == "hybrid":
        wider = search.Request(request.text, word_index.RANKED)
        match, pairs, matched = search.by_words(store, environment, wider, query, filters)
    scored = fused(near, {revision: -rank for revision, rank in pairs}) if pairs else list(near.items())
    scored.sort(key=lambda one: (-one[1], -one[0]))
    if request.recent:
        scored.sort(key=lambda one: -one[0])
    best = max([score for _, score in scored], default=1.0) or 1.0
    kept = [(revision, score, max(score / best, 0.0)) for revision, score in scored]
    kept = [one for one in kept if one[2] >= request.min_score]
    hits = search.hits_of(store, environment, match, kept[request.offset : request.offset + request.limit])
    return search.Result(hits, len(kept), matched if not pairs else f"{matched}+meaning", notes)


def fused(near: dict[int, float], words: dict[int, float]) -> list[tuple[int, float]]:
    """(revision, score) of all that either way found; higher is better."""
    near, words = _stretched(near), _stretched(words)
    return [
        (revision, MEANING_WEIGHT * near.get(revision, 0.0) + (1 - MEANING_WEIGHT) * words.get(revision, 0.0))
        for revision in dict.fromkeys([*near, *words])
    ]


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
