"""Checked access to the tables of a test file: an unknown key or a wrong type is an error that names it."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from hooks_cli.features.test_runs.files.case_plan import InvalidTestFile
from hooks_cli.text.edit_distance import near
from hooks_cli.text.units import duration_or_none


class Section:
    """One table of a test file; `where` is its dotted name. All errors are InvalidTestFile (78)."""

    def __init__(self, path: str, where: str, table: object, known: tuple[str, ...]) -> None:
        """Refuses what is not a table, and keys that are not in `known`, with the key that is probably meant."""
        self.path = path
        self.where = where
        if not isinstance(table, dict):
            self.fail("", "it is not a table")
        self.table: dict[str, Any] = table
        for key in table:
            if key not in known:
                meant = near(key, known)
                hint = f"Did you mean {meant[0]}?" if meant else "Known keys: " + ", ".join(known)
                self.fail(key, "unknown key", hint)

    def fail(self, key: str, reason: str, hint: str = "") -> NoReturn:
        """Raise the error for one key of this table."""
        where = ".".join(part for part in (self.where, key) if part)
        raise InvalidTestFile(path=self.path, where=where, reason=reason, hint=hint)

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.table

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        value = self.table.get(key, default)
        if not isinstance(value, str) or "\0" in value:
            self.fail(key, "it is not a text")
        return value

    def required(self, key: str) -> str:
        """A text that must be there and not empty."""
        if not self.text(key).strip():
            self.fail(key, "it is missing")
        return self.text(key)

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of `choices`."""
        value = self.text(key, default)
        if value not in choices:
            meant = near(value, choices)
            self.fail(
                key,
                f"{value!r} is not one of {', '.join(choices)}",
                f"Did you mean {meant[0]}?" if meant else "",
            )
        return value

    def switch(self, key: str, default: bool = False) -> bool:
        """true or false."""
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            self.fail(key, "it is neither true nor false")
        return value

    def integer(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        value = self.table.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.fail(key, f"it is not a whole number from {least} to {most}")
        return value

    def number(self, key: str, default: float = 0.0) -> float:
        """A number that is not negative."""
        value = self.table.get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e12:
            self.fail(key, "it is not a number of at least 0")
        return float(value)

    def seconds(self, key: str, default: float) -> float:
        """A duration: `"30s"`, `"500ms"`, or a number of seconds."""
        value = self.table.get(key, default)
        if isinstance(value, str):
            milliseconds = duration_or_none(value, 1000)
            if milliseconds is not None:
                return milliseconds / 1000
            self.fail(key, f"{value!r} is not a duration", 'Write it as "500ms", "30s" or "2m".')
        return self.number(key, default)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.fail(key, "it is not a list of texts")
        return tuple(value)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """A table of texts, numbers and switches, as texts (environment variables)."""
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            self.fail(key, "it is not a table")
        for name, item in value.items():
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                self.fail(f"{key}.{name}", "it is not the name of an environment variable")
            if not isinstance(item, str | int | float) or "\0" in str(item):
                self.fail(f"{key}.{name}", "it is not a text")
        return tuple((name, str(item).lower() if isinstance(item, bool) else str(item)) for name, item in value.items())

    def pattern(self, key: str) -> str:
        """A regular expression, or ""."""
        value = self.text(key)
        try:
            re.compile(value)
        except re.error as error:
            self.fail(key, f"it is not a regular expression ({error})")
        return value

    def inner(self, key: str, known: tuple[str, ...]) -> Section:
        """The table at `key`; an empty one when it is missing."""
        where = ".".join(part for part in (self.where, key) if part)
        return Section(self.path, where, self.table.get(key, {}), known)

    def items(self, key: str, known: tuple[str, ...]) -> list[Section]:
        """The tables of the list `[[key]]`."""
        value = self.table.get(key, [])
        if not isinstance(value, list):
            self.fail(key, f"it is not a list of tables: write [[{key}]]")
        where = ".".join(part for part in (self.where, key) if part)
        return [Section(self.path, f"{where}[{n}]", item, known) for n, item in enumerate(value, 1)]
