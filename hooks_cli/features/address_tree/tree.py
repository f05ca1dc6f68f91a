"""Groups addresses into a tree of folders, with the number, size and newest write of the entries in each.

The entries are read twice, in the order of the tree: once for the sums of the folders, once for what is shown. So the memory that this
takes grows with the folders that are shown (24 bytes each), and not with the entries.
"""

from __future__ import annotations

from array import array

from hooks_cli.store.sqlite.reports import overview
from hooks_cli.store.sqlite.store import OneState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hooks_cli.store.sqlite.store import EmbeddedStore


class Node:
    """A segment at a `level` (the root's is 0). `entries`, `size` (bytes) and `newest` (ms) are of all that lies in it, itself too;
    `own` says whether it is an address of its own, with `version`; `folder` whether nodes below it follow. Only `bounded` fills
    `children`, and `more` with the number of those that it left out."""

    __slots__ = ("children", "entries", "folder", "level", "more", "name", "newest", "own", "path", "size", "version")

    def __init__(self, name: str, path: str, level: int, sums: tuple[int, ...], own: bool, version: int) -> None:
        self.name = name
        self.path = path
        self.level = level
        self.entries, self.size, self.newest = sums
        self.own = own
        self.version = version
        self.folder = False
        self.children: list[Node] = []
        self.more = 0

    def fields(self) -> dict[str, Any]:
        """For programs, without the children; times stay in ms."""
        return {
            "name": self.name,
            "path": self.path,
            "entry": self.own,
            "key_version": self.version or None,
            "entries": self.entries,
            "bytes": self.size,
            "newest": self.newest,
        }


def walk(store: EmbeddedStore | None, pattern: str, now: int, depth: int) -> Iterator[Node]:
    """The tree of the live entries that match a glob, `depth` segments deep: the root, then each node before what lies in it. What lies
    deeper is counted in its folder."""
    if store is None:
        yield Node("", "", 0, (0, 0, 0), False, 0)
        return
    with OneState(store):
        sums = _sums(overview.in_tree_order(store, pattern, now), depth)
        root = Node("", "", 0, tuple(sums[:3]), False, 0)
        root.folder = root.entries > 0
        yield root
        yield from _nodes(overview.in_tree_order(store, pattern, now), sums, depth)


def bounded(nodes: Iterator[Node], most: int) -> Node:
    """The root of what `walk` gives, with at most that many `children` of each node; `more` counts the others."""
    root = next(nodes)
    opened = [root]
    for node in nodes:
        if node.level > len(opened):
            continue  # below one that was left out
        del opened[node.level :]
        parent = opened[-1]
        if len(parent.children) < most:
            parent.children.append(node)
            opened.append(node)
        else:
            parent.more += 1
    return root


def _common(names: list[str], segments: list[str]) -> int:
    """How many of the first segments are the same."""
    number = 0
    for one, other in zip(names, segments, strict=False):
        if one != other:
            break
        number += 1
    return number


def _sums(rows: Iterator[overview.Placed], depth: int) -> array[int]:
    """(entries, bytes, newest) of each node with more than itself in it, one after the other, in the order in which `_nodes` meets them.

    Worked example: of the rows a, a/b, c, the nodes with more than themselves are the root and a: [3, …, …, 2, …, …].
    """
    sums = array("q", (0, 0, 0))
    names: list[str] = []
    places = [0]  # where the sums of the nodes that are open begin; the last of them may be alone (-1) as yet
    alone = (0, 0)
    for address, size, at, _version in rows:
        segments = address.split("/", depth)
        shown = segments[:depth]
        common = _common(names, shown)
        del names[common:], places[common + 1 :]
        if places[-1] < 0:  # what was alone has something in it
            places[-1] = len(sums)
            sums.extend((1, *alone))
        for level in range(common + 1, len(shown) + 1):
            if level == len(segments):
                places.append(-1)
                alone = (size, at)
            else:
                places.append(len(sums))
                sums.extend((0, 0, 0))
        names = shown
        for place in places:
            if place >= 0:
                sums[place] += 1
                sums[place + 1] += size
                if at > sums[place + 2]:
                    sums[place + 2] = at
    return sums


def _nodes(rows: Iterator[overview.Placed], sums: array[int], depth: int) -> Iterator[Node]:
    """The nodes below the root, in order; the sums are those of `_sums` over the same rows."""
    names: list[str] = []
    place = 3
    row = next(rows, None)
    while row is not None:
        following = next(rows, None)
        address, size, at, version = row
        segments = address.split("/", depth)
        shown = segments[:depth]
        for level in range(_common(names, shown) + 1, len(shown) + 1):
            own = level == len(segments)
            if own and (following is None or not following[0].startswith(address + "/")):
                yield Node(shown[-1], address, level, (1, size, at), True, version)
                continue
            found = Node(
                shown[level - 1],
                "/".join(shown[:level]),
                level,
                tuple(sums[place : place + 3]),
                own,
                version if own else 0,
            )
            place += 3
            found.folder = level < depth
            yield found
        names = shown
        row = following
