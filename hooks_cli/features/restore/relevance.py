"""Finds what a task needs: the task's words, and the entries that have most of them."""

from __future__ import annotations

from hooks_cli.features.search.query import understand
from hooks_cli.features.search.search import Request, Result, find
from hooks_cli.store.sqlite.rows.entries import SHORT_COLUMNS
from hooks_cli.store.sqlite.rows.filters import Filters
from hooks_cli.store.sqlite.rows.lists import at_revisions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Entry
    from hooks_cli.store.sqlite.store import EmbeddedStore

# Of a task at most so many characters are looked for, and at most so many entries come first because of it.
TASK_CHARACTERS = 2_000
MOST = 12
# So much of the task's words, by rarity, an entry has at least.
LEAST_SHARE = 0.1
_SIGNS = frozenset("/_-.")


def words_alone(task: str) -> str:
    """The words of a task in lower case, without anything that a query could take for its syntax.

    >>> words_alone('Fix "NEAR(a, b)" in src/*.py: use base_delay!')
    'fix near a b in src/ .py use base_delay'
    """
    kept = "".join([c if c.isalnum() or c in _SIGNS else " " for c in task[:TASK_CHARACTERS].lower()])
    return " ".join(kept.split())


def needed(
    store: EmbeddedStore, environment: Environment, task: str, now: int, such: str
) -> tuple[list[Entry], list[str]]:
    """The entries that a task needs, the best first, and the words by which they were found. `such` is an SQL condition on them."""
    query = understand(words_alone(task))
    if query.kind not in ("words", "phrase"):
        return [], []
    request = Request(query.text, MOST * 4)
    request.any = True
    found = find(store, environment, request, query, Filters(), Result([], 0, query.kind, []))
    likely = [one.revision for one in found if one.share >= LEAST_SHARE][: MOST * 4]
    by_revision = {entry.revision: entry for entry in at_revisions(store, likely, now, SHORT_COLUMNS, such)}
    words = [word.replaced or word.text.lower() for word in query.words if not word.common] or [query.text]
    return [by_revision[revision] for revision in likely if revision in by_revision][:MOST], words
