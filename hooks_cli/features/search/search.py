"""`memory search`: takes words and filters, returns ranked results with snippets."""

from __future__ import annotations

from hooks_cli.errors import ExtraMissing
from hooks_cli.features.attribution import current_session
from hooks_cli.features.entries.read import Found
from hooks_cli.features.search.query import Query, understand
from hooks_cli.store.sqlite.rows import journal
from hooks_cli.store.sqlite.rows.entries import SHORT_COLUMNS, shorten
from hooks_cli.store.sqlite.rows.filters import Filters
from hooks_cli.store.sqlite.search import word_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Entry
    from hooks_cli.store.sqlite.store import EmbeddedStore

LATEST = ("latest", "last", "newest")


class Request:
    """What is asked for.

    text        the query as it was typed; `session` a session's name, "latest", or "current" for the caller's own
    globs, tags, agent, kind, since, until, facts, min_confidence   see store.filters.Filters
    limit, offset     how many results, after how many
    min_score   results below it are left out; scores are between 0 and 1, the best result's is 1
    recent      the newest first instead of the best first
    counted     the exact number of all matches is wanted
    """

    __slots__ = (
        "agent", "counted", "expired", "facts", "globs", "kind", "limit", "min_confidence", "min_score", "offset", "recent", "semantic",
        "session", "since", "tags", "text", "until",
    )  # fmt: skip

    def __init__(self, text: str, limit: int) -> None:
        self.text = text
        self.limit = limit
        self.offset = 0
        self.session = ""
        self.globs: list[str] = []
        self.tags: list[list[str]] = []
        self.agent = ""
        self.kind = ""
        self.since: int | None = None
        self.until: int | None = None
        self.facts: list[tuple[str, str, str]] = []
        self.min_confidence: float | None = None
        self.expired = False
        self.min_score = 0.0
        self.recent = False
        self.counted = False
        self.semantic = ""


class Hit:
    """One result. `score` is between 0 and 1; `snippet` has search.HIT_BEGINS and HIT_ENDS around what was found."""

    __slots__ = ("entry", "project", "rank", "score", "snippet")

    def __init__(self, entry: Entry, rank: float, score: float, snippet: str, project: str) -> None:
        self.entry = entry
        self.rank = rank
        self.score = score
        self.snippet = snippet
        self.project = project


class Result:
    """What was found. `total` is -1 when it was not counted; `matched` all, any, syntax, everything or nothing; `notes` for stderr."""

    __slots__ = ("hits", "matched", "notes", "total")

    def __init__(self, hits: list[Hit], total: int, matched: str, notes: list[str]) -> None:
        self.hits = hits
        self.total = total
        self.matched = matched
        self.notes = notes


def search_store(store: EmbeddedStore, environment: Environment, request: Request) -> Result:
    """Search one store."""
    query = understand(request.text)
    notes = []
    if query.spoilt:
        notes.append("the query is not valid search syntax and was taken as words")
    if query.cut:
        notes.append("only the first 64 words of the query were looked for")
    filters = filters_of(store, environment, request)
    if query.kind == "nothing":
        return Result([], 0, "nothing", notes)
    if query.kind == "everything":
        return _everything(store, environment, request, filters, notes)
    if request.semantic:
        from hooks_cli.features.search import by_meaning

        try:
            return by_meaning.search_store(store, environment, request, query, filters, notes)
        except ExtraMissing as error:
            # Prompts write --semantic wherever they search; half of what was asked for is better than nothing, and is told.
            if request.semantic == "semantic":
                raise
            notes.append(f"searched by words alone: {str(error)[:1].lower()}{str(error)[1:]} {error.hint_text}")
    match, pairs, matched = by_words(store, environment, request, query, filters)
    if matched == "any" and pairs:
        notes.append("no entry has all the words; these have some of them")
    best = min([rank for _, rank in pairs], default=0.0)
    scored = [(revision, rank, rank / best if best else 1.0) for revision, rank in pairs]
    if request.min_score:
        scored = [one for one in scored if one[2] >= request.min_score]
        total = len(scored)
    else:
        total = word_index.count(store, match, filters, environment.now()) if request.counted and pairs else -1
    if total > word_index.RANKED:
        notes.append(
            f"{total} entries match; the newest {word_index.RANKED} of them were ranked. More words find better."
        )
    page = scored[request.offset : request.offset + request.limit]
    hits = hits_of(store, environment, match, page)
    return Result(hits, total if total >= 0 or pairs else 0, matched, notes)


