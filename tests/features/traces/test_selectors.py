"""Selectors: texts, globs and tables, and what they find in a run."""

from __future__ import annotations

import fnmatch
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.errors import ConfigError
from hooks_cli.features.traces.matches import MatchIndex, span_of
from hooks_cli.features.traces.selectors import KEYS, Pattern, parse
from tests.features.traces.made import run_of, span

RUN = run_of(
    span("api.request", 0, 9, id="root", service="api", kind="server", attrs={"http.route": "/a", "code": 200}),
    span("db.query", 1, 2, id="q", parent="root", service="db", instance="db-1", kind="client", attrs={"code": "404"}),
    span("GET /db:8080/x", 3, 4, id="g", parent="root", service="api", status="ERROR", attrs={"ok": True, "l": ["a"]}),
    span("cache.lookup", 5, 6, id="c", parent="q", service="cache", events=[("cache.miss", 5.5), ("db.query", 5.6)]),
)


def found(value: object) -> list[str]:
    selector = parse(value, "the rule", "r.toml")
    matches = MatchIndex(RUN, [selector]).of(selector)
    return [f"{match.name}@{span_of(match).name}" for there in matches.values() for match in there]


def names(value: object) -> list[str]:
    return [match.partition("@")[0] for match in found(value)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("db.query", ["db.query"]),
        ("span:db.query", ["db.query"]),
        ("db.*", ["db.query"]),
        ("*.*", ["api.request", "db.query", "cache.lookup"]),
        ("d?.query", ["db.query"]),
        ("[ac]*", ["api.request", "cache.lookup"]),
        ("[!ac]*", ["db.query", "GET /db:8080/x"]),
        (r"db\.query", ["db.query"]),
        (r"db.\*", []),
        ("DB.query", []),
        ("GET /db:8080/x", ["GET /db:8080/x"]),
        ("event:cache.miss", ["cache.miss"]),
        ("event:db.query", ["db.query"]),
        ({"service": "api"}, ["api.request", "GET /db:8080/x"]),
        ({"service": "ap*", "kind": "SERVER"}, ["api.request"]),
        ({"kind": "client"}, ["db.query"]),
        ({"status": "error"}, ["GET /db:8080/x"]),
        ({"name": "db.*", "parent": "api.request"}, ["db.query"]),
        ({"parent": {"service": "db"}}, ["cache.lookup"]),
        ({"instance": "db-*"}, ["db.query"]),
        ({"attrs": {"code": 200}}, ["api.request"]),
        ({"attrs": {"code": 404}}, ["db.query"]),
        ({"attrs": {"code": "4*"}}, ["db.query"]),
        ({"attrs": {"http": {"route": "/a"}}}, ["api.request"]),
        ({"attrs": {"ok": True}}, ["GET /db:8080/x"]),
        ({"attrs": {"ok": False}}, []),
        ({"attrs": {"l": "a"}}, ["GET /db:8080/x"]),
        ({"attrs": {"nothing": "*"}}, []),
        ({"name": "event:*", "service": "cache"}, ["cache.miss", "db.query"]),
    ],
)
def test_what_a_selector_finds(value: object, expected: list[str]) -> None:
    assert names(value) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (5, "neither a text nor a table"),
        ("", "neither a text nor a table"),
        ("span:", "has no name"),
        ({}, "selects nothing"),
        ({"kind": "x"}, "none of internal, server"),
        ({"status": "x"}, "none of UNSET"),
        ({"parent": "event:x"}, "is an event"),
        ({"attrs": {"x": [1]}}, "is not a text"),
        ({"name": 3}, "name is not a text"),
    ],
)
def test_what_is_no_selector(value: Any, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(value, "the rule", "r.toml", 7)
    assert reason in str(caught.value)
    assert "line 7" in str(caught.value)


@pytest.mark.parametrize("key", KEYS)
def test_a_misspelt_key_is_refused_with_a_suggestion(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse({"name": "a", key[:-1] + "zz": "x"} if key != "name" else {"nmae": "x"}, "the rule", "r.toml")
    assert "no key" in str(caught.value)
    with pytest.raises(ConfigError) as caught:
        parse({"service": "s", key + "x": "y"}, "the rule", "r.toml")
    assert f"Did you mean {key}?" in caught.value.hint_text


@given(st.text("ab*?[]!-c", max_size=6), st.text("abc-]", max_size=5))
def test_globs_are_those_of_the_shell(glob: str, word: str) -> None:
    if "[" not in glob:
        assert Pattern(glob).matches(word) == fnmatch.fnmatchcase(word, glob)
    else:
        Pattern(glob).matches(word)  # never an error
