"""XML export: the members of the JSON export as elements.

XML 1.0 cannot hold most control characters: a text with one stands as a JSON string in an element that says so (`encoding="json"`).
"""

from __future__ import annotations

import json
import re
from xml.sax.saxutils import escape, quoteattr

from hooks_cli.features.transfer.export_parts import SECTIONS
from hooks_cli.text.json_exact import read
from hooks_cli.text.json_writer import value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from hooks_cli.features.transfer.export_parts import Part

    Write = Callable[[str], None]

_NOT_IN_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
            write("".join(_element(SECTIONS[section], text) for text in texts))
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
