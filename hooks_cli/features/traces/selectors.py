"""Selectors: which spans, or which instants of spans, a rule applies to.

A selector is a text, `db.query`, `span:db.*` or `event:cache.miss`, or a table with the keys of `KEYS`, all of which must hold.
`*`, `?` and `[…]` make a glob; a backslash takes away their meaning.
"""

from __future__ import annotations

import re
from typing import Any

from hooks_cli.features.traces.rules.table_reader import TableReader
from hooks_cli.features.traces.spans import ERROR, KINDS, OK, UNSET, Span, Trace

KEYS = ("name", "service", "kind", "status", "attrs", "parent", "instance")


class Pattern:
    """A text or a glob, compared in full and with case."""

    __slots__ = ("_match", "text")

    def __init__(self, text: str) -> None:
        expression, is_glob, plain = _expression(text)
        self.text = text
        self._match = re.compile(expression, re.DOTALL).fullmatch if is_glob else plain.__eq__

    def matches(self, word: str) -> bool:
        """Whether the word is this text or fits this glob.

        >>> Pattern("db.*").matches("db.query"), Pattern("db.*").matches("cdb.x"), Pattern(r"a\\*").matches("a*")
        (True, False, True)
        """
        return bool(self._match(word))


def _expression(text: str) -> tuple[str, bool, str]:
    """(the regular expression, whether it is a glob, the text without backslashes)."""
    parts, plain, is_glob, at = [], [], False, 0
    while at < len(text):
        sign = text[at]
        at += 1
        if sign == "\\" and at < len(text):
            sign = text[at]
            at += 1
        elif sign in "*?":
            parts.append(".*" if sign == "*" else ".")
            is_glob = True
            continue
        elif sign == "[" and (close := text.find("]", at + 1 + text[at : at + 1].count("!"))) > 0:
            inside = text[at:close].replace("\\", "\\\\").replace("[", "\\[")
            negated = inside.startswith("!")
            inside = inside[negated:].replace("^", "\\^")
            try:
                re.compile(f"[{inside}]")
            except re.error:
                pass
            else:
                parts.append(f"[{'^' if negated else ''}{inside}]")
                at = close + 1
                is_glob = True
                continue
        parts.append(re.escape(sign))
        plain.append(sign)
    return "".join(parts), is_glob, "".join(plain)


class Moment:
    """An event of a span, seen as a span of no length: what an `event:` selector finds."""

    __slots__ = ("end", "name", "span", "start")

    def __init__(self, span: Span, name: str, at: int | None) -> None:
        self.span = span
        self.name = name
        self.start = at
        self.end = at


Found = Span | Moment


