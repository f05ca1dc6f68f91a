"""Estimates from a regular expression's form how many steps it may take on a text.

Python's `re` tries every way in which a pattern can take a text, one after the other; a count cannot stop it. So a pattern from outside
(a schema's, a filter's) is judged before it is tried: back references, unbounded repeats within or next to one another that can take the
same characters, and everything else that may take more than LIMIT steps on LONGEST characters are refused. `search` looks at the first
LONGEST characters only.

The estimate is an upper bound. For each part it holds the work (steps from one place of the text) and the ways (places at which the part
may end and what follows still has a chance). Parts one after the other: the ways of the first times the work of the rest. A repeat has
one way when the character that follows cannot be one of its own: `[a-z]+-` but not `[a-z]+e`.

>>> refusal("^[a-z]+(-[a-z]+)*$"), refusal("(a+)+$")
('', 'it has an unbounded repeat (*, +, {n,}) of a part that can match in several ways, such as a repeat within a repeat')
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

LONGEST = 4096  # characters
LIMIT = 1 << 27
LONGEST_PATTERN = 1000
# Groups within groups. A bound of our own: Python's recursion limit differs between callers.
DEEPEST = 100
_ENDLESS = 1 << 80
# A set of characters: one bit for each of ASCII, and three for all letters and digits, all spaces and all others beyond it. A set may be
# taken larger than it is, never smaller.
_WORD, _SPACE, _REST = 1 << 128, 1 << 129, 1 << 130
_OTHERS = _WORD | _SPACE | _REST
_ALL = (1 << 131) - 1
_SETS = {
    sre.CATEGORY_DIGIT: (r"\d", _WORD), sre.CATEGORY_NOT_DIGIT: (r"\D", _OTHERS),
    sre.CATEGORY_SPACE: (r"\s", _SPACE), sre.CATEGORY_NOT_SPACE: (r"\S", _WORD | _REST),
    sre.CATEGORY_WORD: (r"\w", _WORD), sre.CATEGORY_NOT_WORD: (r"\W", _SPACE | _REST),
}  # fmt: skip
# Categories that hold the whole of what they say beyond ASCII: what is not in them is surely not in those bits.
_WHOLE = (sre.CATEGORY_SPACE, sre.CATEGORY_NOT_SPACE, sre.CATEGORY_WORD, sre.CATEGORY_NOT_WORD)
_TOO_DEEP = "it is nested too deeply"
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_LOOKS = (sre.ASSERT, sre.ASSERT_NOT)


class _Refused(Exception):
    """Why a pattern is refused."""


def search(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the first LONGEST characters of the text. Only for patterns without a `refusal`."""
    return _compiled(pattern).search(text[:LONGEST]) is not None


@lru_cache(maxsize=1024)
def refusal(pattern: str) -> str:
    """Why a pattern is not tried, as a clause; "" when it is."""
    if len(pattern) > LONGEST_PATTERN:
        return f"it is longer than {LONGEST_PATTERN:,} characters"
    if _depth(pattern) > DEEPEST:
        return _TOO_DEEP
    try:
        if _steps(pattern, LONGEST) > LIMIT:
            return f"it may take more than {LIMIT:,} steps on {LONGEST:,} characters: its parts can share a text in too many ways"
        _compiled(pattern)
    except _Refused as reason:
        return str(reason)
    except (re.error, OverflowError) as error:
        return f"it is not a regular expression: {error}"
    except RecursionError:
        return _TOO_DEEP
    return ""


def _depth(pattern: str) -> int:
    """How many groups lie within one another; a parenthesis that is escaped or in a character class may be counted, too."""
    deepest = level = 0
    for character in pattern:
        if character == "(":
            level += 1
            deepest = max(deepest, level)
        elif character == ")":
            level = max(level - 1, 0)
    return deepest


@lru_cache(maxsize=4096)
def _steps(pattern: str, length: int) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = _parser.parse(pattern)
    flags = parsed.state.flags
    estimate = _Estimate(length)
    work, _ = estimate.sequence(list(parsed), _Follow(), bool(flags & re.IGNORECASE))
    begins = not flags & re.MULTILINE and len(parsed) > 0 and parsed[0][0] is sre.AT
    anchored = begins and parsed[0][1] in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING)
    return length + 1 + work * (1 if anchored else length + 1)


