"""What an importer returns: records, other parts of a store, and what was skipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hooks_cli.errors import InvalidAddress
from hooks_cli.model import address as addresses

# A mark: kind, version, at, origin, session, agent. A relation: kind, version, at, target version, digest, commit, target.
MarkRead = tuple[int, int, int, int | None, str | None, str | None]
RelationRead = tuple[int, int, int, int | None, str | None, str | None, str]

# Years 1 to 9999, in ms since 1970. What lies outside is not a time.
EARLIEST = -62_135_596_800_000
LATEST = 253_402_300_799_999


@dataclass(slots=True)
class Record:
    """One version of one entry, as it was found. Times are ms since the epoch; None where the source says nothing.

    `state` is live, deleted (a tombstone; `value` is None) or destroyed. `metadata` and `source` are JSON text.
    `version` and `revision` are set by our own exports only, as are `sealed` and
    `sealed_for`, the address that sealed pieces are bound to, `origin` (model.origin), `machine` (32 hex digits) and
    `imported`, what it had been imported from before, `review` (`annotations.reviews`), and of the newest version `mark`
    and `relations` (`annotations.transfer`). `where` says where it was found, for the report.
    """

    address: str
    value: str | None
    where: str
    at: int | None = None
    state: str = "live"
    tags: list[str] = field(default_factory=list)
    metadata: str | None = None
    source: str | None = None
    version: int | None = None
    revision: int | None = None
    session: str | None = None
    guessed: bool = False
    agent: str | None = None
    event: str | None = None
    data_version: str | None = None
    trace: str | None = None
    expires: int | None = None
    pinned: bool = False
    sealed: int = 0
    sealed_for: str = ""
    project: str | None = None
    origin: int | None = None
    machine: str | None = None
    imported: str | None = None
    review: int = 0
    mark: MarkRead | None = None
    relations: list[RelationRead] = field(default_factory=list)


@dataclass(slots=True)
class Header:
    """The head of an export of ours: whose entries follow."""

    store_id: str
    project: str
    versions: str = "head"


@dataclass(slots=True)
class JournalRecord:
    """A session, task or event of an export of ours; `text` is its JSON object."""

    kind: str
    text: str
    where: str


@dataclass(slots=True)
class Refused:
    """What cannot be taken, and why. It makes the import exit 65."""

    what: str
    why: str


@dataclass(slots=True)
class Left:
    """What is left out because the source itself says it is gone, or because it is not a memory."""

    what: str
    why: str


Found = Record | Header | JournalRecord | Refused | Left
Records = Iterator[Found]


def mended_address(namespace: str, key: str) -> str:
    """The address for a foreign namespace and key: slashes that make empty segments are taken away.

    Raises InvalidAddress when it still is none.

    >>> mended_address("file-history", "/src//a.py"), mended_address("default", "k")
    ('file-history/src/a.py', 'k')
    """
    joined = addresses.join(namespace, key)
    return addresses.check("/".join(segment for segment in joined.split("/") if segment))


def place(namespace: object, key: object, where: str) -> str | Refused:
    """The address, or the refusal that says what is wrong with it."""
    if not isinstance(key, str) or not key:
        return Refused(where, "it has no key")
    if namespace is not None and not isinstance(namespace, str):
        return Refused(f"{where} ({key[:60]})", "its namespace is not text")
    try:
        return mended_address(namespace or "", key)
    except InvalidAddress as error:
        return Refused(f"{where} ({key[:60]!r})", str(error))


def milliseconds(value: object) -> int | None:
    """A time as ms since the epoch: a number of ms (or of seconds, when it is too small for ms), or ISO 8601 text.

    >>> milliseconds(1795327555798), milliseconds(1795327555), milliseconds("2026-11-22T06:05:55.798Z"), milliseconds("x")
    (1795327555798, 1795327555000, 1795327555798, None)
    """
    from datetime import UTC, datetime

    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if text.isdecimal():
            return milliseconds(int(text[:20]))
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        result = round(moment.timestamp() * 1000)
    elif isinstance(value, (int, float)) and 0 <= value <= LATEST:
        # 100,000,000,000 s is the year 5138; as ms it is 1973: nobody kept memory then.
        result = int(value * 1000) if value < 100_000_000_000 else int(value)
    else:
        return None
    return result if EARLIEST <= result <= LATEST else None


def tag_list(value: object) -> list[str]:
    """Tags from a list, or from text with commas."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return []
    return list(dict.fromkeys(tag.strip() for tag in value if isinstance(tag, str) and tag.strip()))
