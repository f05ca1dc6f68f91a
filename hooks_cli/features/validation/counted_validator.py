"""`jsonschema` with a step limit, for user schemas that `compile.py` cannot turn into a plan.

The rules are the library's own for Draft 2020-12. What differs: each part of the schema that is tried on a value, and what a keyword does
beside that, spends steps of the budget; patterns go through `pattern_cost`; no document but the schema itself is there to refer to.
"""

from __future__ import annotations

from typing import Any

import referencing
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match

from hooks_cli.features.validation.check_budget import STEPS, Budget, OverBudget, equal, first_double
from hooks_cli.features.validation.schema_bounds import alone
from hooks_cli.text.pattern_cost import LONGEST, search, steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Errors = Iterator[ValidationError]
    Keyword = Callable[[Any, Any, Any, Any], Errors]

# Turns of a keyword's plain loop, characters of an error and steps of a pattern are one step.
_TURNS = 16
_CHARACTERS = 256
_PATTERN_STEPS = 1 << 14


class CountedValidator:
    """A validator of one schema; each check has STEPS steps. Raises SchemaRefused for a schema that is not used."""

    def __init__(self, schema: Any) -> None:
        """Take the schema as `json.loads` gives it; it is altered (`schema_bounds.alone`)."""
        self._budget = Budget()
        # What each part tried costs besides, while the members or items are looked for that nothing has looked at.
        self._toll = 0
        self._patterns = _patterns(schema)
        rules = {name: self._counted(rule) for name, rule in Draft202012Validator.VALIDATORS.items()}
        own = {
            "pattern": self._pattern,
            "patternProperties": self._pattern_properties,
            "additionalProperties": self._additional_properties,
            "uniqueItems": self._unique_items,
            "enum": self._enum,
            "const": self._const,
        }
        rules |= {name: self._counted(rule) for name, rule in own.items()}
        for name in ("unevaluatedProperties", "unevaluatedItems"):
            rules[name] = self._unevaluated(rules[name])
        kind: Any = validators.extend(Draft202012Validator, rules)  # type: ignore[no-untyped-call]
        evolve = kind.evolve

        def counted_evolve(part: Any, **changes: Any) -> Any:
            self._budget.spend(1 + self._toll)
            return evolve(part, **changes)

        kind.evolve = counted_evolve
        self._validator = kind(alone(schema), registry=referencing.Registry())

    def errors(self, value: Any) -> list[ValidationError]:
        """All that does not fit. Raises OverBudget."""
        return list(self._run(value))

    def best_error(self, value: Any) -> ValidationError | None:
        """What does not fit, told by the error that says most; None when all fits. Raises OverBudget."""
        found: ValidationError | None = best_match(self._run(value))
        return found

    def _run(self, value: Any) -> Errors:
        self._budget.left, self._toll = STEPS, 0
        try:
            _look_at_names(value)
            yield from self._validator.iter_errors(value)
        except RecursionError:
            raise OverBudget from None

    def _counted(self, rule: Keyword) -> Keyword:
        def keyword(validator: Any, argument: Any, instance: Any, schema: Any) -> Errors:
            turns = sum(len(each) for each in (argument, instance) if isinstance(each, (dict, list)))
            self._budget.spend(1 + turns // _TURNS)
            for error in rule(validator, argument, instance, schema) or ():
                # The library writes the whole value into each error.
                self._budget.spend(1 + len(error.message) // _CHARACTERS)
                yield error

        return keyword

    def _unevaluated(self, rule: Keyword) -> Keyword:
        def keyword(validator: Any, argument: Any, instance: Any, schema: Any) -> Errors:
            size = len(instance) if isinstance(instance, (dict, list)) else 0
            toll = size + size * size // 1024
            if isinstance(instance, dict):
                toll += sum(self._cost(pattern, name) for name in instance for pattern in self._patterns)
            self._budget.spend(toll)
            self._toll += toll
            try:
                yield from rule(validator, argument, instance, schema)
            finally:
                self._toll -= toll

        return keyword

    def _cost(self, pattern: str, text: str) -> int:
        return 1 + steps(pattern, len(text)) // _PATTERN_STEPS

    def _found(self, pattern: str, text: str) -> bool:
        self._budget.spend(self._cost(pattern, text))
        return search(pattern, text)

    def _pattern(self, validator: Any, argument: Any, instance: Any, schema: Any) -> Errors:
        if isinstance(instance, str) and not self._found(argument, instance):
            shown = repr(instance) if len(instance) <= LONGEST else f"its first {LONGEST:,} characters"
            yield ValidationError(f"{shown} do{'es' if len(instance) <= LONGEST else ''} not match {argument!r}")

    def _pattern_properties(self, validator: Any, argument: Any, instance: Any, schema: Any) -> Errors:
        if isinstance(instance, dict):
            for pattern, below in argument.items():
                for name, item in instance.items():
                    if self._found(pattern, name):
                        yield from validator.descend(item, below, path=name, schema_path=pattern)

    def _additional_properties(self, validator: Any, argument: Any, instance: Any, schema: Any) -> Errors:
        if not isinstance(instance, dict):
            return
        patterns = schema.get("patternProperties", {})
        known = schema.get("properties", {})
        extra = [
            name
            for name in instance
            if name not in known and not any(self._found(pattern, name) for pattern in patterns)
        ]
        if isinstance(argument, dict):
            for name in extra:
                yield from validator.descend(instance[name], argument, path=name)
        elif argument is False and extra:
            names = ", ".join(map(repr, sorted(extra)))
            yield ValidationError(f"Additional properties are not allowed ({names})")

    def _unique_items(self, validator: Any, argument: Any, instance: Any, schema: Any) -> Errors:
        if argument and isinstance(instance, list) and first_double(instance, self._budget) >= 0:
            yield ValidationError(f"{instance!r} has non-unique elements")

    def _enum(self, validator: Any, argument: Any, instance: Any, schema: Any) -> Errors:
        if not any(equal(each, instance, self._budget) for each in argument):
            yield ValidationError(f"{instance!r} is not one of {argument!r}")

    def _const(self, validator: Any, argument: Any, instance: Any, schema: Any) -> Errors:
        if not equal(argument, instance, self._budget):
            yield ValidationError(f"{argument!r} was expected")


def _patterns(schema: Any) -> list[str]:
    """All patterns that stand for names of members, wherever in the schema."""
    found: list[str] = []
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            names = part.get("patternProperties")
            found += names if isinstance(names, dict) else ()
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return found


def _look_at_names(value: Any) -> None:
    """Raise OverBudget for the name of a member that is longer than a pattern looks at: the library itself tries patterns on names."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if any(len(name) > LONGEST for name in part):
                raise OverBudget
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
