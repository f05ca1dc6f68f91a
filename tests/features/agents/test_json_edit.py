"""Editing somebody's JSON and Markdown: the rest stays to the byte, and what was put in comes out again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli.errors import HooksError
from hooks_cli.features.agents import marked_block
from hooks_cli.features.agents.catalogue import AGENTS
from hooks_cli.features.agents.hook_handlers import FLAT, NESTED, Hook, is_ours, with_hooks, without_hooks
from hooks_cli.features.agents.json_edit import add, find, remove
from hooks_cli.features.agents.json_tree import NotJson, parse
from tests.agent_settings import ours

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)

LAYOUTS = st.sampled_from([{}, {"indent": 2}, {"indent": 4}, {"indent": "\t"}, {"separators": (",", ":")}])


@settings(max_examples=200, deadline=None)
@given(JSON, LAYOUTS, st.booleans())
def test_the_reader_reads_as_json_does(value: Any, layout: dict[str, Any], crlf: bool) -> None:
    text = json.dumps(value, **layout)
    text = text.replace("\n", "\r\n") if crlf else text
    assert parse(text, "x").value == value


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.text(max_size=6), JSON, max_size=5), LAYOUTS, st.text(max_size=6), JSON, st.booleans())
def test_add_and_remove_undo_each_other(
    value: dict[str, Any], layout: dict[str, Any], name: str, new: Any, crlf: bool
) -> None:
    if name in value:
        return
    text = json.dumps(value, ensure_ascii=False, **layout) + "\n"
    text = text.replace("\n", "\r\n") if crlf else text
    more = add(text, (), name, new)
    assert parse(more, "x").value == {**value, name: new}
    assert remove(more, (name,)) == text
    for key in value:
        assert parse(remove(text, (key,)), "x").value == {k: v for k, v in value.items() if k != key}
    for key, inner in value.items():
        if isinstance(inner, list):
            longer = add(text, (key,), "", new)
            assert parse(longer, "x").value == {**value, key: [*inner, new]}
            assert remove(longer, (key, len(inner))) == text


HANDLERS = st.sampled_from(
    [
        {"type": "command", "command": "echo hi"},
        {"type": "command", "command": "hooks-cli hooks notify"},
        {"type": "command", "command": "hooks-cli hooks event"},
        {"type": "command", "command": "/x/claude-flow hook event --json"},
        {"type": "http", "url": "http://localhost"},
    ]
)


OURS = AGENTS["claude-code"].hooks("hooks-cli")
GROUPS = st.lists(
    st.fixed_dictionaries({"hooks": st.lists(HANDLERS, min_size=1, max_size=3)}, optional={"matcher": st.just("Bash")}),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["Stop", "PreToolUse", "Other"]), GROUPS, max_size=3),
    st.sets(st.integers(0, len(OURS) - 1), min_size=1, max_size=5),
    LAYOUTS,
    st.booleans(),
)
def test_any_settings_end_with_exactly_our_hooks(
    hooks: dict[str, Any], some: set[int], layout: dict[str, Any], more: bool
) -> None:
    value = {"a": 1, **({"hooks": hooks} if hooks else {}), **({"z": [1]} if more else {})}
    text = json.dumps(value, **layout)
    wanted = [OURS[place] for place in sorted(some)]
    after = with_hooks(text, wanted, NESTED, "x")
    result = parse(after, "x").value
    assert isinstance(result, dict)
    assert sorted(ours(result)) == sorted((hook.event, hook.matcher) for hook in wanted)
    assert with_hooks(after, wanted, NESTED, "x") == after
    clean = parse(without_hooks(after, NESTED, "x"), "x").value
    assert isinstance(clean, dict) and ours(clean) == []
    foreign = [h for groups in hooks.values() for g in groups for h in g["hooks"] if not is_ours(h)]
    assert [h for groups in clean.get("hooks", {}).values() for g in groups for h in g["hooks"]] == foreign


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_text_crashes_the_reader(text: str) -> None:
    try:
        with_hooks(text, [Hook("Stop", {"command": "hooks-cli hooks event"})], FLAT, "x")
    except HooksError as error:
        assert error.exit_code == 65


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    with pytest.raises(NotJson):
        parse("[" * 100_000, "x")


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab\n #\r"), max_size=30), st.sampled_from([marked_block.MARKDOWN, marked_block.SHELL]))
def test_a_passage_goes_in_and_out(text: str, marks: tuple[str, str]) -> None:
    text = text.replace("\r", "")
    put = marked_block.put(text, "one\ntwo\n", marks)
    assert marked_block.put(put, "one\ntwo\n", marks) == put
    renewed = marked_block.put(put, "three\n", marks)
    assert renewed == marked_block.put(text, "three", marks)
    taken = marked_block.take(put, marks)
    assert taken == text or (not text.strip() and not taken.strip())


def test_places() -> None:
    root = parse('{"a": [1, {"b": 2}]}', "x")
    node = find(root, ("a", 1, "b"))
    assert node is not None and node.value == 2
    assert find(root, ("a", 5)) is None and find(root, ("a", "x")) is None and find(root, ("a", 0, "b", "c")) is None
