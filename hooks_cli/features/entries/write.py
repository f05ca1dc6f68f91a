"""Writes one version of an entry: `memory store`."""

from __future__ import annotations

from hooks_cli.features import attribution
from hooks_cli.features.attribution import attribute
from hooks_cli.features.entries.draft import limit_lifetime, make_draft
from hooks_cli.features.validation.check import check_draft
from hooks_cli.model.entry import Written
from hooks_cli.store.sqlite.rows import entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore


def store_value(
    store: EmbeddedStore,
    environment: Environment,
    address: str,
    value: str,
    *,
    metadata: str = "",
    tags: list[str] | str = "",
    ttl: str = "",
    redact: bool = False,
    if_version: int | None = None,
    session_id: str = "",
    agent: str = "",
) -> Written:
    """Write one version of `address`.

    Raises InvalidAddress, InvalidJson, InvalidText, TooLarge (65), VersionConflict (76), ReadOnlyAgent (77), and the store's errors.
    """
    attribution.check_write(environment, agent)
    draft = make_draft(store, address, value, metadata=metadata, tags=tags, redact=redact)
    check_draft(store, environment, draft)
    with store.writing() as tx:
        who = attribute(tx, environment, "store", session_id=session_id, agent=agent)
        draft.session, draft.agent, draft.guessed = who.session, who.agent, who.guessed
        limit_lifetime(tx, environment, draft, ttl)
        return entries.put(tx, draft, if_version=if_version)
