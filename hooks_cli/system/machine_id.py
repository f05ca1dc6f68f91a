"""The random number of this machine: 128 bits in the file `machine` of the data folder, made once.

It says nothing about the machine. Sessions, tasks and versions carry it, so that what another machine wrote is not taken for this one's.
Two machines that share one data folder are one machine here; a copied data folder makes two machines look like one.
"""

from __future__ import annotations

import os

from hooks_cli.errors import HooksError
from hooks_cli.system.private_files import make_folder, read_file, write_file

FILE = "machine"
BYTES = 16


def make(folder: str) -> bytes:
    """Make the file in the data folder unless another process has; return the number, b"" where it cannot be kept."""
    try:
        place = os.path.join(folder, FILE)
        make_folder(folder)
        draft = f"{place}.{os.getpid()}-{os.urandom(4).hex()}"
        write_file(draft, os.urandom(BYTES).hex().encode() + b"\n")
        try:
            if _read(place) is None and os.path.lexists(place):
                os.replace(draft, place)  # its content is not a number
            else:
                os.link(draft, place)
        except FileExistsError:
            pass  # another process was faster
        finally:
            if os.path.lexists(draft):
                os.unlink(draft)
        return _read(place) or b""
    except (HooksError, OSError):
        return b""


def _read(place: str) -> bytes | None:
    try:
        number = bytes.fromhex((read_file(place, 64) or b"").decode())
    except ValueError:
        return None
    return number if len(number) == BYTES else None
