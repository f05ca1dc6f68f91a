"""`memory tree`: prints the addresses as a tree."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import shared
from hooks_cli.errors import UsageError
from hooks_cli.features.address_tree import tree
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import theme
from hooks_cli.output.envelope import SCHEMA_VERSION, moment
from hooks_cli.output.listing import one_line
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

DEFAULT_DEPTH = 4

VERB = Verb(
    "memory",
    "tree",
    "Show the addresses as a tree, with the number, size and age of the entries in each folder.",
    options=(
        shared.namespace("Only this namespace."),
        Option("depth", ("--depth", "-d"), f"Depth of the tree in segments ({DEFAULT_DEPTH}).", "integer", metavar="N"),
    ),
    positionals=(Positional("prefix", "Only entries below this address, or a glob."),),
    strangers="note",
    examples=("hooks-cli memory tree", "hooks-cli memory tree swarm --depth 3 --json"),
    details=(
        "A line of the plain form has, separated by tabs: indented name (a folder ends with /), entries, bytes, "
        "time of the newest write. Deeper entries are counted in their folder."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Print the tree. Raises UsageError (64) for a depth below 1."""
    depth = call.integer("depth", DEFAULT_DEPTH)
    if depth < 1:
        raise UsageError("--depth must be 1 or more.")
    prefix = addresses.join(call.text("namespace"), call.text("prefix").rstrip("/")).rstrip("/")
    pattern = prefix if addresses.is_glob(prefix) else addresses.under(prefix)
    store = store_access.for_reading(environment)
    now = environment.now()
    below = 0 if addresses.is_glob(prefix) or prefix in ("", "default", "all") else prefix.count("/") + 1
    depth += below
    if theme.on(call, environment):
        from hooks_cli.features.address_tree import tree_view
        from hooks_cli.output.views import entries

        root = tree.bounded(tree.walk(store, pattern, now, depth), entries.MOST_CHILDREN)
        tree_view.show_tree(theme.console(environment), root, environment.project.name, now)
        return 0
    nodes = tree.walk(store, pattern, now, depth)
    for piece in _lines(nodes) if call.format == "text" else _object(nodes):
        environment.out(piece)
    return 0


def _lines(nodes: Iterator[tree.Node]) -> Iterator[str]:
    for node in nodes:
        if node.level:
            name = one_line(node.name, 1024) + ("/" if node.folder or not node.own else "")
            yield f"{'  ' * (node.level - 1)}{name}\t{node.entries}\t{node.size}\t{moment(node.newest)}\n"


def _object(nodes: Iterator[tree.Node]) -> Iterator[str]:
    """The tree as one JSON object, node by node: each ends with its children, which are closed when a node follows that is none."""
    yield f'{{"schema_version":"{SCHEMA_VERSION}","tree":'
    level = -1
    for node in nodes:
        if node.level <= level:
            yield "]}" * (level - node.level + 1) + ","
        level = node.level
        fields = node.fields()
        fields["newest"] = moment(node.newest) if node.newest else None
        yield object_text(fields)[:-1] + ',"children":['
    yield "]}" * (level + 1) + "}\n"
