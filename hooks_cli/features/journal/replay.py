"""The environment of a queued call that is recorded later: its own time, folder, session and input, and the open
store.
"""

from __future__ import annotations

from hooks_cli.environment import Environment
from hooks_cli.features.journal import call_queue
from hooks_cli.features.journal.file_capture import Captured
from hooks_cli.project.places import StorePlaces
from hooks_cli.system.streams import Streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from hooks_cli.store.sqlite.store import EmbeddedStore


class SilentStreams(Streams):
    """Streams that print nothing; what the call read from standard input when it was made is read again."""

    def __init__(self, variables: Mapping[str, str], stdin: bytes) -> None:
        super().__init__(variables)
        self._stdin = stdin

    def out_bytes(self, data: bytes) -> None:
        """Print nothing."""

    def err(self, line: str) -> None:
        """Print nothing."""

    def read_stdin(self, limit: int, patience_ms: int | None = None) -> bytes:
        """What the call read when it was made."""
        return self._stdin

    def is_terminal(self, fd: int) -> bool:
        """False: the output is discarded."""
        return False


class Replay(Environment):
    """The environment of a call as it was when it was queued. `store` is the open store, `captured` the file of the call as it was then."""

    replayed = True

    def __init__(self, now: Environment, store: EmbeddedStore, told: dict[str, Any]) -> None:
        """Take the environment of the call that takes it in, the open store, and what the queue says of the call."""
        variables = {name: value for name, value in now.variables.items() if name not in call_queue.VARIABLES}
        variables.update(told["variables"])
        stdin = (told["stdin"] or "").encode("utf-8", "surrogateescape")
        super().__init__(variables, told["cwd"], SilentStreams(variables, stdin))
        # The store is the one whose queue it is, wherever its folder leads to now.
        self.project, self.settings = now.project, now.settings
        self.places = StorePlaces(self.folders, now.project.stem, now.places.named_store)
        self.lenient = True
        self.call_id = told["call_id"]
        self.store = store
        self.captured: Captured | None = None
        held = told["captured"]
        if held is not None:
            path, kind, text, size, digest, names = held
            self.captured = Captured(path, kind, text=text, size=size, digest=digest, names=names)
        self._at = int(told["at"])
        self._ancestors = [(pid, start) for pid, start in told["ancestors"]]
        self._holders = [(pid, start) for pid, start in told.get("holders", [])]
        self.is_person = bool(told.get("person"))

    def now(self) -> int:
        """When the call was made."""
        return self._at

    def ancestors(self) -> list[tuple[int, int]]:
        """The processes that the call descended from."""
        return self._ancestors

    def holders(self) -> list[tuple[int, int]]:
        """Those of them that a session is bound to, as it was when the call was made."""
        return self._holders


def store_of(environment: Environment) -> EmbeddedStore | None:
    """The open store of a call that is taken in from the queue, None for any other call."""
    return environment.store if isinstance(environment, Replay) else None


def captured_by(environment: Environment) -> Captured | None:
    """The file of a call that is taken in from the queue as it was when the call was made, None for any other call."""
    return environment.captured if isinstance(environment, Replay) else None
