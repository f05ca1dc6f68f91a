"""What the readers for the exports share: which rows a selection means, redaction within SQL."""

from __future__ import annotations

from hooks_cli.model.selection import Selection
from hooks_cli.store import fact_sql
from hooks_cli.store.embedded import EmbeddedStore
from hooks_cli.store.engine import apsw
from hooks_cli.store.entries import ALIVE, matching, of_head

# SQL for a column of milliseconds since the epoch as ISO 8601 in UTC.
ISO_TIME = "strftime('%Y-%m-%dT%H:%M:%fZ', {} / 1000.0, 'unixepoch')"
_REVISIONS = f"(SELECT json_group_array(e.revision ORDER BY e.version) FROM entry e WHERE {of_head()})"


def rows_of(store: EmbeddedStore, selection: Selection, now: int) -> tuple[str, tuple[object, ...]]:
    """FROM … WHERE … ORDER BY for a selection, and its parameters. Nothing in it needs sorting, so that values are not held."""
    conditions, params = matching(selection.pattern)
    where, values = [conditions], list(params)
    for pattern in selection.excluded:
        excluded, more = matching(pattern)
        where.append(f"NOT ({excluded})")
        values += more
    if selection.versions == "head":
        where.append(f"e.revision = h.revision AND {ALIVE}")
        values.append(now)
    for column, sign, bound in (("e.at", ">=", selection.since), ("e.at", "<", selection.until)):
        if bound is not None:
            where.append(f"{column} {sign} ?")
            values.append(bound)
    for column, wanted in (("s.name", selection.session), ("e.agent", selection.agent)):
        if wanted:
            where.append(f"{column} = ?")
            values.append(wanted)
    for tag in selection.tags:
        where.append("EXISTS(SELECT 1 FROM json_each(coalesce(e.tags, '[]')) WHERE value = ?)")
        values.append(tag)
    for fact in selection.facts:
        condition, more = fact_sql.condition(*fact)
        where.append(condition)
        values += more
    if selection.pattern == "*":
        tables, order = "entry e CROSS JOIN head h ON h.id = e.head", "e.revision"
    elif selection.versions == "head":
        tables, order = "head h CROSS JOIN entry e ON e.revision = h.revision", "h.address"
    else:
        # Below one address the loops themselves are in order: of the numbers alone, which are sorted before the versions are read.
        tables, order = (
            f"head h CROSS JOIN json_each({_REVISIONS}) n CROSS JOIN entry e ON e.revision = n.value",
            "h.address",
        )
    if any(how == fact_sql.MATCHES for _, how, _ in selection.facts):
        fact_sql.allow_patterns(store)
    joined = f"FROM {tables} LEFT JOIN session s ON s.id = e.session"
    return f"{joined} WHERE {' AND '.join(where)} ORDER BY {order}", tuple(values)


def allow_redaction(store: EmbeddedStore, names: tuple[str, ...]) -> None:
    """Give the store's SQL the function `redacted(text)`, which takes out the values of fields with these normal names too."""
    from hooks_cli.crypto.redaction import redacted

    def function(*values: apsw.SQLiteValue) -> apsw.SQLiteValue:
        return redacted(values[0] if isinstance(values[0], str) else None, names)

    store.connection.create_scalar_function("redacted", function, 1, deterministic=True)
