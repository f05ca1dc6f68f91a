"""How a sealed file (`crypto.sealed_file`) is known: by its first bytes, without loading what opens it."""

from __future__ import annotations

MAGIC = b'{"hooks-cli":"sealed 1",'


def is_sealed(start: bytes) -> bool:
    """Whether a file that begins so is sealed."""
    return start.startswith(MAGIC)
