"""The ledger: a keyed multiset hash over all rows, which detects tampering (MSet-Add-Hash: Clarke et al., "Incremental
Multiset Hash Functions", 2003).

Each row has a keyed 256-bit hash; the ledger is their sum modulo 2**256. Adding a row adds its hash, removing one
subtracts it, so that a write costs the hash of what it changed, whatever the size of the store, and nothing has to
remain of what was removed. Who does not hold the key can neither compute a row's hash nor see one, and therefore cannot
find other rows with the same sum.

A row is hashed as its table's name and `ascii()` of its columns but the last, followed by the last column's bytes:
`ascii` of a tuple of None, int, str and bytes is unambiguous and the same on every Python version (`repr` is not: it
follows the Unicode tables).

A table of the first format that got columns later (`FIRST_COLUMNS`) is hashed by its first columns as before. The later
ones come between the table's name and these, as `+` and the `ascii()` of their tuple up to the last that is not None, and
not at all when all are None: a row that an older program wrote keeps its hash.

>>> ledger = Ledger(bytes(32))
>>> a, b = ledger.row("entry", (1, "k", "v")), ledger.row("entry", (2, "k", "w"))
>>> (0 + a + b - a) % MODULUS == b
True
>>> old = (0,) * 17
>>> ledger.row("entry", old) == ledger.row("entry", (*old, None, None)) != ledger.row("entry", (*old, None, 1))
True
"""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # a Python built without it
    from hashlib import blake2b

MODULUS = 1 << 256
TAG_BYTES = 16
# How many columns the tables of format 1 had, of those that have more now.
FIRST_COLUMNS = {"entry": 17, "session": 6, "task": 10}


def subkey(data_key: bytes, purpose: bytes) -> bytes:
    """A 256-bit key for one purpose (at most 16 bytes of name), derived from the 32-byte data key."""
    return blake2b(b"hooks-cli", key=data_key, person=purpose, digest_size=32).digest()


def tag(key: bytes, message: bytes) -> bytes:
    """A 16-byte message authentication code."""
    return blake2b(message, key=key, digest_size=TAG_BYTES).digest()


class Ledger:
    """Hashes rows under the store's ledger key."""

    __slots__ = ("key",)

    def __init__(self, data_key: bytes) -> None:
        self.key = subkey(data_key, b"ledger")

    def row(self, table: str, columns: tuple[object, ...]) -> int:
        """The hash of one row, as an integer below MODULUS. `columns` in the order of `store.sqlite.schema.LEDGER_TABLES`."""
        name = table
        first = FIRST_COLUMNS.get(table)
        if first is not None:
            later = columns[first:]
            if later.count(None) != len(later):
                while later[-1] is None:
                    later = later[:-1]
                name = f"{table}+{later!a}"
            columns = columns[:first]
        last = columns[-1]
        hasher = blake2b((name + ascii(columns[:-1])).encode(), key=self.key, digest_size=32)
        # None and "" must differ, as must text and bytes.
        if isinstance(last, str):
            hasher.update(b"t" + last.encode("utf-8", "surrogatepass"))
        elif last is not None:
            hasher.update(b"o" + ascii(last).encode())
        return int.from_bytes(hasher.digest(), "little")
