"""How much work a regular expression may be: what is refused, and that no pattern takes more steps than it is estimated at."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli.text.pattern_cost import LIMIT, LONGEST, refusal, search, steps

NESTED = "several ways, such as a repeat within a repeat"
ADJACENT = "next to each other"
MANY = "too many ways"


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(a+)+$", NESTED),
        ("([a-zA-Z]+)*$", NESTED),
        ("(a|aa)+$", NESTED),
        ("(a|a?)+$", NESTED),
        ("(?:a?b?)*c", NESTED),
        ("(x+x+)+y", ADJACENT),
        ("a*a*$", ADJACENT),
        ("^a*b?a*$", ADJACENT),
        (".*.*x", ADJACENT),
        (r"^\w+\d+$", ADJACENT),
        (r"(.)\1", "back reference"),
        ("(?P<a>x)?(?(a)y|z)", "back reference"),
        ("(.*a){20}", MANY),
        ("(a?){60}a{60}", MANY),
        ("(a|a)" * 60 + "$", MANY),
        ("(a{1,20}){1,20}$", MANY),
        (".*foo.*bar", MANY),
        ("(", "not a regular expression: missing )"),
        ("a" * 1001, "longer than 1,000"),
        ("(" * 480 + "a" + ")" * 480, "nested too deeply"),
        ("(" * 101 + "a" + ")" * 101, "nested too deeply"),
    ],
)
def test_what_may_take_too_long_is_refused(pattern: str, words: str) -> None:
    assert words in refusal(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "^[a-z]+$",
        r"^\d+\.\d+\.\d+$",
        r"^v?\d+(\.\d+){0,3}(-[a-z]+)?$",
        "^[a-z0-9]+(?:-[a-z0-9]+)*$",
        r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
        "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$",
        r"^(?=.*\d)(?=.*[a-z]).{8,}$",
        r"^\w+\s*=\s*\w+$",
        "^(pay|gone)/[a-d]+$",
        "^swarm/.*/b/.*/c$",
        "^(feat|fix|docs)(\\([a-z]+\\))?: .+",
        "foo.*bar",
        "(?i)error|warning",
        "^[a-z_][a-z0-9_]*$",
        "ü+",
    ],
)
def test_ordinary_patterns_are_taken(pattern: str) -> None:
    assert refusal(pattern) == ""


def test_a_text_is_looked_at_up_to_its_4096th_character() -> None:
    assert search("b$", "a" * (LONGEST - 1) + "b" + "c" * 100)
    assert not search("c", "a" * LONGEST + "c")


class _Spent(Exception):
    pass


class Backtracker:
    """A matcher that tries every way, as `re` does, and counts its tries."""

    def __init__(self, text: str, most: int) -> None:
        self.text = text
        self.tries = 0
        self.most = most

    def search(self, nodes: list[Any]) -> bool:
        return any(self.run(nodes, 0, start, lambda at: True) for start in range(len(self.text) + 1))

    def run(self, nodes: list[Any], index: int, at: int, then: Callable[[int], bool]) -> bool:
        if index == len(nodes):
            return then(at)
        self.tries += 1
        if self.tries > self.most:
            raise _Spent
        kind, argument = nodes[index]

        def go_on(here: int) -> bool:
            return self.run(nodes, index + 1, here, then)

        if kind is sre.SUBPATTERN:
            return self.run(list(argument[3]), 0, at, go_on)
        if kind is sre.BRANCH:
            return any(self.run(list(each), 0, at, go_on) for each in argument[1])
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            return self.repeat(argument, at, 0, go_on)
        if kind is sre.ASSERT_NOT:
            return not self.run(list(argument[1]), 0, at, lambda here: True) and go_on(at)
        if kind is sre.AT:
            at_end = argument is sre.AT_END
            fits = (at == len(self.text) or self.text[at:] == "\n") if at_end else at == 0
            return fits and go_on(at)
        return at < len(self.text) and self.one(kind, argument, self.text[at]) and go_on(at + 1)

    def repeat(self, argument: Any, at: int, done: int, then: Callable[[int], bool]) -> bool:
        least, most, body = argument

        def again(here: int) -> bool:
            return (here > at or done < least) and self.repeat(argument, here, done + 1, then)

        if done < most and self.run(list(body), 0, at, again):
            return True
        return done >= least and then(at)

    @staticmethod
    def one(kind: Any, argument: Any, letter: str) -> bool:
        if kind is sre.LITERAL:
            return argument == ord(letter)
        if kind is sre.ANY:
            return letter != "\n"
        if kind is sre.NOT_LITERAL:
            return argument != ord(letter)
        named = {sre.CATEGORY_WORD: r"\w", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_NOT_WORD: r"\W"}
        found = False
        for what, value in argument:
            if what is sre.LITERAL:
                found |= value == ord(letter)
            elif what is sre.RANGE:
                found |= value[0] <= ord(letter) <= value[1]
            elif what is sre.CATEGORY:
                found |= re.match(named[value], letter) is not None
        return found != (argument[0][0] is sre.NEGATE)


atoms = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", r"\w", r"\s", r"\W", "ab", "é", " "])
pieces = st.recursive(
    atoms,
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?", "{0,2}"])).map(
            lambda t: f"(?:{t[0]}){t[1]}"
        ),
        st.lists(below, min_size=2, max_size=3).map("".join),
        st.lists(below, min_size=2, max_size=3).map(lambda each: f"(?:{'|'.join(each)})"),
        below.map(lambda each: f"(?!{each})"),
    ),
    max_leaves=6,
)
patterns = st.tuples(st.sampled_from(["", "^"]), pieces, st.sampled_from(["", "$", "x", "x$"])).map("".join)
texts = st.tuples(st.text("aab é\n", max_size=3), st.integers(0, 12), st.text("abx c", max_size=3)).map(
    lambda t: t[0] * t[1] + t[2]
)


@settings(max_examples=1500)
@given(patterns, texts)
def test_no_pattern_takes_more_steps_than_it_is_estimated_at(pattern: str, text: str) -> None:
    if refusal(pattern):
        return
    bound = steps(pattern, len(text))
    tries = Backtracker(text, bound)
    nodes = list(_parser.parse(pattern))
    try:
        found = tries.search(nodes)
    except _Spent:
        raise AssertionError(f"{pattern!r} takes more than {bound} steps on {text!r}") from None
    assert found == (re.search(pattern, text) is not None)


@pytest.mark.parametrize("pattern", ["foo.*bar", "a*b", r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "^.*foo.*bar"])
def test_the_steps_grow_with_the_text_and_stay_under_the_limit(pattern: str) -> None:
    assert steps(pattern, 10) < steps(pattern, 1000) < steps(pattern, LONGEST) == steps(pattern, 10**6) <= LIMIT


def test_the_depth_of_a_pattern_is_judged_alike_under_every_recursion_limit() -> None:
    limit = sys.getrecursionlimit()
    try:
        for frames in (limit, 8000):
            sys.setrecursionlimit(frames)
            refusal.cache_clear()
            assert refusal("(" * 100 + "a" + ")" * 100) == ""
            assert "nested too deeply" in refusal("(" * 101 + "a" + ")" * 101)
    finally:
        sys.setrecursionlimit(limit)
