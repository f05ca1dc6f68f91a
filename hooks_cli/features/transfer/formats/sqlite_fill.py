"""Fills the SQLite export: first the records, then each table from them by SQL.

Numbers stand in the metadata of an entry, else in its data when that is a JSON object; `_member` looks in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hooks_cli.errors import ConfigError
from hooks_cli.features.transfer.formats.sqlite_tables import (
    HIVE,
    LEARNING,
    NEWEST,
    OF_THE_EXPORT,
    OTHER,
    RECORDS,
    SOURCES,
    TIMES,
)
from hooks_cli.project.discovery import fingerprint
from hooks_cli.store.sqlite.errors import check_name, translate
from hooks_cli.store.sqlite.rows.entries import matching
from hooks_cli.system.apsw_import import apsw

_LIVE = "e.newest = 1 AND e.state = 'live' AND (e.expires_at IS NULL OR e.expires_at > :now)"
_TAIL = "e.key, e.data, e.metadata, e.session_id, e.agent, e.created_at, e.revision, e.project"
_DOCUMENTS = ("md", "markdown", "mdx", "rst", "txt", "adoc")
# Names of indexes, and of the table in which `Filler` counts what has its place.
_TAKEN_NAMES = {"entries_key", "events_verb", "taken"}
_NO_CODE = (*_DOCUMENTS, "json", "toml", "yaml", "yml", "csv", "lock", "ini", "cfg", "xml", "")
# Files that post-edit kept under a key, told apart by their suffix.
_EDITED = "e.event = 'post-edit' AND suffix(file_of(e.source))"
_CODE = f"{_EDITED} NOT IN {_NO_CODE!r}"
_DOCUMENT = f"{_EDITED} IN {_DOCUMENTS!r}"


def _member(name: str) -> str:
    """SQL for a member of the metadata, else of the data where that is a JSON object."""
    return (
        f"coalesce(e.metadata ->> '$.{name}', CASE WHEN json_valid(e.data) AND json_type(e.data) = 'object' "
        f"THEN e.data ->> '$.{name}' END)"
    )


def _json_member(name: str) -> str:
    return _member(name).replace("->>", "->")


# table -> (columns, what a row is made of, a condition that serves beside its globs), from `entries e`, the live heads.
_FROM_HEADS: dict[str, tuple[str, str, str]] = {
    "swarm_state": ("kind, status", f"coalesce({_member('topology')}, 'state'), {_member('status')}", ""),
    "decision_tree": (
        "decision, rationale, alternatives, confidence",
        f"coalesce({_member('decision')}, e.data), {_member('rationale')}, {_json_member('alternatives')}, "
        f"{_member('confidence')}",
        "",
    ),
    "neural_patterns": (
        "pattern, confidence, success",
        f"coalesce({_member('pattern')}, replace(e.key, rtrim(e.key, replace(e.key, '/', '')), '')), {_member('confidence')}, "
        f"{_member('success')}",
        "",
    ),
    "code_patterns": (
        "file, language, digest",
        "file_of(e.source), suffix(file_of(e.source)), e.source ->> '$.digest'",
        _CODE,
    ),
    "error_patterns": (
        "error, solution, success",
        f"coalesce({_member('error_type')}, {_member('pattern')}), coalesce({_member('remediation')}, "
        f"{_member('solution')}), {_member('success')}",
        "",
    ),
    "project_context": ("", "", ""),
    "documentation": ("title, file", f"coalesce({_member('title')}, heading(e.data)), file_of(e.source)", _DOCUMENT),
}


def _in_order(chosen: str) -> str:
    """The same rows in the order in which they came, by revision. Not ORDER BY: sorting carries each row's value along, in memory."""
    return f"FROM entries e WHERE e.rowid IN (SELECT e.rowid {chosen})"


@contextmanager
def engine_errors(path: str) -> Iterator[None]:
    """The engine's errors in our words; `path` is the file being written."""
    try:
        yield
    except apsw.Error as error:
        raise translate(error, path) from error


