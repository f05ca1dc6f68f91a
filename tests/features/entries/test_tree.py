"""`memory tree` and the tree of `report`: the order of a tree, its sums, and memory that does not grow with the entries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.features.address_tree import tree
from hooks_cli.store.sqlite.reports import overview
from tests.conftest import Run
from tests.features.transfer.test_export_concurrency import peak_mib

Row = tuple[str, int, int, int]
SEGMENTS = st.text(alphabet="ab-.0", min_size=1, max_size=3)
ADDRESSES = st.sets(st.lists(SEGMENTS, min_size=1, max_size=5).map("/".join), max_size=40)


def rows_of(addresses: set[str]) -> list[Row]:
    return [(address, 10 + n, 100 + 7 * n % 31, 1 + n % 3) for n, address in enumerate(sorted(addresses))]


def ordered(rows: list[Row]) -> Iterator[Row]:
    def below(prefix: str) -> Iterator[Row]:
        return (row for row in rows if row[0].startswith(prefix))

    return overview._with_what_lies_below(iter(rows), below)


@given(ADDRESSES)
def test_what_lies_below_an_address_follows_it(addresses: set[str]) -> None:
    found = [row[0] for row in ordered(rows_of(addresses))]
    assert sorted(found) == sorted(addresses)
    closed: set[str] = set()
    opened: list[str] = []
    for address in found:
        parts = address.split("/")
        path = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
        same = sum(one == other for one, other in zip(opened, path, strict=False))
        closed.update(opened[same:])
        assert not closed & set(path), f"{address} comes after its folder was left"
        opened = path


def expected(rows: list[Row], depth: int) -> dict[str, tuple[Any, ...]]:
    """path -> (entries, bytes, newest, own, version, level) by the plainest means."""
    found: dict[str, list[Any]] = {}
    for address, size, at, version in rows:
        segments = address.split("/")
        for level in range(1, min(depth, len(segments)) + 1):
            node = found.setdefault("/".join(segments[:level]), [0, 0, 0, False, 0, level])
            node[0] += 1
            node[1] += size
            node[2] = max(node[2], at)
            if level == len(segments):
                node[3], node[4] = True, version
    return {path: tuple(node) for path, node in found.items()}


@given(ADDRESSES, st.integers(min_value=1, max_value=6))
def test_the_sums_of_the_nodes(addresses: set[str], depth: int) -> None:
    rows = rows_of(addresses)
    sums = tree._sums(ordered(rows), depth)
    assert list(sums[:3]) == [len(rows), sum(r[1] for r in rows), max([r[2] for r in rows], default=0)]
    nodes = list(tree._nodes(ordered(rows), sums, depth))
    wanted = expected(rows, depth)
    assert {n.path: (n.entries, n.size, n.newest, n.own, n.version, n.level) for n in nodes} == wanted
    assert len(nodes) == len(wanted)
    for at, node in enumerate(nodes):
        has_more = any(following.path.startswith(node.path + "/") for following in nodes[at + 1 : at + 2])
        assert node.folder == has_more, node.path


@given(ADDRESSES, st.integers(min_value=1, max_value=4))
def test_a_picture_of_the_tree_has_so_many_of_each(addresses: set[str], most: int) -> None:
    rows = rows_of(addresses)
    sums = tree._sums(ordered(rows), 4)
    nodes = [tree.Node("", "", 0, tuple(sums[:3]), False, 0), *tree._nodes(ordered(rows), sums, 4)]
    below: dict[str, list[str]] = {}
    for node in nodes[1:]:
        below.setdefault(node.path.rpartition("/")[0], []).append(node.name)

    def check(node: tree.Node) -> None:
        names = below.get(node.path, [])
        assert [child.name for child in node.children] == names[:most]
        assert node.more == max(0, len(names) - most)
        for child in node.children:
            check(child)

    check(tree.bounded(iter(nodes), most))


def test_folders_between_whose_names_others_come(run: Run) -> None:
    """In the order of addresses a-b stands between a and a/b."""
    for key in ("a", "a-b", "a/b", "a-b/c", "a.d/e", "b"):
        run("memory", "store", key, key, check=True)
    lines = [line.split("\t")[:2] for line in run("memory", "tree", check=True).stdout.splitlines()]
    assert lines == [
        ["a/", "2"], ["  b", "1"], ["a-b/", "2"], ["  c", "1"], ["a.d/", "1"], ["  e", "1"], ["b", "1"],
    ]  # fmt: skip
    body = json.loads(run("memory", "tree", "--json", check=True).stdout)
    root = body["tree"]
    assert (body["schema_version"], root["path"], root["entries"], root["entry"]) == ("1", "", 6, False)
    assert [(node["path"], len(node["children"])) for node in root["children"]] == [
        ("a", 1), ("a-b", 1), ("a.d", 1), ("b", 0),
    ]  # fmt: skip
    empty = json.loads(run("memory", "tree", "nothing", "--json", check=True).stdout)["tree"]
    assert (empty["entries"], empty["newest"], empty["children"]) == (0, None, [])


def test_memory_does_not_grow_with_the_entries(run: Run, environ: dict[str, str], project: Path) -> None:
    """20,000 entries more, at the same and at other addresses of the tree: all as nodes took 9 MiB."""
    commands = (["memory", "tree", "--json"], ["memory", "tree", "--depth", "1"], ["report", "--output", "-"])

    def store(first: int, count: int) -> None:
        names = ("swarm/worker-{0}/task/{1}", "flat-{1}", "notes/{1}", "a/{0}/b/c/d/{1}")
        lines = [
            json.dumps({"key": names[n % 4].format(n % 40, n), "value": f"v {n}"}) for n in range(first, first + count)
        ]
        (project / "lines").write_text("\n".join(lines))
        run("memory", "store", "--batch", "--file", "lines", check=True)

    store(0, 1_000)
    few = [peak_mib(argv, environ, project) for argv in commands]
    store(1_000, 20_000)
    for argv, before in zip(commands, few, strict=True):
        assert peak_mib(argv, environ, project) - before < 5, argv
