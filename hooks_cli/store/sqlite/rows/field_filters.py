"""SQL for filters on metadata fields, over `e` (entry) and `h` (head). Loaded on demand.

A filter names a field of the metadata; some names also mean what every entry has: its address, its size, who wrote it and when.
A number is compared with numbers only ("high" is not a confidence of 0); equality takes any text, number or yes/no, and letters count
the same in both cases.
"""

from __future__ import annotations

from hooks_cli.model import address as addresses
from hooks_cli.model.entry import JSON, NOT_SEALED
from hooks_cli.store.sqlite.rows.entries import matching
from hooks_cli.store.sqlite.rows.lists import newest_heads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.store.sqlite.store import EmbeddedStore

EQUAL, UNEQUAL, CONTAINS, MATCHES = "=", "!=", "contains", "matches"
COMPARISONS = (">=", "<=", ">", "<")
# The condition on the field OUTCOME: wanted is "success" or "failure".
HAS_OUTCOME, OUTCOME = "has outcome", "outcome"
CONDITIONS = (EQUAL, UNEQUAL, CONTAINS, MATCHES, *COMPARISONS)
ANYWHERE = ""  # the field of a condition on the whole entry: its address, tags, value and metadata

_FIELD = "EXISTS (SELECT 1 FROM (SELECT ? AS path, ? AS wanted) a WHERE {})"
_NUMBER = "CASE WHEN json_type(e.metadata, a.path) IN ('integer', 'real') THEN e.metadata ->> a.path END"
_SAME = (
    "CAST(e.metadata ->> a.path AS TEXT) = a.wanted COLLATE NOCASE OR json_type(e.metadata, a.path) = lower(a.wanted)"
)
_METADATA = {
    EQUAL: _FIELD.format(_SAME),
    CONTAINS: _FIELD.format("instr(lower(coalesce(e.metadata ->> a.path, '')), lower(a.wanted))"),
    MATCHES: _FIELD.format("regexp(a.wanted, coalesce(e.metadata ->> a.path, ''))"),
    **{how: _FIELD.format(f"{_NUMBER} {how} CAST(a.wanted AS REAL)") for how in COMPARISONS},
}
CONFIDENT = _FIELD.format(f"coalesce({_NUMBER} >= a.wanted, 1)")
_SESSION = "(SELECT name FROM session WHERE id = e.session)"
# What every entry has, by the names that filters give it.
_COLUMNS = {
    **dict.fromkeys(("key", "address", "id"), "h.address"),
    **dict.fromkeys(("size", "bytes", "length"), "octet_length(e.value)"),
    **dict.fromkeys(("version", "versions"), "h.version"),
    **dict.fromkeys(("agent", "agent_id"), "e.agent"),
    **dict.fromkeys(("session", "session_id"), _SESSION),
    **dict.fromkeys(("event", "kind"), "e.event"),
    **dict.fromkeys(("created", "created_at", "updated", "updated_at", "timestamp", "date", "time"), "e.at"),
}
_VALUE = ("value", "content", "data", "text")
# A sealed value or what is sealed in it is compared with nothing.
_OPEN_VALUE = f"CASE WHEN e.sealed = {NOT_SEALED} THEN e.value END"


# How patterns, tasks and other entries say how it went: a field of the metadata, or of a JSON value.
_OUTCOMES = {
    "success": (("true", "yes", "1"), ("success", "succeeded", "successful", "passed", "completed", "ok")),
    "failure": (("false", "no", "0"), ("failure", "failed", "fail", "failing", "error", "errored")),
}
_PLACES = ("e.metadata", f"CASE WHEN e.kind = {JSON} AND e.sealed = {NOT_SEALED} THEN e.value END")
# Number of newest entries that are looked at before a field counts as absent.
LOOKED_AT = 20_000


def _has_outcome(wanted: str) -> str:
    truth, said = _OUTCOMES[wanted]
    pieces = []
    for place in _PLACES:
        pieces.append(f"lower(({place}) ->> '$.success') IN {truth!r}")
        pieces += [f"lower(({place}) ->> '$.{name}') IN {said!r}" for name in ("outcome", "status")]
    return "(" + " OR ".join(pieces) + ")"


def is_present(store: EmbeddedStore, field: str) -> bool:
    """Whether one of the newest live entries has the field, or whether it is one that every entry has."""
    name = plain_name(field)
    if field == ANYWHERE or name in ("namespace", "ns", "tag", "tags", *_COLUMNS, *_VALUE):
        return True
    names = ("success", "outcome", "status") if field == OUTCOME else (field,)
    some = " OR ".join([f"json_type({place}, ?) IS NOT NULL" for _ in names for place in _PLACES])
    sql = f"SELECT 1 FROM {newest_heads(LOOKED_AT)} WHERE h.live = 1 AND ({some}) LIMIT 1"
    return store.row(sql, tuple([path(each) for each in names for _ in _PLACES])) is not None


