"""What a line of `memory log` changed in its entry, line by line; and which lines have a text."""

from __future__ import annotations

from hooks_cli.features.entries.versions import AddressVersions
from hooks_cli.text.diff import line_diff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.features.journal.log import Line, LogQuery
    from hooks_cli.model.entry import Entry
    from hooks_cli.store.sqlite.store import EmbeddedStore

PORTION = 500


class Changes:
    """The differences that versions made to their entries; each address is read once."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store
        self._known: dict[str, dict[int, Entry]] = {}

    def of(self, line: Line) -> list[str] | None:
        """The unified diff from the version before, [] without a difference; None for a line without an entry or one that was collected.

        Sealed values are compared in their masked form.
        """
        if line.address is None or line.version is None:
            return None
        versions = self._known.get(line.address)
        if versions is None:
            found = AddressVersions(self._store, line.address).entries
            versions = self._known[line.address] = {entry.version: entry for entry in found}
        new, old = versions.get(line.version), versions.get(line.version - 1)
        if new is None:
            return None
        before = f"{line.address} v{line.version - 1}" if old is not None else "/dev/null"
        return line_diff((old and old.value) or "", new.value or "", before, f"{line.address} v{line.version}")


def counts(diff: list[str]) -> tuple[int, int]:
    """How many lines a unified diff adds and removes.

    >>> counts(["--- a", "+++ b", "@@ -1 +1,2 @@", "-x", "+y", "+z"])
    (2, 1)
    """
    body = [line[:1] for line in diff[2:]]
    return body.count("+"), body.count("-")


def has_text(line: Line, text: str) -> bool:
    """Whether the line's verb, address, message or fields have the text, in any case."""
    said = (line.verb, line.address, line.said, line.agent, line.session, line.fields)
    return any(text.casefold() in part.casefold() for part in said if part)


def matching(
    store: EmbeddedStore,
    read: Callable[[EmbeddedStore, LogQuery, int], list[Line]],
    wanted: LogQuery,
    limit: int,
    text: str,
    *,
    oldest_first: bool,
) -> list[Line]:
    """At most `limit` lines that have the text. Changes `wanted`: its bound is where the reading ended."""
    found: list[Line] = []
    while True:
        lines = read(store, wanted, PORTION)
        found += [line for line in lines if has_text(line, text)]
        if len(lines) < PORTION or len(found) >= limit:
            return found[:limit]
        if oldest_first:
            wanted.after = lines[-1].revision
        else:
            wanted.before = lines[-1].revision
