"""Prints search results: one line for each, or JSON."""

from __future__ import annotations

from hooks_cli.output.envelope import SCHEMA_VERSION, moment
from hooks_cli.output.listing import one_line
from hooks_cli.text.escapes import escaped
from hooks_cli.text.json_writer import Raw, object_text, value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.features.search.search import Hit, Result

# What stands around a hit in the operation's snippets (store.search), in plain text, and on a terminal.
BEGINS, ENDS = "\x02", "\x03"
PLAIN = ("**", "**")
BRIGHT = ("\x1b[1;33m", "\x1b[0m")
SNIPPET_CHARACTERS = 240


def marked(snippet: str, marks: tuple[str, str] = PLAIN) -> str:
    """The snippet on one line with the marks around its hits; whatever is hidden in it is made visible."""
    line = " ".join(snippet[: SNIPPET_CHARACTERS * 2].split())
    if len(line) > SNIPPET_CHARACTERS:
        line = line[: SNIPPET_CHARACTERS - 1] + "…"
    open_ = False
    shown = ""
    for index, part in enumerate(line.replace(ENDS, BEGINS).split(BEGINS)):
        if index:
            open_ = not open_
            shown += marks[0] if open_ else marks[1]
        shown += escaped(part)
    return shown + marks[1] if open_ else shown


def lines(result: Result, *, colour: bool, projects: bool) -> str:
    """`ADDRESS TAB SCORE TAB SNIPPET` a line; with `projects` the project's name stands first."""
    marks = BRIGHT if colour else PLAIN
    rows = []
    for hit in result.hits:
        first = f"{one_line(hit.project)}\t" if projects else ""
        rows.append(f"{first}{one_line(hit.entry.address, 1024)}\t{hit.score:.2f}\t{marked(hit.snippet, marks)}\n")
    return "".join(rows)


def _object(hit: Hit) -> str:
    entry = hit.entry
    return object_text(
        {
            "key": entry.address,
            "score": round(hit.score, 4),
            "coverage": round(hit.coverage, 4),
            "words": hit.words,
            "snippet": marked(hit.snippet),
            "project": hit.project,
            "revision": entry.revision,
            "key_version": entry.version,
            "created_at": moment(entry.at),
            "session_id": entry.session,
            **({"guessed": True} if entry.guessed else {}),
            "agent": entry.agent,
            "event": entry.event,
            "tags": Raw(entry.tags or "[]"),
            "metadata": Raw(entry.metadata or "{}"),
        }
    )


def as_json(query: str, result: Result, offset: int = 0) -> str:
    """One object: `query`, `matched`, `results`, `total`, `truncated`, `replaced` and `unknown` words."""
    body = {
        "schema_version": SCHEMA_VERSION,
        "query": query,
        "matched": result.matched,
        "results": [Raw(_object(hit)) for hit in result.hits],
        "total": result.total,
        "truncated": result.total > offset + len(result.hits),
        "replaced": result.replaced,
        "unknown": result.unknown,
    }
    return value_text(body) + "\n"


def as_lines(result: Result) -> str:
    """One result object a line (--format ndjson)."""
    return "".join([_object(hit) + "\n" for hit in result.hits])
