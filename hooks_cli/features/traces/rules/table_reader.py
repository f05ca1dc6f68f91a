"""Reads typed values from a TOML table; a key that is left over is refused with a suggestion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from hooks_cli.errors import ConfigError
from hooks_cli.text.edit_distance import near


class TableReader:
    """One table of a rule file. `path` and `line` say where it is, `title` what it is called in messages.

    Every method raises ConfigError (78) for a value of the wrong kind.
    """

    def __init__(self, table: object, title: str, path: str, line: int = 0) -> None:
        self.title = title
        self.path = path
        self.line = line
        self.known: list[str] = []
        if not isinstance(table, dict):
            self.refuse(f"{title} is not a table")
        self.table: dict[str, Any] = table

    def refuse(self, reason: str, hint: str = "") -> NoReturn:
        """Raise ConfigError (78) with the place."""
        where = f"line {self.line}: " if self.line else ""
        raise ConfigError(
            f"The rules {self.path} are not valid: {where}{reason}.",
            path=self.path,
            reason=reason,
            line=self.line or None,
            hint=hint or "See docs/traces.md for the rules and their keys.",
        )

    def lacks(self, name: str) -> NoReturn:
        """Raise ConfigError (78) for a key that is not there; one that is spelt nearly so is named."""
        meant = [key for key in self.table if name in near(key, [name])]
        self.refuse(f"{self.title} has no {name}", f"It has {meant[0]!r}. Did you mean {name}?" if meant else "")

    def take(self, name: str) -> Any:
        """A value as it stands, None when it is not there."""
        self.known.append(name)
        return self.table.get(name)

    def text(self, name: str, default: str = "", required: bool = False) -> str:
        """A text."""
        value = self.take(name)
        if value is None:
            if required:
                self.lacks(name)
            return default
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"{self.title}: {name} is not a text")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """One of several words."""
        value = self.text(name, default)
        if value not in choices:
            self.refuse(f"{self.title}: {name} = {value!r} is none of {', '.join(choices)}", suggestion(value, choices))
        return value

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.refuse(f"{self.title}: {name} is neither true nor false")
        return value

    def number(self, name: str, least: float = 0, required: bool = False) -> float | None:
        """A number of at least `least`; None when it is not there."""
        value = self.take(name)
        if value is None:
            if required:
                self.lacks(name)
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < 1e15:
            self.refuse(f"{self.title}: {name} is not a number of at least {least:g}")
        return value

    def whole(self, name: str, default: int, least: int = 0) -> int:
        """A whole number of at least `least`."""
        value = self.take(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.refuse(f"{self.title}: {name} is not a whole number of at least {least}")
        return value

    def texts(self, name: str, required: bool = False, least: int = 1) -> list[str]:
        """A list of texts, [] when it is not there."""
        value = self.take(name)
        if value is None:
            if required:
                self.lacks(name)
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.refuse(f"{self.title}: {name} is not a list of texts")
        if len(value) < least:
            self.refuse(f"{self.title}: {name} needs at least {least}")
        return value

    def limits(self, name: str, keys: tuple[str, ...] = ("min", "max")) -> dict[str, float]:
        """A table of bounds such as `{ min = 1, max = 50 }`, {} when it is not there."""
        value = self.take(name)
        if value is None:
            return {}
        inner = TableReader(value, f"{self.title}: {name}", self.path, self.line)
        found = {key: bound for key in keys if (bound := inner.number(key)) is not None}
        inner.finish()
        if not found:
            inner.refuse(f"{self.title}: {name} has none of {', '.join(keys)}")
        if found.get("min", 0) > found.get("max", 1e15):
            inner.refuse(f"{self.title}: {name} has a min above its max")
        return found

    def inner(self, name: str) -> TableReader | None:
        """A table inside this one, None when it is not there."""
        value = self.take(name)
        return None if value is None else TableReader(value, f"{self.title}: {name}", self.path, self.line)

    def finish(self) -> None:
        """Refuses keys that were not read."""
        for name in self.table:
            if name not in self.known:
                self.refuse(f"{self.title} has no key {name!r}", suggestion(name, self.known))


def suggestion(word: str, known: Iterable[str]) -> str:
    """`Did you mean …?`, or what there is."""
    names = list(known)
    found = near(word, names)
    return f"Did you mean {' or '.join(found)}?" if found else f"Known: {', '.join(sorted(names))}."
