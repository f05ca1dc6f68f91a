"""`session-end`: closes the session and counts what happened in it."""

from __future__ import annotations

from hooks_cli.errors import HooksError, InvalidAddress
from hooks_cli.features import attribution
from hooks_cli.features.attribution import BY_ENVIRONMENT, BY_EVENT, BY_OPTION, Attribution, agent_name
from hooks_cli.features.journal.record import HookCall, Recorded, attribution_of, record_in, refused_draft
from hooks_cli.model import address as addresses
from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite.maintenance import state
from hooks_cli.store.sqlite.reports import session_metrics
from hooks_cli.store.sqlite.rows import journal
from hooks_cli.text.json_writer import Raw, object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Written
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


class Ended:
    """What a session came to: its name (None when there was none to close), its metrics as a dict and as JSON, what was kept.

    `kept` is the entry that the call itself asked for, None without one.
    """

    __slots__ = ("kept", "metrics", "metrics_json", "recorded", "session")

    def __init__(
        self,
        session: str | None,
        metrics: dict[str, object],
        metrics_json: str,
        recorded: Recorded,
        kept: Written | None = None,
    ) -> None:
        self.kept = kept
        self.session = session
        self.metrics = metrics
        self.metrics_json = metrics_json
        self.recorded = recorded


def end(store: EmbeddedStore, environment: Environment, hook_call: HookCall, *, summary: bool = False) -> Ended:
    """Close the session and store its metrics at `sessions/<id>/metrics`. A session that is closed already is measured again.

    Its open tasks are closed as abandoned. A session that was named gets the calls since the last end that name none. The call's own
    entry is kept beside the metrics; without a text it has them, too.
    """
    refusal = refused_draft(store, environment, hook_call)
    own, hook_call.draft = hook_call.draft, None
    with store.writing() as tx:
        who = attribution_of(tx, environment, hook_call)
        figures: dict[str, object] = {}
        if who.session is not None:
            figures = _close(tx, who, summary)
            if may_write(environment, hook_call):
                hook_call.draft = _metrics_draft(who, figures)
            hook_call.fields["session_id"] = who.session_name
        if own is not None:
            own.value = own.value or (object_text(figures) if figures else "")
            hook_call.fields["kept_at"] = own.address
        recorded = record_in(tx, environment, hook_call, attribution=who)
        kept = None
        if own is not None:
            from hooks_cli.features.journal.call_entry import put_entry

            kept = put_entry(tx, environment, hook_call, own, recorded.attribution)
    if refusal is not None:
        raise refusal
    _advance_index(store)
    return Ended(who.session_name, figures, object_text(figures), recorded, kept)


def _advance_index(store: EmbeddedStore) -> None:
    """Go on, for 0.15 s at most, making the present form of the word index in a store of version 0.1; the session is closed already."""
    if state.get(store, state.WORD_INDEX) >= state.WORD_INDEX_VERSION:
        return
    from hooks_cli.store.sqlite.search import index_form

    try:
        index_form.advance(store)
    except HooksError:
        pass  # others write; the next session's end or garbage collection goes on


def may_write(environment: Environment, hook_call: HookCall) -> bool:
    """Whether the agent that ends the session may write to the memory: else its metrics are printed, and not stored."""
    return attribution.refusal(environment, agent_name(environment, hook_call.caller.agent)) is None


def _close(tx: Transaction, who: Attribution, summary: bool) -> dict[str, object]:
    assert who.session is not None
    session = journal.session_by_id(tx.store, who.session)
    if who.how in (BY_OPTION, BY_EVENT, BY_ENVIRONMENT):
        from hooks_cli.store.sqlite.rows import unnamed_calls

        unnamed_calls.give_to(tx, session)
    for task in journal.open_tasks(tx.store, session.id):
        journal.close_task(tx, task, None, word=journal.ABANDONED)
    if session.closed_at is None:
        journal.set_session_closed(tx, session, tx.now)
    return session_metrics.session_metrics(tx.store, session, tx.now, summary=summary)


def _metrics_draft(who: Attribution, figures: dict[str, object]) -> Draft:
    address = f"sessions/{who.session_name}/metrics"
    try:
        addresses.check(address)
    except InvalidAddress:
        address = f"sessions/number-{who.session}/metrics"
    return Draft(address, object_text(figures))


def export(environment: Environment, ended: Ended, output: str = "") -> str:
    """Write the metrics as a JSON file to `output`, or under `exports/`; returns its path. Raises as `write_metrics`."""
    from hooks_cli.features.journal.metrics_file import write_metrics

    figures: dict[str, object] = {"session_id": ended.session, "metrics": Raw(ended.metrics_json)}
    return write_metrics(environment, output, ended.session or "no-session", ended.recorded.revision, figures)


def start(store: EmbeddedStore, environment: Environment, hook_call: HookCall) -> Recorded:
    """Open the session, bind the calling processes to it, and record the call."""
    refusal = refused_draft(store, environment, hook_call)
    with store.writing() as tx:
        who = attribution_of(tx, environment, hook_call, begin=True, fresh=True)
        hook_call.fields["session_id"] = who.session_name
        recorded = record_in(tx, environment, hook_call, attribution=who)
    if refusal is not None:
        raise refusal
    return recorded
