"""`memory search --context all`: every project's store that this user's key opens."""

from __future__ import annotations

import os

from hooks_cli.errors import HooksError
from hooks_cli.features.projects import known_projects
from hooks_cli.features.search.search import Request, Result, search_store
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment


def others(environment: Environment) -> list[Environment]:
    """An environment for each other project that has a store in the user's data directory, by name."""
    present = os.path.realpath(environment.places.store_path)
    known = [project for project in known_projects(environment) if os.path.realpath(project.store) != present]
    return [environment.in_project(project.stem, project.path) for project in known]


def search_all(store: EmbeddedStore | None, environment: Environment, request: Request) -> Result:
    """Search this project's store (None: there is none yet) and all others; the best results first, whichever store they are in."""
    limit, offset = request.limit, request.offset
    request.limit, request.offset = limit + offset, 0
    results = [search_store(store, environment, request)] if store is not None else []
    notes = []
    for other in others(environment):
        try:
            opened = open_store(other, create=False)
        except HooksError as error:
            notes.append(f"project {other.project.name} was left out: {error}")
            continue
        try:
            results.append(search_store(opened, other, request))
        finally:
            opened.close()
    hits = [hit for result in results for hit in result.hits]
    hits.sort(key=lambda hit: -hit.entry.at if request.recent else (-hit.rank, -hit.entry.at))
    notes = list(dict.fromkeys([note for result in results for note in result.notes] + notes))
    total = sum(result.total for result in results) if request.counted else -1
    matched = results[0].matched if results else "nothing"
    found = Result(hits[offset : offset + limit], total if hits else 0, matched, notes)
    for result in results:
        found.replaced.update(result.replaced)
    unknown = [set(result.unknown) for result in results]
    found.unknown = sorted(set.intersection(*unknown)) if unknown else []
    return found
