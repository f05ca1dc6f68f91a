"""Reads JSON with SQLite's functions, on the hot path, where importing `json` would cost too much.

One row of `json_tree` for each value, in the order of the text, each naming its container.
"""

from __future__ import annotations

from hooks_cli.errors import DataError, InvalidJson
from hooks_cli.system.apsw_import import apsw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Protocol

    class Connected(Protocol):
        """Something with an open connection, a store for instance."""

        @property
        def connection(self) -> apsw.Connection:
            """The connection."""


class Unreadable(ValueError):
    """SQLite does not read it as `json.loads` would: an integer beyond 64 bits, a lone surrogate, or no JSON at all."""


def load(connection: apsw.Connection, text: str) -> Any:
    """What `json.loads(text)` gives. Raises Unreadable; the caller then takes `json` itself."""
    containers: dict[int, Any] = {}
    root: Any = None
    try:
        for key, atom, kind, identity, parent in connection.execute(
            "SELECT key, atom, type, id, parent FROM json_tree(?)", (text,)
        ):
            value: Any = atom
            if kind == "object":
                value = containers[identity] = {}
            elif kind == "array":
                value = containers[identity] = []
            elif kind == "true":
                value = True
            elif kind == "false":
                value = False
            elif kind == "integer" and type(atom) is not int:
                raise Unreadable("an integer beyond 64 bits")
            if parent is None:
                root = value
                continue
            container = containers[parent]
            if type(container) is list:
                container.append(value)
            else:
                container[key] = value
    except (UnicodeDecodeError, apsw.SQLError) as error:
        raise Unreadable(str(error)) from None
    return root


def read_json(store: Connected, text: str) -> Any:
    """The value of valid JSON text."""
    try:
        return load(store.connection, text)
    except Unreadable:
        from hooks_cli.text.json_exact import read

        return read(text)


def fields(text: str, paths: Mapping[str, tuple[str, ...]], what: str) -> dict[str, str | int | float | None]:
    """The values at `paths` (name -> JSON paths, the first that is there counts), None for what is not there.

    Texts come without their quotes, true and false as 1 and 0, objects and arrays as JSON text. The text has to be a JSON object:
    raises InvalidJson (65), naming `what` and the place of the first error.
    """
    columns = []
    for places in paths.values():
        found = [f"?1->>'{place}'" for place in places]
        columns.append(found[0] if len(found) == 1 else f"coalesce({','.join(found)})")
    connection = apsw.Connection(":memory:")
    try:
        row = connection.execute(
            "SELECT json_valid(?1), json_error_position(?1), CASE WHEN json_valid(?1) THEN json_type(?1) END", (text,)
        ).fetchall()[0]
        valid, place, kind = int(row[0] or 0), int(row[1] or 0), row[2]
        if not valid:
            near = text[max(0, place - 1) : place + 19]
            raise InvalidJson(what=what, position=place or 1, near=f" near {near!r}" if near else " (at its end)")
        if kind != "object":
            raise InvalidJson(what=what, position=1, near=f": it is of type {kind} and must be an object")
        try:
            row = connection.execute("SELECT " + ",".join(columns), (text,)).fetchall()[0]
        except UnicodeDecodeError:
            return _fields_with_halves(text, paths)
    except apsw.Error as error:
        raise InvalidJson(what=what, position=1, near=f" ({error})") from None
    finally:
        connection.close()
    return dict(zip(paths, row, strict=True))


def _fields_with_halves(text: str, paths: Mapping[str, tuple[str, ...]]) -> dict[str, str | int | float | None]:
    """The same for a text with half a surrogate pair in it (`\\ud800`), which JSON allows and UTF-8 has no form for."""
    import json

    root = json.loads(text)
    found: dict[str, str | int | float | None] = {}
    for name, places in paths.items():
        values = [value for value in (_at(root, place) for place in places) if value is not None]
        value = values[0] if values else None
        if isinstance(value, (dict, list)):
            value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        elif isinstance(value, bool):
            value = int(value)
        found[name] = value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
    return found


def _at(value: Any, place: str) -> Any:
    for step in place.replace("[0]", ".0").replace('"', "").split(".")[1:]:
        if isinstance(value, list) and step == "0":
            value = value[0] if value else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


class JsonReader:
    """An engine for JSON texts; `fields` maps the names that `take` gives to paths."""

    def __init__(self) -> None:
        self._connection = apsw.Connection(":memory:")

    def is_valid(self, text: str) -> bool:
        """Whether it is JSON (RFC 8259)."""
        return bool(self._connection.execute("SELECT json_valid(?)", (text,)).fetchall()[0][0])

    def elements(self, text: str, path: str) -> Iterator[str]:
        """The JSON text of each element of the array at `path`; none when there is no array. Raises DataError (65)."""
        try:
            for (element,) in self._connection.execute(
                "SELECT value FROM json_each(?1, ?2) WHERE json_type(?1, ?2) = 'array' AND type = 'object'",
                (text, path),
            ):
                yield element
        except (apsw.SQLError, UnicodeDecodeError) as error:
            raise DataError(f"The JSON cannot be read: {error}.") from None

    def take(self, text: str, names: tuple[str, ...]) -> dict[str, Any]:
        """Name -> value of the members of an object. A string, number or null is itself, true and false are 1 and 0, an
        object or array is its JSON text; `name:type` gives the JSON type (None when it is not there).

        Raises ValueError when the text is not JSON or has a string that is not valid Unicode.
        """
        parts, values = [], [text]
        for name in names:
            member, _, kind = name.partition(":")
            values.append(f'$."{member}"')
            parts.append(f"{'json_type' if kind else 'json_extract'}(?1, ?{len(values)})")
        try:
            row = self._connection.execute(f"SELECT {', '.join(parts)}", values).fetchall()[0]
        except (apsw.SQLError, UnicodeDecodeError) as error:
            raise ValueError(str(error)) from None
        return dict(zip(names, row, strict=True))
