"""`remote create`: this store becomes the first replica of a new log."""

from __future__ import annotations

import os

from hooks_cli.crypto.keys.file import publish
from hooks_cli.crypto.record_seal import RecordSeal, remote_key
from hooks_cli.environment import Environment
from hooks_cli.errors import HooksError
from hooks_cli.store.remote import attach, position, snapshots
from hooks_cli.store.remote.direct_link import DirectLink
from hooks_cli.store.remote.replica import machine_of
from hooks_cli.store.sqlite import writer_queue
from hooks_cli.store.sqlite.schema import FORMAT
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store
from hooks_cli.system.atomic_file import AtomicFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class SharedAlready(HooksError):
    """This memory is shared already, at {address}."""

    exit_code = 76
    hint = "See: hooks-cli remote status. To leave that server first: hooks-cli remote leave"


class LogExists(HooksError):
    """The server has a log of this memory already, and other machines have joined it or written to it. Nothing was changed."""

    exit_code = 76
    hint = "Join it: hooks-cli remote join ADDRESS --key-file FILE --replace (or --merge)"


def create(environment: Environment, address: str, advance: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Upload a snapshot of this project's store as the beginning of a log, and make the store its replica; the size of the snapshot.

    `advance` hears of the bytes sent, and of how many there are. Killed at any point, it can be run again. Raises SharedAlready or
    LogExists (76), and the errors of the server and the store."""
    store = open_store(environment)
    if store.replica is not None:
        raise SharedAlready(address=_address(environment))
    with store.writing(local=True):
        pass  # a store of an older format is brought up to date first
    link = attach.direct_link(environment, store, address)
    link.log.make_tables()
    held = writer_queue.take(store.path, store.budget_ms)
    try:
        size = upload_first(store, environment, link, 0, advance)
        remember(environment, address)
        position.begin(store, 0)
    finally:
        writer_queue.give(held)
    link.log.note_reader(machine_of(store), 0, own_label(link, machine_of(store)))
    link.close()
    store.close()
    return size


def upload_first(
    store: EmbeddedStore,
    environment: Environment,
    link: DirectLink,
    seq: int,
    advance: Callable[[int, int], None],
) -> int:
    """Make the log with a snapshot of the store as its state at record `seq`; the size in bytes. Raises LogExists (76)."""
    with AtomicFile(store.path) as draft:
        made = snapshots.copy(store, draft, seq)
        size, sent = os.stat(draft.name).st_size, 0

        def tell(piece: int) -> None:
            nonlocal sent
            sent += piece
            advance(sent, size)

        log = link.log
        label = RecordSeal(remote_key(store.key.raw), b"").seal_label(
            log.log_id, f"{store.store_id.hex()} {environment.project.name}"
        )
        if not log.create(FORMAT, label, made, snapshots.sealed_parts(draft.name, made, link.seal, tell)):
            raise LogExists
    return size


def remember(environment: Environment, address: str) -> None:
    """Keep the server's address among the user's files, for this store."""
    publish(attach.address_path(environment), address.encode() + b"\n", replace=True)


def own_label(link: DirectLink, machine: bytes) -> bytes:
    """This machine's name as its colleagues see it, and the newest format that its program reads; sealed."""
    import getpass
    import platform

    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return link.seal.seal_label(machine, f"{FORMAT} {user}@{platform.node()}")


def _address(environment: Environment) -> str:
    try:
        return attach.address_of(environment)
    except HooksError:
        return "a server whose address is not known here"
