"""Differences between two values: by line for text, by member for JSON.

Line differences come from difflib, in the unified form that `diff -u` prints. The structural difference is a list of
`Change(op, path, old, new)` with JSON Pointers (RFC 6901) as paths. Inside an array, elements are matched by content first, so that
one insertion at the front is one change: the path of what was removed or changed counts in the old array, the path of what was
added counts in the new one.
"""

from __future__ import annotations

import difflib
import json
from typing import Any, NamedTuple


class Change(NamedTuple):
    """One difference: op is `add` (`old` is None), `remove` (`new` is None) or `replace`."""

    op: str
    path: str
    old: Any
    new: Any


def line_diff(old: str, new: str, old_name: str, new_name: str) -> list[str]:
    """The unified diff as lines without line ends; [] when the texts are equal.

    A text that lacks its last line end is said with the line `\\ No newline at end of file`, as diff(1) does.
    """
    lines: list[str] = []
    for line in difflib.unified_diff(_lines(old), _lines(new), old_name, new_name, lineterm="\n"):
        lines.append(line[:-1] if line.endswith("\n") else line)
        if not line.endswith("\n"):
            lines.append("\\ No newline at end of file")
    return lines


def _lines(text: str) -> list[str]:
    """Lines with their ends, split at \\n alone: other separators are characters of a line."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _canonical(value: Any) -> str:
    # 1, 1.0 and true are three different things here, which Python's == would not say.
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def json_diff(old: Any, new: Any, path: str = "") -> list[Change]:
    """The changes that lead from one parsed JSON value to the other; [] when they are the same (members in any order)."""
    if _canonical(old) == _canonical(new):
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        return _object_diff(old, new, path)
    if isinstance(old, list) and isinstance(new, list):
        return _array_diff(old, new, path)
    return [Change("replace", path, old, new)]


def _object_diff(old: dict[str, Any], new: dict[str, Any], path: str) -> list[Change]:
    changes: list[Change] = []
    for name in [*old, *(name for name in new if name not in old)]:
        place = path + "/" + name.replace("~", "~0").replace("/", "~1")
        if name not in new:
            changes.append(Change("remove", place, old[name], None))
        elif name not in old:
            changes.append(Change("add", place, None, new[name]))
        else:
            changes.extend(json_diff(old[name], new[name], place))
    return changes


def _array_diff(old: list[Any], new: list[Any], path: str) -> list[Change]:
    changes: list[Change] = []
    matcher = difflib.SequenceMatcher(None, [_canonical(v) for v in old], [_canonical(v) for v in new], autojunk=False)
    for op, low, high, new_low, new_high in matcher.get_opcodes():
        if op == "equal":
            continue
        both = min(high - low, new_high - new_low)
        for i in range(both):
            changes.extend(json_diff(old[low + i], new[new_low + i], f"{path}/{low + i}"))
        changes.extend(Change("remove", f"{path}/{i}", old[i], None) for i in range(low + both, high))
        changes.extend(Change("add", f"{path}/{i}", None, new[i]) for i in range(new_low + both, new_high))
    return changes


def show_changes(changes: list[Change]) -> list[str]:
    """The changes as lines for people: `+ /a: 1`, `- /b: 2`, `~ /c: 1 -> 2`; the whole value has the path `(value)`."""
    lines = []
    for change in changes:
        place = change.path or "(value)"
        old, new = (json.dumps(v, ensure_ascii=False) for v in (change.old, change.new))
        if change.op == "add":
            lines.append(f"+ {place}: {new}")
        elif change.op == "remove":
            lines.append(f"- {place}: {old}")
        else:
            lines.append(f"~ {place}: {old} -> {new}")
    return lines
