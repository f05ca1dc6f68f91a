"""Reads all versions of one address: `memory history`, `show` and `diff`."""

from __future__ import annotations

from hooks_cli.store.sqlite.rows import history

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.entry import Entry
    from hooks_cli.store.sqlite.store import EmbeddedStore


class AddressVersions:
    """What is left of an address. `last` is the number of its newest version ever, `entries` its versions, the newest first, tombstones
    too; `is_known` says whether it was ever written."""

    __slots__ = ("_head", "entries")

    def __init__(self, store: EmbeddedStore, address: str) -> None:
        self._head = history.head_of(store, address)
        self.entries: list[Entry] = [] if self._head is None else history.versions(store, address)

    @property
    def is_known(self) -> bool:
        """Whether the address was ever written."""
        return self._head is not None

    @property
    def last(self) -> int:
        """The number of the newest version, 0 for an address that was never written."""
        return 0 if self._head is None else int(self._head[2])

    @property
    def pinned(self) -> bool:
        """Whether the address is pinned."""
        return self._head is not None and bool(self._head[4])

    def current(self, now: int) -> int:
        """The number of the version that is live at `now` (ms), 0 when none is: deleted, destroyed or expired."""
        head = self._head
        return int(head[2]) if head is not None and head[3] and (head[5] is None or head[5] > now) else 0


def is_known(store: EmbeddedStore, address: str) -> bool:
    """Whether an address was ever written."""
    return history.head_of(store, address) is not None


def first_here(store: EmbeddedStore, address: str) -> tuple[int, int, int] | None:
    """(version, revision, at in ms) with which an address began here, when an import brought it without its older versions."""
    return history.begins_with(store, address)
