"""Explains why an address has no entry (deleted, expired, destroyed, …) and what to type.

Loaded only where an address was asked for and nothing is there.
"""

from __future__ import annotations

from hooks_cli.errors import NotFound
from hooks_cli.features.entries.read import Found
from hooks_cli.model import address as addresses
from hooks_cli.model.entry import DESTROYED, TOMBSTONE
from hooks_cli.store.sqlite.rows import entries, history, lists
from hooks_cli.text.escapes import shell_word
from hooks_cli.text.units import moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.entry import Entry
    from hooks_cli.store.sqlite.store import EmbeddedStore


def doubled(store: EmbeddedStore, namespace: str, key: str, now: int) -> Found | None:
    """The entry that was meant where a line says its namespace twice, or once less than the line that stored it; None if there is none.

    `store --namespace cache --key cache/x` is cache/cache/x, and some lines ask for it as `--key cache/x`; others are told of cache/x by a
    list, and ask for it as `--namespace cache --key cache/x`. Asked only when nothing was ever written at the address itself.
    """
    if history.head_of(store, addresses.join(namespace, key)) is not None:
        return None
    namespace = namespace.rstrip("/")
    if namespace not in ("", addresses.DEFAULT_NAMESPACE):
        tried = [key] if key.startswith(namespace + "/") else []
    else:
        parts = key.split("/")
        tried = ["/".join([*parts[:n], *parts]) for n in range(1, len(parts))]
    for address in tried:
        entry = entries.read(store, address, now)
        if entry is not None:
            return Found([entry], 1, True)
    return None


def ending_so(store: EmbeddedStore, address: str, now: int) -> Entry | None:
    """The only entry whose address ends with `/` and this one (stored with --namespace, asked for without), None if there are several."""
    found = [] if not address or addresses.is_glob(address) else lists.newest(store, f"*/{address}", now, 2)
    return found[0] if len(found) == 1 else None


def of(store: EmbeddedStore, address: str, now: int) -> NotFound:
    """The error (1) for an address without an entry at `now` (ms); its hint is a command that fits."""
    head = history.head_of(store, address)
    newest = None if head is None else history.version(store, address, head[2])
    name = shell_word(address)
    if newest is not None and newest.kind == TOMBSTONE:
        how = "moved away" if newest.event == "rename" else "deleted"
        back = f"Bring it back: memory undelete {name}" if how == "deleted" else f"See: memory history {name}"
        return NotFound(
            f"There is no entry at {address}: it was {how} at {moment(newest.at)} (version {newest.version}).",
            address=address,
            hint=back,
        )
    if newest is not None and newest.kind == DESTROYED:
        return NotFound(f"There is no entry at {address}: its content was destroyed.", address=address)
    if head is not None and head[5] is not None and head[5] <= now:
        return NotFound(
            f"There is no entry at {address}: it expired at {moment(head[5])}.",
            address=address,
            hint=f"Its last content: memory show {name}",
        )
    if address and not addresses.is_glob(address) and lists.newest(store, f"{address}/*", now, 1):
        return NotFound(
            f"There is no entry at {address} itself; there are entries below it.",
            address=address,
            hint=f"See them: memory list {name}",
        )
    meant = ending_so(store, address, now)
    if meant is not None:
        return NotFound(
            f"There is no entry at {address}; one address ends so.",
            address=address,
            hint=f"It is: memory recall {shell_word(meant.address)} (or --loose)",
        )
    return NotFound(address=address)
