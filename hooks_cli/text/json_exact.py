"""Reads JSON exactly: Python refuses integers over 4,300 digits and turns `1e999` into infinity.

>>> read('[1, 1.5, 1e999]')
[1, 1.5, '1e999']
>>> value_text(read('{"n":1e999}'))
'{"n":1e999}'
"""

from __future__ import annotations

import json

from hooks_cli.text.json_writer import Raw, value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ("complaint", "indented", "read", "read_for_checks", "value_text")

# What `int` takes from a text, whatever the interpreter's setting.
_DIGITS = 4300


def read(text: str, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """The value of JSON text. A number that Python cannot hold is a `Raw` of its text, which `value_text` writes as it was.

    Raises ValueError when it is not JSON, RecursionError when it is nested too deeply.
    """
    return json.loads(text, parse_int=_whole, parse_float=_fraction, parse_constant=parse_constant)


def read_for_checks(text: str) -> Any:
    """The same with a float (an infinity) for such a number: what a schema's words about numbers are about."""
    return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) <= _DIGITS else float(digits))


def complaint(error: Exception) -> str:
    """What is wrong with text that is not JSON, and where: lines, columns and characters are counted from 1, as all our errors do.

    >>> try:
    ...     read('{"a" 1}')
    ... except ValueError as error:
    ...     complaint(error)
    "Expecting ':' delimiter at character 6"
    """
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is not UTF-8"
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    place = f"line {error.lineno}, column {error.colno}" if "\n" in error.doc else f"character {error.pos + 1}"
    return f"{error.msg} at {place}"


def _whole(digits: str) -> int | Raw:
    return int(digits) if len(digits) <= _DIGITS else Raw(digits)


def _fraction(text: str) -> float | Raw:
    number = float(text)
    return number if number - number == 0 else Raw(text)


def indented(text: str, unit: str = "  ") -> str:
    """Valid JSON with a line for each member; strings and numbers keep their bytes, and repeated names stay.

    >>> print(indented('{"a":[1.50,{}],"b":"x, y"}'))
    {
      "a": [
        1.50,
        {}
      ],
      "b": "x, y"
    }
    """
    import re

    parts: list[str] = []
    depth, empty = 0, False
    for mark in re.findall(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', text):
        if mark in ("}", "]"):
            depth -= 1
            parts.append(mark if empty else "\n" + unit * depth + mark)
            empty = False
            continue
        if empty:
            parts.append("\n" + unit * depth)
        empty = mark in ("{", "[")
        depth += empty
        if mark == ",":
            parts.append(",\n" + unit * depth)
        else:
            parts.append(": " if mark == ":" else mark)
    return "".join(parts)
