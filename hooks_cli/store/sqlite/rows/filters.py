"""Turns the filters of search and list into one SQL condition over `e` (entry) and `h` (head)."""

from __future__ import annotations

from hooks_cli.model.address import literal_prefix
from hooks_cli.model.entry import JSON, NOT_SEALED, TEXT
from hooks_cli.store.sqlite.rows.entries import ALIVE, matching
from hooks_cli.store.sqlite.search.fts_syntax import has_token, written
from hooks_cli.text.json_writer import value_text

KINDS = ("text", "json", "sealed")


class Filters:
    """The filters. Empty ones do not narrow.

    globs     addresses match one of these
    patterns  and one of these
    tags      for each inner list: the entry has one of these tags
    session   the row id of the session that wrote it; 0 is none (nothing matches)
    agent     who wrote it
    since     written at this time or later; until: before it (ms since the epoch)
    kind      text, json, sealed, or the event that wrote it (store, notify, post-edit …)
    facts     (field, how, value) that all hold of its metadata or of itself: `store.sqlite.rows.field_filters`
    expired   also what has outlived its --ttl
    min_confidence   leaves out what says in its metadata that it is less sure
    """

    __slots__ = (
        "agent",
        "expired",
        "facts",
        "few",
        "globs",
        "kind",
        "min_confidence",
        "patterns",
        "session",
        "since",
        "tags",
        "until",
    )

    def __init__(self) -> None:
        self.globs: list[str] = []
        self.patterns: list[str] = []
        self.tags: list[list[str]] = []
        self.session: int | None = None
        self.agent = ""
        self.since: int | None = None
        self.until: int | None = None
        self.kind = ""
        self.facts: list[tuple[str, str, str]] = []
        self.min_confidence: float | None = None
        self.expired = False
        # Whether few entries lie at the addresses, or come from the session: asked of the store once, by `store.sqlite.search.word_index`.
        self.few: bool | None = None

    def __bool__(self) -> bool:
        """Whether it narrows at all."""
        given = (self.session, self.since, self.until, self.min_confidence)
        filled = self.globs or self.patterns or self.tags or self.agent or self.kind or self.facts
        return bool(filled) or self.expired or any(value is not None for value in given)

    def condition(self, now: int, *, tags_by_index: str = "") -> tuple[str, tuple[object, ...]]:
        """The SQL condition, with its parameters, for live entries that pass all filters.

        `tags_by_index` is the column with the revisions of which the word index says which may have a tag; "" in statements that use
        the index already.
        """
        parts: list[str] = [ALIVE]
        params: list[object] = [now]
        if self.expired:
            parts, params = ["h.live = 1"], []
        if self.globs:
            there, within = _one_of(self.globs)
            parts.append(there)
            params += within
        if self.patterns:
            there, within = _one_of(self.patterns)
            parts.append(there)
            params += within
        for group in self.tags:
            parts.append("EXISTS (SELECT 1 FROM json_each(e.tags) t WHERE t.value IN (SELECT value FROM json_each(?)))")
            params.append(value_text(group))
            if tags_by_index and all(has_token(tag) for tag in group):
                parts.append(f"{tags_by_index} IN (SELECT rowid FROM search WHERE search MATCH ?)")
                params.append("{tags} : (" + " OR ".join([written(tag, False) for tag in group]) + ")")
        value: object
        for column, value in (("e.session = ?", self.session), ("e.at >= ?", self.since), ("e.at < ?", self.until)):
            if value is not None:
                parts.append(column)
                params.append(value)
        if self.agent:
            parts.append("e.agent = ?")
            params.append(self.agent)
        if self.kind:
            sql, value = self._of_kind()
            parts.append(sql)
            params.append(value)
        if self.facts or self.min_confidence is not None:
            from hooks_cli.store.sqlite.rows import field_filters

            for field, how, text in self.facts:
                sql, values = field_filters.condition(field, how, text)
                parts.append(sql)
                params += values
            if self.min_confidence is not None:
                parts.append(field_filters.CONFIDENT)
                params += [field_filters.path("confidence"), self.min_confidence]
        return " AND ".join(parts), tuple(params)

    def is_in_ranges(self) -> bool:
        """Whether it is about addresses alone that lie together, below the beginnings of its globs or of its patterns."""
        return bool(self.ranges())

    def ranges(self) -> list[str]:
        """The globs, or else the patterns, that all have a beginning without `*`, `?` and `[`; [] when neither do."""
        for globs in (self.globs, self.patterns):
            if globs and all(literal_prefix(glob) for glob in globs):
                return globs
        return []

    def addresses(self) -> tuple[str, tuple[object, ...]]:
        """The SQL condition, with its parameters, for the addresses that the globs name, or that lie in its ranges."""
        return _one_of(self.ranges() or self.globs)

    def _of_kind(self) -> tuple[str, object]:
        if self.kind == "sealed":
            return "e.sealed > ?", NOT_SEALED
        if self.kind in ("text", "json"):
            return "e.kind = ?", JSON if self.kind == "json" else TEXT
        return "e.event = ?", self.kind


def _one_of(globs: list[str]) -> tuple[str, tuple[object, ...]]:
    ranges = [matching(glob) for glob in globs]
    return "(" + " OR ".join([sql for sql, _ in ranges]) + ")", tuple(
        [value for _, values in ranges for value in values]
    )