def plain_name(field: str) -> str:
    """A field's name as this table has it: `createdAt` and `agent-id` are created_at and agent_id."""
    letters = ["_" + letter.lower() if letter.isupper() else letter for letter in field]
    return "".join(letters).replace("-", "_").lstrip("_")


def is_time(field: str) -> bool:
    """Whether a field is the time of writing, compared in ms since the epoch."""
    return _COLUMNS.get(plain_name(field)) == "e.at"


def condition(field: str, how: str, wanted: str) -> tuple[str, tuple[object, ...]]:
    """One filter as SQL with its parameters; `how` is one of CONDITIONS, ANYWHERE as field takes CONTAINS only."""
    if how == HAS_OUTCOME:
        return _has_outcome(wanted), ()
    if how == UNEQUAL:
        sql, params = condition(field, EQUAL, wanted)
        return f"NOT ({sql})", params
    if how == EQUAL and "," in wanted:
        # Any of several, or the text with its commas.
        choices = [wanted, *[part.strip() for part in wanted.split(",") if part.strip()]]
        pieces = [_one(field, how, choice) for choice in choices]
        return f"({' OR '.join([sql for sql, _ in pieces])})", tuple(value for _, values in pieces for value in values)
    return _one(field, how, wanted)


def _one(field: str, how: str, wanted: str) -> tuple[str, tuple[object, ...]]:
    if field == ANYWHERE:
        places = " OR ".join(
            [
                f"instr(lower(coalesce({place}, '')), lower(?))"
                for place in ("h.address", "e.tags", _OPEN_VALUE, "e.metadata")
            ]
        )
        return f"({places})", (wanted,) * 4
    name = plain_name(field)
    sql, params = _METADATA[how], (path(field), wanted)
    own = _own(name, how, wanted)
    if own is None:
        return sql, params
    return f"({own[0]} OR {sql})", (*own[1], *params)


def _own(name: str, how: str, wanted: str) -> tuple[str, tuple[object, ...]] | None:
    """The condition on what every entry has, None when the name means nothing of it."""
    if name in ("namespace", "ns") and how == EQUAL:
        return matching(addresses.under(wanted))
    if name in ("tag", "tags") and how in (EQUAL, CONTAINS):
        return "EXISTS (SELECT 1 FROM json_each(e.tags) t WHERE t.value = ? COLLATE NOCASE)", (wanted,)
    column = _OPEN_VALUE if name in _VALUE else _COLUMNS.get(name)
    if column is None:
        return None
    if how == CONTAINS:
        return f"instr(lower(coalesce({column}, '')), lower(?))", (wanted,)
    if how == MATCHES:
        return f"regexp(?, coalesce({column}, ''))", (wanted,)
    if how in COMPARISONS:
        return f"{column} {how} CAST(? AS REAL)", (wanted,)
    if column == "h.address":
        return "h.address GLOB ?", (wanted,)
    return f"CAST({column} AS TEXT) = ? COLLATE NOCASE", (wanted,)


def path(field: str) -> str:
    """The JSON path of a field; dots lead into objects."""
    return "$" + "".join([f'."{name}"' for name in field.split(".")])


def group_of(name: str) -> tuple[str, str, tuple[object, ...]]:
    """What entries are grouped by: the SQL of the group, a table to join for it ("" for none), and its parameters."""
    plain = plain_name(name)
    if plain in ("namespace", "ns"):
        return (
            "CASE WHEN instr(h.address, '/') THEN substr(h.address, 1, instr(h.address, '/') - 1) ELSE '' END", "", ()
        )  # fmt: skip
    if plain in ("tag", "tags"):
        return "g.value", ", json_each(iif(coalesce(e.tags, '[]') = '[]', '[null]', e.tags)) g", ()
    if plain in ("day", "date", "created", "created_at", "updated_at", "time", "timestamp"):
        return "date(e.at / 1000, 'unixepoch')", "", ()
    if plain == "month":
        return "strftime('%Y-%m', e.at / 1000, 'unixepoch')", "", ()
    column = _COLUMNS.get(plain)
    if column is not None:
        return f"coalesce(CAST({column} AS TEXT), e.metadata ->> ?)", "", (path(name),)
    return "CAST(e.metadata ->> ? AS TEXT)", "", (path(name),)


def allow_patterns(store: EmbeddedStore) -> None:
    """Let statements on this connection use regular expressions (Python's), for MATCHES.

    A wrong one, and one that may take too long (`text.pattern_cost`), is UsageError (64).
    """
    from hooks_cli.errors import UsageError
    from hooks_cli.text.pattern_cost import LONGEST, refusal, search

    def function(*values: object) -> int:
        pattern = str(values[0])
        reason = refusal(pattern)
        if reason:
            raise UsageError(
                f"The pattern {pattern[:200]!r} is not tried: {reason}.",
                hint=f"Begin it with ^, bound its repeats ({{1,64}}), or use a glob. Of each text the first {LONGEST:,} characters count.",
            )
        return int(search(pattern, str(values[1])))

    store.connection.create_scalar_function("regexp", function, 2, deterministic=True)
