"""Tells what a write would do, without writing: `memory store --dry-run`."""

from __future__ import annotations

from hooks_cli.features import attribution
from hooks_cli.features.entries.draft import limit_lifetime
from hooks_cli.features.validation.check import check_draft
from hooks_cli.store.sqlite.rows import entry_writes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Draft, Written
    from hooks_cli.store.sqlite.store import EmbeddedStore


class _Undone(Exception):
    """Takes a transaction back that did what it was to try."""


def rehearse(
    store: EmbeddedStore,
    environment: Environment,
    draft: Draft,
    *,
    ttl: str = "",
    agent: str = "",
    if_version: int | None = None,
) -> Written:
    """Write the draft in a transaction that is taken back, and return what it would have made.

    Raises what the write itself does: InvalidAddress, InvalidText, TooLarge, SchemaViolation (65), VersionConflict (76),
    ReadOnlyAgent (77), UsageError (64) for a ttl that is not a duration.
    """
    attribution.check_write(environment, agent)
    check_draft(store, environment, draft)
    try:
        with store.writing() as tx:
            limit_lifetime(tx, environment, draft, ttl)
            written = entry_writes.put(tx, draft, if_version=if_version)
            raise _Undone
    except _Undone:
        return written