def by_words(
    store: EmbeddedStore, environment: Environment, request: Request, query: Query, filters: Filters
) -> tuple[str, list[tuple[int, float]], str]:
    """The expression that found something, the (revision, rank) it found, and which one it was: all, any or syntax."""
    # One at least, so that --limit 0 can tell whether there is any.
    wanted = word_index.RANKED if request.min_score else max(1, request.offset + request.limit)
    now = environment.now()
    pairs = word_index.ranked(store, query.match, filters, now, wanted, recent=request.recent)
    if pairs or not query.terms:
        return query.match, pairs, "syntax" if query.kind == "syntax" else "all"
    match = word_index.any_of(store, query.terms)
    if not match:
        return query.match, [], "any"
    return match, word_index.ranked(store, match, filters, now, wanted, recent=request.recent), "any"


def filters_of(store: EmbeddedStore, environment: Environment, request: Request) -> Filters:
    """The filters of a request in the terms of one store."""
    filters = Filters()
    filters.globs = [] if "*" in request.globs else request.globs
    filters.tags = request.tags
    filters.agent, filters.kind = request.agent, request.kind
    filters.since, filters.until = request.since, request.until
    filters.facts, filters.min_confidence = request.facts, request.min_confidence
    filters.expired = request.expired
    if any(how == "matches" for _, how, _ in request.facts):
        from hooks_cli.store.sqlite.rows.field_filters import allow_patterns

        allow_patterns(store)
    if request.session:
        word = request.session.lower()
        if word == "current":
            session = current_session(store, environment)
        elif word in LATEST:
            session = journal.newest_session(store)
        else:
            session = journal.find_session(store, request.session)
        filters.session = session.id if session is not None else 0
    return filters


def _everything(
    store: EmbeddedStore, environment: Environment, request: Request, filters: Filters, notes: list[str]
) -> Result:
    now = environment.now()
    found = word_index.narrowed(store, filters, now, request.limit, request.offset, columns=SHORT_COLUMNS)
    shorten(store, found)
    total = word_index.count_narrowed(store, filters, now) if request.counted else -1
    project = environment.project.name
    hits = [Hit(entry, 0.0, 1.0, word_index.searched_text(entry), project) for entry in found]
    return Result(hits, total if total >= 0 or found else 0, "everything", notes)


def hits_of(
    store: EmbeddedStore, environment: Environment, match: str, page: list[tuple[int, float, float]]
) -> list[Hit]:
    """The results of (revision, rank, score) triples, with their snippets; rank is BM25, or a score by meaning."""
    entries = word_index.read(store, [revision for revision, _, _ in page]) if page else {}
    parts = word_index.snippets(store, match, list(entries.values())) if entries else {}
    project = environment.project.name
    return [
        Hit(entries[revision], rank, score, parts.get(revision) or word_index.searched_text(entries[revision]), project)
        for revision, rank, score in page
        if revision in entries
    ]


def list_entries(store: EmbeddedStore, environment: Environment, request: Request, order: str, *, short: bool) -> Found:
    """The entries that pass a request's filters, in an order of store.search.ORDERS; `total` is exact when it is to be counted.

    Long values are `short`ened as a list shows them, or left out, for `store.sqlite.rows.lists.each` to read one at a time.
    """
    now = environment.now()
    filters = filters_of(store, environment, request)
    found = word_index.narrowed(store, filters, now, request.limit + 1, request.offset, order, SHORT_COLUMNS)
    total = request.offset + len(found)
    if len(found) > request.limit and request.counted:
        total = word_index.count_narrowed(store, filters, now)
    found = found[: request.limit]
    if short:
        shorten(store, found)
    return Found(found, total, False)


def grouped(store: EmbeddedStore, match: str, filters: Filters, now: int, field: str) -> list[tuple[str | None, int]]:
    """(group, how many live entries), the largest first, of those that match ("" for all) and pass the filters."""
    return word_index.grouped(store, match, filters, now, field)


def reindex(store: EmbeddedStore, advance: Callable[[int], None]) -> int:
    """Make the word index anew in one transaction; returns the number of entries. `advance` hears of each."""
    with store.writing(local=True) as tx:
        return word_index.reindex(tx, advance)
