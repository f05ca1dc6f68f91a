"""One write as it is encrypted in the log: its changes, and the store's figures after it.

revision, live entries, newest collected revision, time in ms    8 bytes each, big-endian
ledger after the write                                           32 bytes
the machine that wrote it                                        16 bytes
SQLite's changeset of the ledger tables                          the rest
"""

from __future__ import annotations

MACHINE_BYTES = 16
_FIGURES = 4 * 8
_HEAD = _FIGURES + 32 + MACHINE_BYTES


class Payload:
    """One write, opened."""

    __slots__ = ("at", "changeset", "collected", "ledger", "live", "machine", "revision")

    def __init__(
        self, revision: int, live: int, collected: int, at: int, ledger: bytes, machine: bytes, changeset: bytes
    ) -> None:
        self.revision = revision
        self.live = live
        self.collected = collected
        self.at = at
        self.ledger = ledger
        self.machine = machine
        self.changeset = changeset

    def encode(self) -> bytes:
        """The bytes that are sealed."""
        figures = b"".join(
            [number.to_bytes(8, "big") for number in (self.revision, self.live, self.collected, self.at)]
        )
        return figures + self.ledger + self.machine + self.changeset


def decode(content: bytes) -> Payload:
    """A payload from its bytes; ValueError when they are too few."""
    if len(content) < _HEAD:
        raise ValueError(f"a payload of {len(content)} bytes")
    numbers = [int.from_bytes(content[place : place + 8], "big") for place in range(0, _FIGURES, 8)]
    ledger, machine = content[_FIGURES : _FIGURES + 32], content[_FIGURES + 32 : _HEAD]
    revision, live, collected, at = numbers
    return Payload(revision, live, collected, at, ledger, machine, content[_HEAD:])


def ledger_of(content: bytes) -> bytes:
    """The ledger after the write, of the payload's bytes."""
    return content[_FIGURES : _FIGURES + 32]


class Fetched:
    """Whole writes that came from the log, oldest first, each with the number of its last record.

    `seq` is the log's newest record, `at` when the log was heard of (ms; 0: just now)."""

    __slots__ = ("at", "seq", "writes")

    def __init__(self, seq: int, at: int, writes: list[tuple[int, bytes]]) -> None:
        self.seq = seq
        self.at = at
        self.writes = writes

    def reached(self, seq: int) -> bool:
        """Whether these writes, taken in at `seq`, lead to the end of the log."""
        return (self.writes[-1][0] if self.writes else seq) == self.seq

    def ledger(self, before: bytes) -> bytes:
        """The ledger after these writes; `before` where there are none."""
        return ledger_of(self.writes[-1][1]) if self.writes else before
