"""The environment of one request: nothing is printed, and what a verb would say on standard error becomes the answer's notes."""

from __future__ import annotations

from hooks_cli.environment import Environment
from hooks_cli.system.streams import NOTE, Streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_NOTES = 20
NOTE_CHARACTERS = 400


class NoteStreams(Streams):
    """Streams without an outside: lines for standard error are kept in `notes`, what is printed is dropped, input is empty."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__(variables)
        self.notes: list[str] = []

    def out_bytes(self, data: bytes) -> None:
        """Print nothing: standard output is the protocol's."""

    def err(self, line: str) -> None:
        """Keep the line as a note of the answer."""
        note = line.removeprefix(NOTE)[:NOTE_CHARACTERS]
        if len(self.notes) < MOST_NOTES and note not in self.notes:
            self.notes.append(note)

    def read_stdin(self, limit: int, patience_ms: int | None = None) -> bytes:
        """Nothing: standard input is the protocol's."""
        return b""

    def is_terminal(self, fd: int) -> bool:
        """False: nobody sees it."""
        return False


class CallEnvironment(Environment):
    """A new one for each request, so that settings, key and project are looked at again; `notes` are for its answer."""

    def __init__(self, variables: Mapping[str, str], cwd: str, *, lenient: bool = False) -> None:
        """Take the variables and the folder that were found at the start; `lenient` as hooks verbs are."""
        streams = NoteStreams(variables)
        super().__init__(variables, cwd, streams)
        self.notes = streams.notes
        self.lenient = lenient
