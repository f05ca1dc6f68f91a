"""Long values, read one at a time: an answer of many large texts takes the memory of one."""

from __future__ import annotations

from hooks_cli.model.entry import TOMBSTONE, Entry
from hooks_cli.store.entries import COLUMNS, FROM_ENTRIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.store.embedded import EmbeddedStore


def each(store: EmbeddedStore, found: list[Entry]) -> Iterator[Entry]:
    """The entries as they are, those that were read by `entries.SHORT_COLUMNS` with the long values that it leaves out.

    No read transaction is held while the caller prints, so that a slow reader of the answer holds nobody up: a version that was
    collected or destroyed since it was found is left out.
    """
    for entry in found:
        if entry.value is not None:
            yield entry
            continue
        row = store.row(f"SELECT {COLUMNS} FROM {FROM_ENTRIES} WHERE e.revision = ?", (entry.revision,))
        if row is not None:
            whole = Entry(row)
            if whole.kind < TOMBSTONE:
                yield whole
