"""The result of a garbage collection: counts of what was deleted."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.version import Version


class Collected:
    """`versions`, `events`, `tasks` and `sessions` are numbers, `bytes` an estimate of what the versions took, `pages` those given
    back. `head` is how far a bounded run came (0: to the end). `held_off`: nothing was done, because no write happened for that many days.
    `excess`: bytes by which the store is still larger than `max_size`. `words_left`: the words of what is gone are still in the index,
    since others wrote all the time. `told` says why nothing was taken, where that has to be told, else "".
    """

    __slots__ = (
        "bytes",
        "events",
        "excess",
        "head",
        "held_off",
        "pages",
        "sessions",
        "tasks",
        "told",
        "versions",
        "words_left",
    )

    def __init__(self, held_off: int = 0, told: str = "") -> None:
        self.versions = 0
        self.events = 0
        self.tasks = 0
        self.sessions = 0
        self.bytes = 0
        self.pages = 0
        self.head = 0
        self.held_off = held_off
        self.excess = 0
        self.words_left = False
        self.told = told

    def add(self, version: Version) -> None:
        """Count one version."""
        self.versions += 1
        self.bytes += version.size

    def figures(self) -> dict[str, object]:
        """As the fields of an object."""
        return {
            "versions": self.versions,
            "events": self.events,
            "tasks": self.tasks,
            "sessions": self.sessions,
            "bytes": self.bytes,
        }

    def line(self) -> str:
        """One line for people, "" when nothing was taken."""
        counts = [
            f"{number:,} {word}{'' if number == 1 else 's'}"
            for number, word in (
                (self.versions, "version"),
                (self.events, "event"),
                (self.tasks, "task"),
                (self.sessions, "session"),
            )
            if number
        ]
        return f"Collected {', '.join(counts)}.\n" if counts else ""


class Scope:
    """What a run is about: addresses that fit `pattern`.

    `deadline` is a time of `time.monotonic`, None for as long as it takes.
    """

    __slots__ = ("deadline", "pattern")

    def __init__(self, pattern: str = "*", deadline: float | None = None) -> None:
        self.pattern = pattern
        self.deadline = deadline

    def over(self) -> bool:
        """Whether the time is up."""
        return self.deadline is not None and time.monotonic() >= self.deadline
