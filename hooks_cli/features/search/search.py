"""`memory search`: takes words and filters, returns ranked results with snippets."""

from __future__ import annotations

from hooks_cli.errors import ExtraMissing
from hooks_cli.features.attribution import current_session
from hooks_cli.features.entries.read import Found
from hooks_cli.features.search.query import EVERYTHING, Query, understand
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
    patterns    globs that the address must match besides: --pattern, or typed among the words
    min_score   results below it are left out; a score is the share of the query that an entry has, from 0 to 1
    any         also entries whose share of the query is too small for an answer
    recent      the newest first instead of the best first
    counted     the exact number of all matches is wanted
    """

    __slots__ = (
        "agent", "any", "counted", "expired", "facts", "globs", "kind", "limit", "min_confidence", "min_score", "offset", "patterns",
        "recent", "semantic", "session", "since", "tags", "text", "until",
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
        self.patterns: list[str] = []
        self.min_score = 0.0
        self.any = False
        self.recent = False
        self.counted = False
        self.semantic = ""


class Hit:
    """One result. `score` is the share of the query that it has, from 0 to 1, `coverage` the share by words where meaning counts too, and
    `words` the words that it has; `rank` orders the results of one search, more is better; `snippet` has word_index.HIT_BEGINS and
    HIT_ENDS around what was found."""

    __slots__ = ("coverage", "entry", "project", "rank", "score", "snippet", "words")

    def __init__(self, entry: Entry, rank: float, score: float, snippet: str, project: str) -> None:
        self.entry = entry
        self.rank = rank
        self.score = score
        self.snippet = snippet
        self.project = project
        self.coverage = score
        self.words: list[str] = []


class Scored:
    """An entry that was found: its revision, its rank (BM25, more is better), its share of the query, and which of the words it has (as
    places). `coverage` is the share by words alone where meaning counts too."""

    __slots__ = ("coverage", "rank", "revision", "share", "words")

    def __init__(self, revision: int, rank: float, share: float, words: list[int]) -> None:
        self.revision = revision
        self.rank = rank
        self.share = share
        self.coverage = share
        self.words = words


class Result:
    """What was found.

    total      how many entries are answers, -1 when they were not counted
    matched    phrase, words, syntax, everything, nothing or meaning
    notes      lines for stderr
    replaced   words of the query that no entry has, and the words that they were taken for
    unknown    words of the query that no entry has, and that were taken for no other
    """

    __slots__ = ("hits", "matched", "notes", "replaced", "total", "unknown")

    def __init__(self, hits: list[Hit], total: int, matched: str, notes: list[str]) -> None:
        self.hits = hits
        self.total = total
        self.matched = matched
        self.notes = notes
        self.replaced: dict[str, str] = {}
        self.unknown: list[str] = []


def search_store(store: EmbeddedStore, environment: Environment, request: Request) -> Result:
    """Search one store."""
    query = understand(request.text)
    result = Result([], 0, query.kind, [])
    if query.spoilt:
        result.notes.append("the query is not valid search syntax and was taken as words")
    if query.cut:
        result.notes.append("only the first 64 words of the query were looked for")
    filters = filters_of(store, environment, request, query)
    if query.kind == "nothing":
        return result
    if query.kind == "everything":
        _everything(store, environment, request, filters, result)
    elif not request.semantic or not _by_meaning(store, environment, request, query, filters, result):
        found = find(store, environment, request, query, filters, result)
        page(store, environment, request, query, found, result)
    if not result.hits and not result.total:
        from hooks_cli.features.search import absent_fields

        absent_fields.tell(store, request.facts, result.notes)
    return result


def find(
    store: EmbeddedStore, environment: Environment, request: Request, query: Query, filters: Filters, result: Result
) -> list[Scored]:
    """The entries that answer a query, by words, the best first; fills in the result's total, notes and replaced words.

    Of a phrase or of query syntax no more than the request wants, or all that are ranked when a score is to be cut.
    """
    now = environment.now()
    if query.words:
        found = _several_words(store, request, query, filters, now, result)
    else:
        wanted = max(1, request.offset + request.limit)  # one at least, so that --limit 0 can tell whether there is any
        pairs = word_index.ranked(store, query.match, filters, now, wanted, recent=request.recent)
        found = [Scored(revision, -score, 1.0, []) for revision, score in pairs]
        result.total = word_index.count(store, query.match, filters, now) if request.counted and found else -1
        if result.total > word_index.RANKED and not request.recent:
            result.notes.append(
                f"{result.total} entries match; the newest {word_index.RANKED} of them were ranked. More words find better."
            )
        if not found:
            result.total = 0
            if query.kind == "phrase":
                from hooks_cli.features.search import typos

                typos.name_neighbour(store, query, result.notes)
    return found


def _several_words(
    store: EmbeddedStore, request: Request, query: Query, filters: Filters, now: int, result: Result
) -> list[Scored]:
    from hooks_cli.features.search import by_words

    weighed = by_words.weigh(store, query)
    if weighed.unknown and query.kind == "words":
        from hooks_cli.features.search import typos

        typos.replace(store, weighed, result)
    found = by_words.rank(store, weighed, filters, now)
    kept = found if request.any or query.kind == "syntax" else by_words.answers(found, len(weighed.words))
    kept = [one for one in kept if one.share >= request.min_score]
    if found and not kept:
        entries = "1 entry has" if len(found) == 1 else f"{len(found):,} entries have"
        result.notes.append(f"{entries} some of the words, none has enough of them; --any shows what there is")
    if request.recent:
        kept.sort(key=lambda one: -one.revision)
    result.total = len(kept)
    query.words = weighed.words
    return kept


def page(
    store: EmbeddedStore, environment: Environment, request: Request, query: Query, found: list[Scored], result: Result
) -> None:
    """Give the result the hits of the page that is asked for."""
    shown = found[request.offset : request.offset + request.limit]
    result.hits = hits_of(store, environment, query.shown, [(one.revision, one.rank, one.share) for one in shown])
    by_revision = {one.revision: one for one in shown}
    for hit in result.hits:
        one = by_revision[hit.entry.revision]
        hit.words, hit.coverage = [query.words[at].text for at in one.words], one.coverage
    if not query.words and query.match:
        for hit in result.hits:
            hit.words = [query.text] if hit.coverage else []


def _by_meaning(
    store: EmbeddedStore, environment: Environment, request: Request, query: Query, filters: Filters, result: Result
) -> bool:
    """Search by meaning; False, with a note, where the optional part is missing and words may do."""
    from hooks_cli.features.search import by_meaning

    try:
        by_meaning.search_store(store, environment, request, query, filters, result)
    except ExtraMissing as error:
        # Prompts write --semantic wherever they search; half of what was asked for is better than nothing, and is told.
        if request.semantic == "semantic":
            raise
        result.notes.append(f"searched by words alone: {str(error)[:1].lower()}{str(error)[1:]} {error.hint_text}")
        return False
    return True


def filters_of(store: EmbeddedStore, environment: Environment, request: Request, query: Query | None = None) -> Filters:
    """The filters of a request, and the globs in its query, in the terms of one store."""
    filters = Filters()
    typed = query.globs if query is not None else []
    filters.patterns = [glob for glob in (*request.patterns, *typed) if glob not in EVERYTHING]
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
    store: EmbeddedStore, environment: Environment, request: Request, filters: Filters, result: Result
) -> None:
    now = environment.now()
    found = word_index.narrowed(store, filters, now, request.limit, request.offset, columns=SHORT_COLUMNS)
    shorten(store, found)
    result.total = word_index.count_narrowed(store, filters, now) if request.counted else -1
    if not found and result.total < 0:
        result.total = 0
    project = environment.project.name
    result.hits = [Hit(entry, 0.0, 1.0, word_index.searched_text(entry), project) for entry in found]


def hits_of(
    store: EmbeddedStore, environment: Environment, match: str, page: list[tuple[int, float, float]]
) -> list[Hit]:
    """The results of (revision, rank, score) triples, with their snippets."""
    entries = word_index.read(store, [revision for revision, _, _ in page]) if page else {}
    parts = word_index.snippets(store, match, list(entries.values())) if entries and match else {}
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


def outcome(wanted: str) -> tuple[str, str, str]:
    """The filter, one of a request's `facts`, on how something went: `wanted` is "success" or "failure"."""
    from hooks_cli.store.sqlite.rows.field_filters import HAS_OUTCOME, OUTCOME

    return OUTCOME, HAS_OUTCOME, wanted


def reindex(store: EmbeddedStore, advance: Callable[[int], None]) -> int:
    """Rebuild the word index in one transaction; returns the number of entries. `advance` hears of each."""
    with store.writing(local=True) as tx:
        return word_index.reindex(tx, advance)
