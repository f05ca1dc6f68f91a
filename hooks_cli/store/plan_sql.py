"""From a plan to an SQL condition that is false only where a value fits: the fastest check there is. Not hot itself.

`scripts/compile-schemas` makes `family_checks` with it. The condition may doubt a value that fits (1.0 as an integer);
then `model.schema_plan` decides and says what is wrong. It never lets pass what does not fit. Only what the key families
use is here: type, minimum, maximum, minLength, minItems, maxItems, items, anyOf, and properties at the top.
"""

from __future__ import annotations

from typing import Any

_TYPES = {
    "null": ("null",),
    "boolean": ("true", "false"),
    "integer": ("integer",),
    "number": ("integer", "real"),
    "string": ("text",),
    "array": ("array",),
    "object": ("object",),
}


def family_query(plan: dict[str, Any]) -> str:
    """The query that gives a row when the metadata bound as ?1 may not fit. Raises NotImplementedError."""
    if set(plan) != {"type", "properties"} or plan["type"] != "object":
        raise NotImplementedError("a family's schema has type object and properties, nothing else")
    names: dict[str, list[str]] = {}
    for name, below in plan["properties"].items():
        names.setdefault(_fits(below, "r"), []).append(_quoted(name))
    parts = [f"r.key IN({','.join(keys)}) AND NOT({fits})" for fits, keys in names.items()]
    return f"SELECT 1 FROM json_each(?1) r WHERE {' OR '.join(parts)} LIMIT 1"


def _fits(plan: Any, row: str) -> str:
    if plan is True or plan == {}:
        return "1"
    if plan is False:
        return "0"
    rest = dict(plan)
    parts = []
    names = rest.pop("type", None)
    types = {kind for name in ([names] if isinstance(names, str) else names or []) for kind in _TYPES[name]}
    if names is not None:
        parts.append(f"{row}.type IN({','.join(map(_quoted, sorted(types)))})")
    for keyword, argument in rest.items():
        parts.append(_for_type(_condition(keyword, argument, row), _APPLIES.get(keyword), types, row))
    return "(" + " AND ".join(parts) + ")"


_APPLIES = {
    "minimum": {"integer", "real"},
    "maximum": {"integer", "real"},
    "minLength": {"text"},
    "minItems": {"array"},
    "maxItems": {"array"},
    "items": {"array"},
}


def _for_type(condition: str, applies: set[str] | None, types: set[str], row: str) -> str:
    """A keyword says something about values of its types only."""
    if applies is None or (types and types <= applies and applies != {"array"}):
        return condition
    # CASE, not AND: json_each of what is no array would be an error, and AND promises no order.
    return f"CASE WHEN {row}.type IN({','.join(map(_quoted, sorted(applies)))}) THEN {condition} ELSE 1 END"


def _condition(keyword: str, argument: Any, row: str) -> str:
    if keyword == "minimum":
        return f"{row}.atom>={argument!r}"
    if keyword == "maximum":
        return f"{row}.atom<={argument!r}"
    if keyword == "minLength":
        return f"length({row}.atom)>={argument}"
    if keyword == "minItems":
        return f"json_array_length({row}.value)>={argument}"
    if keyword == "maxItems":
        return f"json_array_length({row}.value)<={argument}"
    if keyword == "items":
        return f"NOT EXISTS(SELECT 1 FROM json_each({row}.value) {row}i WHERE NOT({_fits(argument, row + 'i')}))"
    if keyword == "anyOf":
        return "(" + " OR ".join(_fits(below, row) for below in argument) + ")"
    raise NotImplementedError(f"the families' schemas do not use {keyword}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# The letters by which `operations.schema_check.surely_fits` knows a kind of value.
_KINDS: dict[str, dict[str, Any]] = {
    "i": {"type": "integer", "minimum": 0},
    "n": {"type": "number", "minimum": 0},
    "r": {"type": "number", "minimum": 0, "maximum": 1},
    "s": {"type": "string"},
    "S": {"type": "string", "minLength": 1},
    "b": {"type": "boolean"},
}


def letters_of(plan: object) -> str:
    """The letters of the values that a member's plan surely allows, "" for none.

    >>> letters_of({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "array"}]}), letters_of({"enum": [1]})
    ('i', '')
    """
    ways = plan["anyOf"] if isinstance(plan, dict) and set(plan) == {"anyOf"} else [plan]
    return "".join(letter for letter, kind in _KINDS.items() if kind in ways)
