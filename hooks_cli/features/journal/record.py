"""Records one hook call: its event and the entry it creates, in one transaction. All hooks verbs call this."""

from __future__ import annotations

from hooks_cli.features.attribution import Attribution, Caller, attribute
from hooks_cli.store.sqlite.rows import journal

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
    if hook_call.draft is None:
        return None
    from hooks_cli.features.journal.call_entry import refusal_of

    return refusal_of(store, environment, hook_call, hook_call.draft)


def attribution_of(
    tx: Transaction, environment: Environment, hook_call: HookCall, *, begin: bool = False, fresh: bool = False
) -> Attribution:
    """Whose call it is, from what the hook_call says of itself; `begin` and `fresh` as `attribute` has them."""
    return attribute(tx, environment, hook_call.verb, hook_call.caller, begin=begin, fresh=fresh)


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
    written = None
    if draft is not None:
        from hooks_cli.features.journal.call_entry import put_entry

        written = put_entry(tx, environment, hook_call, draft, who, revision)
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
