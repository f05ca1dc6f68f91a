"""Reads a rule file: the temporal constraints and the levels of the hierarchy, each with the line where it stands."""

from __future__ import annotations

import os
import re
from typing import Any

from hooks_cli.errors import ConfigError, InputMissing
from hooks_cli.features.traces.constraints import types
from hooks_cli.features.traces.constraints.constraint import Constraint
from hooks_cli.features.traces.hierarchy.level import Level, read_level
from hooks_cli.features.traces.rules.table_reader import TableReader, suggestion
from hooks_cli.features.traces.selectors import Selector
from hooks_cli.features.traces.spans import PEER_ATTRIBUTES, KeptFields

CONSTRAINT = "orchestration.temporal.constraint"
LEVEL = "validation.hierarchy.level"
RULE = LEVEL + ".rule"
MOST_BYTES = 1 << 20
MOST_DOTS = 200  # in one line: tomllib keeps every prefix of a dotted key

# Parts of a test file that are not for `trace check`: told, not judged.
OF_TESTS = ("meta", "layers", "chaos", "performance", "services", "scenario", "expect", "test")
# Parts that nothing reads yet: refused, because a rule that is passed over would look like one that holds.
LATER = {
    ("intelligence", "feedback_loop"): "feedback loops (learning rules from traces)",
    ("intelligence", "persistence"): "learning across runs",
    ("self_healing", "adaptive_execution"): "adaptive execution",
}


class RuleFile:
    """The rules of one file. `not_judged` names the parts that belong to a test and not to its traces."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.constraints: list[Constraint] = []
        self.levels: list[Level] = []
        self.all_must_pass = True
        self.fail_fast = False
        self.strict = False
        self.correct_skew = False
        self.not_judged: list[str] = []

    def selectors(self) -> list[Selector]:
        """Every selector of every rule."""
        found = [selector for rule in self.constraints for selector in rule.all_selectors]
        found += [selector for level in self.levels for rule in level.rules for selector in rule.selectors()]
        return found

    def wanted(self) -> KeptFields:
        """What a reader must keep so that these rules can be judged."""
        selectors = self.selectors()
        roots = [rule.where for rule in self.constraints] + [
            rule.where for level in self.levels for rule in level.rules
        ]
        attributes = {name for s in [*selectors, *filter(None, roots)] for name in s.attribute_names()}
        for level in self.levels:
            for rule in level.rules:
                attributes |= rule.attribute_names()
            if level.scope == "cross_service":
                attributes.update(PEER_ATTRIBUTES)
        return KeptFields(attributes, any(selector.is_event for selector in selectors))


def load(name: str, folder: str) -> RuleFile:
    """Read and check a rule file. Raises InputMissing (66) without it, ConfigError (78) for one that is not valid."""
    try:
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputMissing(path=name, reason=error.strerror or str(error)) from None
    return parse(data, name)


def parse(data: bytes, name: str) -> RuleFile:
    """The rules of a file's content. Raises ConfigError (78)."""
    document = _document(data, name)
    lines = _Lines(data.decode())
    rules = RuleFile(name)
    _refuse_unknown(document, name, rules)
    settings = TableReader(document.get("trace", {}), "[trace]", name, lines.of("trace", 0))
    rules.strict = settings.flag("strict", False)
    rules.correct_skew = settings.flag("correct_skew", False)
    settings.finish()
    _read_constraints(document, name, lines, rules)
    _read_hierarchy(document, name, lines, rules)
    if not rules.constraints and not rules.levels:
        raise ConfigError(
            f"The rules {name} hold no rule: neither [[{CONSTRAINT}]] nor [[{LEVEL}]].",
            path=name,
            reason="no rule",
            hint="See docs/traces.md for a first one.",
        )
    return rules


def _document(data: bytes, name: str) -> dict[str, Any]:
    import tomllib

    if len(data) > MOST_BYTES:
        raise ConfigError(path=name, reason=f"it is larger than {MOST_BYTES // 1024:,} KiB")
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.count(b".") > MOST_DOTS:
            raise ConfigError(path=name, reason=f"line {number:,} has more than {MOST_DOTS} dots")
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        place = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"The rules {name} are not valid: line {place:,} is not UTF-8.", path=name, reason="not UTF-8"
        ) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"The rules {name} are not valid TOML: {error}.", path=name, reason=str(error)) from None


