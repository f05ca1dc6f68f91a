"""Gathers the address tree and the interactions between agents for the report."""

from __future__ import annotations

from hooks_cli.features.report.model import Branch, Handover, Interactions
from hooks_cli.features.restore.restore import roles_of
from hooks_cli.store.sqlite.reports import overview, report_queries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore

# The tree is kept to this depth, and to this number of branches below each one.
DEPTH = 5
MOST_BELOW = 50
MOST_BRANCHES = 1_500
# Interactions between agents: at most this number of agents, those that wrote most.
MOST_AGENTS = 12
MOST_NAMESPACES = 8
MOST_RESTORES = 2_000


def tree(store: EmbeddedStore, now: int) -> Branch:
    """The live addresses as a tree with sums: what lies deeper than `DEPTH` counts in the branch above, and of the branches below one
    the largest are kept (`cut` says how many are not).

    Level by level, each time reading what lies below the branches that were kept: the memory is that of the branches that are shown.
    """
    root = Branch("", "")
    left = MOST_BRANCHES
    level = [root]
    for _ in range(DEPTH):
        following: list[Branch] = []
        for branch in level:
            if branch is root or branch.entries > branch.address:
                kept, number = _largest(store, branch, now, min(MOST_BELOW, left))
                branch.cut = number - len(kept)
                branch.below = {found.name: found for found in kept}
                left -= len(kept)
                following.extend(kept)
        level = following
    return root


def _largest(store: EmbeddedStore, branch: Branch, now: int, room: int) -> tuple[list[Branch], int]:
    """The largest branches right below one, by name, and how many there are. The root's own sums are made on the way."""
    start = branch.path + "/" if branch.path else ""
    kept: list[Branch] = []
    found: Branch | None = None
    number = 0
    for address, size, at, versions in overview.in_tree_order(store, start + "*", now):
        name = address[len(start) :].partition("/")[0]
        if found is None or found.name != name:
            number += 1
            found = Branch(name, start + name)
            if len(kept) > 4 * MOST_BELOW:
                kept = _best(kept, room)
            kept.append(found)
        found.address = found.address or len(address) == len(found.path)
        _add(found, versions, size, at)
        if not start:
            _add(branch, versions, size, at)
    return sorted(_best(kept, room), key=lambda b: b.name), number


def _best(branches: list[Branch], room: int) -> list[Branch]:
    return sorted(branches, key=lambda b: (-b.entries, -b.newest, b.name))[:room]


def _add(branch: Branch, versions: int, size: int, at: int) -> None:
    branch.entries += 1
    branch.versions += versions
    branch.size += size
    branch.newest = max(branch.newest, at)


def interactions(store: EmbeddedStore, environment: Environment, since: int) -> Interactions:
    """Who wrote where, and who took up whose work.

    A hand-over is a next version by another agent, or a restore: of a session in which the other had written, or of a role whose
    addresses the other had written (what `session-restore` then told).
    """
    pairs: dict[tuple[str, str], Handover] = {}

    def pair(writer: str, reader: str, address: str) -> Handover:
        found = pairs.setdefault((writer, reader), Handover(writer, reader))
        if address not in found.addresses and len(found.addresses) < 3:
            found.addresses.append(address)
        return found

    for writer, reader, count, address in report_queries.taken_over(store, since):
        pair(writer, reader, address).rewritten += count
    for writer, reader, count, address in report_queries.restored(store, since):
        pair(writer, reader, address).restored += count
    wrote: dict[str, list[tuple[str, int, str]]] = {}
    for session, reader, revision in report_queries.restores(store, since, MOST_RESTORES):
        for _role, globs in roles_of(environment, session):
            for glob in globs:
                if glob not in wrote:
                    wrote[glob] = report_queries.authors(store, glob)
                for writer, first, address in wrote[glob]:
                    if writer and writer != reader and first < revision:
                        pair(writer, reader, address).restored += 1
    written: dict[tuple[str, str], int] = {}
    for agent, namespace, count in report_queries.written_by(store, since):
        written[(agent or "(nobody)", namespace or "(none)")] = count
    return _bounded(written, list(pairs.values()))


def _bounded(written: dict[tuple[str, str], int], handovers: list[Handover]) -> Interactions:
    """The agents that wrote and handed over most, in the order of their names."""
    weight: dict[str, int] = {}
    spaces: dict[str, int] = {}
    for (agent, namespace), count in written.items():
        weight[agent] = weight.get(agent, 0) + count
        spaces[namespace] = spaces.get(namespace, 0) + count
    for handover in handovers:
        for agent in (handover.writer, handover.reader):
            weight[agent] = weight.get(agent, 0) + handover.weight
    agents = sorted(sorted(weight, key=lambda name: (-weight[name], name))[:MOST_AGENTS])
    namespaces = sorted(spaces, key=lambda name: (-spaces[name], name))[:MOST_NAMESPACES]
    return Interactions(
        agents,
        namespaces,
        {key: count for key, count in written.items() if key[0] in agents and key[1] in namespaces},
        sorted(
            (h for h in handovers if h.writer in agents and h.reader in agents),
            key=lambda h: (-h.weight, h.writer, h.reader),
        ),
    )
