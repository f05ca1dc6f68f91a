"""Records one hook call: its event and the entry it creates, in one transaction. All hooks verbs call this."""

from __future__ import annotations

from hooks_cli.errors import ConfigError, DataError, ReadOnlyAgent, VersionConflict
from hooks_cli.features import attribution as caller_attribution
from hooks_cli.features.attribution import Attribution, Caller, agent_name, attribute
from hooks_cli.store.sqlite.rows import journal
from hooks_cli.text.json_writer import Raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.errors import HooksError
    from hooks_cli.model.entry import Draft, Written
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


class Recorded:
    """What was kept: the event's revision, the entry's `Written` or None, and whose it was."""

    __slots__ = ("attribution", "revision", "written")

    def __init__(self, revision: int, written: Written | None, attribution: Attribution) -> None:
        self.revision = revision
        self.written = written
        self.attribution = attribution


class AlreadyRecorded(Exception):
    """The call's `call_id` is in the journal already: the same event came twice. Nothing was kept the second time."""


class HookCall:
    """One hook call as the command line or an agent's event gave it.

    `fields` is what the verb says (message, file, …), `attributes` the unknown options, `draft` the entry to be made.
    """

    __slots__ = ("attributes", "caller", "draft", "fields", "verb")

    def __init__(
        self,
        verb: str,
        fields: dict[str, object],
        *,
        draft: Draft | None = None,
        caller: Caller | None = None,
        attributes: dict[str, object] | None = None,
    ) -> None:
        """`caller` is who calls; without it the call names no session and no agent."""
        self.verb = verb
        self.fields = fields
        self.draft = draft
        self.caller = caller or Caller()
        self.attributes = attributes or {}


def record(store: EmbeddedStore, environment: Environment, hook_call: HookCall) -> Recorded:
    """Keep the call in a transaction of its own.

    An entry that cannot be kept (an invalid address or text, an agent that may only read, a strict schema that does not fit or cannot
    be used) does not lose the event: it is kept without the entry, and the error is raised after the commit (65, 77, 78).
    """
    if store.replica is not None and hook_call.draft is None:
        postpone(store, environment)
    refusal = refused_draft(store, environment, hook_call)
    with store.writing() as tx:
        recorded = record_in(tx, environment, hook_call)
    if refusal is not None:
        raise refusal
    return recorded


def postpone(store: EmbeddedStore, environment: Environment) -> None:
    """Over a shared memory whose server is far: raise Postponed, and the call is queued. One that is taken in from the queue goes on."""
    from hooks_cli.store.remote.failures import Postponed

    assert store.replica is not None
    if not environment.replayed and store.replica.postpones(store, environment.settings.get("remote.hooks")):
        raise Postponed


def refused_draft(store: EmbeddedStore, environment: Environment, hook_call: HookCall) -> HooksError | None:
    """Take away a draft that cannot be kept, note it in the fields, and return the error to raise after the commit."""
    draft = hook_call.draft
    if draft is None:
        return None
    if draft.held[0]:
        _without_entry(environment, hook_call, draft, f"{draft.held[1]}: {draft.held[0]}")
        return None
    from hooks_cli.features.validation.check import check_draft
    from hooks_cli.model import address as addresses
    from hooks_cli.store.sqlite.rows import entry_writes

    try:
        addresses.check(draft.address)
        if draft.value is not None:
            entry_writes.check_value(draft.value)
        refused = caller_attribution.refusal(environment, agent_name(environment, hook_call.caller.agent))
        if refused is not None:
            raise refused
        check_draft(store, environment, draft)
    except (ConfigError, DataError, ReadOnlyAgent) as error:
        hook_call.draft = None
        hook_call.fields["memory_key"] = draft.address
        if hook_call.verb == "notify" and not _is_sensitive(environment, draft.address):
            hook_call.fields["message"] = draft.value  # it would have been the entry's
        hook_call.fields["refused"] = str(error)
        return error
    return None


