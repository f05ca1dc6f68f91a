"""Opens the store for each group of verbs, within the group's lock timeout, then records the calls that wait in the
queue.

The two steps are apart: `features.store_opening.opened` opens and does nothing else; `take_in_queued` runs the verbs of the calls that
could not be kept when they were made.
"""

from __future__ import annotations

import os

from hooks_cli.errors import NotFound
from hooks_cli.features.store_opening import EVENT_BUDGET_MS, HOOKS_BUDGET_MS, MEMORY_BUDGET_MS, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.store_opening import Store


def for_hooks(environment: Environment) -> Store:
    """The store for a hooks verb: made on first use, waited for at most 5 s, a broken hooks.toml does not stop it."""
    environment.lenient = True
    store = opened(environment, HOOKS_BUDGET_MS)
    take_in_queued(store, environment)
    return _with_identity(store, environment)


def for_event(environment: Environment, budget_ms: int = EVENT_BUDGET_MS) -> Store:
    """The store for an agent's own hook: as `for_hooks`, waited for at most 1 s, or less."""
    environment.lenient = True
    store = opened(environment, budget_ms)
    take_in_queued(store, environment)
    return _with_identity(store, environment)


def for_memory(environment: Environment, *, create: bool = True) -> Store:
    """The store for a memory verb: waited for at most 30 s. Raises NotFound (1) when `create` is false and there is none."""
    store = opened(environment, MEMORY_BUDGET_MS, create=create)
    if create or store.replica is None:
        take_in_queued(store, environment)
    else:  # a read of a shared memory asks no server
        from hooks_cli.features.remote import freshness

        freshness.freshen(store, environment)
    return store


def _with_identity(store: Store, environment: Environment) -> Store:
    """Over a shared memory a hooks call may be queued, so that it needs an identity before it is tried."""
    if store.replica is not None and not environment.call_id:
        environment.call_id = os.urandom(16).hex()
    return store


def for_changing(environment: Environment, *, create: bool = False) -> Store:
    """The store for a memory verb that looks for what it changes before it begins: a shared memory is brought up to date first.

    Raises NotFound (1) when `create` is false and there is none, and the server's errors."""
    store = opened(environment, MEMORY_BUDGET_MS, create=create)
    take_in_queued(store, environment)
    if store.replica is not None:
        store.replica.pull(store)
    return store


def for_reading(environment: Environment) -> Store | None:
    """The store for a memory verb that only reads, None where there is none yet: looking makes nothing."""
    try:
        return for_memory(environment, create=False)
    except NotFound as error:
        from hooks_cli.project.note import moved_from

        if moved_from(environment):
            environment.err(f"hooks-cli: {error} {error.hint_text}")
        return None


def look_again(store: Store, environment: Environment, writes: bool) -> None:
    """Bring a store that was kept open (`mcp start`) to where an opening for a call would bring it."""
    if writes or store.replica is None:
        take_in_queued(store, environment)
    else:
        from hooks_cli.features.remote import freshness

        freshness.freshen(store, environment)


def take_in_queued(store: Store, environment: Environment) -> None:
    """Take in the calls that wait in the queue of the store, for at most half of its budget. Raises nothing."""
    if environment.replayed or not os.path.exists(environment.places.queue_dir):
        return
    if store.only_to_read:
        environment.err(
            "hooks-cli: calls wait in the queue of this store, which cannot be written: they are not in the answer"
        )
        return
    from hooks_cli.system.python_startup import complete

    complete()
    from hooks_cli.commands import queued_calls

    queued_calls.take_in(store, environment, min(store.budget_ms, HOOKS_BUDGET_MS) // 2)