class Selector:
    """Which spans (or events of spans) are meant. `text` is how the rule wrote it; equal texts mean the same."""

    __slots__ = ("_names", "attributes", "instance", "is_event", "kind", "name", "parent", "service", "status", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_event = False
        self.name: Pattern | None = None
        self.service: Pattern | None = None
        self.instance: Pattern | None = None
        self.kind = ""
        self.status = ""
        self.attributes: dict[str, Wish] = {}
        self.parent: Selector | None = None
        self._names: dict[str, bool] = {}

    def fits_name(self, name: str) -> bool:
        """Whether a name fits; answers are remembered, because a run has few names."""
        found = self._names.get(name)
        if found is None:
            found = self._names[name] = self.name is None or self.name.matches(name)
        return found

    def fits(self, span: Span, trace: Trace | None) -> bool:
        """Whether all but the name hold of a span. `trace` is where its parent is looked up."""
        if self.kind and span.kind != self.kind:
            return False
        if self.status and span.status != self.status:
            return False
        if self.service is not None and not self.service.matches(span.service):
            return False
        if self.instance is not None and not self.instance.matches(span.instance):
            return False
        if self.parent is not None:
            parent = trace.by_id.get(span.parent) if trace is not None and span.parent else None
            if parent is None or not self.parent.matches(parent, trace):
                return False
        return all(wish.fits(span.attribute(name)) for name, wish in self.attributes.items())

    def matches(self, span: Span, trace: Trace | None = None) -> bool:
        """Whether a span is meant; only for selectors of spans."""
        return self.fits_name(span.name) and self.fits(span, trace)

    @property
    def names_only(self) -> bool:
        """Whether nothing but the name decides."""
        return not (self.kind or self.status or self.service or self.instance or self.parent or self.attributes)

    def attribute_names(self) -> set[str]:
        """The attributes that a reader must keep for this selector."""
        names = set(self.attributes)
        return names | self.parent.attribute_names() if self.parent is not None else names


class Wish:
    """What an attribute must be: a text or glob, a number, true or false."""

    __slots__ = ("_pattern", "value")

    def __init__(self, value: str | float | bool) -> None:
        self.value = value
        self._pattern = Pattern(value) if isinstance(value, str) else None

    def fits(self, found: object) -> bool:
        """Whether the value of an attribute is as wished; of a list, one member is enough. None, for none, never is."""
        if found is None:
            return False
        if isinstance(found, list):
            return any(self.fits(member) for member in found)
        if self._pattern is not None:
            word = str(found).lower() if isinstance(found, bool) else str(found)
            return self._pattern.matches(word)
        if isinstance(self.value, bool) or isinstance(found, bool):
            return str(found).lower() == str(self.value).lower()
        try:
            return float(found) == self.value  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return False


def parse(value: object, title: str, path: str, line: int = 0, events: bool = True) -> Selector:
    """A selector from its TOML value. Raises ConfigError (78) for one that is none; `events = False` refuses `event:`."""
    if isinstance(value, str) and value.strip():
        return _from_text(value, title, path, line, events)
    if not isinstance(value, dict):
        TableReader({}, title, path, line).refuse(f"{title} is neither a text nor a table")
    table = TableReader(value, title, path, line)
    found = Selector(_canonical(value))
    name = table.text("name")
    if name:
        inner = _from_text(name, title, path, line, events)
        found.name, found.is_event = inner.name, inner.is_event
    service, instance = table.text("service"), table.text("instance")
    found.service = Pattern(service) if service else None
    found.instance = Pattern(instance) if instance else None
    kind = table.text("kind").lower().removeprefix("span_kind_")
    status = table.text("status").upper().removeprefix("STATUS_CODE_")
    if kind and kind not in KINDS:
        table.refuse(f"{title}: kind = {kind!r} is none of {', '.join(KINDS)}")
    if status and status not in (UNSET, OK, ERROR):
        table.refuse(f"{title}: status = {status!r} is none of {UNSET}, {OK}, {ERROR}")
    found.kind, found.status = kind, status
    found.attributes = wishes(table)
    parent = table.take("parent")
    if parent is not None:
        found.parent = parse(parent, f"{title}: parent", path, line, events=False)
    table.finish()
    if found.names_only and found.name is None:
        table.refuse(f"{title} selects nothing: it has none of {', '.join(KEYS)}")
    return found


def wishes(table: TableReader, name: str = "attrs") -> dict[str, Wish]:
    """The wanted attributes of a table `{ name = value }`; dotted TOML keys (`a.b = 1`) mean the attribute `a.b`."""
    value = table.take(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        table.refuse(f"{table.title}: {name} is not a table")
    found = {}
    for key, wanted in flat(value).items():
        if not isinstance(wanted, str | int | float | bool):
            table.refuse(f"{table.title}: {name}.{key} is not a text, a number, true or false")
        found[key] = Wish(wanted)
    return found


def flat(table: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Nested tables as dotted keys: attributes are named `a.b`, which TOML without quotes reads as a table in a table.

    >>> flat({"db": {"system": "redis"}, "x": 1})
    {'db.system': 'redis', 'x': 1}
    """
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found.update(flat(value, f"{before}{key}."))
        else:
            found[before + key] = value
    return found


def _from_text(value: str, title: str, path: str, line: int, events: bool) -> Selector:
    found = Selector(value)
    name = value
    if value.startswith("event:"):
        if not events:
            TableReader({}, title, path, line).refuse(f"{title}: {value!r} is an event, and a span is meant")
        found.is_event, name = True, value[6:]
    elif value.startswith("span:"):
        name = value[5:]
    if not name:
        TableReader({}, title, path, line).refuse(f"{title}: {value!r} has no name")
    found.name = Pattern(name)
    return found


def _canonical(value: dict[str, Any]) -> str:
    parts = []
    for key in sorted(value):
        inner = value[key]
        shown = _canonical(inner) if isinstance(inner, dict) else repr(inner)
        parts.append(f"{key}={shown}")
    return "{" + ", ".join(parts) + "}"
