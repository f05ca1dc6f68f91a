"""Opening the store for a verb, with the lock budget of its group, and the exit of one that cannot wait."""

from __future__ import annotations

from hooks_cli.errors import NotFound
from hooks_cli.store.embedded import HOOKS_BUDGET_MS, MEMORY_BUDGET_MS, open_store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.embedded import EmbeddedStore


def for_hooks(environment: Environment) -> EmbeddedStore:
    """The store for a hooks verb: made on first use, waited for at most 5 s, a broken hooks.toml does not stop it."""
    environment.lenient = True
    return open_store(environment, budget_ms=HOOKS_BUDGET_MS)


def for_memory(environment: Environment, *, create: bool = True) -> EmbeddedStore:
    """The store for a memory verb: waited for at most 30 s. Raises NotFound (1) when `create` is false and there is none."""
    return open_store(environment, create=create, budget_ms=MEMORY_BUDGET_MS)


def for_reading(environment: Environment) -> EmbeddedStore | None:
    """The store for a memory verb that only reads, None where there is none yet: looking makes nothing."""
    try:
        return for_memory(environment, create=False)
    except NotFound:
        return None