class Filler:
    """A plain SQLite database that becomes an export. `tables` is what `[export.tables]` adds: glob -> table."""

    def __init__(self, path: str, tables: dict[str, str]) -> None:
        """Open the (empty) file, or ":memory:". Raises ConfigError (78) for a table name that cannot be."""
        self.connection = apsw.Connection(check_name(path))
        self.sources = {name: list(globs) for name, globs in SOURCES.items()}
        known = {name: name for name in self.sources}  # to the engine, names differ by more than their letters' case
        for glob, table in tables.items():
            if (
                not table.isidentifier()
                or not table.isascii()
                or table.lower().startswith("sqlite_")
                or table.lower()
                in {**RECORDS, **OF_THE_EXPORT, **HIVE, **LEARNING}.keys() - SOURCES.keys() | _TAKEN_NAMES
            ):
                raise ConfigError(path="[export.tables]", reason=f"{table!r} cannot be the name of a table")
            self.sources.setdefault(known.setdefault(table.lower(), table), []).append(glob)
        self.now = "9999"
        functions: tuple[tuple[str, Callable[..., Any]], ...] = (
            ("file_of", _file_of), ("suffix", _suffix), ("heading", _heading), ("fingerprint", _hash)
        )  # fmt: skip
        for name, function in functions:
            self.connection.create_scalar_function(name, function, 1, deterministic=True)
        # An export is plain anyway: sorting may use files, so that memory stays flat.
        self._run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; BEGIN")
        for name, listed in RECORDS.items():
            self._run(f"CREATE TABLE {name}({', '.join(listed)}{', ' + NEWEST if name == 'entries' else ''})")
        for name, columns in {**OF_THE_EXPORT, **HIVE, **LEARNING}.items():
            self._run(f"CREATE TABLE {name}({columns})")
        for name in self.sources:
            if name not in SOURCES:
                self._run(f'CREATE TABLE "{name}"({OTHER})')
            self._many(
                "INSERT OR IGNORE INTO table_sources VALUES(?, ?)", [(name, glob) for glob in self.sources[name]]
            )
        self._run("CREATE TEMP TABLE taken(project TEXT, key TEXT, PRIMARY KEY(project, key)) WITHOUT ROWID")

    def note(self, name: str, value: str) -> None:
        """A line of export_info."""
        self._run("INSERT OR REPLACE INTO export_info VALUES(?, ?)", (name, value))

    def add(self, record: str, objects: list[str], project: str) -> None:
        """Records of one kind (entries, sessions, tasks, events) as JSON objects."""
        names = [column.split()[0] for column in RECORDS[record]]
        values = ", ".join(_VALUES.get(name, f"json_extract(?1, '$.{name}')") for name in names)
        self._many(f"INSERT INTO {record}({', '.join(names)}) VALUES({values})", [(text, project) for text in objects])

    def finish(self, now: str) -> None:
        """Fill the tables from the records. `now` is the time (ISO 8601) at which entries may have expired."""
        self.now = now
        self._run("CREATE INDEX entries_key ON entries(key, project, revision)")
        self._run("CREATE INDEX events_verb ON events(verb)")
        self._run(
            "UPDATE entries SET newest = 1 WHERE rowid IN (SELECT rowid FROM (SELECT rowid, max(revision) FROM entries "
            "GROUP BY key, project))"
        )
        for table, (columns, values, condition) in _FROM_HEADS.items():
            self._from_heads(table, columns, values, condition)
        for table in self.sources:
            if table not in SOURCES:
                self._from_heads(table, "", "", "")
        # The learning and metric tables are made of all versions; their keys have a place of their own, too.
        for table in _BY_OTHER_MEANS:
            for where, params in self._matches(table):
                self._run(
                    f"INSERT OR IGNORE INTO taken SELECT coalesce(e.project, ''), e.key FROM entries e WHERE {where}",
                    params,
                )
        for statement in (*_FROM_RECORDS, *self._learning()):
            self._run(statement, {"now": now} if ":now" in statement else None)
        names = self._names("project_context")
        self._run(
            f"INSERT OR IGNORE INTO project_context({names}) SELECT {_TAIL} "
            + _in_order(
                f"FROM entries e WHERE {_LIVE} AND NOT EXISTS("
                "SELECT 1 FROM taken t WHERE t.project = coalesce(e.project, '') AND t.key = e.key)"
            ),
            {"now": now},
        )

    def close(self) -> None:
        """Commit and close."""
        self._run("DROP TABLE temp.taken")
        self._run("COMMIT")
        self._run("ANALYZE")
        self.connection.close()

    def query(self, sql: str, values: dict[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a query over the tables."""
        cursor = self.connection.cursor()
        names: list[str] = []
        rows = []
        for row in cursor.execute(sql, values):
            names = names or [column[0] for column in cursor.get_description()]
            rows.append(row)
        return names, rows

    def _from_heads(self, table: str, columns: str, values: str, condition: str) -> None:
        lead, given = (columns + ", ", values + ", ") if columns else ("", "")
        beside: list[tuple[str, dict[str, object]]] = [(condition, {})] if condition else []
        for where, params in [*self._matches(table), *beside]:
            chosen = f"FROM entries e WHERE {_LIVE} AND {where}"
            self._run(
                f'INSERT OR IGNORE INTO "{table}"({lead}{self._names(table)}) SELECT {given}{_TAIL} {_in_order(chosen)}',
                {"now": self.now, **params},
            )
            self._run(
                f"INSERT OR IGNORE INTO taken SELECT coalesce(e.project, ''), e.key {chosen}",
                {"now": self.now, **params},
            )

    def _names(self, table: str) -> str:
        """The last eight columns of a table of heads; only the name of its time differs."""
        time = TIMES.get(table, "created_at")
        return f"key, data, metadata, session_id, agent, {time}, revision, project"

    def _matches(self, table: str) -> Iterator[tuple[str, dict[str, object]]]:
        """The condition on e.key of each glob of a table, with its parameters."""
        for glob in self.sources[table]:
            where, params = matching(glob)
            named = where.replace("h.address", "e.key")
            for number in range(len(params)):
                named = named.replace("?", f":p{number}", 1)
            yield named, {f"p{number}": value for number, value in enumerate(params)}

    def _learning(self) -> Iterator[str]:
        from hooks_cli.features.transfer.formats.sqlite_learning import statements

        return statements({name: self._condition(name) for name in SOURCES})

    def _condition(self, table: str) -> str:
        quoted = [glob.replace("'", "''") for glob in self.sources[table]]
        return "(" + " OR ".join(f"e.key GLOB '{glob}'" for glob in quoted) + ")" if quoted else "0"

    def _run(self, sql: str, values: Any = None) -> None:
        self.connection.execute(sql, values).fetchall()

    def _many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        self.connection.executemany(sql, rows)


_BY_OTHER_MEANS = ("agent_interactions", "performance_metrics", "dependencies", *LEARNING)

# Events and tasks that fill tables.
_FROM_RECORDS = (
    """INSERT OR IGNORE INTO swarm_state(kind, status, key, data, metadata, session_id, agent, updated_at, revision, project)
       SELECT 'session', iif(closed_at IS NULL, 'open', 'closed'), 'sessions/' || session_id, NULL, NULL, session_id, agent,
       coalesce(closed_at, opened_at), NULL, project FROM sessions""",
    """INSERT OR IGNORE INTO agent_interactions(verb, agent, session_id, key, message, at, revision, project)
       SELECT v.verb, v.agent, v.session_id, v.key, coalesce(v.fields ->> '$.message', v.fields ->> '$.description',
         v.fields ->> '$.file', e.data), v.at, v.revision, v.project
       FROM events v LEFT JOIN entries e ON e.key = v.key AND e.project IS v.project AND e.revision = v.revision
       WHERE v.verb IN ('notify', 'session-restore') OR v.key IS NOT NULL""",
    """INSERT INTO task_history(task_id, description, session_id, agent, started_at, finished_at, duration_ms, outcome, project)
       SELECT task_id, description, session_id, agent, opened_at, closed_at,
       CAST(round((julianday(closed_at) - julianday(opened_at)) * 86400000) AS INTEGER), outcome, project FROM tasks
       WHERE closed_at IS NOT NULL""",
    """INSERT OR IGNORE INTO file_changes(file, digest, size, kind, reason, key, session_id, agent, changed_at, revision, project)
       SELECT v.fields ->> '$.file', coalesce(v.fields ->> '$.digest', v.fields ->> '$.source.digest', e.source ->> '$.digest'),
       coalesce(v.fields ->> '$.size', v.fields ->> '$.source.size', e.source ->> '$.size'),
       coalesce(v.fields ->> '$.kind', v.fields ->> '$.source.kind', e.source ->> '$.kind'),
       coalesce(e.metadata ->> '$.reason', v.fields ->> '$.metadata.reason', v.fields ->> '$.attributes.reason'),
       v.key, v.session_id, v.agent, v.at, v.revision, v.project
       FROM events v LEFT JOIN entries e ON e.key = v.key AND e.project IS v.project AND e.revision = v.revision
       WHERE v.verb = 'post-edit' ORDER BY v.revision""",
)

_VALUES = {
    "project": "?2",
    "record": "?1",
    "tags": "?1 -> '$.tags'",
    "metadata": "?1 -> '$.metadata'",
    "source": "iif(json_type(?1, '$.source') = 'object', ?1 -> '$.source', NULL)",
    "fields": "?1 -> '$.fields'",
    "data": "coalesce(?1 ->> '$.text', ?1 ->> '$.data')",
}


def _file_of(source: Any) -> Any:
    """The path in an entry's source."""
    import json

    try:
        found = json.loads(source) if isinstance(source, str) else None
    except ValueError:
        return None
    path = (found.get("path") or found.get("file")) if isinstance(found, dict) else None
    return path if isinstance(path, str) else None


def _suffix(path: Any) -> Any:
    name = path.rpartition("/")[2] if isinstance(path, str) else ""
    return name.rpartition(".")[2].lower() if "." in name else ("" if isinstance(path, str) else None)


def _heading(text: Any) -> Any:
    """The first heading of a Markdown text."""
    for line in (text[:4096] if isinstance(text, str) else "").splitlines():
        if line.startswith("#"):
            return line.lstrip("# ").strip() or None
    return None


def _hash(text: Any) -> Any:
    return fingerprint(text) if isinstance(text, str) else None
