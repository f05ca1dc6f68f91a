"""Checks a JSON value against a compiled plan, without `jsonschema` (90 ms), `json` or `re`. On the hot path.

A *plan* is a JSON Schema 2020-12 that `schema_compile.compile_plan` has gone over: references are in place,
annotations are gone, and every keyword left is a key of `_CHECKS` below. So this module only walks it.
`schema_compile` refuses what is not here (`pattern`, `unevaluatedProperties`, recursion …); such schemas are checked by
`jsonschema` itself (`counted_validator`). A property test holds both to the same answer.

A check spends steps of its Budget: one for each part of the schema that is tried on a value, and one for each name or value that a
keyword looks at on its own.

>>> first_violation({"type": "object", "properties": {"p50_ms": {"type": "number", "minimum": 0}}}, {"p50_ms": "45"})
'p50_ms is a string, not a number'
"""

from __future__ import annotations

from hooks_cli.features.validation.check_budget import UNBOUNDED, Budget, OverBudget, equal, first_double

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Plan = Any  # True, False, or {keyword: argument}
    Violation = tuple[str, str] | None  # where (".a[0]"), what
    Check = Callable[[Any, Any, Plan, "Budget"], Violation]

# With a sibling these say something only together, so the sibling's key has no check of its own.
COMPANIONS = ("then", "else", "minContains", "maxContains")


def first_violation(plan: Plan, value: Any, budget: Budget | None = None) -> str | None:
    """The first thing in `value` (as `json.loads` gives it) that does not fit, in one line; None when all fits.

    Raises OverBudget; without a budget the steps are not counted.
    """
    try:
        found = _violation(plan, value, budget or Budget(UNBOUNDED))
    except RecursionError:
        raise OverBudget from None
    if found is None:
        return None
    where = found[0].removeprefix(".")
    return f"{where} {found[1]}" if where else f"it {found[1]}"


def type_name(value: Any) -> str:
    """The JSON type of a value, `integer` only for what Python holds as one."""
    if value is None:
        return "null"
    kind = type(value)
    return _NAMES.get(kind, "object")


def _violation(plan: Plan, value: Any, budget: Budget) -> Violation:
    budget.spend()
    if plan is True:
        return None
    if plan is False:
        return "", "is not allowed"
    for keyword, argument in plan.items():
        check = _CHECKS.get(keyword)
        if check is not None and (found := check(argument, value, plan, budget)) is not None:
            return found
    return None


def _fits(plan: Plan, value: Any, budget: Budget) -> bool:
    return _violation(plan, value, budget) is None


def _has_type(value: Any, name: str) -> bool:
    actual = type_name(value)
    if name == "number":
        return actual in ("integer", "number")
    if name == "integer" and actual == "number":
        return value.is_integer() is True
    return actual == name


