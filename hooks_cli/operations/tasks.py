"""Tasks: `pre-task` begins one, `post-task` ends it, with its duration and what happened in between."""

from __future__ import annotations

from hooks_cli.operations.attribution import Attribution
from hooks_cli.operations.recording import Occasion, Recorded, attribution_of, record_in, refused_draft
from hooks_cli.store import journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.embedded import EmbeddedStore
    from hooks_cli.store.transaction import Transaction


def begin(
    store: EmbeddedStore, environment: Environment, occasion: Occasion, task_id: str = ""
) -> tuple[str, Recorded]:
    """Open the session (a new one when none is found) and a task in it; returns the task's name and what was kept.

    Without `task_id` the task is named after its revision, `task-42`.
    """
    refusal = refused_draft(store, environment, occasion)
    with store.writing() as tx:
        who = attribution_of(tx, environment, occasion, begin=True)
        revision = tx.next_revision()
        name = task_id or f"task-{revision}"
        description = occasion.fields.get("description")
        task = journal.open_task(
            tx,
            name,
            named=bool(task_id),
            session=who.session,
            agent=who.agent,
            description=description if isinstance(description, str) else None,
            revision=revision,
        )
        occasion.fields["task_id"] = name
        recorded = record_in(tx, environment, occasion, attribution=who, task=task.id, revision=revision)
    if refusal is not None:
        raise refusal
    return name, recorded


class Finished:
    """How a task ended: its name, duration in ms (None when its beginning was not seen), counts by verb, and what was kept."""

    __slots__ = ("counts", "duration_ms", "name", "recorded")

    def __init__(self, name: str, duration_ms: int | None, counts: dict[str, int], recorded: Recorded) -> None:
        self.name = name
        self.duration_ms = duration_ms
        self.counts = counts
        self.recorded = recorded


def finish(
    store: EmbeddedStore,
    environment: Environment,
    occasion: Occasion,
    task_id: str = "",
    outcome: str | None = None,
    *,
    unnamed_only: bool = False,
) -> Finished:
    """Close the task of that id; the newest open unnamed one of this session and agent when nobody opened that id; else record its
    end without a beginning. Without an id: the newest open task of this session and agent, with `unnamed_only` (an agent's turn
    is over, which ends no task that was given an id) the newest that has no name of its own.
    """
    refusal = refused_draft(store, environment, occasion)
    with store.writing() as tx:
        who = attribution_of(tx, environment, occasion)
        revision = tx.next_revision()
        task = _close(tx, who, task_id, outcome, revision, unnamed_only)
        duration = None if task is None or task.opened_at is None else tx.now - task.opened_at
        counts = {} if task is None else journal.task_counts(store, task)
        name = task.name if task is not None else task_id
        fields = occasion.fields
        fields["task_id"] = name or None
        fields["duration_ms"] = duration
        fields["outcome"] = outcome
        recorded = record_in(
            tx, environment, occasion, attribution=who, task=None if task is None else task.id, revision=revision
        )
    if refusal is not None:
        raise refusal
    return Finished(name, duration, counts, recorded)


def _close(
    tx: Transaction, who: Attribution, task_id: str, outcome: str | None, revision: int, unnamed_only: bool
) -> journal.Task | None:
    store = tx.store
    if not task_id:
        task = journal.newest_open_task(store, who.session, who.agent, unnamed_only=unnamed_only)
        if task is not None:
            journal.close_task(tx, task, outcome)
        return task
    task = journal.find_open_task(store, task_id, who.session)
    if task is not None:
        journal.close_task(tx, task, outcome)
        return task
    task = journal.newest_open_task(store, who.session, who.agent, unnamed_only=True)
    if task is not None:
        journal.close_task(tx, task, outcome, name=task_id)
        return task
    return journal.record_finished_task(
        tx, task_id, session=who.session, agent=who.agent, outcome=outcome, revision=revision
    )
