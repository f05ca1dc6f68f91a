"""Checks that the hooks in agents' settings files can run: the file parses, and the verbs it calls exist."""

from __future__ import annotations

import glob
import os
import re

from hooks_cli.features.agents.catalogue import AGENTS, PROJECT
from hooks_cli.features.agents.json_tree import NotJson, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# Beside those that `setup` writes.
MORE_SETTINGS = (".claude/settings.local.json", ".github/hooks/*.json")
LARGEST = 4 * 1024 * 1024
# The program by any of its names, then the group, then the verb.
_CALL = re.compile(
    r"(?:hooks-cli|claude-flow(?:@[\w.-]+)?|@claude-flow/cli(?:@[\w.-]+)?|ruflo(?:@[\w.-]+)?)\s+hooks?\s+([A-Za-z][\w-]*)"
)


class Checked:
    """One settings file: its `path`, the `problem` of one that is not JSON, the hooks verbs it `calls`, and those that are `unknown`."""

    __slots__ = ("calls", "path", "problem", "unknown")

    def __init__(self, path: str, problem: str, calls: list[str], unknown: list[str]) -> None:
        self.path = path
        self.problem = problem
        self.calls = calls
        self.unknown = unknown


def check(root: str, verbs: list[str]) -> list[Checked]:
    """Look at the settings files that there are in the project at `root`; `verbs` are the hooks verbs by all their names."""
    found = []
    for path in _settings_files(root):
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read(LARGEST)
        except FileNotFoundError:
            continue
        except NotADirectoryError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            found.append(Checked(path, f"it cannot be read: {error}", [], []))
            continue
        try:
            document = parse(text, path).value
        except NotJson as error:
            where = error.details
            problem = f"it is not valid JSON: {where['reason']} at line {where['line']}, column {where['column']}"
            found.append(Checked(path, problem, [], []))
            continue
        calls = sorted({verb for command in _texts(document) for verb in _CALL.findall(command)})
        found.append(Checked(path, "", calls, [verb for verb in calls if verb not in verbs]))
    return found


def _settings_files(root: str) -> list[str]:
    names = (*(agent.settings[PROJECT] for agent in AGENTS.values()), *MORE_SETTINGS)
    paths: list[str] = []
    for name in names:
        found = sorted(glob.glob(os.path.join(glob.escape(root), name))) if "*" in name else [os.path.join(root, name)]
        paths += [path for path in found if path not in paths]
    return paths


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