def steps(pattern: str, length: int) -> int:
    """An upper bound of the steps that `search` takes on a text of that many characters."""
    shorter = min(length, LONGEST)
    return _steps(pattern, 1 << shorter.bit_length() if shorter < LONGEST else LONGEST)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(pattern)


class _Follow:
    """What may come next: the characters (`first`), those of them that an unbounded repeat takes (`loops`), and how many
    comparisons it takes to find that none of it fits (`tries`).
    """

    __slots__ = ("first", "loops", "tries")

    def __init__(self, first: int = 0, loops: int = 0, tries: int = 1) -> None:
        self.first = first
        self.loops = loops
        self.tries = tries

    def or_else(self, other: _Follow) -> _Follow:
        return _Follow(self.first | other.first, self.loops | other.loops, self.tries + other.tries)


class _Estimate:
    """The estimate for texts of one length."""

    def __init__(self, length: int) -> None:
        self.length = length

    def sequence(self, nodes: list[Any], follow: _Follow, blind: bool) -> tuple[int, int]:
        """The work and ways of nodes one after the other. `blind`: letters count the same in both cases."""
        work, ways = 1, 1
        for node in reversed(nodes):
            mine, more = self._node(node, follow, blind)
            work, ways = min(mine + more * work, _ENDLESS), min(more * ways, _ENDLESS)
            follow = self._before(node, follow, blind)
        return work, ways

    def _node(self, node: Any, follow: _Follow, blind: bool) -> tuple[int, int]:
        kind, argument = node
        if kind in (sre.GROUPREF, sre.GROUPREF_EXISTS):
            raise _Refused("it has a back reference")
        if kind is sre.SUBPATTERN:
            _, added, removed, inner = argument
            return self.sequence(list(inner), follow, _blind(blind, added, removed))
        if kind is sre.ATOMIC_GROUP:
            return self.sequence(list(argument), _Follow(_ALL), blind)[0], 1
        if kind in _LOOKS:
            return self.sequence(list(argument[1]), _Follow(_ALL), blind)[0], 1
        if kind is sre.BRANCH:
            return self._branch([list(each) for each in argument[1]], follow, blind)
        if kind in _REPEATS:
            return self._repeat(argument, follow, blind)
        return 1, 1

    def _branch(self, choices: list[list[Any]], follow: _Follow, blind: bool) -> tuple[int, int]:
        found = [self.sequence(each, follow, blind) for each in choices]
        heads = [_head(each, blind) for each in choices]
        apart = all(_apart(one, two) for at, one in enumerate(heads) for two in heads[:at])
        ways = [ways for _, ways in found]
        return sum(work for work, _ in found) + len(choices), max(ways) if apart else sum(ways)

    def _repeat(self, argument: Any, follow: _Follow, blind: bool) -> tuple[int, int]:
        least, most, body = argument
        nodes = list(body)
        endless = most is sre.MAXREPEAT
        own = self._before_all(nodes, _Follow(tries=0), blind)
        if endless and own.first & follow.loops:
            raise _Refused(
                "it has two unbounded repeats (*, +, {n,}) next to each other that can take the same characters"
            )
        times = min(int(most), self.length + 1)
        # After the body comes the body again, or what follows.
        again = _Follow(own.first | follow.first, follow.loops, own.tries + follow.tries) if times > 1 else follow
        work, ways = self.sequence(nodes, again, blind)
        empty = _shortest(nodes) == 0
        if ways > 1 or (empty and times > 1):
            if endless:
                raise _Refused(
                    "it has an unbounded repeat (*, +, {n,}) of a part that can match in several ways, such as a repeat within a repeat"
                )
            # Each turn may branch, so the branches multiply.
            ways = max(ways, 2) if times > 1 else ways
            total = ways**times if times <= 64 else _ENDLESS
            return min((times + 1) * total * work, _ENDLESS), min((times + 1) * total, _ENDLESS)
        fixed = least == most or not own.first & follow.first
        exits = 1 if fixed else times - min(int(least), times) + 1
        return (times + 1) * (work + follow.tries), exits

    def _before(self, node: Any, follow: _Follow, blind: bool) -> _Follow:
        """What may come next where `node` and then `follow` stand."""
        kind, argument = node
        if kind is sre.AT:
            if argument in (sre.AT_END, sre.AT_END_LINE):
                return _Follow(follow.first | 1 << 10, follow.loops, follow.tries + 1)
            return _Follow(follow.first, follow.loops, follow.tries + 1)
        if kind is sre.SUBPATTERN:
            return self._before_all(list(argument[3]), follow, _blind(blind, argument[1], argument[2]))
        if kind is sre.ATOMIC_GROUP:
            return self._before_all(list(argument), follow, blind)
        if kind in _LOOKS:
            return _Follow(_ALL, follow.loops, follow.tries + 1)
        if kind is sre.BRANCH:
            choices = [self._before_all(list(each), follow, blind) for each in argument[1]]
            found = choices[0]
            for each in choices[1:]:
                found = found.or_else(each)
            return found
        if kind in _REPEATS:
            least, most, body = argument
            own = self._before_all(list(body), _Follow(tries=0), blind)
            if most is sre.MAXREPEAT:
                own.loops = own.first
            return own.or_else(follow) if least == 0 or _shortest(list(body)) == 0 else own
        return _Follow(_characters(node, blind))

    def _before_all(self, nodes: list[Any], follow: _Follow, blind: bool) -> _Follow:
        for node in reversed(nodes):
            follow = self._before(node, follow, blind)
        return follow


