"""Single fields out of a JSON text, by path, without a JSON parser of our own: one query on a database in memory.

It needs no store and no key, so an agent's event can be understood before the project that it belongs to is known.
"""

from __future__ import annotations

from hooks_cli.errors import InvalidJson
from hooks_cli.store.engine import apsw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


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
