"""The YAML and XML forms of an export: the same members as the JSON form, for programs that read nothing else.

YAML (1.2) is written in its block style with one member a line; each member's value is JSON, which is YAML's own flow style, so that
no text can be taken for a date, a number or a yes. XML 1.0 cannot hold most control characters: a text with one stands as a JSON
string in an element that says so (`encoding="json"`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hooks_cli.model.json_exact import read
from hooks_cli.model.json_text import value_text
from hooks_cli.operations.export_parts import SECTIONS, Part

Write = Callable[[str], None]
_NOT_IN_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# YAML's printable characters are those of XML and U+0085; others are escaped, as JSON may do.
_NOT_IN_YAML = re.compile(
    "[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029]"
)
_RECORDS = {"sessions": "session", "tasks": "task", "events": "event"}


def write_yaml(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """One YAML document for each project."""
    for part in parts:
        write("---\n" + "".join(f"{line}\n" for line in _yaml_members(part.header())))
        write("entries:\n")
        for batch in part.batches():
            for text in batch:
                write(_yaml_item(text))
        if not part.entries:
            write("  []\n")
        for section in SECTIONS:
            first = True
            for text in part.section(section):
                write((f"{section}:\n" if first else "") + _yaml_item(text))
                first = False
        yield part


def _yaml_members(text: str) -> list[str]:
    return [f"{name}: {_yaml_value(value)}" for name, value in read(text).items()]


def _yaml_item(text: str) -> str:
    lines = _yaml_members(text)
    return "".join(f"  {'-' if number == 0 else ' '} {line}\n" for number, line in enumerate(lines))


def _yaml_value(value: Any) -> str:
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found.group()):04x}", value_text(value))


def write_xml(parts: Iterator[Part], write: Write) -> Iterator[Part]:
    """One document: a `project` for each part, with its entries, sessions, tasks and events."""
    write('<?xml version="1.0" encoding="UTF-8"?>\n<memory>\n')
    for part in parts:
        head = "".join(f" {name}={quoteattr(_plain(value))}" for name, value in read(part.header()).items())
        write(f"<project{head}>\n<entries>\n")
        for batch in part.batches():
            write("".join(_element("entry", text) for text in batch))
        write("</entries>\n")
        for section in SECTIONS:
            texts = part.section(section)
            write("".join(_element(_RECORDS[section], text) for text in texts))
        write("</project>\n")
        yield part
    write("</memory>\n")


def _element(name: str, text: str) -> str:
    inside = "".join(_member(member, value) for member, value in read(text).items())
    return f"<{name}>{inside}</{name}>\n"


def _member(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and not _NOT_IN_XML.search(value):
        return f"<{name}>{escape(value)}</{name}>"
    if isinstance(value, (str, dict, list)):
        inside = json.dumps(value) if isinstance(value, str) else _NOT_IN_XML.sub(_escaped, value_text(value))
        return f'<{name} encoding="json">{escape(inside)}</{name}>'
    return f"<{name}>{_plain(value)}</{name}>"


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else value_text(value)
