"""Opens the store for a call, within the lock budget of its kind. Nothing else is done with the store here."""

from __future__ import annotations

from hooks_cli.store.sqlite.store import (
    EVENT_BUDGET_MS,
    HOOKS_BUDGET_MS,
    MEMORY_BUDGET_MS,
    EmbeddedStore,
    open_store,
    take_environment,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from hooks_cli.environment import Environment

    # An open store, as verbs hand it to features.
    Store: TypeAlias = EmbeddedStore

__all__ = ["EVENT_BUDGET_MS", "HOOKS_BUDGET_MS", "MEMORY_BUDGET_MS", "opened", "take_environment"]


def opened(environment: Environment, budget_ms: int, *, create: bool = True) -> EmbeddedStore:
    """The store of the environment; of a queued call that is taken in, the one that is open already.

    Raises NotFound (1) when there is none and `create` is false, and what `store.sqlite.store.open_store` raises.
    """
    if environment.replayed:
        from hooks_cli.features.journal.replay import store_of

        at_hand = store_of(environment)
        if at_hand is not None:
            return at_hand
    return open_store(environment, create=create, budget_ms=budget_ms)
