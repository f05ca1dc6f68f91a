"""Whether what is written fits the schema of its address, as `[schemas] mode` has it. Hot.

A user's schema (`[schemas.patterns]`, the first glob that matches) takes the place of the built-in one of the key family
(`swarm/<family>/…`). Both say what the metadata may be. Built-in: one SQL query (`store.family_checks`), and only where
that doubts, the plan. A user's: its plan from the cache (`user_schemas`). Nothing is loaded for an address without one.
"""

from __future__ import annotations

from hooks_cli.errors import SchemaViolation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Draft
    from hooks_cli.store.embedded import EmbeddedStore

FAMILY_ROOT = "swarm/"
USER_TABLE = "schemas.patterns"


def check_draft(store: EmbeddedStore, environment: Environment, draft: Draft) -> None:
    """Tell on stderr what does not fit (mode warn), or raise SchemaViolation (65) for it (mode strict)."""
    settings = environment.settings
    mode = settings.text("schemas.mode")
    if mode == "off" or draft.value is None:
        return
    patterns = settings.table(USER_TABLE) if settings.values else {}
    if not patterns and (draft.metadata is None or not draft.address.startswith(FAMILY_ROOT)):
        return
    reason = violation(store, environment, draft.address, draft.metadata, mode == "strict")
    if reason is None:
        return
    if mode == "strict":
        raise SchemaViolation(address=draft.address, reason=reason)
    environment.err(f"hooks-cli: {draft.address} does not fit its schema: metadata: {reason}")


def violation(
    store: EmbeddedStore, environment: Environment, address: str, metadata: str | None, strict: bool = False
) -> str | None:
    """What of the metadata (JSON text of an object, or None) does not fit the schema of the address; None when all fits.

    Raises ConfigError (78) when `strict` and the user's schema cannot be used; otherwise that is one line on stderr.
    """
    patterns = environment.settings.table(USER_TABLE)
    if patterns:
        from hooks_cli.operations import user_schemas

        path = user_schemas.path_for(address, patterns)
        if path:
            return user_schemas.violation(store, environment, path, metadata or "{}", strict)
    return _family_violation(store, address, metadata)


def family_of(address: str) -> str:
    """The key family of an address, "" when it is in none.

    >>> family_of("swarm/performance/baseline"), family_of("notes/x")
    ('performance', '')
    """
    return address[len(FAMILY_ROOT) :].partition("/")[0] if address.startswith(FAMILY_ROOT) else ""


def _family_violation(store: EmbeddedStore, address: str, metadata: str | None) -> str | None:
    family = family_of(address)
    if not family or metadata is None:
        return None
    from hooks_cli.store.family_checks import QUERIES

    query = QUERIES.get(family)
    if query is None or not store.query(query, (metadata,)):
        return None
    from hooks_cli.model.builtin_schemas import FAMILIES
    from hooks_cli.model.schema_plan import first_violation
    from hooks_cli.operations.json_reading import read_json

    return first_violation(FAMILIES[family], read_json(store, metadata))
