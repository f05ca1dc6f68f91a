"""Parses `--filter`: `field:value`, `score>0.8`, several joined by commas or AND, or a JSON object.

Loaded only when there is a filter. The conditions are (field, how, value) as `store.sqlite.rows.field_filters` reads them.
"""

from __future__ import annotations

from hooks_cli.errors import UsageError
from hooks_cli.store.sqlite.rows.field_filters import ANYWHERE, CONTAINS, EQUAL, MATCHES, UNEQUAL, is_time, plain_name
from hooks_cli.text.json_exact import complaint
from hooks_cli.text.json_writer import value_text
from hooks_cli.text.units import parse_time

Fact = tuple[str, str, str]

_SIGNS = (">=", "<=", "!=", "==", ">", "<", "~", "=", ":")
_MEANT = {"==": EQUAL, ":": EQUAL, "=": EQUAL, "~": CONTAINS, "!=": UNEQUAL}
# The words of JSON filters, with or without a `$`.
_WORDS = {
    "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": EQUAL, "ne": UNEQUAL, "min": ">=", "max": "<=", "contains": CONTAINS,
    "like": CONTAINS, "regex": MATCHES, "matches": MATCHES, "in": EQUAL,
}  # fmt: skip
# Members of a JSON filter that say field and comparison in one word (`plain_name` has been applied).
_AFTER, _BEFORE = ("_after", "_since"), ("_before", "_until")
_ENDINGS = {"_greater_than": ">", "_less_than": "<", "_gte": ">=", "_lte": "<=", "_gt": ">", "_lt": "<", "_min": ">=", "_max": "<=",
            "_contains": CONTAINS, "_pattern": MATCHES, "_matches": MATCHES}  # fmt: skip
_HINT = "Write field:value, field>0.8, field~part, several with commas, or a JSON object."


def facts(text: str, now: int) -> list[Fact]:
    """The conditions of one --filter; words without a comparison are looked for anywhere. Raises UsageError (64).

    >>> facts("agent-id:coder,score:>0.8", 0)
    [('agent-id', '=', 'coder'), ('score', '>', '0.8')]
    >>> facts("AI tools", 0), facts('{"tags": ["ai"], "sizeGreaterThan": 100}', 0)
    ([('', 'contains', 'AI tools')], [('tags', '=', 'ai'), ('size', '>', '100')])
    """
    text = text.strip()
    if text[:1] == "{":
        return _of_object(text, now)
    if not text:
        return []
    parts = _parts(text)
    if len(parts) > 1 and not all(_place(part)[0] > 0 for part in parts):
        parts = [text]
    return [_fact(part, now) for part in parts]


def is_words(text: str) -> bool:
    """Whether a filter compares nothing: words to look for."""
    return bool(text.strip()) and all(field == ANYWHERE for field, _, _ in facts(text, 0)) and text.strip()[:1] != "{"


def _parts(text: str) -> list[str]:
    for sign in (" AND ", " and ", "&&"):
        text = text.replace(sign, ",")
    return [part.strip() for part in text.split(",") if part.strip()]


def _place(part: str) -> tuple[int, str]:
    """Where the comparison stands and its sign; (-1, "") without one."""
    found = [(part.find(sign), -len(sign), sign) for sign in _SIGNS if sign in part]
    if not found:
        return -1, ""
    place, _, sign = min(found)
    return place, sign


def _fact(part: str, now: int) -> Fact:
    place, sign = _place(part)
    if place < 0:
        return ANYWHERE, CONTAINS, part
    field, value = part[:place].strip(), part[place + len(sign) :].strip()
    if sign == ":":
        for other in _SIGNS[:-1]:
            if value.startswith(other):
                sign, value = other, value[len(other) :].strip()
                break
    value = value.strip("\"'")
    if not all(name.replace("_", "").replace("-", "").isalnum() for name in field.split(".")) or not value:
        raise UsageError(f"--filter {part!r} is not a filter.", hint=_HINT)
    return _timed(field, _MEANT.get(sign, sign), value, now)


def _of_object(text: str, now: int) -> list[Fact]:
    import json

    try:
        members = json.loads(text)
    except ValueError as error:
        raise UsageError(f"--filter {text!r} is not JSON: {complaint(error)}.", hint=_HINT) from None
    found: list[Fact] = []
    for name, value in members.items():
        field = plain_name(name)
        if isinstance(value, dict):
            found += [_timed(name, _word(how), _text(one), now) for how, one in value.items()]
        elif isinstance(value, list):
            found += [_timed(name, EQUAL, _text(one), now) for one in value]
        elif field.endswith(_AFTER) or field in ("after", "since"):
            found.append(_timed("created_at", ">=", _text(value), now))
        elif field.endswith(_BEFORE) or field in ("before", "until"):
            found.append(_timed("created_at", "<", _text(value), now))
        else:
            ending = next((ending for ending in _ENDINGS if field.endswith(ending)), "")
            start = next((start for start in ("min_", "max_") if field.startswith(start)), "")
            if ending:
                found.append(_timed(field.removesuffix(ending), _ENDINGS[ending], _text(value), now))
            elif start:
                found.append(_timed(field.removeprefix(start), ">=" if start == "min_" else "<=", _text(value), now))
            else:
                found.append(_timed(name, EQUAL, _text(value), now))
    return found


def _word(how: str) -> str:
    meant = _WORDS.get(how.lstrip("$").lower(), how)
    if meant not in (EQUAL, UNEQUAL, CONTAINS, MATCHES, ">", ">=", "<", "<="):
        raise UsageError(f"--filter has no comparison {how}.", hint="It has: " + ", ".join(_WORDS))
    return meant


def _text(value: object) -> str:
    return value if isinstance(value, str) else value_text(value)


def _timed(field: str, how: str, value: str, now: int) -> Fact:
    if how in (">", ">=", "<", "<=") and is_time(field):
        return field, how, str(parse_time(value, now, "--filter"))
    return field, how, value


def between(text: str, following: list[str], now: int) -> tuple[int, int]:
    """The two times of --between: `A..B`, `A,B`, `A and B`, or A with B as the first of the following words, taken away from them.

    Raises UsageError (64).
    """
    for sign in ("..", ",", " and ", " to "):
        first, found, second = text.partition(sign)
        if found:
            return parse_time(first, now, "--between"), parse_time(second, now, "--between")
    start = parse_time(text, now, "--between")
    for at, word in enumerate(following):
        try:
            end = parse_time(word, now, "--between")
        except UsageError:
            continue
        del following[at]
        return start, end
    raise UsageError(f"--between {text} has no second time.", hint="Write --between 2025-09-01 2025-10-01.")
