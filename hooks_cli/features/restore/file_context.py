"""Finds what an agent should know about a file before it edits it: `pre-edit --load-context`."""

from __future__ import annotations

import os

from hooks_cli.features.restore import brief
from hooks_cli.features.restore.restore import item_of, keyed_digest
from hooks_cli.store.sqlite.reports import file_history

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Entry
    from hooks_cli.store.sqlite.store import EmbeddedStore

MOST_ENTRIES = 20
MOST_CALLS = 5
CHARACTERS = 4_000


class Knowledge:
    """`entries` made of the file or naming it, `calls` that touched it (ms, verb, agent, session), and the `text` for a prompt."""

    __slots__ = ("calls", "entries", "text")

    def __init__(self, entries: list[Entry], calls: list[tuple[int, str, str | None, str | None]], text: str) -> None:
        self.entries = entries
        self.calls = calls
        self.text = text


def about(store: EmbeddedStore, environment: Environment, path: str) -> Knowledge:
    """What is known of the file at `path` (relative to the current directory), framed as data."""
    now = environment.now()
    names = names_of(environment, path)
    found: dict[str, Entry] = {}
    for entry in file_history.entries_of_file(store, names, now, MOST_ENTRIES):
        found[entry.address] = entry
    for entry in file_history.entries_that_name(store, names[-1], now, MOST_ENTRIES):
        found.setdefault(entry.address, entry)
    entries = list(found.values())[:MOST_ENTRIES]
    calls = file_history.calls_about_file(store, names, MOST_CALLS)
    text = ""
    if entries:
        items = [item_of(store, entry) for entry in entries]
        subject = brief.Subject(environment.project.name, now, "", f"about the file {names[-1]}")
        text = brief.build_unforgeable(subject, items, keyed_digest(store), budget=CHARACTERS).text
    return Knowledge(entries, calls, text)


def names_of(environment: Environment, path: str) -> list[str]:
    """The ways to name the file: as given, absolute, relative to the project; the shortest one that tells it apart last."""
    full = os.path.normpath(os.path.join(environment.cwd, path))
    root = environment.project.root.rstrip("/") + "/"
    inside = full[len(root) :] if full.startswith(root) else full
    return list(dict.fromkeys([path, full, "./" + inside, inside]))