def _blind(before: bool, added: int, removed: int) -> bool:
    return bool(added & re.IGNORECASE) or (before and not removed & re.IGNORECASE)


def _shortest(nodes: list[Any]) -> int:
    """The fewest characters that the nodes take, at most 1."""
    for kind, argument in nodes:
        if kind is sre.AT or kind in _LOOKS:
            continue
        if kind is sre.SUBPATTERN:
            taken = _shortest(list(argument[3]))
        elif kind is sre.ATOMIC_GROUP:
            taken = _shortest(list(argument))
        elif kind is sre.BRANCH:
            taken = min(_shortest(list(each)) for each in argument[1])
        elif kind in _REPEATS:
            taken = _shortest(list(argument[2])) if argument[0] else 0
        else:
            taken = 1
        if taken:
            return 1
    return 0


def _head(nodes: list[Any], blind: bool) -> list[int]:
    """The sets of the characters that the nodes surely begin with, one for each place."""
    head = []
    for node in nodes:
        if node[0] in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            head.append(_characters(node, blind))
        elif node[0] is not sre.AT:
            break
    return head


def _apart(one: list[int], two: list[int]) -> bool:
    """Whether no text begins with both."""
    return any(not a & b for a, b in zip(one, two, strict=False))


def _characters(node: Any, blind: bool) -> int:
    kind, argument = node
    if kind is sre.LITERAL:
        return _cased(_bit(argument), blind)
    if kind is sre.NOT_LITERAL:
        return _ALL if blind or argument > 127 else _ALL & ~_bit(argument)
    if kind is not sre.IN:
        return _ALL
    found, whole, negated = 0, 0, False
    for what, value in argument:
        if what is sre.NEGATE:
            negated = True
        elif what is sre.LITERAL:
            found |= _bit(value)
        elif what is sre.RANGE:
            found |= sum(1 << code for code in range(value[0], min(value[1], 127) + 1))
            found |= _OTHERS if value[1] > 127 else 0
        else:
            found |= _category(value)
            whole |= _category(value) & _OTHERS if value in _WHOLE else 0
    if not negated:
        return _cased(found, blind)
    return _ALL & ~((found & ~_OTHERS) | whole)


def _bit(code: int) -> int:
    if code < 128:
        return 1 << code
    letter = chr(code)
    return _WORD if re.match(r"\w", letter) else _SPACE if re.match(r"\s", letter) else _REST


def _cased(found: int, blind: bool) -> int:
    """The set with the other case of each letter. Some letters beyond ASCII are the other case of one in it (the Kelvin sign)."""
    if not blind:
        return found
    swapped = [1 << ord(chr(code).swapcase()) for code in range(128) if found >> code & 1]
    beyond = [1 << code for code in b"ksiKSI"] if found & _OTHERS else []
    for bit in (*swapped, *beyond):
        found |= bit
    return found | _OTHERS


@lru_cache(maxsize=16)
def _category(value: Any) -> int:
    text, others = _SETS[value]
    return sum(1 << code for code in range(128) if re.match(text, chr(code))) | others