def _type(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    names = [argument] if isinstance(argument, str) else argument
    if any(_has_type(value, name) for name in names):
        return None
    return "", f"is {_a(type_name(value))}, not {' or '.join(_a(name) for name in names)}"


def _enum(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if any(equal(value, each, budget) for each in argument):
        return None
    return "", f"is {_show(value)}, not one of {', '.join(_show(each) for each in argument)}"


def _const(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    return None if equal(value, argument, budget) else ("", f"is {_show(value)}, not {_show(argument)}")


def _bound(words: str, broken: Callable[[Any, Any], bool]) -> Check:
    def check(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
        if type(value) in (int, float) and broken(value, argument):
            return "", f"is {_show(value)}, {words} {_show(argument)}"
        return None

    return check


def _size(kind: type[Any], words: str, broken: Callable[[int, Any], bool]) -> Check:
    def check(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
        if type(value) is kind and broken(len(value), argument):
            return "", f"has {len(value)} {words} {_show(argument)}"
        return None

    return check


def _required(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if isinstance(value, dict):
        for name in argument:
            budget.spend()
            if name not in value:
                return "", f"has no {_show(name)}, which is required"
    return None


def _properties(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if isinstance(value, dict):
        for name in argument if len(argument) <= len(value) else value:
            budget.spend()
            if (
                name in argument
                and name in value
                and (found := _violation(argument[name], value[name], budget)) is not None
            ):
                return f".{name}{found[0]}", found[1]
    return None


def _additional(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if isinstance(value, dict):
        known = plan.get("properties", {})
        for name, item in value.items():
            budget.spend()
            if name not in known and (found := _violation(argument, item, budget)) is not None:
                return f".{name}{found[0]}", found[1]
    return None


def _property_names(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if isinstance(value, dict):
        for name in value:
            if (found := _violation(argument, name, budget)) is not None:
                return "", f"has the name {_show(name)}, which {found[1]}"
    return None


def _dependent_required(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if isinstance(value, dict):
        for name, needed in argument.items():
            budget.spend()
            for each in needed if name in value else ():
                budget.spend()
                if each not in value:
                    return "", f"has {_show(name)} without {_show(each)}"
    return None


def _dependent_schemas(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if isinstance(value, dict):
        for name, below in argument.items():
            budget.spend()
            if name in value and (found := _violation(below, value, budget)) is not None:
                return found
    return None


def _items(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if isinstance(value, list):
        for index in range(len(plan.get("prefixItems", ())), len(value)):
            if (found := _violation(argument, value[index], budget)) is not None:
                return f"[{index}]{found[0]}", found[1]
    return None


def _prefix_items(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if isinstance(value, list):
        for index in range(min(len(argument), len(value))):
            if (found := _violation(argument[index], value[index], budget)) is not None:
                return f"[{index}]{found[0]}", found[1]
    return None


def _contains(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if not isinstance(value, list):
        return None
    count = sum(1 for each in value if _fits(argument, each, budget))
    least, most = plan.get("minContains", 1), plan.get("maxContains", count)
    if least <= count <= most:
        return None
    limit = f"at least {least}" if count < least else f"at most {most}"
    return "", f"has {count} items of the kind it needs, {limit} expected"


def _unique(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if argument and isinstance(value, list):
        index = first_double(value, budget)
        if index >= 0:
            return f"[{index}]", "is there twice"
    return None


def _multiple(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    fraction = type(value) is float and not value.is_integer()
    if fraction or (type(value) in (int, float) and int(value) % argument):
        return "", f"is {_show(value)}, not a multiple of {_show(argument)}"
    return None


def _all_of(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    for below in argument:
        if (found := _violation(below, value, budget)) is not None:
            return found
    return None


def _any_of(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    if any(_fits(below, value, budget) for below in argument):
        return None
    return _violation(argument[0], value, budget) if len(argument) == 1 else ("", "fits none of the forms it may have")


def _one_of(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    count = sum(1 for below in argument if _fits(below, value, budget))
    if count == 1:
        return None
    return "", "fits none of the forms it may have" if count == 0 else f"fits {count} forms where only one may fit"


def _not(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    return ("", "has a form that is excluded") if _fits(argument, value, budget) else None


def _if(argument: Any, value: Any, plan: Plan, budget: Budget) -> Violation:
    return _violation(plan.get("then" if _fits(argument, value, budget) else "else", True), value, budget)


def _a(name: str) -> str:
    return name if name == "null" else f"{'an' if name[0] in 'aio' else 'a'} {name}"


def _show(value: Any) -> str:
    """A value in an error: short, on one line, without control characters."""
    if isinstance(value, str):
        text = value if len(value) <= 40 else value[:39] + "…"
        return '"' + "".join(c if c.isprintable() else "?" for c in text) + '"'
    if isinstance(value, (list, dict)):
        return f"{_a(type_name(value))} of {len(value)}"
    return {"None": "null", "True": "true", "False": "false"}.get(str(value), str(value)[:40])


_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}

_CHECKS: dict[str, Check] = {
    "type": _type,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _property_names,
    "dependentRequired": _dependent_required,
    "dependentSchemas": _dependent_schemas,
    "minProperties": _size(dict, "members, at least", lambda size, limit: bool(size < limit)),
    "maxProperties": _size(dict, "members, at most", lambda size, limit: bool(size > limit)),
    "enum": _enum,
    "const": _const,
    "minimum": _bound("less than", lambda value, limit: bool(value < limit)),
    "maximum": _bound("more than", lambda value, limit: bool(value > limit)),
    "exclusiveMinimum": _bound("not more than", lambda value, limit: bool(value <= limit)),
    "exclusiveMaximum": _bound("not less than", lambda value, limit: bool(value >= limit)),
    "multipleOf": _multiple,
    "minLength": _size(str, "characters, at least", lambda size, limit: bool(size < limit)),
    "maxLength": _size(str, "characters, at most", lambda size, limit: bool(size > limit)),
    "minItems": _size(list, "items, at least", lambda size, limit: bool(size < limit)),
    "maxItems": _size(list, "items, at most", lambda size, limit: bool(size > limit)),
    "items": _items,
    "prefixItems": _prefix_items,
    "contains": _contains,
    "uniqueItems": _unique,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
}
KEYWORDS = frozenset((*_CHECKS, *COMPANIONS))
