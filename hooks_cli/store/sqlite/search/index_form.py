"""The present form of the word index, version 2: JSON decoded, identifiers by their parts, every writing alike (`text.index_words`).

A store that version 0.1 made gets it beside the old one (`next_index`), a turn at a time, by `session-end`, `gc` and `doctor`. Until then
the old index serves, and what is written meanwhile is in it in the new form.
"""

from __future__ import annotations

import time

from hooks_cli.model.entry import JSON
from hooks_cli.store.sqlite.maintenance import state
from hooks_cli.store.sqlite.schema import TOKENIZER
from hooks_cli.store.sqlite.search import next_index
from hooks_cli.text.index_words import indexed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.contract import Row
    from hooks_cli.store.sqlite.store import EmbeddedStore

NUMBER = state.WORD_INDEX_VERSION
# The longest turn of a call that does this beside its own work.
TURN_SECONDS = 0.15


def _values(row: Row) -> Row:
    revision, address, tags, metadata, value, kind = row
    return (revision, *indexed(address, tags, metadata, value or "", is_json=kind == JSON))


FORM = next_index.Version(
    NUMBER,
    (
        "CREATE VIRTUAL TABLE search_next USING fts5(body, tags, address, content='', contentless_delete=1, "
        f"tokenize='{TOKENIZER}')",
        "INSERT INTO search_next(search_next, rank) VALUES('rank', 'bm25(1.0, 5.0, 8.0)')",
        "INSERT INTO search_next(search_next, rank) VALUES('pgsz', 4020)",
        "INSERT INTO search_next(search_next, rank) VALUES('secure-delete', 1)",
        "INSERT INTO search_next(search_next, rank) VALUES('deletemerge', 0)",
    ),
    "INSERT INTO search_next(rowid, address, tags, body) VALUES(?, ?, ?, ?)",
    _values,
)


def is_due(store: EmbeddedStore) -> bool:
    """Whether the index of an older version serves, or is still to be deleted."""
    return next_index.is_due(store, NUMBER)


def advance(store: EmbeddedStore, seconds: float = TURN_SECONDS) -> bool:
    """Go on making the present form for at most so long; whether it serves and nothing is left of the old one."""
    return not is_due(store) or next_index.build(store, FORM, time.monotonic() + seconds)
