"""Prints the address tree on a terminal, with rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from hooks_cli.output.views.safe_text import ago, line, text
from hooks_cli.text.units import size_in_words

if TYPE_CHECKING:
    from rich.console import Console

    from hooks_cli.features.address_tree.tree import Node


# On a narrower terminal the sizes are left out.
NARROW = 70


def show_tree(console: Console, root: Node, label: str, now: int) -> None:
    """The tree of addresses: counts, sizes, and how old the newest write is."""
    made = Tree(line(Text(label or ".", "folder"), *_figures(root, now, console)), guide_style="faint")
    _grow(made, root, now, console)
    console.print(made)


def _grow(branch: Tree, node: Node, now: int, console: Console) -> None:
    for child in node.children:
        folder = child.folder or not child.own
        name = text(child.name, "folder" if folder else "key", 200)
        if folder:
            name.append("/")
        _grow(branch.add(line(name, *_figures(child, now, console))), child, now, console)
    if node.more:
        branch.add(Text(f"… and {node.more:,} more", "faint"))


def _figures(node: Node, now: int, console: Console) -> list[tuple[str, str]]:
    if not node.entries:
        return [("empty", "faint")]
    many = node.entries > 1 or not node.own
    parts = [(f"{node.entries:,}", "number")] if many else [(f"v{node.version}", "faint")]
    if console.width >= NARROW:
        parts.append((size_in_words(node.size), "faint"))
    return [*parts, (ago(now - node.newest), "when")]
