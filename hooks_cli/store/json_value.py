"""JSON text as Python values, read by SQLite: the hot path's `json.loads`.

One row of `json_tree` for each value, in the order of the text, each naming its container.
"""

from __future__ import annotations

from hooks_cli.store.engine import apsw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
