"""Garbage collection of the journal: old events, ended tasks and sessions without references."""

from __future__ import annotations

import time

from hooks_cli.store.sqlite.maintenance import journal as ageing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.features.retention.outcome import Collected, Scope
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction

# Rows read, and rows deleted with one statement (an event has up to 16 KiB).
LOOKED_AT = 500
AT_ONCE = 20
# A bounded run gives up after this number of portions in which nothing was old.
FRUITLESS = 3


def collect(store: EmbeddedStore, cutoff: int, scope: Scope, result: Collected) -> None:
    """Delete events older than `cutoff`, then ended tasks and unused sessions of that age. A bounded run looks at the oldest only."""
    result.events += _collect(
        store, scope, lambda after: ageing.old_events(store, cutoff, after, LOOKED_AT), ageing.drop_events
    )
    result.tasks += _collect(
        store,
        scope,
        lambda after: ageing.old_tasks(store, cutoff, after, LOOKED_AT),
        lambda tx, numbers: ageing.drop_tasks(tx, numbers, cutoff),
    )
    newest = ageing.newest_task(store)
    result.sessions += _collect(
        store,
        scope,
        lambda after: ageing.old_sessions(store, cutoff, after, LOOKED_AT),
        lambda tx, numbers: ageing.drop_sessions(tx, numbers, cutoff, newest),
    )


def _collect(
    store: EmbeddedStore,
    scope: Scope,
    find: Callable[[int], tuple[list[int], int]],
    drop: Callable[[Transaction, list[int]], int],
) -> int:
    """Find and drop in portions, by number, until there are no more or the time is up; how many were dropped."""
    dropped, after, fruitless = 0, 0, 0
    while not scope.over():
        found, after = find(after)
        fruitless = 0 if found else fruitless + 1
        if found:
            from hooks_cli.store.sqlite.maintenance.throttled_writes import ThrottledWrite, should_commit
            from hooks_cli.system.failpoints import failpoint
        while found and not scope.over():
            with ThrottledWrite(store) as tx:
                began = time.monotonic()
                tx.next_revision()
                while found:
                    dropped += drop(tx, found[:AT_ONCE])
                    del found[:AT_ONCE]
                    failpoint("gc-events")
                    if should_commit(store, began):
                        break
        if not after or (scope.deadline is not None and fruitless > FRUITLESS):
            break
    return dropped
