"""What a garbage collection is about, and until when."""

from __future__ import annotations

import time


class Scope:
    """What a run is about: addresses that fit `pattern`; `everything` is false for a run limited to some (events stay then).

    `deadline` is a time of `time.monotonic`, None for as long as it takes.
    """

    __slots__ = ("deadline", "everything", "pattern")

    def __init__(self, pattern: str = "*", deadline: float | None = None) -> None:
        self.pattern = pattern
        self.everything = pattern == "*"
        self.deadline = deadline

    def over(self) -> bool:
        """Whether the time is up."""
        return self.deadline is not None and time.monotonic() >= self.deadline
