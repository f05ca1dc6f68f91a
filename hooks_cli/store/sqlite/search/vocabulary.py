"""The words that the index has, as the tokenizer stems them."""

from __future__ import annotations

from hooks_cli.store.sqlite.schema import TOKENIZER
from hooks_cli.system.apsw_import import apsw
from hooks_cli.text.json_writer import value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore


def stems(store: EmbeddedStore, text: str) -> list[str]:
    """The tokens of a text, in their order, as the index has them."""
    name, *arguments = TOKENIZER.split()
    tokenizer = store.connection.fts5_tokenizer(name, arguments)
    tokens = tokenizer(
        text.encode("utf-8", "replace"),
        apsw.FTS5_TOKENIZE_DOCUMENT,
        None,
        include_offsets=False,
        include_colocated=False,
    )
    return [str(token) for token in tokens]


class Counted:
    """A word, in how many entries it is, and whether it is what the tokenizer makes of it."""

    __slots__ = ("count", "is_stem", "text")

    def __init__(self, text: str, count: int, is_stem: bool) -> None:
        self.text = text
        self.count = count
        self.is_stem = is_stem


def counted(store: EmbeddedStore, words: list[str]) -> list[Counted]:
    """The words, counted; each must be one token."""
    stemmed = stems(store, " ".join(words))
    if len(stemmed) != len(words):
        return []
    store.query("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, search, row)")
    rows = store.query(
        "SELECT term, doc FROM temp.vocabulary WHERE term IN (SELECT value FROM json_each(?))", (value_text(stemmed),)
    )
    found: dict[str, int] = dict(rows)
    return [Counted(word, int(found.get(stem, 0)), word == stem) for word, stem in zip(words, stemmed, strict=True)]
