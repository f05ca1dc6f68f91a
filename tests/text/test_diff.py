"""Differences of values, and merge patches against RFC 7396."""

from __future__ import annotations

import json
from typing import Any

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.text.diff import Change, json_diff, line_diff, show_changes

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('aé"\\/~', max_size=3)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('ab/~é"', max_size=2), inner, max_size=4),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def apply(value: Any, changes: list[Change], path: str = "") -> Any:
    """Carry out a difference, by its definition: removals and replacements count in the old array, additions in the new."""
    mine = [c for c in changes if c.path == path]
    if mine:
        return mine[0].new
    below = [c for c in changes if c.path.startswith(path + "/")]
    if not below:
        return value
    if isinstance(value, dict):
        result = {}
        for name, old in value.items():
            place = path + "/" + name.replace("~", "~0").replace("/", "~1")
            if not any(c.op == "remove" and c.path == place for c in below):
                result[name] = apply(old, [c for c in below if c.op != "add" or c.path != place], place)
        for change in below:
            name = change.path[len(path) + 1 :]
            if change.op == "add" and "/" not in name:
                result[name.replace("~1", "/").replace("~0", "~")] = change.new
        return result
    removed = {c.path for c in below if c.op == "remove"}
    added = {int(n): c.new for c in below if c.op == "add" and "/" not in (n := c.path[len(path) + 1 :])}
    stays = iter(
        [
            apply(old, [c for c in below if c.op != "add" or c.path != f"{path}/{i}"], f"{path}/{i}")
            for i, old in enumerate(value)
            if f"{path}/{i}" not in removed
        ]
    )
    length = len(value) - len([r for r in removed if "/" not in r[len(path) + 1 :]]) + len(added)
    return [added[i] if i in added else next(stays) for i in range(length)]


@given(VALUES, VALUES)
def test_difference_leads_from_one_to_the_other(old: Any, new: Any) -> None:
    # A change below an added or an unmoved array element names the old index; objects inside arrays keep the test's walk simple.
    changes = json_diff(old, new)
    assert (not changes) == same(old, new)
    if not _nested_arrays(old) and not _nested_arrays(new):
        assert same(apply(old, changes), new)


def _nested_arrays(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_nested_arrays(v) for v in value.values())
    return isinstance(value, list) and any(isinstance(v, (list, dict)) for v in value)


def test_differences() -> None:
    old = {"p50": 45, "tags": ["a", "b"], "who": {"name": "x"}, "gone": 1}
    new = {"p50": 47, "tags": ["z", "a", "b"], "who": {"name": "y"}, "new": None}
    assert show_changes(json_diff(old, new)) == [
        "~ /p50: 45 -> 47",
        '+ /tags/0: "z"',
        '~ /who/name: "x" -> "y"',
        "- /gone: 1",
        "+ /new: null",
    ]
    assert json_diff({"a": 1, "b": 2}, {"b": 2, "a": 1}) == []
    assert [c.op for c in json_diff(1, True)] == ["replace"]
    assert show_changes(json_diff([], {})) == ["~ (value): [] -> {}"]


def test_lines() -> None:
    assert line_diff("a\nb\n", "a\nc\n", "one", "two") == ["--- one", "+++ two", "@@ -1,2 +1,2 @@", " a", "-b", "+c"]
    assert line_diff("a", "a", "one", "two") == []
    assert line_diff("a\n", "a", "1", "2")[3:] == ["-a", "+a", "\\ No newline at end of file"]
    # A form feed or U+2028 is a character of its line.
    assert line_diff("a\x0cb\u2028c", "a\x0cb\u2028d", "1", "2")[3:] == [
        "-a\x0cb\u2028c", "\\ No newline at end of file", "+a\x0cb\u2028d", "\\ No newline at end of file",
    ]  # fmt: skip


# --- RFC 7396 ----------------------------------------------------------------------------------------------------------
CONNECTION = apsw.Connection(":memory:")


def sqlite_patch(target: str, patch: str) -> Any:
    return json.loads(CONNECTION.execute("SELECT json_patch(?,?)", (target, patch)).fetchone()[0])


def merge_patch(target: Any, patch: Any) -> Any:
    """Section 2 of the RFC, word for word."""
    if isinstance(patch, dict):
        result = dict(target) if isinstance(target, dict) else {}
        for name, value in patch.items():
            if value is None:
                result.pop(name, None)
            else:
                result[name] = merge_patch(result.get(name), value)
        return result
    return patch


# Appendix A of the RFC.
EXAMPLES = [
    ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'), ('{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'), ('{"a":"b"}', '{"a":null}', "{}"),
    ('{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'), ('{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
    ('{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'), ('{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'),
    ('{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'), ('["a","b"]', '["c","d"]', '["c","d"]'), ('{"a":"b"}', '["c"]', '["c"]'),
    ('{"a":"foo"}', "null", "null"), ('{"a":"foo"}', '"bar"', '"bar"'), ('{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
    ("[1,2]", '{"a":"b","c":null}', '{"a":"b"}'), ("{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'),
]  # fmt: skip


@pytest.mark.parametrize(("target", "patch", "expected"), EXAMPLES)
def test_the_examples_of_the_rfc(target: str, patch: str, expected: str) -> None:
    assert same(sqlite_patch(target, patch), json.loads(expected))


@given(VALUES, VALUES, st.booleans())
def test_sqlite_patches_as_the_rfc_says(target: Any, patch: Any, escaped: bool) -> None:
    found = sqlite_patch(json.dumps(target, ensure_ascii=escaped), json.dumps(patch, ensure_ascii=not escaped))
    assert same(found, merge_patch(target, patch))
