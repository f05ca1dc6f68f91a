"""Storing and reading back: what `memory store` and `memory recall` do."""

from __future__ import annotations

from hooks_cli.model import address as addresses
from hooks_cli.model.entry import Entry, Written
from hooks_cli.operations import access, drafting
from hooks_cli.operations.attribution import attribute
from hooks_cli.operations.schema_check import check_draft
from hooks_cli.store import entries, listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.embedded import EmbeddedStore


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
    access.check_write(environment, agent)
    draft = drafting.make_draft(store, address, value, metadata=metadata, tags=tags, redact=redact)
    check_draft(store, environment, draft)
    with store.writing() as tx:
        who = attribute(tx, environment, "store", session_id=session_id, agent=agent)
        draft.session, draft.agent, draft.guessed = who.session, who.agent, who.guessed
        drafting.limit(tx, environment, draft, ttl)
        return entries.put(tx, draft, if_version=if_version)


class Found:
    """What a recall found: `exact` when the argument is one address (and not a glob); newest first, with the number of all."""

    __slots__ = ("entries", "exact", "total")

    def __init__(self, found: list[Entry], total: int, exact: bool) -> None:
        self.entries = found
        self.total = total
        self.exact = exact


def recall(
    store: EmbeddedStore,
    pattern: str,
    now: int,
    limit: int,
    offset: int = 0,
    *,
    counted: bool = False,
    short: bool = False,
    lazy: bool = False,
) -> Found:
    """The entry at an address, or the entries that a glob matches.

    A live address that equals the argument wins over reading it as a glob. `counted` asks for the exact total of a glob that has more
    than `limit` entries (it costs a scan of its range); otherwise `total` is then limit + 1 or more. `short` reads of long values of a
    glob only the beginning, as a list shows it; `lazy` leaves them out, for `store.whole.each` to read one at a time.
    """
    entry = entries.read(store, pattern, now)
    if entry is not None:
        return Found([entry], 1, True)
    if not addresses.is_glob(pattern):
        return Found([], 0, True)
    found = listing.newest(
        store, pattern, now, limit + 1, offset, entries.SHORT_COLUMNS if short or lazy else entries.COLUMNS
    )
    if short:
        entries.shorten(store, found)
    total = offset + len(found)
    if len(found) > limit and counted:
        total = listing.count(store, pattern, now)
    return Found(found[:limit], total, False)
