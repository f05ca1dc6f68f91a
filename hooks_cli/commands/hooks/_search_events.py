"""Shared implementation of `pre-search` and `post-search`: records what an agent searches for."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.features.journal.record import record
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

_SHARED = (
    Option("query", ("--query", "-q", "--pattern", "--search"), "The text to search for.", metavar="TEXT"),
    *shared.KEPT,
)
BEFORE = shared.with_entry_texts(
    (
        Option(
            "check_memory",
            ("--check-memory", "--load-memory", "--load-context"),
            "Print the entries of the memory that match, best first.",
            "switch",
        ),
        shared.limit("At most this many of them (5)."),
        *_SHARED,
    )
)
AFTER = shared.with_entry_texts(
    (
        Option("results", ("--results", "--result", "--output"), "What was found, or how many.", metavar="TEXT"),
        shared.success("Whether it was found."),
        *_SHARED,
    )
)
POSITIONALS = (Positional("query", "The text to search for, instead of --query."),)
DEFAULT_LIMIT = 5

VERBS = {
    "pre-search": Verb(
        "hooks",
        "pre-search",
        "Record a search; with --check-memory, print what the memory has on it.",
        options=BEFORE,
        positionals=POSITIONALS,
        examples=('npx claude-flow@alpha hooks pre-search --query "authentication" --check-memory',),
        hot=True,
    ),
    "post-search": Verb(
        "hooks",
        "post-search",
        "Record what a search found.",
        options=AFTER,
        positionals=POSITIONALS,
        examples=('npx claude-flow@alpha hooks post-search --query "authentication" --results 12',),
        hot=True,
    ),
}


def run(call: Call, environment: Environment) -> int:
    """Keep the search. With --check-memory: print what the memory has on it. Raises InvalidJson, InvalidAddress (65)."""
    _stdin_event.complete(call, environment, "query")
    store = store_access.for_hooks(environment)
    query, key = call.text("query"), call.text("memory_key")
    results = call.text("results")
    draft = _hook_call.draft(call, store, results or query)
    from hooks_cli.commands.hooks import _ended

    success, word = _ended.success(call, environment)
    fields: dict[str, object] = {
        "query": query,
        "results": results if draft is None or draft.value != results else None,
        "success": success,
        "word": word,
        "metadata": _hook_call.metadata_field(call, store, key),
    }
    recorded = record(store, environment, _hook_call.build(call, environment, fields, wanted="query", draft=draft))
    text = "" if recorded.written else f"Search recorded (revision {recorded.revision})\n"
    result: dict[str, object] = {"revision": recorded.revision}
    if query and call.flag("check_memory"):
        from hooks_cli.features.search import results_view
        from hooks_cli.features.search.search import Request, search_store

        found = search_store(store, environment, Request(query, max(1, call.integer("limit", DEFAULT_LIMIT))))
        result["known"] = [hit.entry.address for hit in found.hits]
        text += results_view.lines(found, colour=False, projects=False) or "Nothing in the memory matches.\n"
    _hook_call.say(call, environment, text, result, recorded.written)
    return 0
