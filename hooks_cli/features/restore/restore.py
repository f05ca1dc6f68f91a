"""`session-restore`: binds the session and selects the entries for its brief, most relevant first.

In this order: what the task needs; what was written in that session, newest first; the addresses of each role whose name is a word of the
session's name (`hyper-tester-001` -> tester), from [restore.roles]; and the rest of the project while there is room.
"""

from __future__ import annotations

from hooks_cli.crypto.ledger import tag
from hooks_cli.features.attribution import named_session
from hooks_cli.features.journal.file_capture import textless_source
from hooks_cli.features.journal.record import HookCall, Recorded, record_in, refused_draft
from hooks_cli.features.restore import brief
from hooks_cli.model.entry import Entry, shown
from hooks_cli.model.origin import IMPORT
from hooks_cli.store.sqlite.annotations.in_use import FOR_PROMPTS
from hooks_cli.store.sqlite.rows import journal, lists
from hooks_cli.store.sqlite.rows.entries import SHORT_COLUMNS, beginning
from hooks_cli.store.sqlite.rows.lists import text_field
from hooks_cli.store.sqlite.schema import FORMAT
from hooks_cli.text.json_writer import Raw, object_text
from hooks_cli.text.units import moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore

LATEST = ("latest", "last", "newest")
# No entry takes less of the budget than this with its title, so more need not be read.
CHARACTERS_PER_ENTRY = 100
# SQL: not the figures that each session leaves at its end, which are there for those who ask for them.
NO_FIGURES = "NOT (e.event = 'session-end' AND h.address GLOB 'sessions/*/metrics')"
# How many of a session's last notices say what it is about.
NOTICES = 3
# A task without a word of so many characters is not looked for.
SHORTEST_WORD = 3


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
    """What an agent should know: entries most relevant first, which these are in words, how many there are in all, and the words of the
    task, by which passages of long values are found."""

    __slots__ = ("entries", "scope", "total", "words")

    def __init__(self, entries: list[Entry], scope: str, total: int, words: list[str]) -> None:
        self.entries = entries
        self.scope = scope
        self.total = total
        self.words = words


class BriefQuery:
    """How much is wanted: characters, further addresses (globs) that come first, whether with their values; and for which task ("": the
    session's)."""

    __slots__ = ("include", "max_chars", "task", "values")

    def __init__(self, max_chars: int, include: list[str] | None = None, values: bool = True, task: str = "") -> None:
        self.max_chars = max_chars
        self.include = include or []
        self.values = values
        self.task = task


def known(store: EmbeddedStore, environment: Environment, session_name: str, now: int, wanted: BriefQuery) -> Known:
    """Find the entries for a session ("" for the whole project). Long values are left to be read when they are shown."""
    limit = max(10, wanted.max_chars // CHARACTERS_PER_ENTRY)
    such = FOR_PROMPTS if store.format == FORMAT else "1"
    meant = f"{such} AND {NO_FIGURES}"
    found: dict[str, Entry] = {}
    scopes: list[str] = []

    def take(entries: list[Entry], scope: str) -> None:
        before = len(found)
        for entry in entries:
            found.setdefault(entry.address, entry)
        if len(found) > before and scope not in scopes:
            scopes.append(scope)

    for pattern in wanted.include:
        take(lists.newest(store, pattern, now, limit + 1, columns=SHORT_COLUMNS, such=such), "what was asked for")
    session = journal.find_session(store, session_name) if session_name else None
    own: list[Entry] = []
    if session is not None:
        own, _ = lists.of_session(store, session.id, now, limit + 1, SHORT_COLUMNS, meant)
    task = wanted.task or (_task_of(store, session.id, own) if session is not None else "")
    words: list[str] = []
    if any(len(word) >= SHORTEST_WORD for word in task.split()):
        from hooks_cli.features.restore.relevance import needed

        entries, words = needed(store, environment, task, now, meant)
        take(entries, "what the task needs")
    take(own, "the session's own")
    for role, patterns in roles_of(environment, session_name):
        for pattern in patterns:
            if len(found) < limit:
                take(lists.newest(store, pattern, now, limit, 0, SHORT_COLUMNS, meant), f"those for the role {role}")
    if len(found) < limit:
        rest = "the rest of the project" if found else "the whole project, newest first"
        take(lists.newest(store, "*", now, limit, 0, SHORT_COLUMNS, meant), rest)
    total = max(lists.count(store, "*", now), len(found))
    return Known(list(found.values())[:limit], ", then ".join(scopes), total, words)


def _task_of(store: EmbeddedStore, session: int, own: list[Entry]) -> str:
    """What a session is about: its newest open task's description or the prompt that opened it, else its last notices."""
    for task in reversed(journal.open_tasks(store, session)):
        text = task.description or journal.text_of_event(store, task.opened_revision, "prompt")
        if text:
            return text
    notices = [entry.value for entry in own if entry.event == "notify" and entry.value][:NOTICES]
    return " ".join([*journal.last_messages(store, session, NOTICES), *notices])


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
    others = machines_of(store, what.entries)
    items = [item_of(store, entry, what.words, others) for entry in what.entries]
    subject = brief.Subject(environment.project.name, now, session_name, what.scope)
    made = brief.build_unforgeable(
        subject, items, keyed_digest(store), budget=wanted.max_chars, total=what.total, values=wanted.values
    )
    return made, what


def keyed_digest(store: EmbeddedStore) -> Callable[[bytes], bytes]:
    """A digest that only who has the store's key can make."""
    return lambda content: tag(store.ledger.key, b"brief" + content)


def machines_of(store: EmbeddedStore, entries: list[Entry]) -> dict[int, str]:
    """The names of the machines other than this one that wrote any of the entries, by row."""
    rows = {entry.machine for entry in entries if entry.machine is not None}
    if not rows:
        return {}
    from hooks_cli.store.sqlite import machines

    own = machines.own(store)
    return {row: name for row, name in machines.names(store).items() if row != own} if rows != {own} else {}


def item_of(
    store: EmbeddedStore, entry: Entry, words: list[str] | None = None, others: dict[int, str] | None = None
) -> brief.Item:
    """An entry as the brief takes it: what is sealed is masked, a long value is read when it is to be shown. `words` find its best
    passage, and `others` names the other machines."""
    came = [f"imported from {entry.imported}" if entry.imported else "imported"] if _is_imported(entry) else []
    came += [f"from the machine {others[entry.machine]}"] if others and entry.machine in others else []
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
        came=", ".join(came),
        words=words,
        load=(lambda characters: beginning(store, entry, characters)) if long else None,
    )


def _is_imported(entry: Entry) -> bool:
    return entry.imported is not None or entry.origin == IMPORT


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
        **({"from": item.came} if item.came else {}),
    }
    if one.data is not None:
        # Cut metadata is not JSON any more, and stands as the text that it is.
        whole = one.metadata == item.metadata
        body["metadata"] = (Raw(one.metadata) if one.metadata else None) if whole else one.metadata
        body["data"] = one.data
        body["cut"] = one.cut
        if one.start:
            body["start"] = one.start
    return object_text(body)
