"""Gathers the most edited files for the report, in bounded memory whatever the size of the journal."""

from __future__ import annotations

from heapq import nlargest

from hooks_cli.features.report.model import FileRow
from hooks_cli.store.sqlite.reports import report_queries
from hooks_cli.text.sealed_marker import mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hooks_cli.store.sqlite.store import EmbeddedStore

# Files counted at once; where there are more, the rest waits for another reading of the journal.
AT_ONCE = 20_000
# Sessions, and agents, named for one file.
MOST_NAMES = 50


def files(store: EmbeddedStore, since: int, limit: int) -> tuple[list[FileRow], int, int]:
    """At most `limit` edited files, those edited most first (of those edited as often, the last edited first), and how many files and
    edits there are in all."""
    best, number, total = most_edited(lambda: report_queries.edited_paths(store, since), limit)
    return _rows(store, since, best), number, total


def most_edited(
    reading: Callable[[], Iterator[tuple[str, int]]], limit: int, at_once: int = AT_ONCE
) -> tuple[list[tuple[int, int, str]], int, int]:
    """The same as (edits, last, path). `reading` gives (path, at) of all edits, the newest first, as often as it is asked; no more than
    `at_once` paths are held."""
    best: list[tuple[int, int, str]] = []
    number = total = 0
    # A share is (remainder, divisor) of the hashes of paths. One that is too large is halved: one half is counted on, the other later.
    shares = [(0, 1)]
    while shares:
        remainder, divisor = shares.pop()
        counts: dict[str, list[int]] = {}
        for path, at in reading():
            if hash(path) % divisor != remainder:
                continue
            found = counts.get(path)
            if found is not None:
                found[0] += 1
                continue
            counts[path] = [1, at]  # the newest first: this is its last edit
            while len(counts) > at_once:
                shares.append((remainder + divisor, divisor * 2))
                divisor *= 2
                counts = {path: found for path, found in counts.items() if hash(path) % divisor == remainder}
        number += len(counts)
        total += sum(found[0] for found in counts.values())
        best = nlargest(limit, [*best, *((count, last, path) for path, (count, last) in counts.items())])
    return best, number, total


def _rows(store: EmbeddedStore, since: int, best: list[tuple[int, int, str]]) -> list[FileRow]:
    sessions: dict[str, set[str]] = {path: set() for _, _, path in best}
    agents: dict[str, set[str]] = {path: set() for _, _, path in best}
    first: dict[str, int] = {}
    for path, session, agent, at in report_queries.edits_of(store, since, sessions):
        first[path] = at
        for name, names in ((session, sessions[path]), (agent, agents[path])):
            if name and len(names) <= MOST_NAMES:
                names.add(name)
    return [
        FileRow(
            mask(path),
            count,
            sorted(sessions[path])[:MOST_NAMES],
            sorted(agents[path])[:MOST_NAMES],
            first.get(path, last),
            last,
            max(len(sessions[path]), len(agents[path])) > MOST_NAMES,
        )
        for count, last, path in best
    ]
