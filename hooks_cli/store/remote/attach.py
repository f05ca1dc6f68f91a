"""Connects an open replica to its log: the server's address, and the link to it.

The address is the user's: HOOKS_REMOTE_URL, else the file that `remote create` or `remote join` wrote beside the store's key. A project's
own settings cannot name it. That the store is a replica stands in the store itself (`remote_seq`), so that a file that is lost does not
make two memories of one.
"""

from __future__ import annotations

import os

from hooks_cli.errors import UsageError
from hooks_cli.store.remote.failures import NoAddress
from hooks_cli.store.remote.replica import Replica

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.remote.contract import LogStorage
    from hooks_cli.store.remote.direct_link import DirectLink
    from hooks_cli.store.remote.relay_link import RelayLink
    from hooks_cli.store.remote.replica import Link
    from hooks_cli.store.sqlite.store import EmbeddedStore

ENDING = ".remote"
VARIABLE = "HOOKS_REMOTE_URL"
LONGEST_ADDRESS = 4096
FOLDER_SCHEME = "folder:"


def attach(store: EmbeddedStore, environment: Environment) -> None:
    """Make of an open store the replica that it is."""
    store.replica = Replica(lambda opened: link(environment, opened), lambda opened: link_at_hand(environment, opened))


def address_path(environment: Environment) -> str:
    """The file that holds the server's address."""
    return os.path.join(environment.folders.keys, environment.places.store_stem + ENDING)


def address_of(environment: Environment) -> str:
    """The server's address. Raises NoAddress (78)."""
    named = environment.variables.get(VARIABLE, "")
    if named:
        return named
    from hooks_cli.system.private_files import read_file

    content = read_file(address_path(environment), LONGEST_ADDRESS)
    if not content:
        raise NoAddress(reason=f"{VARIABLE} is not set, and {address_path(environment)} is not there")
    return content.decode("utf-8", "replace").strip()


def open_log(address: str, log_id: bytes) -> LogStorage:
    """The log at an address, not connected yet. Raises UsageError (64), ExtraMissing (69)."""
    if address.startswith(FOLDER_SCHEME):
        from hooks_cli.store.remote.logs.log_folder import FolderLog

        return FolderLog(address.removeprefix(FOLDER_SCHEME), log_id)
    if not address.startswith(("postgresql://", "postgres://")):
        raise UsageError(
            f"This is not an address of a server: {address[:80]!r}.",
            hint="postgresql://USER@HOST/DATABASE, without a password",
        )
    from hooks_cli.system.python_startup import complete

    complete()
    from hooks_cli.store.remote.logs.log_postgres import connection_words
    from hooks_cli.store.remote.logs.storage_postgres import PostgresStorage

    connection_words(address)
    return PostgresStorage(address, log_id)


def link(environment: Environment, store: EmbeddedStore) -> Link:
    """The way to the store's log: through the relay where there is one; else without, and a relay is started for the next call."""
    from hooks_cli.store.remote import relay_link

    if not relay_link.wanted(environment):
        return direct_link(environment, store)
    try:
        path = relay_link.socket_path(environment, store)
        return relay_link.RelayLink(*relay_link.connect(path), lambda: direct_link(environment, store))
    except relay_link.NoRelay:
        made = direct_link(environment, store)
        _start_relay(environment, store)
        return made


def link_at_hand(environment: Environment, store: EmbeddedStore) -> RelayLink | None:
    """The way through a relay that runs, for a read that waits a few milliseconds for it at most; None without one."""
    from hooks_cli.store.remote import relay_link

    if not relay_link.wanted(environment):
        return None
    try:
        path = relay_link.socket_path(environment, store)
        found = relay_link.connect(path, relay_link.CACHED_SECONDS)
        return relay_link.RelayLink(*found, lambda: direct_link(environment, store))
    except relay_link.NoRelay:
        return None


def _start_relay(environment: Environment, store: EmbeddedStore) -> None:
    """Start the relay; where that fails, each call goes its own way."""
    import json

    from hooks_cli.crypto.record_seal import remote_key
    from hooks_cli.store.remote import relay_link
    from hooks_cli.store.remote.replica import machine_of
    from hooks_cli.store.sqlite.schema import FORMAT

    try:
        path = relay_link.socket_path(environment, store)
        config = {
            "socket": path,
            "address": address_of(environment),
            "key": remote_key(store.key.raw).hex(),
            "store_id": store.store_id.hex(),
            "format": FORMAT,
            "machine": machine_of(store).hex(),
        }
        relay_link.start(path, json.dumps(config).encode())
    except (OSError, relay_link.NoRelay):
        return


def direct_link(environment: Environment, store: EmbeddedStore, address: str = "") -> DirectLink:
    """The way to the store's log without the relay. Raises NoAddress (78), ExtraMissing (69)."""
    from hooks_cli.system.python_startup import complete

    complete()
    from hooks_cli.crypto.record_seal import RecordSeal, log_id, remote_key
    from hooks_cli.store.remote.direct_link import DirectLink
    from hooks_cli.store.sqlite.schema import FORMAT

    key = remote_key(store.key.raw)
    log = open_log(address or address_of(environment), log_id(key, store.store_id))
    return DirectLink(log, RecordSeal(key, store.store_id), FORMAT)
