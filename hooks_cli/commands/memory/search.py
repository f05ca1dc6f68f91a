"""`memory search`: full-text search over addresses, tags, values and metadata, best matches first."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import output_file, point_in_time, shared
from hooks_cli.commands.options.filters import (
    NARROWING_OPTIONS,
    confidence,
    facts,
    globs,
    score,
    tags,
    times,
    words_of_filters,
)
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.features.search import results_view
from hooks_cli.features.search.search import Request, Result, outcome, search_store
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output.listing import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

DEFAULT_LIMIT = 10

# Of a query that found nothing, stderr repeats so much.
TOLD_CHARACTERS = 200
# What finds more than whole words do.
WIDER = "; word* finds what begins so, --semantic what means the same"

OUTCOME_OPTIONS = (
    Option(
        "only_failures",
        ("--only-failures", "--failures-only", "--failure-only"),
        "Only what says that it failed.",
        "switch",
    ),
    Option(
        "only_successes",
        ("--only-successes", "--successes-only", "--success-only"),
        "Only what says that it succeeded.",
        "switch",
    ),
)

VERB = Verb(
    "memory",
    "search",
    "Find entries by their words, the best matches first.",
    options=(
        shared.STORE_PATH,
        Option(
            "query_option",
            (
                "--query",
                "-q",
                "--text",
                "--search",
                "--content-contains",
                "--full-text",
                "--value-search",
            ),
            "The text to search for, besides or instead of the arguments.",
            metavar="TEXT",
        ),
        Option(
            "pattern",
            ("--pattern",),
            "A glob that the address must match (with *, ? or [); without them the same as --query.",
            metavar="GLOB",
        ),
        Option(
            "any",
            ("--any",),
            "Also entries that have too little of the query to be an answer.",
            "switch",
        ),
        *OUTCOME_OPTIONS,
        Option(
            "context",
            ("--context",),
            "session: only what the current session wrote; all: every project's store that your key opens.",
            "optional",
            metavar="session|project|all",
        ),
        *NARROWING_OPTIONS,
        shared.limit(f"At most this many ({DEFAULT_LIMIT}).", "--k", "--top-k", "--top", "--max-results", "--max"),
        shared.offset(),
        *output_file.READING_OPTIONS,
        Option(
            "sort_order",
            ("--order", "--sort-order"),
            "desc is the usual; asc turns the results round.",
            "choice",
            choices=("asc", "desc"),
        ),
        Option(
            "project",
            ("--project", "-p"),
            "current, all (as --context), or another project by its name; else entries with this metadata field.",
            metavar="NAME",
        ),
        point_in_time.REFUSED_OPTION,
        Option(
            "min_score",
            ("--min-score", "--score", "--threshold", "--min-similarity", "--similarity-threshold", "--min-relevance"),
            "Leave out results below this score, the share of the query that they have.",
            metavar="0…1",
        ),
        Option("recent", ("--recent",), "The newest first instead of the best first.", "switch"),
        Option(
            "sort_by",
            ("--sort-by", "--sort", "--order-by"),
            "relevance, or a time (updated, created, timestamp) for the newest first.",
            metavar="WORD",
        ),
        shared.count_only("Print only how many entries match."),
        Option("stats", ("--stats",), "Also say on standard error how many match, of how many there are.", "switch"),
        Option(
            "method",
            ("--method", "--search-type", "-t"),
            "How to compare: keyword by words, semantic by meaning, hybrid by both (needs hooks-cli[semantic]).",
            "choice",
            choices=("keyword", "fulltext", "semantic", "hybrid"),
        ),
        Option(
            "redact",
            ("--redact",),
            "Sealed values are always masked; for prompts that ask for it.",
            "switch",
            hidden=True,
        ),
        Option(
            "semantic",
            ("--semantic", "--vector-search"),
            "The same as --method hybrid; by words alone, with a note, where that part is missing.",
            "switch",
        ),
    ),
    positionals=(Positional("words", "What to look for.", many=True),),
    examples=(
        'claude-flow memory search "authentication" --context project',
        'claude-flow memory search "db_failover OR network_partition" --namespace swarm/chaos --limit 5',
        'claude-flow memory search "how do we retry transient errors" --semantic',
    ),
    details=(
        'A query may use "phrases", prefix*, AND, OR, NOT, NEAR(a b, 5), parentheses, and address: tags: body: '
        "before a word. Other text is a list of words: entries with all of them, or, if there are none, with any "
        "of them. Matches in addresses and tags rank higher than in values. One line for each result: address, "
        "score (the best is 1.00), and the part of the text with the **hits**."
    ),
    aliases=("query", "find"),
    hot=True,
    strangers="narrow",
    actions=(),
)


def run(call: Call, environment: Environment) -> int:
    """Print the results, or write them to --output."""
    return output_file.answered(call, environment, _run)


def _run(call: Call, environment: Environment) -> int:
    """Print the results; none is an answer too: nothing on stdout, a line on stderr, 0."""
    if "project" in call.values:
        from hooks_cli.commands.options import other_project

        environment = other_project.apply(call, environment)
    request = request_of(call, environment)
    store = store_access.for_reading(environment)
    if call.text("group_by"):
        from hooks_cli.commands.memory import _group_by

        return _group_by.answer(call, environment, store, request)
    everywhere = _context(call) == "all"
    if everywhere:
        from hooks_cli.features.search.all_projects import search_all

        result = search_all(store, environment, request)
    elif store is None:
        result = Result([], 0, "nothing", [])
    else:
        result = search_store(store, environment, request)
    _tell(call, environment, request, result, everywhere)
    return 0


def _context(call: Call) -> str:
    """session, project or all. Raises UsageError (64)."""
    given = call.text("context").lower()
    project = call.text("project").lower()
    if given not in ("", "session", "project", "all") or project not in ("", "current", ".", "all"):
        flag, word = ("--context", call.text("context")) if given else ("--project", call.text("project"))
        raise UsageError(f"{call.verb.title} {flag} takes one of session, project, all; {word!r} is not.")
    return given or ("all" if project == "all" else "project")


def newest_first(call: Call) -> bool:
    """Whether --sort-by asks for it. Raises UsageError (64) for an order that a search cannot have."""
    word = call.text("sort_by").lower().replace("_", "").partition(":")[0]
    if word in ("", "relevance", "score", "rank", "similarity", "confidence"):
        return False
    if word in (
        "updated",
        "updatedat",
        "created",
        "createdat",
        "timestamp",
        "time",
        "date",
        "recent",
        "recency",
        "newest",
    ):
        return True
    raise UsageError(
        f"{call.verb.title} --sort-by {word!r} is not an order of a search.", hint="Write relevance or updated."
    )


def request_of(call: Call, environment: Environment) -> Request:
    """What a call asks for. Raises MissingArgument or UsageError (64)."""
    point_in_time.refuse(call, "the word index holds only what there is now")
    since, until = times(call, environment)
    pattern = call.text("pattern")
    is_glob = any(c in pattern for c in "*?[")
    typed = (call.text("query_option"), "" if is_glob else pattern, *call.words("words"), *words_of_filters(call))
    text = " ".join([word for word in typed if word])
    narrowed = [name for name in call.values if name not in ("output_format", "json", "method", "semantic")]
    if not text.strip() and not narrowed and not call.strange:
        raise MissingArgument(verb=call.verb.title, what="something to look for: memory search TEXT")
    request = Request(text, call.number("limit", DEFAULT_LIMIT))
    request.offset = output_file.offset(call, request.limit)
    request.globs = globs(call)
    request.tags = tags(call)
    request.session = "current" if _context(call) == "session" else call.text("session")
    request.agent, request.kind = call.text("agent"), call.text("kind")
    request.since, request.until = since, until
    request.facts, request.min_confidence = [*facts(call, environment), *outcomes(call)], confidence(call)
    request.patterns = [pattern] if is_glob else []
    request.any = call.flag("any")
    request.expired = call.flag("expired")
    request.min_score = score(call)
    request.recent = call.flag("recent") or newest_first(call)
    request.counted = call.format == "json" or call.flag("count_only") or call.flag("stats")
    method = call.text("method") or ("hybrid" if call.flag("semantic") else "keyword")
    request.semantic = method if method in ("semantic", "hybrid") else ""
    if call.flag("count_only"):
        request.limit = 1
    return request


def outcomes(call: Call) -> list[tuple[str, str, str]]:
    """The filter that --only-failures and --only-successes ask for. Raises UsageError (64) for both."""
    failures, successes = call.flag("only_failures"), call.flag("only_successes")
    if failures and successes:
        raise UsageError(f"{call.verb.title}: --only-failures and --only-successes exclude each other.")
    if not (failures or successes):
        return []
    return [outcome("failure" if failures else "success")]


def _tell(call: Call, environment: Environment, request: Request, result: Result, everywhere: bool) -> None:
    if call.flag("count_only"):
        environment.out(f"{max(result.total, 0)}\n")
        return
    if call.text("sort_order") == "asc":
        result.hits.reverse()
    if call.format == "json":
        environment.out(results_view.as_json(request.text, result, request.offset))
    elif call.format == "ndjson":
        environment.out(results_view.as_lines(result))
    elif call.flag("keys_only"):
        environment.out("".join([f"{one_line(hit.entry.address, 1024)}\n" for hit in result.hits]))
    else:
        environment.out(results_view.lines(result, colour=environment.streams.colour, projects=everywhere))
    if call.flag("stats"):
        environment.err(f"hooks-cli: {max(result.total, 0)} entries match; {len(result.hits)} are shown")
    for note in result.notes:
        environment.err(f"hooks-cli: {note}")
    if result.hits:
        return
    if result.total:
        some = result.total if result.total > 0 else "entries were"
        environment.err(f"hooks-cli: {some} found; --limit and --offset leave none of them")
    else:
        about = request.text if len(request.text) <= TOLD_CHARACTERS else request.text[:TOLD_CHARACTERS] + "…"
        found = f"nothing found for {about!r}" if about.strip() else "nothing found"
        wider = about.strip() and "*" not in about and not request.semantic
        environment.err(f"hooks-cli: {found}{WIDER if wider else ''}")
