"""`Draft` (an entry to write), `Written` (the result of a write) and `Entry` (an entry as read)."""

from __future__ import annotations

from hooks_cli.text.sealed_marker import MASK, mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TEXT, JSON, TOMBSTONE, DESTROYED = 0, 1, 2, 3
# How much of a version is sealed once more: nothing, some fields of its JSON, the whole value.
NOT_SEALED, SEALED_FIELDS, SEALED_WHOLE = 0, 1, 2
MAX_VALUE_BYTES = 64 * 1024 * 1024


class Draft:
    """One version to be written. `value` None writes a tombstone. `source`, `tags`, `metadata` are JSON text, checked before."""

    __slots__ = (
        "address",
        "agent",
        "data_version",
        "event",
        "expires",
        "guessed",
        "held",
        "if_version",
        "imported",
        "lifetime",
        "metadata",
        "origin",
        "redact",
        "session",
        "source",
        "tags",
        "trace",
        "value",
    )

    def __init__(
        self,
        address: str,
        value: str | None,
        *,
        event: str = "store",
        metadata: str | None = None,
        tags: str | None = None,
        source: str | None = None,
        data_version: str | None = None,
        expires: int | None = None,
        session: int | None = None,
        guessed: bool = False,
        agent: str | None = None,
        trace: str | None = None,
        redact: bool = False,
        origin: int | None = None,
        imported: str | None = None,
    ) -> None:
        """`expires` in ms since the epoch; `session` the row's id; `redact` seals the whole value; `origin` is a class of
        `model.origin`; `imported` says what it was imported from, None when it was not."""
        self.address = address
        self.value = value
        self.event = event
        self.metadata = metadata
        self.tags = tags
        self.source = source
        self.data_version = data_version
        self.expires = expires
        self.session = session
        self.guessed = guessed
        self.agent = agent
        self.trace = trace
        self.redact = redact
        self.origin = origin
        self.imported = imported
        # Of a hooks call's entry: the version that must be current, and (why it is not written, the option that says so).
        self.if_version: int | None = None
        self.held = ("", "")
        # The lifetime (ms) that the settings gave, 0 when none.
        self.lifetime = 0


class Written:
    """What a write made: its address, store-wide revision, version within the address, and the version before it (0: none).

    `lifetime` (ms) is set where the settings limit it, 0 where they do not, or the call said it.
    """

    __slots__ = ("address", "lifetime", "previous", "revision", "version")

    def __init__(self, address: str, revision: int, version: int, previous: int, lifetime: int = 0) -> None:
        self.address = address
        self.revision = revision
        self.version = version
        self.previous = previous
        self.lifetime = lifetime

    def fields(self) -> dict[str, object]:
        """The write as the fields of an object; a lifetime that the settings gave is among them."""
        found: dict[str, object] = {"key": self.address, "revision": self.revision, "key_version": self.version}
        if self.lifetime:
            found["lifetime_seconds"] = self.lifetime // 1000
            found["lifetime_from"] = "settings"
        return found


class Entry:
    """One version as it is read. Times are ms since the epoch; `source`, `tags`, `metadata` JSON text or None.

    `origin`, `machine` (the machine's row) and `imported` say where it came from; None where that is not known or not so.
    """

    __slots__ = (
        "address",
        "agent",
        "at",
        "data_version",
        "event",
        "expires",
        "guessed",
        "imported",
        "kind",
        "machine",
        "metadata",
        "origin",
        "pinned",
        "raw",
        "revision",
        "sealed",
        "session",
        "source",
        "tags",
        "trace",
        "value",
        "version",
    )

    def __init__(self, row: tuple[Any, ...]) -> None:
        """Take a row of `store.sqlite.rows.entries.COLUMNS`. What is sealed is masked at once; `raw` keeps it as it is stored."""
        (
            self.address,
            self.revision,
            self.version,
            self.at,
            self.kind,
            self.sealed,
            self.expires,
            self.session,
            self.guessed,
            self.agent,
            self.event,
            self.origin,
            self.machine,
            self.imported,
            self.data_version,
            self.source,
            self.tags,
            self.metadata,
            self.trace,
            self.pinned,
            self.value,
        ) = row
        # (value, metadata, tags, source) as stored, where something in them is sealed; else None.
        self.raw: tuple[str | None, ...] | None = None
        if self.sealed:
            self._mask()

    @property
    def session_shown(self) -> str | None:
        """The session's name for people: a guess with `~` before it."""
        return "~" + self.session if self.guessed and self.session else self.session

    def _mask(self) -> None:
        self.raw = (self.value, self.metadata, self.tags, self.source)
        value, metadata, tags, source = [mask(text) if text else text for text in self.raw]
        self.value = MASK if self.sealed == SEALED_WHOLE and value is not None else value
        self.metadata, self.tags, self.source = metadata, tags, source

    address: str
    revision: int
    version: int
    at: int
    kind: int
    sealed: int
    expires: int | None
    session: str | None
    guessed: int
    agent: str | None
    event: str
    origin: int | None
    machine: int | None
    imported: str | None
    data_version: str | None
    source: str | None
    tags: str | None
    metadata: str | None
    trace: str | None
    pinned: int
    value: str | None


def shown(entry: Entry) -> str:
    """The value as every output may show it."""
    return entry.value or ""
