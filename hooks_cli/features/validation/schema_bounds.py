"""Refuses user schemas that are unsafe: external references, expensive patterns, too many or too deep parts.

A project's `hooks.toml` names schemas, and a cloned repository brings it along: so no reference is followed to another document, by
whatever name, and what a schema may cost is bounded before anything is tried.
"""

from __future__ import annotations

from typing import Any

from hooks_cli.text.pattern_cost import refusal

MOST_PARTS = 5_000
DEEPEST = 100
# All its patterns together: to compile them is work, too.
MOST_PATTERN_CHARACTERS = 4_096
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_SINGLE = (
    "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else", "unevaluatedItems",
    "unevaluatedProperties", "contentSchema", "additionalItems",
)  # fmt: skip
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")


class SchemaRefused(Exception):
    """A schema that is not used: where in it, what is wrong, and what to do, in one line."""


class _Bounds:
    def __init__(self, document: Any) -> None:
        self.document = document
        self.waiting: list[tuple[str, Any]] = [("#", document)]
        self.seen: set[int] = set()
        self.schemas: list[dict[str, Any]] = []
        self.anchors: set[str] = set()
        self.anchored: list[tuple[str, str]] = []
        self.patterns: dict[str, str] = {}

    def examine(self) -> None:
        self._size()
        while self.waiting:
            where, schema = self.waiting.pop()
            if isinstance(schema, dict) and id(schema) not in self.seen:
                self.seen.add(id(schema))
                self.schemas.append(schema)
                self._schema(where, schema)
        for where, reference in self.anchored:
            if reference[1:] not in self.anchors:
                raise SchemaRefused(f"the reference {_short(reference)} at {where} leads to nothing in the schema")
        characters = sum(map(len, self.patterns))
        if characters > MOST_PATTERN_CHARACTERS:
            raise SchemaRefused(
                f"its patterns have {characters:,} characters together, {MOST_PATTERN_CHARACTERS:,} at most"
            )
        for pattern, where in self.patterns.items():
            reason = refusal(pattern)
            if reason:
                raise SchemaRefused(
                    f"the pattern {_short(pattern)} at {where} is not tried: {reason} (docs/schemas.md says what to write instead)"
                )

    def _size(self) -> None:
        """Count all that is in the document, level by level."""
        level, depth, parts = [self.document] if isinstance(self.document, (dict, list)) else [], 0, 0
        while level:
            depth, parts = depth + 1, parts + len(level)
            if depth > DEEPEST:
                raise SchemaRefused(f"it is nested more than {DEEPEST} levels deep; put parts of it under $defs")
            if parts > MOST_PARTS:
                raise SchemaRefused(f"it has more than {MOST_PARTS:,} objects and lists; make it smaller")
            below = [each for part in level for each in (part.values() if isinstance(part, dict) else part)]
            level = [each for each in below if isinstance(each, (dict, list))]

    def _schema(self, where: str, schema: dict[str, Any]) -> None:
        for name in REFERENCES:
            if isinstance(schema.get(name), str):
                self._reference(f"{where}/{name}", schema[name])
        if isinstance(schema.get("$id"), str) and schema is not self.document:
            raise SchemaRefused(
                f"there is an $id at {where}: only the whole schema may have one; use $defs and $anchor"
            )
        for name in ("$anchor", "$dynamicAnchor"):
            if isinstance(schema.get(name), str):
                self.anchors.add(schema[name])
        if isinstance(schema.get("pattern"), str):
            self.patterns.setdefault(schema["pattern"], f"{where}/pattern")
        for name in _SINGLE:
            self.waiting.append((f"{where}/{name}", schema.get(name)))
        for name in _LISTS:
            if isinstance(schema.get(name), list):
                self.waiting += [(f"{where}/{name}/{at}", each) for at, each in enumerate(schema[name])]
        for name in _MAPS:
            if isinstance(schema.get(name), dict):
                self.waiting += [(f"{where}/{name}/{_step(key)}", each) for key, each in schema[name].items()]
                if name == "patternProperties":
                    for key in schema[name]:
                        self.patterns.setdefault(key, f"{where}/{name}")

    def _reference(self, where: str, reference: str) -> None:
        if not reference.startswith("#"):
            raise SchemaRefused(
                f"the reference {_short(reference)} at {where} leads out of the schema, and no other document is read: "
                "copy what it needs under $defs and write #/$defs/NAME"
            )
        if reference != "#" and not reference.startswith("#/"):
            self.anchored.append((where, reference))
            return
        target = _target(self.document, reference)
        if not isinstance(target, (dict, bool)):
            raise SchemaRefused(f"the reference {_short(reference)} at {where} leads to nothing in the schema")
        self.waiting.append((reference, target))


def examine(document: Any) -> None:
    """Raise SchemaRefused for a schema (as `json.loads` gives it) that is not used."""
    _Bounds(document).examine()


def alone(document: Any) -> Any:
    """The document without the names by which `jsonschema` would choose other rules for a part of it, or another place to look in:
    `$schema` of every part and `$id` of the whole. In place. Raises SchemaRefused.
    """
    bounds = _Bounds(document)
    bounds.examine()
    for schema in bounds.schemas:
        if isinstance(schema.get("$schema"), str):
            del schema["$schema"]
    if isinstance(document, dict):
        document.pop("$id", None)
    return document


def _target(document: Any, reference: str) -> Any:
    """What a reference within the document leads to, None for nothing."""
    from urllib.parse import unquote

    found = document
    for part in unquote(reference[1:]).split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list) and name.isascii() and name.isdigit() and len(name) < 9 and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def _step(name: str) -> str:
    return _short(name, quoted=False).replace("~", "~0").replace("/", "~1")


def _short(text: str, quoted: bool = True) -> str:
    cut = text if len(text) <= 60 else text[:59] + "…"
    plain = "".join(c if c.isprintable() else "?" for c in cut)
    return f'"{plain}"' if quoted else plain
