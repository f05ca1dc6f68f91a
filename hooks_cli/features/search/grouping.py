"""`--group-by`: counts the entries of a search or list by namespace, tag, day or field."""

from __future__ import annotations

from hooks_cli.features.search import search
from hooks_cli.features.search.query import understand
from hooks_cli.store.sqlite.search import word_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore


def groups(
    store: EmbeddedStore, environment: Environment, request: search.Request, field: str
) -> list[tuple[str | None, int]]:
    """(group, how many entries), the largest first; the entries are those that the search would count."""
    query = understand(request.text)
    filters = search.filters_of(store, environment, request, query)
    now = environment.now()
    if query.kind == "nothing":
        return []
    if query.words:
        found = search.find(store, environment, request, query, filters, search.Result([], 0, query.kind, []))
        return word_index.grouped(store, "", filters, now, field, [one.revision for one in found])
    return word_index.grouped(store, query.match, filters, now, field)
