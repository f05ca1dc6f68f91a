"""Small edits of JSON text: appends or removes a member or an item and keeps every other byte.

New text is written as the text around it is: the same indentation, line ends and space after a colon; a container that stands on one
line stays on one line. Taking away what was put in gives the text as it was before.

>>> from hooks_cli.features.agents.json_tree import parse
>>> text = add('{"a": 1}', (), "b", [2])
>>> text
'{"a": 1, "b": [2]}'
>>> remove(text, ("b",))
'{"a": 1}'
"""

from __future__ import annotations

import json

from hooks_cli.features.agents.json_tree import Node, parse

Step = str | int
Place = tuple[Step, ...]


def find(root: Node, place: Place) -> Node | None:
    """The node at a place (names of members and numbers of items), or None."""
    node: Node | None = root
    for step in place:
        if node is None:
            return None
        if isinstance(step, str):
            node = node.member(step) if node.kind == "object" else None
        else:
            node = node.children[step] if node.kind == "array" and step < len(node.children) else None
    return node


def add(text: str, place: Place, name: str, value: object, path: str = "the file") -> str:
    """`text` with one more member (`name`: `value`) at the end of the object at `place`, or, in an array, one more item."""
    root = parse(text, path)
    node = find(root, place)
    assert node is not None and node.kind in ("object", "array"), place
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    unit = _unit(text, root)
    minified = bool(root.children) and "\n" not in text.strip()
    if "\n" not in text[node.start : node.end] and (node.children or minified):
        return _add_on_line(text, node, name, value)
    outer = _line_indent(text, node.start)
    indent = _own_indent(text, node.begin(len(node.children) - 1)) if node.children else None
    inner = outer + unit if indent is None else indent
    written = json.dumps(value, indent=unit, ensure_ascii=False).replace("\n", end_of_line + inner)
    key = f"{json.dumps(name, ensure_ascii=False)}: " if node.kind == "object" else ""
    close = node.end - 1
    tail = _content_end(text, node.start + 1, close)
    if not node.children:
        lead = text[node.start + 1 : tail]
        return f"{text[: node.start + 1]}{lead}{end_of_line}{inner}{key}{written}{end_of_line}{outer}{text[close:]}"
    last = node.children[-1].end
    comma = _comma_after(text, last, close)
    if comma < 0:
        text = text[:last] + "," + text[last:]
        tail, close = tail + 1, close + 1
    trailing = "," if comma >= 0 else ""
    return f"{text[:tail]}{end_of_line}{inner}{key}{written}{trailing}{text[tail:]}"


def _add_on_line(text: str, node: Node, name: str, value: object) -> str:
    spaced = ": " in text or ":" not in text
    written = json.dumps(value, ensure_ascii=False, separators=(", ", ": ") if spaced else (",", ":"))
    gap = " " if spaced else ""
    key = f"{json.dumps(name, ensure_ascii=False)}:{gap}" if node.kind == "object" else ""
    if not node.children:
        return f"{text[: node.start + 1]}{key}{written}{text[node.end - 1 :]}"
    last = node.children[-1].end
    return f"{text[:last]},{gap}{key}{written}{text[last:]}"


def remove(text: str, place: Place, path: str = "the file") -> str:
    """`text` without the member or item at `place`, and without the comma that it needed."""
    root = parse(text, path)
    node = find(root, place[:-1])
    assert node is not None and node.children, place
    step = place[-1]
    at = step if isinstance(step, int) else len(node.names) - 1 - node.names[::-1].index(step)
    begin, end, close = node.begin(at), node.children[at].end, node.end - 1
    if len(node.children) == 1:
        comma = _comma_after(text, end, close)
        head = _content_end(text, node.start + 1, begin)
        rest = text[comma + 1 if comma >= 0 else end : close]
        if text[node.start + 1 : head].strip() or rest.strip():
            return text[:head] + rest + text[close:]
        return text[: node.start + 1] + text[close:]
    if at < len(node.children) - 1:
        comma = _comma_after(text, end, close)
        stop = comma + 1
        while stop < len(text) and text[stop] in " \t":
            stop += 1
        if text[stop : stop + 1] in ("\r", "\n"):  # the line, with what stood before it
            start = begin
            while start and text[start - 1] in " \t":
                start -= 1
            stop += 2 if text.startswith("\r\n", stop) else 1
            return (
                text[:start] + text[stop:] if text[start - 1 : start] == "\n" else text[:begin] + text[stop:].lstrip()
            )
        return text[:begin] + text[stop:]
    before = node.children[at - 1].end
    comma = _comma_after(text, before, begin)
    after = _comma_after(text, end, close)
    head = _content_end(text, before, begin)
    if after >= 0:  # this file ends its lists with a comma: the one before stays
        return text[:head] + text[after + 1 :]
    return text[:comma] + text[comma + 1 : head] + text[end:]


def _unit(text: str, root: Node) -> str:
    """One step of indentation, as the first indented member shows it; two spaces otherwise."""
    for child in range(len(root.children)):
        indent = _own_indent(text, root.begin(child))
        if indent:
            return indent
    return "  "


def _own_indent(text: str, at: int) -> str | None:
    """The white space before `at` when nothing else stands before it on its line, else None."""
    start = text.rfind("\n", 0, at) + 1
    return text[start:at] if not text[start:at].strip(" \t") and start else None


def _line_indent(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    line = text[start:at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _content_end(text: str, start: int, end: int) -> int:
    """Where the last thing that is not white space ends in `text[start:end]`, comments counting as things."""
    return start + len(text[start:end].rstrip(" \t\r\n"))


def _comma_after(text: str, at: int, end: int) -> int:
    """Where the comma stands that follows a value ending at `at`, past comments, or -1."""
    while at < end:
        if text.startswith("//", at):
            stop = text.find("\n", at, end)
            at = end if stop < 0 else stop
        elif text.startswith("/*", at):
            at = text.find("*/", at) + 2
        elif text[at] == ",":
            return at
        else:
            at += 1
    return -1
