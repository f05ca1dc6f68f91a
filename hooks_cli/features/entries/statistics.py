"""Counts and sizes for `memory stats`, `memory status` and `hooks metrics`. Without a store all are 0."""

from __future__ import annotations

import os

from hooks_cli.store.sqlite.reports import statistics as counted
from hooks_cli.store.sqlite.rows import lists
from hooks_cli.text.units import to_iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore

MOST_NAMESPACES = 20


def of_memory(
    store: EmbeddedStore | None,
    now: int,
    pattern: str = "*",
    *,
    detailed: bool = False,
    top: int = 0,
    since: int | None = None,
) -> dict[str, Any]:
    """The figures of the entries that match; `detailed` adds their namespaces with sizes and the journal, `top` the addresses that
    were written most often, `since` (ms) what was written on each day."""
    if store is None:
        return {"total_entries": 0, "versions": 0, "namespaces": 0}
    found = counted.entry_figures(store, now, pattern)
    figures: dict[str, Any] = {"total_entries": found.pop("entries")}
    oldest, newest = found.pop("oldest"), found.pop("newest")
    figures |= {name: value for name, value in found.items() if value or name == "versions"}
    all_spaces = counted.namespaces(store, now, pattern)
    figures["namespaces"] = len(all_spaces)
    if oldest is not None and newest is not None:
        figures |= {"oldest": to_iso(oldest), "newest": to_iso(newest)}
    ordered = sorted(all_spaces.items(), key=lambda one: (-one[1][0], one[0]))
    spaces = [(name, number, size) for name, (number, size) in ordered[:MOST_NAMESPACES]]
    if detailed:
        figures["by_namespace"] = {name or "(none)": {"entries": n, "value_bytes": size} for name, n, size in spaces}
        figures |= of_size(store)
        figures["journal"] = of_journal(store)
    else:
        figures["by_namespace"] = {name or "(none)": n for name, n, _ in spaces}
    if top:
        figures["most_written"] = dict(counted.most_written(store, now, pattern, top))
    if since is not None:
        days = counted.per_day(store, since, pattern)
        figures["by_day"] = {day: {"versions": versions, "events": events} for day, versions, events in days}
    return figures


def of_size(store: EmbeddedStore) -> dict[str, Any]:
    """The store's size: its pages, the file and its write-ahead log, in bytes."""
    found = counted.size_figures(store)
    log = 0
    try:
        log = os.stat(store.path + "-wal").st_size
    except OSError:
        pass
    return {
        "revision": found["revision"],
        "format": found["format"],
        "created_at": to_iso(found["created_at"]),
        "store_bytes": found["bytes"],
        "log_bytes": log,
    }


def of_journal(store: EmbeddedStore, since: int = 0, agent: str = "") -> dict[str, Any]:
    """Events, sessions and tasks since a time in ms; what is 0 is left out."""
    found = counted.journal_figures(store, since, agent)
    newest = found.pop("newest_event")
    figures: dict[str, Any] = {name: value for name, value in found.items() if value or name == "events"}
    if newest is not None:
        figures["newest_event"] = to_iso(newest)
    return figures


def of_hooks(store: EmbeddedStore | None, now: int, since: int = 0, agent: str = "") -> dict[str, Any]:
    """What the hooks did: events by verb, how tasks and commands ended, and how many entries there are; for one agent or ("") all."""
    if store is None:
        return {"total_entries": 0, "events": 0}
    figures: dict[str, Any] = {"total_entries": lists.count(store, "*", now)}
    figures |= of_journal(store, since, agent)
    commands = counted.commands_by_outcome(store, since, agent)
    if commands:
        figures["commands"] = commands
    figures["by_verb"] = counted.events_by_verb(store, since, agent)
    return figures


def health(store: EmbeddedStore | None, environment: Environment) -> dict[str, Any]:
    """The short answer to "is the memory all right": where it lies, how it is closed, what it holds."""
    facts: dict[str, Any] = {"project": environment.project.root, "store": environment.places.store_path}
    if store is None:
        return {"status": "empty", **facts, "total_entries": 0}
    encrypted = environment.settings.get("memory.security.encrypt_at_rest") is not False
    figures = counted.entry_figures(store, environment.now())
    newest = figures["newest"]
    facts |= {"encrypted": encrypted, "key": store.key.source if encrypted else None, **of_size(store)}
    facts |= {"total_entries": figures["entries"], "versions": figures["versions"]}
    facts["last_write"] = to_iso(newest) if newest is not None else None
    waiting = 0
    try:
        waiting = len(os.listdir(environment.places.queue_dir))
    except OSError:
        pass
    if waiting:
        facts["queued_calls"] = waiting
    return {"status": "ok", **facts}


def by_writer(store: EmbeddedStore, pattern: str, column: str, limit: int) -> list[tuple[str, int]]:
    """(session or agent, versions that it wrote), those that wrote most first; `column` is "session" or "agent"."""
    from hooks_cli.store.sqlite.reports import overview

    return overview.by_writer(store, pattern, column, limit)


def namespaces(store: EmbeddedStore, now: int, pattern: str) -> dict[str, tuple[int, int]]:
    """First segment -> (entries, bytes of their values); "" for addresses of one segment."""
    return counted.namespaces(store, now, pattern)
