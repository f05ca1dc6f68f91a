"""Writes small JSON objects without importing `json`, for hot commands.

Reading and checking JSON is SQLite's work (`store.sqlite.json_check.normal_json`).

>>> object_text({"message": 'say "hi"', "count": 2, "ok": True, "none": None, "tags": ["a"]})
'{"message":"say \\\\"hi\\\\"","count":2,"ok":true,"none":null,"tags":["a"]}'
"""

from __future__ import annotations

_ESCAPES = {code: f"\\u{code:04x}" for code in range(32)}
_ESCAPES.update({ord('"'): '\\"', ord("\\"): "\\\\", 10: "\\n", 13: "\\r", 9: "\\t"})


class Raw(str):
    """Text that is JSON already and goes in as it is."""

    __slots__ = ()


def quote(text: str) -> str:
    """A JSON string. Lone surrogates (bytes that were no UTF-8) become U+FFFD, so that the result always encodes."""
    quoted = text.translate(_ESCAPES)
    if not quoted.isascii():
        quoted = quoted.encode("utf-8", "replace").decode() if _has_surrogate(quoted) else quoted
    return f'"{quoted}"'


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def value_text(value: object) -> str:
    """The JSON of None, bool, int, float, str, Raw, and lists, tuples and dicts of them."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([value_text(item) for item in value]) + "]"
    if isinstance(value, dict):
        return object_text(value)
    return repr(value)


def numbers_text(numbers: list[int]) -> str:
    """The JSON array of integers."""
    return f"[{','.join(map(str, numbers))}]"


def object_text(pairs: dict[str, object]) -> str:
    """The JSON object of a dict, in its order."""
    return "{" + ",".join([f"{quote(name)}:{value_text(value)}" for name, value in pairs.items()]) + "}"
