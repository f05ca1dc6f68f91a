"""`session-restore`: binds the session and finds what its agent should know, most relevant first.

In this order: what was written in that session, newest first; then the addresses of each role whose name is a word of the session's
name (`hyper-tester-001` -> tester), from [restore.roles]; and when these give nothing, or no session is named, the whole project.
"""

from __future__ import annotations

import os

from hooks_cli.model import brief
from hooks_cli.model.entry import Entry, shown
from hooks_cli.operations.attribution import named_session
from hooks_cli.operations.recording import Occasion, Recorded, record_in
from hooks_cli.store import journal, listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.embedded import EmbeddedStore

LATEST = ("latest", "last", "newest")
# No entry takes less of the budget than this with its title, so more need not be read.
CHARACTERS_PER_ENTRY = 100


def bind(store: EmbeddedStore, environment: Environment, occasion: Occasion) -> Recorded:
    """Bind the calling processes to the session (`latest` is the newest one) and record the call."""
    with store.writing() as tx:
        if occasion.session_id.lower() in LATEST:
            newest = journal.newest_session(store)
            occasion.session_id = newest.name if newest is not None else ""
        begin = named_session(environment, occasion.session_id, occasion.event_session) is not None
        return record_in(tx, environment, occasion, begin=begin)


class Known:
    """What an agent should know: entries most relevant first, the scope in words, and whether there are more than these."""

    __slots__ = ("entries", "more", "scope")

    def __init__(self, entries: list[Entry], scope: str, more: bool) -> None:
        self.entries = entries
        self.scope = scope
        self.more = more


def known(store: EmbeddedStore, environment: Environment, session_name: str, now: int, max_chars: int) -> Known:
    """Find the entries for a session ("" for the whole project)."""
    limit = max(10, max_chars // CHARACTERS_PER_ENTRY)
    found: dict[str, Entry] = {}
    scopes = []
    session = journal.find_session(store, session_name) if session_name else None
    if session is not None:
        own = listing.of_session(store, session.id, now, limit + 1)
        if own:
            scopes.append("its own entries")
        for entry in own:
            found[entry.address] = entry
    for role, patterns in roles_of(environment, session_name):
        for pattern in patterns:
            for entry in listing.newest(store, pattern, now, limit + 1):
                found.setdefault(entry.address, entry)
                if role not in scopes:
                    scopes.append(role)
    if not found:
        for entry in _whole_project(store, now, limit + 1):
            found[entry.address] = entry
        scopes = ["the whole project, newest first"]
    scope = ", then ".join(
        [s if s in ("its own entries", scopes[0]) and " " in s else f"those for the role {s}" for s in scopes]
    )
    entries = list(found.values())
    return Known(entries[:limit], scope, len(entries) > limit)


def _whole_project(store: EmbeddedStore, now: int, limit: int) -> list[Entry]:
    """The newest entries. The figures that each session leaves at its end come last: they would push out what was meant to be read."""
    entries: list[Entry] = []
    figures: list[Entry] = []
    for page in range(5):
        found = listing.newest(store, "*", now, limit, page * limit)
        for entry in found:
            (figures if entry.event == "session-end" else entries).append(entry)
        if len(found) < limit or len(entries) >= limit:
            break
    return (entries + figures)[:limit]


def roles_of(environment: Environment, session_name: str) -> list[tuple[str, list[str]]]:
    """The roles whose name is a word of the session's name, with their address globs."""
    words = "".join([c if c.isalnum() else " " for c in session_name.lower()]).split()
    found = []
    for role, patterns in environment.settings.table("restore.roles").items():
        if role.lower() in words and isinstance(patterns, list):
            found.append((role, patterns))
    return found


def build_brief(
    store: EmbeddedStore, environment: Environment, session_name: str, now: int, max_chars: int
) -> tuple[brief.Brief, Known]:
    """The text for the agent's prompt within `max_chars` characters, and what it was made from."""
    what = known(store, environment, session_name, now, max_chars)
    items = [item_of(entry) for entry in what.entries]
    subject = brief.Subject(environment.project_name, now, session_name, what.scope)
    mark = brief.fresh_mark(items, os.urandom)
    return brief.build(subject, items, mark, budget=max_chars, more=what.more), what


def item_of(entry: Entry) -> brief.Item:
    """An entry as the brief takes it; a sealed value is only named."""
    return brief.Item(
        entry.address,
        entry.version,
        entry.revision,
        entry.at,
        shown(entry),
        metadata=entry.metadata,
        session=entry.session,
        agent=entry.agent,
        event=entry.event,
        source=None,
    )
