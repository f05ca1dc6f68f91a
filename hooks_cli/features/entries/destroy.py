"""Destroys entries: overwrites their content on every page, in the word index, the journal and the write-ahead log.

One transaction per address takes the content away and notes that bytes are left to be driven out;
`store.sqlite.maintenance.scrub` then does that. A process killed in between leaves the note, and the next destroy or gc goes on.

A rename leaves the content in the versions of the old address, which are destroyed along with it: whole with a whole address, and with
one version the one that was moved.
"""

from __future__ import annotations

from hooks_cli.errors import NotFound, UsageError
from hooks_cli.model import address as addresses
from hooks_cli.store.sqlite.maintenance import scrub, state
from hooks_cli.store.sqlite.rows import entry_updates, history, journal, selection
from hooks_cli.store.sqlite.rows.selection import Selection
from hooks_cli.system.failpoints import failpoint
from hooks_cli.text.escapes import shell_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.attribution import Caller
    from hooks_cli.store.sqlite.store import EmbeddedStore


class Destroyed:
    """What was destroyed at one address: the numbers of the versions that lost their content now."""

    __slots__ = ("address", "versions")

    def __init__(self, address: str, versions: list[int]) -> None:
        self.address = address
        self.versions = versions


def chosen(store: EmbeddedStore, pattern: str) -> tuple[list[str], bool]:
    """The addresses with content that the argument means, and whether it is one address. Raises NotFound (1) for one without."""
    if not addresses.is_glob(pattern) or history.head_of(store, pattern) is not None:
        if history.head_of(store, pattern) is None:
            raise NotFound(address=pattern)
        return [pattern], True
    return [row[0] for row in selection.written(store, Selection(pattern))], False


class Target:
    """What is to be destroyed at one address: `versions` (None: all), and the events up to the revision `until`."""

    __slots__ = ("address", "until", "versions")

    def __init__(self, address: str, versions: list[int] | None, until: int = history.FOREVER) -> None:
        self.address = address
        self.versions = versions
        self.until = until


def targets(store: EmbeddedStore, chosen_addresses: list[str], versions: list[int] | None) -> list[Target]:
    """What a destruction takes: these addresses, and where their content lay before it was renamed.

    Raises NotFound (1) when a version that is named is not there.
    """
    found: list[Target] = []
    for address in chosen_addresses:
        for number in versions or ():
            if history.version(store, address, number) is None:
                raise NotFound(f"There is no version {number} of {address}.", hint=f"See: memory history '{address}'")
        found.append(Target(address, versions))
    for target in found:  # grows on the way: what was renamed twice
        for origin, tombstone, number in history.moves_to(store, target.address, target.versions):
            before = list(range(1, tombstone)) if versions is None else [tombstone - 1]
            there = [one for one in found if one.address == origin]
            if any(one.versions is None for one in there):
                continue
            known = {version for one in there for version in one.versions or ()}
            left = [version for version in history.with_content(store, origin, before) if version not in known]
            if left:
                found.append(Target(origin, left, number))
    return found


def moved_to(store: EmbeddedStore, destroyed: list[Destroyed]) -> list[tuple[str, str]]:
    """(address, the address that its content was moved to) where that still has it."""
    return [(one.address, there) for one in destroyed for there in history.moves_from(store, one.address)]


def destroy(store: EmbeddedStore, environment: Environment, wanted: list[Target], who: Caller) -> list[Destroyed]:
    """Destroy these, and drive the bytes out.

    Raises Busy (75) when a reader keeps the write-ahead log for longer than the budget: the content is gone from the store by then, and
    its bytes go with the next destroy or gc.
    """
    done: list[Destroyed] = []
    whole = {target.address for target in wanted if target.versions is None or target.until < history.FOREVER}
    seen = history.newest_revision(store)
    naming = entry_updates.events_naming(store, whole) if whole else {}
    for target in wanted:
        address = target.address
        with store.writing() as tx:
            by = who.in_transaction(tx, environment, "destroy")
            numbers = entry_updates.destroy(tx, address, target.versions)
            if address in whole:
                events = naming.get(address, []) + entry_updates.events_naming(store, {address}, seen).get(address, [])
                entry_updates.scrub_events(tx, address, [revision for revision in events if revision < target.until])
            state.put(tx, state.SCRUB, 1)
            journal.record(
                tx,
                "destroy",
                {"memory_key": address, "versions": numbers},
                revision=tx.next_revision(),
                session=by.session,
                attribution=by.how,
                agent=by.agent,
            )
            failpoint("destroy-in-transaction")
        done.append(Destroyed(address, numbers))
        failpoint("destroy-committed")
    scrub.scrub(store)
    return done


def refuse_no_calls(store: EmbeddedStore, revisions: list[int]) -> None:
    """Raises NotFound (1) for a revision without a hook call, UsageError (64) for one whose content is an entry's version."""
    for revision in revisions:
        written = history.version_of(store, revision)
        if written is not None:
            address, number = written
            raise UsageError(
                f"Revision {revision} is version {number} of {address}. Nothing was destroyed.",
                hint=f"Destroy it there: memory destroy {shell_word(address)} --version {number}",
            )
        if not history.has_event(store, revision):
            raise NotFound(
                f"There is no call of revision {revision} in the journal.", hint="See which there are: memory log"
            )


def destroy_calls(store: EmbeddedStore, environment: Environment, revisions: list[int], who: Caller) -> None:
    """Take what these calls said out of the journal, and drive the bytes out; that there were calls, whose and when, stays.

    Raises Busy (75) as `destroy` does.
    """
    with store.writing() as tx:
        by = who.in_transaction(tx, environment, "destroy")
        entry_updates.scrub_calls(tx, revisions)
        state.put(tx, state.SCRUB, 1)
        journal.record(
            tx,
            "destroy",
            {"revisions": revisions},
            revision=tx.next_revision(),
            session=by.session,
            attribution=by.how,
            agent=by.agent,
        )
    scrub.scrub(store)
