"""`session-restore`: binds the session and selects the entries for its brief, most relevant first.

In this order: what was written in that session, newest first; then the addresses of each role whose name is a word of the session's
name (`hyper-tester-001` -> tester), from [restore.roles]; and when these give nothing, or no session is named, the whole project.
"""

from __future__ import annotations

import os

from hooks_cli.features.attribution import named_session
from hooks_cli.features.journal.file_capture import textless_source
from hooks_cli.features.journal.record import HookCall, Recorded, record_in, refused_draft
from hooks_cli.features.restore import brief
from hooks_cli.model.entry import Entry, shown
from hooks_cli.store.sqlite.rows import journal, lists
from hooks_cli.store.sqlite.rows.entries import SHORT_COLUMNS, beginning
from hooks_cli.store.sqlite.rows.lists import text_field
from hooks_cli.text.json_writer import Raw, object_text
from hooks_cli.text.units import moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore

LATEST = ("latest", "last", "newest")
# No entry takes less of the budget than this with its title, so more need not be read.
CHARACTERS_PER_ENTRY = 100


def bind(store: EmbeddedStore, environment: Environment, hook_call: HookCall) -> Recorded:
    """Bind the calling processes to the session (`latest` is the newest one) and record the call, with its entry. Raises as `record`."""
    refusal = refused_draft(store, environment, hook_call)
    with store.writing() as tx:
        if hook_call.caller.session_id.lower() in LATEST:
            newest = journal.newest_session(store)
            hook_call.caller.session_id = newest.name if newest is not None else ""
        named = named_session(store, environment, hook_call.caller.session_id, hook_call.caller.event_session)
        begin = named is not None
        recorded = record_in(tx, environment, hook_call, begin=begin)
    if refusal is not None:
        raise refusal
    return recorded


class Known:
    """What an agent should know: entries most relevant first, which these are in words, how many there are, whether at least."""

    __slots__ = ("entries", "more", "scope", "total")

    def __init__(self, entries: list[Entry], scope: str, total: int, more: bool) -> None:
        self.entries = entries
        self.scope = scope
        self.total = total
        self.more = more


class BriefQuery:
    """How much is wanted: characters, further addresses (globs) that come first, and whether with their values."""

    __slots__ = ("include", "max_chars", "values")

    def __init__(self, max_chars: int, include: list[str] | None = None, values: bool = True) -> None:
        self.max_chars = max_chars
        self.include = include or []
        self.values = values


def known(store: EmbeddedStore, environment: Environment, session_name: str, now: int, wanted: BriefQuery) -> Known:
    """Find the entries for a session ("" for the whole project). Long values are left to be read when they are shown."""
    limit = max(10, wanted.max_chars // CHARACTERS_PER_ENTRY)
    found: dict[str, Entry] = {}
    scopes: list[str] = []

    def take(entries: list[Entry], scope: str) -> None:
        if entries and scope not in scopes:
            scopes.append(scope)
        for entry in entries:
            found.setdefault(entry.address, entry)

    for pattern in wanted.include:
        take(lists.newest(store, pattern, now, limit + 1, columns=SHORT_COLUMNS), "what was asked for")
    session = journal.find_session(store, session_name) if session_name else None
    more = False
    if session is not None:
        own, more = lists.of_session(store, session.id, now, limit + 1, SHORT_COLUMNS)
        take(own, "the session's own")
    for role, patterns in roles_of(environment, session_name):
        for pattern in patterns:
            take(lists.newest(store, pattern, now, limit + 1, columns=SHORT_COLUMNS), f"those for the role {role}")
    if not found:
        entries = _whole_project(store, now, limit + 1)
        total = lists.count(store, "*", now)
        return Known(entries[:limit], "the whole project, newest first", max(total, len(entries[:limit])), False)
    entries = list(found.values())
    return Known(entries[:limit], ", then ".join(scopes), min(len(entries), limit), more or len(entries) > limit)


def _whole_project(store: EmbeddedStore, now: int, limit: int) -> list[Entry]:
    """The newest entries. The figures that each session leaves at its end come last: they would push out what was meant to be read."""
    entries: list[Entry] = []
    figures: list[Entry] = []
    for page in range(5):
        found = lists.newest(store, "*", now, limit, page * limit, SHORT_COLUMNS)
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
    store: EmbeddedStore, environment: Environment, session_name: str, now: int, wanted: BriefQuery
) -> tuple[brief.Brief, Known]:
    """The text for the agent's prompt, never longer than wanted, and what it was made from."""
    what = known(store, environment, session_name, now, wanted)
    items = [item_of(store, entry) for entry in what.entries]
    subject = brief.Subject(environment.project.name, now, session_name, what.scope)
    made = brief.build_unforgeable(
        subject,
        items,
        os.urandom,
        budget=wanted.max_chars,
        total=what.total,
        more=what.more,
        values=wanted.values,
    )
    return made, what


def item_of(store: EmbeddedStore, entry: Entry) -> brief.Item:
    """An entry as the brief takes it: what is sealed is masked, a long value is read when it is to be shown."""
    long = entry.value is None
    return brief.Item(
        entry.address,
        entry.version,
        entry.revision,
        entry.at,
        shown(entry),
        metadata=None if entry.metadata == "{}" else entry.metadata,
        session=entry.session,
        guessed=bool(entry.guessed),
        agent=entry.agent,
        event=entry.event,
        source=source_path(store, entry),
        lacking="" if long or entry.value else textless_source(entry.source),
        load=(lambda characters: beginning(store, entry, characters)) if long else None,
    )


def source_path(store: EmbeddedStore, entry: Entry) -> str | None:
    """The path of the file that an entry was made from, None when it is not a file's."""
    if not entry.source:
        return None
    begin = '{"path":"'
    path = entry.source[len(begin) : entry.source.find('"', len(begin))]
    if entry.source.startswith(begin) and "\\" not in path:
        return path  # as `file_capture` writes nearly all of them
    return text_field(store, entry.source, "$.path")


def brief_json(made: brief.Brief, what: Known, project: str, session_name: str) -> str:
    """The same content as the text, for programs: one JSON object. Here `data` stands as it is, cut where the text is."""
    body: dict[str, object] = {
        "schema_version": "1",
        "project": project,
        "session_id": session_name or None,
        "scope": what.scope,
        "entries": [Raw(_shown_json(one)) for one in made.shown],
        "left_out": made.left_out,
        "total": made.total,
        "more": made.more,
        "truncated": made.more or made.total > len(made.shown) or any(one.cut for one in made.shown),
    }
    return object_text(body) + "\n"


def _shown_json(one: brief.Shown) -> str:
    item = one.item
    body: dict[str, object] = {
        "key": item.address,
        "revision": item.revision,
        "key_version": item.version,
        "created_at": moment(item.at),
        "session_id": item.session,
        **({"guessed": True} if item.guessed else {}),
        "agent": item.agent,
        "event": item.event or None,
        "source": item.source,
    }
    if one.data is not None:
        # Cut metadata is not JSON any more, and stands as the text that it is.
        whole = one.metadata == item.metadata
        body["metadata"] = (Raw(one.metadata) if one.metadata else None) if whole else one.metadata
        body["data"] = one.data
        body["cut"] = one.cut
    return object_text(body)
