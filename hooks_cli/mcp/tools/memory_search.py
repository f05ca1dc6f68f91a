"""Searches for the memory's tools: by words, or by a glob of addresses; and what all lists of entries share."""

from __future__ import annotations

from hooks_cli.features.entries import read
from hooks_cli.mcp.tools import answers
from hooks_cli.model import address as addresses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.features.entries.read import Found
    from hooks_cli.features.search.search import Hit
    from hooks_cli.mcp.tools.tool import Answer, Request

DEFAULT_LIMIT = 20
MOST_LISTED = 500


def tell_unknown(request: Request) -> None:
    """Name the arguments that have no effect."""
    if request.unknown:
        request.note(f"no effect on {request.tool.name}: {', '.join(sorted(request.unknown))[:200]}")


def limit_of(request: Request) -> int:
    """How many entries are wanted."""
    return request.count("limit", DEFAULT_LIMIT, MOST_LISTED)


def entries_answer(request: Request, fields: Answer, found: Found, name: str) -> Answer:
    """`fields` with the entries that were found, as many as fit."""
    limit = limit_of(request)
    shown, more = found.entries[:limit], len(found.entries) > limit
    fields["untrusted"] = True
    return answers.with_items(
        fields, name, shown, answers.listed, request.count("offset", 0, 10**9), more, request.tool.name
    )


def search(request: Request) -> Answer:
    """Find entries by their words, or by a glob of their addresses."""
    tell_unknown(request)
    asked = request.text("pattern") or request.text("value") or request.text("key")
    if not asked.strip():
        request.needed("pattern")
    namespace = request.text("namespace")
    fields: Answer = {"success": True, "action": "search", "pattern": asked, "namespace": namespace, "untrusted": True}
    if request.store is None:
        return {**fields, "results": [], "count": 0, "truncated": False}
    if addresses.is_glob(asked) and not any(c.isspace() for c in asked) and "/" in asked + namespace:
        offset = request.count("offset", 0, 10**9)
        now = request.environment.now()
        found = read.recall(
            request.store, addresses.join(namespace, asked), now, limit_of(request) + 1, offset, short=True
        )
        if found.entries or offset:
            return entries_answer(request, {**fields, "matched": "addresses"}, found, "results")
        request.note("no address fits the glob; its words were searched for")
        asked = " ".join("".join([c if c.isalnum() else " " for c in asked]).split())
    return _by_words(request, fields, asked)


def _by_words(request: Request, fields: Answer, words: str) -> Answer:
    from hooks_cli.features.search import search as searching

    limit, offset = limit_of(request), request.count("offset", 0, 10**9)
    wanted = searching.Request(words, limit + 1)
    wanted.offset = offset
    namespace = request.text("namespace")
    if namespace:
        wanted.globs = [addresses.under(namespace)]
    threshold = request.given.get("threshold")
    if isinstance(threshold, int | float):
        wanted.min_score = float(threshold)
    found = searching.search_store(request.open_store, request.environment, wanted)
    for note in found.notes:
        request.note(note)
    fields["matched"] = found.matched
    return answers.with_items(
        fields, "results", found.hits[:limit], _hit, offset, len(found.hits) > limit, request.tool.name
    )


def _hit(hit: Hit) -> Answer:
    from hooks_cli.features.search.results_view import marked

    fields = answers.listed(hit.entry)
    del fields["value"]
    fields.pop("cut", None)
    return {**fields, "score": round(hit.score, 4), "snippet": marked(hit.snippet)}
