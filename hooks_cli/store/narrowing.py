"""Which entries a search or a list is about, besides its words: the filters as one SQL condition over `e` (entry) and `h` (head)."""

from __future__ import annotations

from hooks_cli.model.entry import JSON, NOT_SEALED, TEXT
from hooks_cli.model.json_text import value_text
from hooks_cli.model.query_syntax import has_token, written
from hooks_cli.store.entries import matching

ALIVE = "h.live = 1 AND (h.expires IS NULL OR h.expires > ?)"
KINDS = ("text", "json", "sealed")

# Comparisons of a field of the metadata, bound to its path and the value. A number is compared with numbers only ("high" is no
# confidence of 0); equality takes any text, number or yes/no, and letters count the same in both cases.
_NUMBER = "CASE WHEN json_type(e.metadata, a.path) IN ('integer', 'real') THEN e.metadata ->> a.path END"
_FIELD = "EXISTS (SELECT 1 FROM (SELECT ? AS path, ? AS wanted) a WHERE {})"
_COMPARED = {
    "=": _FIELD.format(
        "CAST(e.metadata ->> a.path AS TEXT) = a.wanted COLLATE NOCASE OR json_type(e.metadata, a.path) = lower(a.wanted)"
    ),
    **{how: _FIELD.format(f"{_NUMBER} {how} CAST(a.wanted AS REAL)") for how in (">", ">=", "<", "<=")},
}
_CONFIDENT = _FIELD.format(f"coalesce({_NUMBER} >= a.wanted, 1)")


def _path(field: str) -> str:
    """The JSON path of a field; dots lead into objects."""
    return "$" + "".join([f'."{name}"' for name in field.split(".")])


class Narrowing:
    """The filters. Empty ones do not narrow.

    globs     addresses match one of these
    tags      for each inner list: the entry has one of these tags
    session   the row id of the session that wrote it; 0 is none (nothing matches)
    agent     who wrote it
    since     written at this time or later; until: before it (ms since the epoch)
    kind      text, json, sealed, or the event that wrote it (store, notify, post-edit …)
    facts     (field, how, value) of its metadata, all of them: how is =, <, <=, > or >= (as numbers but for =)
    min_confidence   leaves out what says in its metadata that it is less sure
    """

    __slots__ = ("agent", "facts", "globs", "kind", "min_confidence", "session", "since", "tags", "until")

    def __init__(self) -> None:
        self.globs: list[str] = []
        self.tags: list[list[str]] = []
        self.session: int | None = None
        self.agent = ""
        self.since: int | None = None
        self.until: int | None = None
        self.kind = ""
        self.facts: list[tuple[str, str, str]] = []
        self.min_confidence: float | None = None

    def __bool__(self) -> bool:
        """Whether it narrows at all."""
        given = (self.session, self.since, self.until, self.min_confidence)
        filled = self.globs or self.tags or self.agent or self.kind or self.facts
        return bool(filled) or any(value is not None for value in given)

    def condition(self, now: int, *, tags_by_index: bool = False) -> tuple[str, tuple[object, ...]]:
        """The SQL condition, with its parameters, for live entries that pass all filters.

        `tags_by_index` lets the word index find the few entries that may have a tag; for statements that do not use it already.
        """
        parts: list[str] = [ALIVE]
        params: list[object] = [now]
        if self.globs:
            ranges = [matching(glob) for glob in self.globs]
            parts.append("(" + " OR ".join([sql for sql, _ in ranges]) + ")")
            for _, values in ranges:
                params += values
        for group in self.tags:
            parts.append("EXISTS (SELECT 1 FROM json_each(e.tags) t WHERE t.value IN (SELECT value FROM json_each(?)))")
            params.append(value_text(group))
            if tags_by_index and all(has_token(tag) for tag in group):
                parts.append("h.revision IN (SELECT rowid FROM search WHERE search MATCH ?)")
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
        for field, how, text in self.facts:
            parts.append(_COMPARED[how])
            params += [_path(field), text]
        if self.min_confidence is not None:
            parts.append(_CONFIDENT)
            params += [_path("confidence"), self.min_confidence]
        return " AND ".join(parts), tuple(params)

    def _of_kind(self) -> tuple[str, object]:
        if self.kind == "sealed":
            return "e.sealed > ?", NOT_SEALED
        if self.kind in ("text", "json"):
            return "e.kind = ?", JSON if self.kind == "json" else TEXT
        return "e.event = ?", self.kind
