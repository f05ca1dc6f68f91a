"""Tasks: `pre-task` opens one, `post-task` closes it, with its duration and counts."""

from __future__ import annotations

from hooks_cli.features.attribution import Attribution
from hooks_cli.features.journal.record import HookCall, Recorded, attribution_of, record_in, refused_draft
from hooks_cli.store.sqlite.rows import journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


def begin(
    store: EmbeddedStore, environment: Environment, hook_call: HookCall, task_id: str = ""
) -> tuple[str, Recorded]:
    """Open the session (a new one when none is found) and a task in it; returns the task's name and what was kept.

    Without `task_id` the task is named after its revision, `task-42`.
    """
    refusal = refused_draft(store, environment, hook_call)
    with store.writing() as tx:
        who = attribution_of(tx, environment, hook_call, begin=True)
        revision = tx.next_revision()
        name = task_id or f"task-{revision}"
        description = hook_call.fields.get("description")
        task = journal.open_task(
            tx,
            name,
            named=bool(task_id),
            session=who.session,
            agent=who.agent,
            description=description if isinstance(description, str) else None,
            revision=revision,
        )
        if environment.replayed and not task_id:
            from hooks_cli.features.journal.call_queue import queued_task

            journal.name_also(tx, task, queued_task(environment.call_id))  # what the caller was told
        hook_call.fields["task_id"] = name
        recorded = record_in(tx, environment, hook_call, attribution=who, task=task.id, revision=revision)
    if refusal is not None:
        raise refusal
    return name, recorded


class Finished:
    """How a task ended: its name, duration in ms (None when its beginning was not seen), counts by verb, and what was kept.

    `already`: it had ended before, and the call alone was recorded.
    """

    __slots__ = ("already", "counts", "duration_ms", "name", "recorded")

    def __init__(
        self, name: str, duration_ms: int | None, counts: dict[str, int], recorded: Recorded, already: bool = False
    ) -> None:
        self.already = already
        self.name = name
        self.duration_ms = duration_ms
        self.counts = counts
        self.recorded = recorded


def finish(
    store: EmbeddedStore,
    environment: Environment,
    hook_call: HookCall,
    task_id: str = "",
    outcome: str | None = None,
    word: str | None = None,
    *,
    unnamed_only: bool = False,
) -> Finished:
    """Close the task of that id; the newest open unnamed one of this session and agent if that id was never opened; else record its
    end without a beginning. A task that they ended already is left as it is, unless another one was begun since. Without an id: the
    newest open task of this session and agent, with `unnamed_only` (an agent's turn is over, which ends no task that was given an id)
    the newest that has no name of its own. `outcome` is success, failure or None; `word` what was said instead of one.
    """
    refusal = refused_draft(store, environment, hook_call)
    with store.writing() as tx:
        who = attribution_of(tx, environment, hook_call)
        revision = tx.next_revision()
        task, already = _close(tx, who, task_id, (outcome, word), revision, unnamed_only)
        ended = tx.now if task is None or task.closed_at is None else task.closed_at
        duration = None if task is None or task.opened_at is None else ended - task.opened_at
        counts = {} if task is None else journal.task_counts(store, task)
        name = task.name if task is not None else task_id
        fields = hook_call.fields
        fields["task_id"] = name or None
        fields["duration_ms"] = duration
        fields["outcome"] = outcome
        if word is not None:
            fields["word"] = word
        recorded = record_in(
            tx, environment, hook_call, attribution=who, task=None if task is None else task.id, revision=revision
        )
    if refusal is not None:
        raise refusal
    return Finished(name, duration, counts, recorded, already)


def _close(
    tx: Transaction,
    who: Attribution,
    task_id: str,
    ended: tuple[str | None, str | None],
    revision: int,
    unnamed_only: bool,
) -> tuple[journal.Task | None, bool]:
    """The task that is closed now, and whether it was already."""
    store = tx.store
    outcome, word = ended
    if not task_id:
        task = journal.newest_open_task(tx, who.session, who.agent, unnamed_only=unnamed_only)
        if task is not None:
            journal.close_task(tx, task, outcome, word=word)
        return task, False
    task = journal.find_open_task(store, task_id, who.session)
    if task is not None:
        journal.close_task(tx, task, outcome, word=word)
        return task, False
    task = journal.newest_open_task(tx, who.session, who.agent, unnamed_only=True)
    before = journal.find_closed_task(store, task_id, who.session, who.agent)
    if before is not None and (task is None or (task.opened_at or 0) < (before.closed_at or 0)):
        return before, True
    if task is not None:
        journal.close_task(tx, task, outcome, name=task_id, word=word)
        return task, False
    recorded = journal.record_finished_task(
        tx, task_id, session=who.session, agent=who.agent, outcome=outcome, word=word, revision=revision
    )
    return recorded, False
