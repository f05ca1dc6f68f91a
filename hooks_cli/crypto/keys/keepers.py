"""The places that hold a data key (key file or slots), and replacing it there in a rotation. Loaded on demand.

Each keeper stores the next key first (`store_next`) and makes it the only one afterwards (`promote`); in between, and after a crash in
between, both keys can be read (`key_source.second_key`).
"""

from __future__ import annotations

import os

from hooks_cli.crypto.keys import slots
from hooks_cli.crypto.keys.file import publish_key_file, read_key_file, sync_folder
from hooks_cli.crypto.keys.source import NEXT_SUFFIX
from hooks_cli.errors import StorageFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from hooks_cli.crypto.keys.data_key import Key, KeyEnvironment
    from hooks_cli.crypto.keys.slots import Slot

    class Keeper(Protocol):
        """Keeps the data key of one store."""

        def store_next(self, new_key: bytes) -> None:
            """Keep the next key beside the present one, durable."""

        def promote(self, new_key: bytes) -> None:
            """Make the next key the only one, durable."""


class FileKeeper:
    """A `Keeper`: the key file, and `.next` beside it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def store_next(self, new_key: bytes) -> None:
        publish_key_file(self.path + NEXT_SUFFIX, new_key, replace=True)

    def promote(self, new_key: bytes) -> None:
        """A process that opened the store with the next key may have done it already."""
        adopt_next(self.path, new_key)
        self._forget_halves()

    def _forget_halves(self) -> None:
        """Remove key files that killed processes left half-published. Under the exclusive lock no other process publishes one."""
        folder, name = os.path.split(self.path)
        for found in os.listdir(folder):
            if found.startswith(name + ".") and found.endswith(".tmp"):
                os.unlink(os.path.join(folder, found))


class SlotsKeeper:
    """A `Keeper`: the slot file. `wrapping` maps ids of opened slots to their wrapping keys; other slots are dropped."""

    def __init__(self, path: str, found: list[Slot], wrapping: dict[str, bytes], data_key: bytes) -> None:
        self.path = path
        self.found = found
        self.wrapping = wrapping
        self.data_key = data_key

    def store_next(self, new_key: bytes) -> None:
        both = []
        for slot in self.found:
            key = self.wrapping.get(slot["id"])
            both.append(slot if key is None else slots.rewrap(slot, key, self.data_key, new_key))
        slots.write(self.path, both)

    def promote(self, new_key: bytes) -> None:
        kept = [slot for slot in self.found if slot["id"] in self.wrapping]
        slots.write(self.path, [slots.rewrap(slot, self.wrapping[slot["id"]], new_key) for slot in kept])


class UsersKeeper:
    """A `Keeper`: a variable, a named file or a command. The user has both keys and changes the source afterwards."""

    def store_next(self, new_key: bytes) -> None:
        """Does nothing: the user has the next key."""

    def promote(self, new_key: bytes) -> None:
        """Does nothing: the user changes the source."""


def wrapping_keys(found: list[Slot], phrase: str | None) -> dict[str, bytes]:
    """The wrapping keys of the slots that `phrase` or the system's keyring opens, by the slots' ids."""
    opened = {}
    for slot in found:
        wrapping = None
        if slot["kind"] == "keyring":
            from hooks_cli.crypto.keys import system_keyring

            wrapping = system_keyring.wrapping_key(slot["id"])
        elif phrase is not None:
            wrapping = slots.wrapping_key(slot, phrase)
        if wrapping is not None and slots.unwrap(slot, wrapping) is not None:
            opened[slot["id"]] = wrapping
    return opened


def adopt_next(path: str, used: bytes) -> bool:
    """When `used`, which has opened the store, is the next key of the key file `path`, make it the key. Whether it did.

    A rotation was killed between replacing the database and this. Any number of processes may do it at once. Raises StorageFailed (74).
    """
    following = path + NEXT_SUFFIX
    if read_key_file(following) != used:
        return False
    try:
        os.replace(following, path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StorageFailed(path=path, reason=error.strerror) from error
    sync_folder(os.path.dirname(path))
    return True


def settle(environment: KeyEnvironment, used: Key) -> None:
    """After the store was opened with its second key: finish in the key file what a killed rotation left undone."""
    if used.kind == "file":
        adopt_next(environment.places.key_path, used.raw)
