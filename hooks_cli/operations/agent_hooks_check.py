"""Whether the hooks in agents' settings files can run: the file is JSON, and the hooks verbs that it calls exist."""

from __future__ import annotations

import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

SETTINGS_FILES = (
    ".claude/settings.json",
    ".claude/settings.local.json",
    ".gemini/settings.json",
    ".codex/hooks.json",
    ".cursor/hooks.json",
    ".github/hooks/hooks.json",
)
LARGEST = 4 * 1024 * 1024
# The program by any of its names, then the group, then the verb.
_CALL = re.compile(
    r"(?:hooks-cli|claude-flow(?:@[\w.-]+)?|@claude-flow/cli(?:@[\w.-]+)?|ruflo(?:@[\w.-]+)?)\s+hooks?\s+([A-Za-z][\w-]*)"
)


class Checked:
    """One settings file: its `path`, the `problem` of one that is no JSON, the hooks verbs it `calls`, and those that are `unknown`."""

    __slots__ = ("calls", "path", "problem", "unknown")

    def __init__(self, path: str, problem: str, calls: list[str], unknown: list[str]) -> None:
        self.path = path
        self.problem = problem
        self.calls = calls
        self.unknown = unknown


def check(root: str, verbs: list[str]) -> list[Checked]:
    """Look at the settings files that there are in the project at `root`; `verbs` are the hooks verbs by all their names."""
    found = []
    for name in SETTINGS_FILES:
        path = os.path.join(root, name)
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
            document = json.loads(text)
        except ValueError as error:
            found.append(Checked(path, f"it is not valid JSON: {error}", [], []))
            continue
        calls = sorted({verb for command in _texts(document) for verb in _CALL.findall(command)})
        found.append(Checked(path, "", calls, [verb for verb in calls if verb not in verbs]))
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
