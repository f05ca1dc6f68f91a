"""Addresses as a tree: each segment a folder, with the number, size and newest write of what lies in it."""

from __future__ import annotations

from hooks_cli.store import overview

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.store.embedded import EmbeddedStore


class Node:
    """A segment. `entries`, `size` (bytes) and `newest` (ms) are of all that lies in it, itself too; `own` says whether it is an
    address of its own, with `version`. `children` are by name; `hidden` counts those below the depth that was asked for."""

    __slots__ = ("children", "entries", "name", "newest", "own", "path", "size", "version")

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self.path = path
        self.entries = 0
        self.size = 0
        self.newest = 0
        self.own = False
        self.version = 0
        self.children: dict[str, Node] = {}

    def count(self, size: int, at: int) -> None:
        """Take in one entry."""
        self.entries += 1
        self.size += size
        self.newest = max(self.newest, at)

    def as_object(self) -> dict[str, Any]:
        """For programs; times stay in ms."""
        return {
            "name": self.name,
            "path": self.path,
            "entry": self.own,
            "key_version": self.version or None,
            "entries": self.entries,
            "bytes": self.size,
            "newest": self.newest,
            "children": [child.as_object() for child in self.children.values()],
        }


def tree(store: EmbeddedStore | None, pattern: str, now: int, depth: int) -> Node:
    """The tree of the live entries that match a glob, `depth` segments deep; what lies deeper is counted in its folder.

    The memory that this takes grows with the nodes that are shown, not with the entries.
    """
    root = Node("", "")
    for address, size, at, version in overview.addresses(store, pattern, now) if store is not None else ():
        node = root
        node.count(size, at)
        segments = address.split("/")
        for level, name in enumerate(segments[:depth], 1):
            child = node.children.get(name)
            if child is None:
                child = node.children[name] = Node(name, "/".join(segments[:level]))
            node = child
            node.count(size, at)
        if len(segments) <= depth:
            node.own, node.version = True, version
    return root
