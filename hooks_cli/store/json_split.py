"""JSON of our own exports taken apart by SQLite, so that every number and string keeps the bytes it was written with.

`json.loads` would turn `1.50` into 1.5 and a repeated name into one; what we stored must come back as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hooks_cli.errors import DataError
from hooks_cli.store.engine import apsw


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

        Raises ValueError when the text is no JSON or has a string that is not valid Unicode.
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
