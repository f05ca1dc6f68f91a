"""Limits the steps of a schema check, so that a schema cannot stall a write."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# How many steps a check by a schema from outside may take.
STEPS = 10_000
UNBOUNDED = 1 << 62


class OverBudget(Exception):
    """A check that was given up: it took more steps than it may, or went too deep."""


class Budget:
    """The steps that a check may still take."""

    __slots__ = ("left",)

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Take steps away. Raises OverBudget when fewer are left."""
        self.left -= steps
        if self.left < 0:
            raise OverBudget


def equal(one: Any, two: Any, budget: Budget | None = None) -> bool:
    """JSON equality: 1 equals 1.0, and neither equals true. Raises OverBudget."""
    if budget is not None:
        budget.spend()
    kinds = (type(one), type(two))
    if bool in kinds:
        return one is two
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(equal(a, b, budget) for a, b in zip(one, two, strict=True))
    if isinstance(one, dict) and isinstance(two, dict):
        return len(one) == len(two) and all(key in two and equal(item, two[key], budget) for key, item in one.items())
    return bool(one == two)


def first_double(values: list[Any], budget: Budget) -> int:
    """The index of the first value that equals an earlier one, -1 for none. Raises OverBudget."""
    seen = set()
    for index, each in enumerate(values):
        known = _comparable(each, budget)
        if known in seen:
            return index
        seen.add(known)
    return -1


def _comparable(value: Any, budget: Budget) -> Any:
    """What is equal, and can be in a set, for values that are equal."""
    budget.spend()
    kind = type(value)
    if kind is bool:
        return "true" if value else "false", None
    if kind is list:
        return "list", tuple([_comparable(each, budget) for each in value])
    if kind is dict:
        return "dict", frozenset([(name, _comparable(each, budget)) for name, each in value.items()])
    return value