def _refuse_unknown(document: dict[str, Any], name: str, rules: RuleFile) -> None:
    known = ("trace", "orchestration", "validation", "intelligence", "self_healing", *OF_TESTS)
    for part, content in document.items():
        if part not in known:
            raise ConfigError(
                f"The rules {name} are not valid: there is no part [{part}].",
                path=name,
                reason=f"unknown part {part}",
                hint=suggestion(part, known),
            )
        for (outer, inner), what in LATER.items():
            if part == outer and isinstance(content, dict) and inner in content:
                raise ConfigError(
                    f"The rules {name} ask for [{outer}.{inner}]: {what} is not part of this version, and was not passed over.",
                    path=name,
                    reason=f"{outer}.{inner} is not judged",
                    hint=f"Keep [{outer}.{inner}] in a file of its own.",
                )
        if part in OF_TESTS or part in ("intelligence", "self_healing"):
            rules.not_judged.append(part)


def _read_constraints(document: dict[str, Any], name: str, lines: _Lines, rules: RuleFile) -> None:
    outer = TableReader(document.get("orchestration", {}), "[orchestration]", name, lines.of("orchestration", 0))
    for key in ("topology", "services"):
        if outer.take(key) is not None:
            rules.not_judged.append(f"orchestration.{key}")
    temporal = outer.inner("temporal")
    outer.finish()
    if temporal is None:
        return
    temporal.line = lines.of("orchestration.temporal", 0)
    found = temporal.take("constraint") or []
    temporal.finish()
    if not isinstance(found, list):
        temporal.refuse(f"{CONSTRAINT} is not a list; write [[{CONSTRAINT}]]")
    for number, table in enumerate(found):
        line = lines.of(CONSTRAINT, number) or lines.of_key("constraint")
        reader = TableReader(table, f"constraint {number + 1}", name, line)
        rules.constraints.append(types.read(reader, number + 1))


def _read_hierarchy(document: dict[str, Any], name: str, lines: _Lines, rules: RuleFile) -> None:
    outer = TableReader(document.get("validation", {}), "[validation]", name, lines.of("validation", 0))
    hierarchy = outer.inner("hierarchy")
    outer.finish()
    if hierarchy is None:
        return
    hierarchy.line = lines.of("validation.hierarchy", 0)
    requirement = hierarchy.inner("requirement")
    levels = hierarchy.take("level") or []
    hierarchy.finish()
    if requirement is not None:
        requirement.line = lines.of("validation.hierarchy.requirement", 0)
        rules.all_must_pass = requirement.flag("all_levels_must_pass", True)
        rules.fail_fast = requirement.flag("fail_fast", False)
        requirement.finish()
    if not isinstance(levels, list):
        hierarchy.refuse(f"{LEVEL} is not a list; write [[{LEVEL}]]")
    seen = 0
    for number, table in enumerate(levels):
        line = lines.of(LEVEL, number) or lines.of_key("level")
        reader = TableReader(table, f"level {number + 1}", name, line)
        count = len(table["rule"]) if isinstance(table, dict) and isinstance(table.get("rule"), list) else 0
        places = [lines.of(RULE, seen + place) or line for place in range(count)]
        seen += count
        rules.levels.append(read_level(reader, places))


class _Lines:
    """Where the tables of a TOML text begin: tomllib does not tell."""

    def __init__(self, text: str) -> None:
        self._heads: dict[str, list[int]] = {}
        self._text = text
        for number, line in enumerate(text.split("\n"), 1):
            head = re.match(r"\s*\[\[?([^\[\]#]+)\]", line)
            if head is not None:
                path = ".".join(part.strip().strip("\"'") for part in head[1].split("."))
                self._heads.setdefault(path, []).append(number)

    def of(self, path: str, number: int) -> int:
        """The line of the table's n-th head (from 0), 0 when it has none."""
        heads = self._heads.get(path, [])
        return heads[number] if number < len(heads) else 0

    def of_key(self, key: str) -> int:
        """The line of the first assignment to a key, 0 when there is none."""
        found = re.search(rf"(?m)^[^#\n]*\b{re.escape(key)}\s*=", self._text)
        return 0 if found is None else self._text.count("\n", 0, found.end()) + 1
