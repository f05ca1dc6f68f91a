"""`memory store --batch`: many entries in one transaction, all or none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries import batch
from hooks_cli.features.entries.write import StoreRequest, store_value
from tests.conftest import Run, loaded
from tests.stores import START, Place, check


# --- batches -----------------------------------------------------------------------------------------------------------
def test_batch(run: Run) -> None:
    rows = [
        {"key": "a", "value": "text"},
        {"key": "b", "value": {"n": [1, 2.5, "é"]}, "metadata": {"version": "3", "m": 1}, "tags": ["x", "y"]},
        {"namespace": "n", "key": "c", "data": 5, "ttl": "1h", "tags": "p,q"},
        {"key": "a", "value": "again"},
        {"key": "s", "value": "my key is ghp_0123456789abcdefghijABCDEFGHIJ012345"},
    ]
    text = "\n".join(json.dumps(row) for row in rows) + "\n\n"
    now = {"HOOKS_NOW": str(START)}
    assert "5 entries (revision 5)" in run("memory", "store", "--batch", stdin=text, env=now, check=True).stdout
    found = {e["key"]: e for e in loaded(run("memory", "list", "--json", env=now, check=True).stdout)["entries"]}
    assert (found["a"]["data"], found["a"]["key_version"]) == ("again", 2)
    assert (
        found["b"]["data"] == {"n": [1, 2.5, "é"]} and found["b"]["version"] == "3" and found["b"]["tags"] == ["x", "y"]
    )
    assert (found["n/c"]["data"], found["n/c"]["tags"]) == ("5", ["p", "q"]) and found["n/c"]["expires_at"]
    assert "ghp_" not in found["s"]["data"]
    body = loaded(
        run("memory", "store", "--batch", "true", "--json", "-n", "q", stdin='{"key":"k","value":"v"}').stdout
    )
    assert body["stored"]["total"] == 1
    assert run("memory", "recall", "q/k", check=True).stdout == "v"
    assert loaded(run("memory", "store", "--batch", "--json", stdin="", check=True).stdout)["stored"]["total"] == 0
    assert "1 entry" in run("memory", "store", "--batch", "-", stdin='{"key":"dash","value":"v"}', check=True).stdout
    assert run("memory", "recall", "dash", check=True).stdout == "v"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not valid JSON"), ("[]", "not a JSON object"), ('{"key":"a"}', "value"), ('{"value":"a"}', "key"),
        ('{"key":"../a","value":""}', "address"), ('{"key":"a","value":"x","colour":1}', "colour"),
        ('{"key":"a","value":"x","metadata":[]}', "metadata"), ('{"key":"a","value":"\\u0000"}', "NUL"),
        ('{"key":"a","value":"\\ud800"}', "UTF-8"), ('{"key":"a","value":{"n":1e999}}', "number"),
        ('{"key":"a","value":"x","ttl":"soon"}', "duration"), ('{"key":"a","value":"x","tags":[1]}', "tags"),
    ],
)  # fmt: skip
def test_a_bad_line_refuses_the_batch(run: Run, line: str, told: str) -> None:
    done = run("memory", "store", "--batch", stdin='{"key":"good","value":"x"}\n' + line)
    assert done.returncode == 65 and "Line 2:" in done.stderr and told in done.stderr
    assert run("memory", "list", check=True).stdout == ""


def test_a_conflict_refuses_the_batch(run: Run) -> None:
    rows = '{"key":"a","value":"1","if_version":0}\n{"key":"a","value":"2","if_version":1}\n'
    run("memory", "store", "--batch", stdin=rows, check=True)
    assert run("memory", "store", "--batch", stdin=rows).returncode == 76
    assert run("memory", "recall", "a", check=True).stdout == "2"


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b/c", "d"]),
        st.sampled_from(["text", '{"n":1}', '{"token":"hunter2hunter2"}', "[]", "[no json"]),
        st.sampled_from([None, {"m": 1}, {"version": "2"}]),
        st.sampled_from([None, ["x"], ["x", "y"]]),
    ),
    max_size=12,
)


@settings(max_examples=12, deadline=None)
@given(ROWS)
def test_a_batch_writes_what_single_writes_would(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("batch")
    one, many = Place(folder / "one"), Place(folder / "many")
    lines = []
    for key, value, metadata, tags in rows:
        store_value(
            one.store,
            one.environment,
            StoreRequest(
                key,
                value,
                metadata=json.dumps(metadata, separators=(",", ":")) if metadata else "",
                tags=tags or "",
            ),
        )
        lines.append((json.dumps({"key": key, "value": value, "metadata": metadata, "tags": tags}).encode(), 0))
    batch.store_lines(many.store, many.environment, iter(lines), Caller())
    for store in (one.store, many.store):
        check(store)
    for table, columns in (
        ("head", "id, address, revision, version, live, pinned, expires"),
        ("entry", "revision, head, version, at, kind, sealed, expires, agent, event, data_version, tags, metadata"),
        ("entry", "CASE sealed WHEN 0 THEN value END"),
        ("state", "revision, live"),
        ("search", "rowid"),
    ):
        assert one.store.query(f"SELECT {columns} FROM {table} ORDER BY 1") == many.store.query(
            f"SELECT {columns} FROM {table} ORDER BY 1"
        )
    one.close()
    many.close()


def test_a_conflict_in_a_batch_names_the_line(run: Run, project: Path) -> None:
    lines = [
        {"key": "k", "value": 1},
        {"key": "k", "value": 2, "if_version": 1},
        {"key": "k", "value": 3, "if_version": 1},
    ]
    (project / "lines.ndjson").write_text("\n".join(json.dumps(line) for line in lines))
    done = run("memory", "store", "--batch", "--file", "lines.ndjson", "--json")
    error = json.loads(done.stderr)["error"]
    assert done.returncode == 76 and error["message"].startswith("Line 3: ") and error["line"] == 3
    assert (error["current"], error["expected"]) == (2, 1)
    assert run("memory", "recall", "k").returncode == 1


def test_a_batch_may_name_its_file_alone(run: Run, project: Path) -> None:
    (project / "lines.ndjson").write_text('{"key": "a", "value": "x"}\n')
    assert "1 entry" in run("memory", "store", "--batch", "lines.ndjson", check=True).stdout
    assert run("memory", "recall", "a", check=True).stdout == "x"
    run("memory", "store", "--batch", "lines.txt", "a value", check=True)  # no file of that name: a key
    assert run("memory", "recall", "lines.txt", check=True).stdout == "a value"
