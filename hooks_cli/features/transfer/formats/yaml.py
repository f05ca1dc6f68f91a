"""YAML 1.2 export: the members of the JSON export in block style, one member on each line.

Each member's value is JSON, which is YAML's own flow style, so that no text can be taken for a date, a number or a yes.
"""

from __future__ import annotations

import re

from hooks_cli.features.transfer.export_parts import SECTIONS
from hooks_cli.text.json_exact import read
from hooks_cli.text.json_writer import value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from hooks_cli.features.transfer.export_parts import Part

    Write = Callable[[str], None]

# YAML's printable characters are those of XML and U+0085; others are escaped, as JSON may do.
_NOT_IN_YAML = re.compile(
    "[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029]"
)


def write_yaml(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """One YAML document for each project."""
    for part in parts:
        write("---\n" + "".join(f"{line}\n" for line in _members(part.header())))
        write("entries:\n")
        for batch in part.batches():
            for text in batch:
                write(_item(text))
        if not part.tally.versions:
            write("  []\n")
        for section in SECTIONS:
            first = True
            for text in part.section(section):
                write((f"{section}:\n" if first else "") + _item(text))
                first = False
        yield part


def _members(text: str) -> list[str]:
    return [f"{name}: {_value(value)}" for name, value in read(text).items()]


def _item(text: str) -> str:
    lines = _members(text)
    return "".join(f"  {'-' if number == 0 else ' '} {line}\n" for number, line in enumerate(lines))


def _value(value: Any) -> str:
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found.group()):04x}", value_text(value))
