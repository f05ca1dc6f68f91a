"""Parses JSON text into nodes with positions, so that an edit leaves the rest of the text unchanged.

Settings files are edited by hand: comments (`//`, `/* */`), trailing commas and a byte-order mark are read and kept, although JSON has
none of them. Whatever else is not JSON is an error, with its line and column.
"""

from __future__ import annotations

import json

from hooks_cli.errors import DataError

MAX_DEPTH = 200


class NotJson(DataError):
    """{path} is not valid JSON: {reason} at line {line}, column {column}. Nothing was changed."""

    hint = "Mend the file first, and run it again."


class Node:
    """One value: `kind` is object, array or scalar; `text[start:end]` is it; `value` is what it stands for.

    An object has `keys` (the start of each key's text) beside `children`, the nodes of its members or items.
    """

    __slots__ = ("children", "end", "keys", "kind", "names", "start", "value")

    def __init__(self, kind: str, start: int) -> None:
        self.kind = kind
        self.start = start
        self.end = start
        self.value: object = None
        self.children: list[Node] = []
        self.names: list[str] = []
        self.keys: list[int] = []

    def member(self, name: str) -> Node | None:
        """The value of an object's member (the last, as every JSON reader has it), or None."""
        for at in range(len(self.names) - 1, -1, -1):
            if self.names[at] == name:
                return self.children[at]
        return None

    def begin(self, at: int) -> int:
        """Where child number `at` begins, with its key."""
        return self.keys[at] if self.kind == "object" else self.children[at].start


def parse(text: str, path: str) -> Node:
    """The root node. Raises NotJson (65), naming `path`."""
    reader = _Reader(text, path)
    reader.skip()
    root = reader.value(0)
    reader.skip()
    if reader.at < len(text):
        raise reader.error("there is text after the end")
    return root


class _Reader:
    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.at = 1 if text.startswith("\ufeff") else 0

    def error(self, reason: str) -> NotJson:
        before = self.text[: self.at]
        return NotJson(
            path=self.path, reason=reason, line=before.count("\n") + 1, column=self.at - (before.rfind("\n") + 1) + 1
        )

    def skip(self) -> None:
        """Past white space and comments."""
        text = self.text
        while self.at < len(text):
            if text[self.at] in " \t\r\n":
                self.at += 1
            elif text.startswith("//", self.at):
                end = text.find("\n", self.at)
                self.at = len(text) if end < 0 else end
            elif text.startswith("/*", self.at):
                end = text.find("*/", self.at + 2)
                if end < 0:
                    raise self.error("a comment without an end")
                self.at = end + 2
            else:
                return

    def value(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self.error("the nesting is too deep")
        char = self.text[self.at : self.at + 1]
        if char == "{":
            return self._object(depth)
        if char == "[":
            return self._array(depth)
        node = Node("scalar", self.at)
        node.value = self._scalar()
        node.end = self.at
        return node

    def _scalar(self) -> object:
        try:
            found, self.at = json.JSONDecoder().raw_decode(self.text, self.at)
        except (json.JSONDecodeError, RecursionError):
            raise self.error("a value was expected" if self.at < len(self.text) else "the text ends early") from None
        return found

    def _string(self) -> str:
        if self.text[self.at : self.at + 1] != '"':
            raise self.error("a name in double quotes was expected")
        found = self._scalar()
        assert isinstance(found, str)
        return found

    def _object(self, depth: int) -> Node:
        node = Node("object", self.at)
        self.at += 1
        while not self._closes("}"):
            node.keys.append(self.at)
            node.names.append(self._string())
            self.skip()
            if self.text[self.at : self.at + 1] != ":":
                raise self.error("a colon was expected")
            self.at += 1
            self.skip()
            node.children.append(self.value(depth + 1))
            self._comma("}")
        node.end = self.at
        node.value = {name: child.value for name, child in zip(node.names, node.children, strict=True)}
        return node

    def _array(self, depth: int) -> Node:
        node = Node("array", self.at)
        self.at += 1
        while not self._closes("]"):
            node.children.append(self.value(depth + 1))
            self._comma("]")
        node.end = self.at
        node.value = [child.value for child in node.children]
        return node

    def _closes(self, mark: str) -> bool:
        self.skip()
        if self.text[self.at : self.at + 1] == mark:
            self.at += 1
            return True
        return False

    def _comma(self, mark: str) -> None:
        self.skip()
        char = self.text[self.at : self.at + 1]
        if char == ",":
            self.at += 1
        elif char != mark:
            raise self.error(f"a comma or {mark} was expected")
