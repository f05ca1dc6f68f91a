"""Renames a copied store and the slot file beside it into place together, or neither.

`FILE.slots` gets its name first and keeps its temporary one until `FILE` is there, so that what a killed process left of it is known
and cleared away (`system.atomic_file`). Where a copy is replaced, its slots stay beside the new ones until the new copy has its
name: at every moment the copy that is there opens with its own passphrase.
"""

from __future__ import annotations

import os

from hooks_cli.crypto.keys import slots
from hooks_cli.errors import HooksError, OutputExists
from hooks_cli.system.atomic_file import COMPANION, AtomicFile
from hooks_cli.system.output_file import publish
from hooks_cli.system.private_files import remove_quietly, sync_folder, trouble

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.crypto.keys.slots import Slot


def put_in_place(draft: str, path: str, new: list[Slot], force: bool) -> str:
    """Give the finished copy its name, with a slot file beside it when there are slots; its path, "" for none.

    A copy without slots that replaces one takes that one's slot file away. Raises OutputExists (73), StorageFailed or DiskFull (74).
    """
    companion = path + COMPANION
    replaces = force and os.path.lexists(path)
    if not new:
        publish(draft, path, force)
        if replaces:
            _forget(companion)
        return ""
    if not replaces:
        if force:
            _forget(companion)
        _both(draft, path, companion, new, force)
        return companion
    old = _there(companion)
    _replace(companion, new + old)
    publish(draft, path, force)
    if old:
        _replace(companion, new)
    return companion


def _both(draft: str, path: str, companion: str, new: list[Slot], force: bool) -> None:
    folder = os.path.dirname(path) or "."
    with AtomicFile(companion) as aside:
        _fill(aside, new)
        sync_folder(folder)  # the temporary name is on the disk before the other: it tells whose that is
        try:
            os.link(aside.name, companion)
        except FileExistsError:
            raise OutputExists(path=companion) from None
        except OSError as error:
            raise trouble(companion, error, creating=True) from None
        sync_folder(folder)
        try:
            publish(draft, path, force)
        except HooksError:
            _forget(companion)
            raise


def _there(companion: str) -> list[Slot]:
    """The slots of the copy that is replaced; what cannot be read opens nothing."""
    try:
        return slots.read(companion) or []
    except HooksError:
        return []


def _replace(companion: str, new: list[Slot]) -> None:
    with AtomicFile(companion) as aside:
        _fill(aside, new)
        publish(aside.name, companion, True)


def _fill(aside: AtomicFile, new: list[Slot]) -> None:
    try:
        with open(aside.descriptor, "wb", closefd=False) as file:
            file.write(slots.content(new))
            file.flush()
            os.fsync(aside.descriptor)
    except OSError as error:
        raise trouble(aside.path, error) from None


def _forget(companion: str) -> None:
    if os.path.lexists(companion):
        remove_quietly(companion)
        sync_folder(os.path.dirname(companion) or ".")
