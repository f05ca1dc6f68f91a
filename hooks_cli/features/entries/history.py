"""Reads older versions of an address or a glob: by version number, by revision, by time."""

from __future__ import annotations

from hooks_cli.errors import NotFound, UsageError
from hooks_cli.features.entries.delete import readable_version
from hooks_cli.features.entries.read import Found
from hooks_cli.model import address as addresses
from hooks_cli.store.sqlite.rows import history
from hooks_cli.text.units import parse_time, to_iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore


class When:
    """A point in the store's life: its revision, its time (ms; what had expired by then is not there), and how it was named.

    `until` (ms) is the time after which nothing counts, for a point that was named by its time.
    """

    __slots__ = ("moment", "revision", "until", "words")

    def __init__(self, revision: int, moment: int, words: str, until: int = history.FOREVER) -> None:
        self.revision = revision
        self.moment = moment
        self.words = words
        self.until = until


def when(store: EmbeddedStore, environment: Environment, at_revision: int | None, as_of: str) -> When:
    """The point that `--at-revision` or `--as-of` names. Raises UsageError (64) for a revision or time that is still to come."""
    if at_revision is not None:
        newest = history.newest_revision(store)
        if not 0 <= at_revision <= newest:
            raise UsageError(f"--at-revision {at_revision}: the store is at revision {newest}.")
        return When(at_revision, history.moment_of(store, at_revision), f"revision {at_revision}")
    now = environment.now()
    moment = parse_time(as_of, now, "--as-of")
    if moment > now:
        raise UsageError(f"--as-of {as_of!r} is still to come.")
    return When(history.newest_revision(store), moment, to_iso(moment), until=moment)


def version(store: EmbeddedStore, environment: Environment, address: str, number: int) -> Found:
    """One version of one address. Raises NotFound (1), which says why there is none, UsageError (64) for a glob."""
    if addresses.is_glob(address) and history.head_of(store, address) is None:
        raise UsageError(
            f"--version reads one address, and {address!r} is a glob: their versions have nothing to do with each other.",
            hint="All values at one time: --at-revision R, or --as-of TIME",
        )
    return Found([readable_version(store, address, number, environment.now())], 1, True)


def recall(store: EmbeddedStore, pattern: str, point: When, limit: int, offset: int = 0) -> tuple[Found, int]:
    """What was there at that point, and of how many addresses that is not known any more.

    An address that was ever written wins over reading it as a glob. Raises NotFound (1) for one address without an entry then.
    """
    if not addresses.is_glob(pattern) or history.head_of(store, pattern) is not None:
        found = history.address_at(store, pattern, point.revision, point.moment, point.until)
        if found.collected:
            began = history.begins_with(store, pattern)
            if began is not None and (point.revision < began[1] or point.until < began[2]):
                raise NotFound(
                    f"What {pattern} said at {point.words} is not known: the history here begins with version {began[0]}, "
                    "which was imported.",
                    hint=f"See it: memory history '{pattern}'",
                )
            raise NotFound(
                f"What {pattern} said at {point.words} is not known any more: versions around it were collected.",
                hint=f"See its versions: memory history '{pattern}'",
            )
        if not found.entries:
            raise NotFound(
                f"There was no entry at {pattern} at {point.words}.", hint=f"See: memory history '{pattern}'"
            )
        return Found(found.entries, 1, True), 0
    several, total = history.matching_at(store, pattern, point.revision, point.moment, limit, offset, point.until)
    return Found(several.entries, total, False), several.collected
