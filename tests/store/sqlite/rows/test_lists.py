"""`memory recall GLOB` and `memory list` of large texts: printed one by one, in the memory of one, with the same answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hooks_cli.environment import Environment
from hooks_cli.features.entries import read
from hooks_cli.output import envelope
from hooks_cli.store.sqlite.rows import lists
from hooks_cli.store.sqlite.store import open_store
from tests.conftest import Run
from tests.features.transfer.test_export_concurrency import peak_mib

COUNT, SIZE = 32, 1 << 20


@pytest.fixture
def long_values(run: Run, project: Path) -> Run:
    lines = [json.dumps({"key": f"long/{n}", "value": f"{n:02}" + "x" * (SIZE - 2)}) for n in range(COUNT)]
    (project / "long.ndjson").write_text("\n".join(lines))
    run("memory", "store", "--batch", "--file", "long.ndjson", check=True)
    run("memory", "store", "long/short", '{"a":1}', check=True)
    return run


@pytest.mark.parametrize("argv", [["recall", "long/*"], ["list"], ["list", "--namespace", "long", "--kind", "text"]])
@pytest.mark.parametrize("form", ["json", "ndjson", "text"])
def test_large_texts_do_not_pile_up(
    long_values: Run, environ: dict[str, str], project: Path, argv: list[str], form: str
) -> None:
    words = ["memory", *argv, "--format", form]
    assert peak_mib(words, environ, project) < COUNT
    out = long_values(*words, check=True).stdout
    assert peak_mib([*words, "--output", "new/answer"], environ, project) < COUNT
    saved = project / "new" / "answer"
    assert saved.read_text() == out and saved.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in saved.parent.iterdir()] == ["answer"]
    keys = [f"long/{n}" for n in reversed(range(COUNT))]
    keys = keys if "--kind" in argv else ["long/short", *keys]
    if form == "text":
        assert [line.split("\t")[0] for line in out.splitlines()] == keys
        return
    if form == "json":
        body = json.loads(out)
        assert list(body) == ["schema_version", "entries", "total", "truncated"]
        assert (body["total"], body["truncated"]) == (len(keys), False)
        found = body["entries"]
    else:
        found = [json.loads(line) for line in out.splitlines()]
    assert [entry["key"] for entry in found] == keys
    for entry in found:
        if entry["key"] != "long/short":
            assert entry["data"] == f"{int(entry['key'][5:]):02}" + "x" * (SIZE - 2)


def test_the_total_of_a_page(long_values: Run) -> None:
    body = json.loads(long_values("memory", "recall", "long/*", "--limit", "2", "--offset", "1", "--json").stdout)
    assert [entry["key"] for entry in body["entries"]] == ["long/31", "long/30"]
    assert (body["total"], body["truncated"]) == (COUNT + 1, True)
    body = json.loads(long_values("memory", "recall", "none/*", "--json").stdout)
    assert (body["entries"], body["total"], body["truncated"]) == ([], 0, False)


def test_what_is_destroyed_meanwhile_is_left_out_and_not_counted(
    run: Run, environ: dict[str, str], project: Path
) -> None:
    for name in ("a", "b"):
        run("memory", "store", f"k/{name}", name * 5_000, check=True)
    there = Environment(environ, str(project))
    store = open_store(there, create=False)
    try:
        found = read.recall(store, "k/*", there.now(), 10, lazy=True)
        assert [entry.value for entry in found.entries] == [None, None]
        run("memory", "destroy", "k/b", "--yes", check=True)
        pieces = envelope.entries_pieces(lists.each(store, found.entries), 2, found.total, "1")
        body = json.loads("".join(pieces))
    finally:
        store.close()
    assert [entry["data"] for entry in body["entries"]] == ["a" * 5_000]
    assert (body["total"], body["truncated"]) == (1, False)
