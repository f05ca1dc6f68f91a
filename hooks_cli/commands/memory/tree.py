"""`memory tree`: the addresses as a tree."""

from __future__ import annotations

from hooks_cli.cli.spec import Option, Positional, Verb
from hooks_cli.commands import opening
from hooks_cli.errors import UsageError
from hooks_cli.model import address as addresses
from hooks_cli.operations import tree
from hooks_cli.output import changes, theme
from hooks_cli.output.envelopes import moment
from hooks_cli.output.listing import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

DEFAULT_DEPTH = 4

VERB = Verb(
    "memory",
    "tree",
    "Show the addresses as a tree: how many entries lie where, how large, how old.",
    options=(
        Option("namespace", ("--namespace", "-n", "--ns"), "Only this namespace.", metavar="N"),
        Option("depth", ("--depth", "-d"), f"So many segments deep ({DEFAULT_DEPTH}).", "integer", metavar="N"),
    ),
    positionals=(Positional("prefix", "Only what lies below this address, or a glob."),),
    strangers="note",
    examples=("hooks-cli memory tree", "hooks-cli memory tree swarm --depth 3 --json"),
    details="A line of the plain form is: indented name (a folder ends with /), entries, bytes, time of the newest write, with tabs "
    "between. What lies deeper is counted in its folder.",
)


def run(call: Call, environment: Environment) -> int:
    """Print the tree. Raises UsageError (64) for a depth below 1."""
    depth = call.integer("depth", DEFAULT_DEPTH)
    if depth < 1:
        raise UsageError("--depth must be 1 or more.")
    prefix = addresses.join(call.text("namespace"), call.text("prefix").rstrip("/")).rstrip("/")
    pattern = prefix if addresses.is_glob(prefix) else addresses.under(prefix)
    store = opening.for_reading(environment)
    now = environment.now()
    below = 0 if addresses.is_glob(prefix) or prefix in ("", "default", "all") else prefix.count("/") + 1
    root = tree.tree(store, pattern, now, depth + below)
    if theme.on(call, environment):
        from hooks_cli.output.views import entries

        entries.show_tree(theme.console(environment), root, environment.project_name, now)
    elif call.format == "text":
        environment.out("".join(_lines(root, 0)))
    else:
        environment.out(changes.json_object({"tree": _object(root.as_object())}))
    return 0


def _lines(node: tree.Node, level: int) -> list[str]:
    lines = []
    for child in node.children.values():
        name = one_line(child.name, 1024) + ("/" if child.children or not child.own else "")
        figures = f"{child.entries}\t{child.size}\t{moment(child.newest)}"
        lines += [f"{'  ' * level}{name}\t{figures}\n", *_lines(child, level + 1)]
    return lines


def _object(node: dict[str, Any]) -> dict[str, Any]:
    node["newest"] = moment(node["newest"]) if node["newest"] else None
    for child in node["children"]:
        _object(child)
    return node
