"""Compiles a JSON Schema 2020-12 into a plan for `plan.py`, or returns why that is not possible.

The subset: every keyword of `schema_plan.KEYWORDS`, annotations (dropped; `format` is one, as the draft has it), and
`$ref` to `#/$defs/…` or another place of the same document, unless it leads back to itself. Outside of it are
`pattern`, `patternProperties`, `unevaluated…`, `$dynamicRef`, `$anchor`, nested `$id`, other documents, and a
`multipleOf` that is not an integer. What `schema_bounds` refuses is used nowhere; any other schema outside of the subset is checked by
`jsonschema` (`counted_validator`), for about 90 ms.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from hooks_cli.features.validation.plan import KEYWORDS

ANNOTATIONS = frozenset(
    ("$schema", "$id", "$comment", "$defs", "title", "description", "default", "examples", "deprecated", "readOnly",
     "writeOnly", "format", "contentEncoding", "contentMediaType", "contentSchema")
)  # fmt: skip
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "dependentSchemas")
_SINGLE = ("additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else")
# A document may unfold to at most this number of nodes: references upon references grow without bound.
_MOST_NODES = 20_000
_DEEPEST = 100


class OutsideSubset(Exception):
    """A schema that is valid but that the hot path's checker cannot say; the text names the keyword and the place."""


def check_schema(schema: Any) -> str | None:
    """What is wrong with a schema as a schema (the draft's own meta-schema), in one line; None when nothing is."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"{'/'.join(str(part) for part in error.absolute_path) or 'it'}: {error.message[:200]}"
    return None


def compile_plan(schema: Any) -> Any:
    """The plan of a valid schema: True, False, or an object of JSON types. Raises OutsideSubset."""
    try:
        return _Compiler(schema).plan(schema, (), "#")
    except RecursionError:
        raise OutsideSubset("it unfolds too deeply") from None


class _Compiler:
    """One document on its way: counts nodes and resolves references within it."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.nodes = 0

    def plan(self, schema: Any, open_references: tuple[str, ...], where: str) -> Any:
        self.nodes += 1
        if self.nodes > _MOST_NODES:
            raise OutsideSubset(f"it unfolds to more than {_MOST_NODES} parts")
        if len(open_references) > _DEEPEST:
            raise OutsideSubset(f"more than {_DEEPEST} references within one another")
        if isinstance(schema, bool):
            return schema
        result: dict[str, Any] = {}
        for keyword, argument in schema.items():
            if keyword in ANNOTATIONS:
                if keyword == "$id" and where != "#":
                    raise OutsideSubset(f"$id within a schema, at {where}")
            elif keyword == "$ref":
                continue
            elif keyword not in KEYWORDS:
                raise OutsideSubset(f"{keyword}, at {where}")
            else:
                result[keyword] = self._argument(keyword, argument, open_references, f"{where}/{keyword}")
        if "$ref" in schema:
            target = self._referenced(schema["$ref"], open_references, where)
            if not result:
                return target
            result["allOf"] = [target, *result.get("allOf", [])]
        return _ordered(result)

    def _argument(self, keyword: str, argument: Any, references: tuple[str, ...], where: str) -> Any:
        if keyword in _SINGLE:
            return self.plan(argument, references, where)
        if keyword in _LISTS:
            return [self.plan(each, references, f"{where}/{index}") for index, each in enumerate(argument)]
        if keyword in _MAPS:
            return {name: self.plan(each, references, f"{where}/{name}") for name, each in argument.items()}
        if keyword == "multipleOf" and not (isinstance(argument, int) and not isinstance(argument, bool)):
            raise OutsideSubset(f"multipleOf with a fraction, at {where}")
        return argument

    def _referenced(self, reference: str, open_references: tuple[str, ...], where: str) -> Any:
        if reference in open_references or reference == "#":
            raise OutsideSubset(f"a reference that leads back to itself ({reference}), at {where}")
        if not reference.startswith("#/") or "%" in reference:
            raise OutsideSubset(f"a reference out of the document ({reference}), at {where}")
        target = self.document
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(target, dict) and name in target:
                target = target[name]
            elif isinstance(target, list) and name.isdecimal() and int(name) < len(target):
                target = target[int(name)]
            else:
                raise OutsideSubset(f"a reference to nothing ({reference}), at {where}")
        if not isinstance(target, (dict, bool)):
            raise OutsideSubset(f"a reference to no schema ({reference}), at {where}")
        return self.plan(target, (*open_references, reference), reference)


def _ordered(plan: dict[str, Any]) -> dict[str, Any]:
    """`type` and `required` first, so that the words a user reads name the plainest thing that is wrong."""
    first = {name: plan[name] for name in ("type", "required") if name in plan}
    return first | plan
