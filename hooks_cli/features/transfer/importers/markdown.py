"""Reads a folder of Markdown: each file is an entry, its path without `.md` the address.

The scalars of a front matter (`key: value` lines between two `---`) become metadata, its `tags` tags. Hidden folders and
`node_modules` are passed over; links are not followed out of the folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from hooks_cli.features.transfer.importers.claude_flow_json import as_text
from hooks_cli.model.entry import MAX_VALUE_BYTES
from hooks_cli.model.record import Left, Record, Records, Refused, milliseconds, place, tag_list

SUFFIXES = (".md", ".markdown", ".mdx")
_PASSED_OVER = ("node_modules", "__pycache__")


def read_folder(folder: str) -> Records:
    """The records of a folder, in the order of their paths."""
    root = os.path.realpath(folder)
    for path in _files(root):
        yield read_file(root, path)


def is_one(folder: str) -> bool:
    """Whether there is any Markdown file in the folder."""
    return next(_files(os.path.realpath(folder)), None) is not None


def _files(root: str) -> Iterator[str]:
    for directory, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in _PASSED_OVER)
        for name in sorted(files):
            if name.lower().endswith(SUFFIXES):
                yield os.path.join(directory, name)


def read_file(root: str, path: str) -> Record | Refused | Left:
    """The record of one Markdown file under `root`."""
    relative = os.path.relpath(path, root)
    if os.path.commonpath((root, os.path.realpath(path))) != root:
        return Left(relative, "it is a link that leads out of the folder")
    if not os.path.isfile(path):
        return Left(relative, "it is not a regular file")
    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_VALUE_BYTES + 1)
        changed = os.stat(path).st_mtime_ns // 1_000_000
        text = raw.decode()
    except OSError as error:
        return Refused(relative, f"it cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        return Refused(relative, f"it is not UTF-8 (at byte {error.start + 1})")
    if len(raw) > MAX_VALUE_BYTES:
        return Refused(relative, f"it is larger than {MAX_VALUE_BYTES} bytes")
    if not text:
        return Left(relative, "it is empty")
    address = place("", os.path.splitext(relative)[0].replace(os.sep, "/"), relative)
    if isinstance(address, Refused):
        return address
    front = front_matter(text)
    tags = tag_list(front.pop("tags", None))
    at = milliseconds(front.get("created_at", front.get("date")))
    metadata = as_text(front) if front else None
    return Record(address, text, relative, at=changed if at is None else at, tags=tags, metadata=metadata)


def front_matter(text: str) -> dict[str, Any]:
    """The `key: value` lines of a front matter; lists as `[a, b]` or as lines with `- `. Nested maps are left out.

    >>> front_matter("---\\ntitle: A note\\ntags: [a, b]\\nrank: 3\\n---\\nText")
    {'title': 'A note', 'tags': ['a', 'b'], 'rank': 3}
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].strip() != "---":
        return {}
    result: dict[str, Any] = {}
    name = ""
    for line in lines[1:500]:
        if line.strip() in ("---", "..."):
            return {key: value for key, value in result.items() if value != ""}
        item = line.strip()
        if item.startswith("- ") and name:
            values = result[name] if isinstance(result[name], list) else []
            result[name] = [*values, _scalar(item[2:])]
        elif ":" in line and not line[0].isspace() and not item.startswith("#"):
            name, _, rest = line.partition(":")
            name = name.strip()
            result[name] = _value(rest.strip())
        else:
            name = name if not item else ""
    return {}


def _value(text: str) -> Any:
    if text.startswith("[") and text.endswith("]"):
        return [_scalar(part) for part in text[1:-1].split(",") if part.strip()]
    return _scalar(text)


def _scalar(text: str) -> Any:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    number = text.removeprefix("-")
    if number.isascii() and number.isdigit() and len(number) < 16 and (number == "0" or number[0] != "0"):
        return int(text)
    return text
