"""Destroying: the content leaves every page, the word index, the journal and the write-ahead log; that it was there stays known.

One transaction per address takes the content away and notes that bytes are left to be driven out; `store.scrubbing` then does that. A
process killed in between leaves the note, and the next destroy or gc goes on.
"""

from __future__ import annotations

from hooks_cli.errors import NotFound
from hooks_cli.failpoints import pass_by
from hooks_cli.model import address as addresses
from hooks_cli.store import changing, journal, past, scrubbing, selection, upkeep
from hooks_cli.store.selection import Selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.operations.carrying import Who
    from hooks_cli.store.embedded import EmbeddedStore


class Destroyed:
    """What was destroyed at one address: the numbers of the versions that lost their content now."""

    __slots__ = ("address", "versions")

    def __init__(self, address: str, versions: list[int]) -> None:
        self.address = address
        self.versions = versions


def chosen(store: EmbeddedStore, pattern: str) -> tuple[list[str], bool]:
    """The addresses with content that the argument means, and whether it is one address. Raises NotFound (1) for one without."""
    if not addresses.is_glob(pattern) or past.head_of(store, pattern) is not None:
        if past.head_of(store, pattern) is None:
            raise NotFound(address=pattern)
        return [pattern], True
    return [row[0] for row in selection.written(store, Selection(pattern))], False


def destroy(
    store: EmbeddedStore, environment: Environment, chosen_addresses: list[str], versions: list[int] | None, who: Who
) -> list[Destroyed]:
    """Destroy versions (None: all) of these addresses, and drive the bytes out.

    Raises NotFound (1) when a version that is named is not there; Busy (75) when a reader keeps the write-ahead log for longer than the
    budget: the content is gone from the store by then, and its bytes go with the next destroy or gc.
    """
    done: list[Destroyed] = []
    for address in chosen_addresses:
        for number in versions or ():
            if past.version(store, address, number) is None:
                raise NotFound(f"There is no version {number} of {address}.", hint=f"See: memory history '{address}'")
        with store.writing() as tx:
            by = who.in_transaction(tx, environment, "destroy")
            numbers = changing.destroy(tx, address, versions)
            if versions is None:
                changing.scrub_events(tx, address)
            upkeep.put(tx, upkeep.SCRUB, 1)
            journal.record(
                tx,
                "destroy",
                {"memory_key": address, "versions": numbers},
                revision=tx.next_revision(),
                session=by.session,
                attribution=by.how,
                agent=by.agent,
            )
            pass_by("destroy-in-transaction")
        done.append(Destroyed(address, numbers))
        pass_by("destroy-committed")
    scrubbing.scrub(store)
    return done
