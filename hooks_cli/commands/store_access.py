"""Opens the store for a verb, with the lock timeout of its group, and handles the failure to get the lock."""

from __future__ import annotations

import os

from hooks_cli.errors import NotFound
from hooks_cli.store.sqlite.store import EVENT_BUDGET_MS, HOOKS_BUDGET_MS, MEMORY_BUDGET_MS, EmbeddedStore, open_store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment


def for_hooks(environment: Environment) -> EmbeddedStore:
    """The store for a hooks verb: made on first use, waited for at most 5 s, a broken hooks.toml does not stop it."""
    environment.lenient = True
    return _opened(environment, True, HOOKS_BUDGET_MS)


def for_event(environment: Environment, budget_ms: int = EVENT_BUDGET_MS) -> EmbeddedStore:
    """The store for an agent's own hook: as `for_hooks`, waited for at most 1 s, or less."""
    environment.lenient = True
    return _opened(environment, True, budget_ms)


def for_memory(environment: Environment, *, create: bool = True) -> EmbeddedStore:
    """The store for a memory verb: waited for at most 30 s. Raises NotFound (1) when `create` is false and there is none."""
    return _opened(environment, create, MEMORY_BUDGET_MS)


def for_reading(environment: Environment) -> EmbeddedStore | None:
    """The store for a memory verb that only reads, None where there is none yet: looking makes nothing."""
    try:
        return for_memory(environment, create=False)
    except NotFound as error:
        from hooks_cli.project.note import moved_from

        if moved_from(environment):
            environment.err(f"hooks-cli: {error} {error.hint_text}")
        return None


def _opened(environment: Environment, create: bool, budget_ms: int) -> EmbeddedStore:
    """Open the store, and take in first what was queued for it."""
    if environment.replayed:
        from hooks_cli.features.journal.replay import store_of

        at_hand = store_of(environment)
        if at_hand is not None:
            return at_hand
    store = open_store(environment, create=create, budget_ms=budget_ms)
    if os.path.exists(environment.places.queue_dir) and store.only_to_read:
        environment.err(
            "hooks-cli: calls wait in the queue of this store, which cannot be written: they are not in the answer"
        )
    elif os.path.exists(environment.places.queue_dir):
        from hooks_cli.system.python_startup import complete

        complete()
        from hooks_cli.commands import queued_calls

        queued_calls.take_in(store, environment, min(budget_ms, HOOKS_BUDGET_MS) // 2)
    return store