def _without_entry(environment: Environment, hook_call: HookCall, draft: Draft, why: str) -> None:
    """Take away a draft that the call itself holds back; what it would have kept stays with the event, and one line says so."""
    fields = hook_call.fields
    hook_call.draft = None
    fields["memory_key"], fields["refused"] = draft.address, why
    if not _is_sensitive(environment, draft.address):
        named = {"notify": "message", "post-task": "result"}.get(hook_call.verb)
        if named is not None:
            fields[named] = draft.value
        for name, text in (("metadata", draft.metadata), ("source", draft.source)):
            if text is not None:
                fields[name] = Raw(text)
    size = len((draft.value or "").encode("utf-8", "replace"))
    environment.err(
        f"hooks-cli: hooks {hook_call.verb}: {why}; no entry was written at {draft.address} ({size:,} B), the call was recorded"
    )


def _is_sensitive(environment: Environment, address: str) -> bool:
    from hooks_cli.crypto import secret_screen

    return secret_screen.address_is_sensitive(
        address, secret_screen.names_of(environment.settings.get("memory.security.sensitive_keys"))
    )


def _as_expected(tx: Transaction, environment: Environment, hook_call: HookCall, draft: Draft) -> Draft | None:
    """The draft, None where its address is not at the version that it asks for."""
    from hooks_cli.store.sqlite.rows import entry_writes

    try:
        entry_writes.check_version(tx, draft.address, entry_writes.find_head(tx, draft.address), draft.if_version or 0)
    except VersionConflict as conflict:
        why = str(conflict).removesuffix(" Nothing was stored.").removesuffix(".")
        _without_entry(environment, hook_call, draft, f"{draft.held[1]}: {why}")
        return None
    return draft


def attribution_of(
    tx: Transaction, environment: Environment, hook_call: HookCall, *, begin: bool = False, fresh: bool = False
) -> Attribution:
    """Whose call it is, from what the hook_call says of itself; `begin` and `fresh` as `attribute` has them."""
    return attribute(tx, environment, hook_call.verb, hook_call.caller, begin=begin, fresh=fresh)


def put_entry(
    tx: Transaction,
    environment: Environment,
    hook_call: HookCall,
    draft: Draft,
    who: Attribution,
    revision: int = 0,
) -> Written | None:
    """Write the entry of a call, None where it is held back: another version than it asks for, or no text over one that there is."""
    from hooks_cli.features.entries.draft import limit_lifetime
    from hooks_cli.store.sqlite.rows import entry_writes

    if draft.if_version is not None:
        held = _as_expected(tx, environment, hook_call, draft)
        if held is None:
            return None
    if draft.value == "":
        version = entry_writes.version_with_text(tx, draft.address)
        if version:
            _without_entry(environment, hook_call, draft, f"there is no text for it, and version {version} has one")
            return None
    draft.session, draft.agent, draft.guessed, draft.event = who.session, who.agent, who.guessed, hook_call.verb
    draft.trace = hook_call.caller.trace
    if draft.expires is None:
        limit_lifetime(tx, environment, draft)
    return entry_writes.put(tx, draft, revision=revision)


def record_in(
    tx: Transaction,
    environment: Environment,
    hook_call: HookCall,
    *,
    begin: bool = False,
    attribution: Attribution | None = None,
    task: int | None = None,
    revision: int = 0,
) -> Recorded:
    """Keep the call inside a transaction that does more (`begin` as `attribute` has it; `task` the row id it belongs to).

    Raises AlreadyRecorded, which takes the transaction back, when the journal has the hook_call's `call_id`.
    """
    environment.transaction = tx
    if hook_call.caller.call_id is not None and journal.seen_call(tx, hook_call.caller.call_id):
        raise AlreadyRecorded
    who = attribution or attribution_of(tx, environment, hook_call, begin=begin)
    revision = revision or tx.next_revision()
    draft = hook_call.draft
    written = None if draft is None else put_entry(tx, environment, hook_call, draft, who, revision)
    if task is None:
        current = journal.newest_open_task(tx, who.session, who.agent)
        task = None if current is None else current.id
    fields = dict(hook_call.fields)
    if draft is not None and written is not None:
        fields["memory_key"] = draft.address
    if hook_call.attributes:
        fields["attributes"] = hook_call.attributes
    journal.record(
        tx,
        hook_call.verb,
        fields,
        revision=revision,
        session=who.session,
        attribution=who.how,
        agent=who.agent,
        task=task,
        has_entry=written is not None,
        call_id=hook_call.caller.call_id,
        trace=hook_call.caller.trace,
        at=hook_call.caller.at,
    )
    return Recorded(revision, written, who)
