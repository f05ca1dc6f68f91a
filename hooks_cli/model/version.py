"""One stored version as the retention rules see it, without its content."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass


class Version:
    """One version of one address as retention sees it.

    `fields` holds those of `success`, `success_rate`, `confidence`, `pattern` and `git_commit` that the version's metadata has or,
    failing that, its JSON value at the top level. `newest` says that the address holds this version now (which may be a tombstone).
    `at` and `expires` are milliseconds since the epoch, `expires` 0 for never; `size` is in bytes.
    """

    __slots__ = ("address", "at", "expires", "fields", "kind", "newest", "pinned", "revision", "size", "version")

    def __init__(
        self,
        address: str,
        version: int,
        revision: int,
        at: int,
        kind: int = 0,
        newest: bool = True,
        pinned: bool = False,
        expires: int = 0,
        size: int = 0,
        fields: dict[str, object] | None = None,
    ) -> None:
        self.address = address
        self.version = version
        self.revision = revision
        self.at = at
        self.kind = kind
        self.newest = newest
        self.pinned = pinned
        self.expires = expires
        self.size = size
        self.fields = fields or {}
