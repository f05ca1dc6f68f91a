"""Reading what other programs left, from files that they made themselves (tests/fixtures/peers), and hostile ones."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.errors import DataError, HooksError, InputMissing
from hooks_cli.features.transfer.importers.detect import open_source
from hooks_cli.features.transfer.importers.own_export import defused, undefused
from hooks_cli.model.record import Left, Record, Refused, milliseconds
from hooks_cli.system.apsw_import import apsw
from tests.conftest import ROOT

PEERS = ROOT / "tests" / "fixtures" / "peers"


def read(path: Path | str) -> tuple[str, dict[str, Record], list[Refused], list[Left]]:
    """What a file is, its records by address, what was refused and what was left."""
    source = open_source(str(path))
    found = list(source.records)
    records = {item.address: item for item in found if isinstance(item, Record)}
    return source.kind, records, [i for i in found if isinstance(i, Refused)], [i for i in found if isinstance(i, Left)]


@pytest.mark.parametrize("name", ["v2/memory-store.json", "v2/export.json"])
def test_claude_flow_2_json(name: str) -> None:
    kind, records, refused, _ = read(PEERS / name)
    assert kind == "a claude-flow 2.x memory store or export"
    assert not refused
    assert records["plain"].value == '{"p50_ms":45}'
    assert records["plain"].at == 1795327920978
    if "store" in name:
        assert records["patterns/auth/decision"].value == "JWT with refresh tokens"
        assert records["sparc/auth/secret/x"].value == 'a value with "quotes" and ünicode'


def test_claude_flow_2_database() -> None:
    kind, records, refused, _ = read(PEERS / "v2" / "memory.db")
    assert kind == "a claude-flow 2.x memory.db"
    assert not refused
    assert records["backend/api/limits"].value == "100 requests a minute"
    assert records["backend/api/limits"].agent == "memory-agent"
    assert records["backend/api/limits"].at == milliseconds("2026-11-22T06:12:40Z")
    assert records["api/json"].value == '{"a":[1,2]}'
    assert records["coordination/swarm/topology/1"].at == 1795327934000
    notify = next(record for address, record in records.items() if address.startswith("hooks:notify/"))
    assert json.loads(str(notify.value))["message"] == "Baseline captured: p50=45ms"
    assert json.loads(str(notify.metadata)) == {"hookType": "notify", "level": "info"}


def test_claude_flow_3_database() -> None:
    kind, records, refused, left = read(PEERS / "v3" / "memory.db")
    assert kind == "a claude-flow 3.x memory.db"
    assert not refused
    assert set(records) == {"patterns/auth/decision", "plain", "tmp/short"}
    assert records["patterns/auth/decision"].tags == ["auth", "security"]
    assert records["tmp/short"].expires == 1795331161404
    assert [item.why for item in left] == ["it was deleted there"]


def test_claude_flow_3_export() -> None:
    kind, records, refused, _ = read(PEERS / "v3" / "export.json")
    assert kind == "a claude-flow 3.x export"
    assert not refused
    assert records["plain"].value == '{"p50_ms":45}'
    assert records["tmp/short"].at == 1795327561451


def test_mcp_memory() -> None:
    kind, records, refused, _ = read(PEERS / "mcp" / "memory.jsonl")
    assert kind == "an MCP memory server's memory.jsonl"
    assert not refused
    assert json.loads(str(records["entities/api gateway"].value))["observations"] == [
        "speaks HTTP/2",
        "owned by platform",
    ]
    assert records["entities/auth"].tags == ["service"]
    assert "relations/api gateway/depends_on/auth" in records


def test_a_folder_of_markdown(tmp_path: Path) -> None:
    kind, records, refused, _ = read(PEERS / "notes")
    assert kind == "a folder of Markdown"
    assert not refused
    assert set(records) == {"decisions/jwt", "todo"}
    jwt = records["decisions/jwt"]
    assert jwt.value == (PEERS / "notes" / "decisions" / "jwt.md").read_text()
    assert jwt.tags == ["auth", "security"]
    assert jwt.at == milliseconds("2025-10-17T12:00:00Z")
    assert json.loads(str(jwt.metadata))["title"] == "Why JWT"
    outside = tmp_path / "outside.md"
    outside.write_text("not yours")
    folder = tmp_path / "notes"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "hidden.md").write_text("x")
    (folder / "link.md").symlink_to(outside)
    (folder / "bytes.md").write_bytes(b"\xff\xfe")
    _, records, refused, left = read(folder)
    assert not records
    assert [item.what for item in refused] == ["bytes.md"]
    assert [item.why for item in left] == ["it is a link that leads out of the folder"]


def test_a_compressed_file_and_standard_input(tmp_path: Path) -> None:
    raw = (PEERS / "v2" / "memory-store.json").read_bytes()
    packed = tmp_path / "store.json.gz"
    packed.write_bytes(gzip.compress(raw))
    assert len(read(packed)[1]) == 3
    assert len(list(open_source("-", io.BytesIO(raw)).records)) == 3
    packed.write_bytes(gzip.compress(raw)[:-20])
    with pytest.raises(DataError, match="damaged"):
        list(open_source(str(packed)).records)


def test_a_folder_of_a_claude_flow_project_is_its_database(tmp_path: Path) -> None:
    (tmp_path / ".swarm").mkdir()
    (tmp_path / ".swarm" / "memory.db").write_bytes((PEERS / "v2" / "memory.db").read_bytes())
    assert read(tmp_path)[0] == "a claude-flow 2.x memory.db"


def test_a_folder_without_anything_to_import_is_said(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "data.txt").write_text("x")
    with pytest.raises(DataError, match="without a Markdown file"):
        open_source(str(tmp_path))
    (tmp_path / "memory-store.json").write_bytes((PEERS / "v2" / "memory-store.json").read_bytes())
    assert "claude-flow" in open_source(str(tmp_path)).kind


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("hello", "nothing that can be imported"),
        ('{"name": "a package"}', "no memory that is known"),
        ("[1, 2]", "no memory that is known"),
        ('{"entries": [', "not valid JSON"),
        ('[{"key": "a", "value": NaN}]', "not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("\x00\x01\x02", "nothing that can be imported"),
    ],
)
def test_what_is_nothing_of_the_kind_is_said(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(DataError, match=words):
        list(open_source(str(path)).records)


def test_a_missing_file_and_a_fifo(tmp_path: Path) -> None:
    import os

    with pytest.raises(InputMissing, match="does not exist"):
        open_source(str(tmp_path / "none"))
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(InputMissing, match="not a regular file"):
        open_source(str(tmp_path / "fifo"))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"key": "", "value": "x"}, "no key"),
        ({"key": "a/../b", "value": "x"}, "segment"),
        ({"key": "a\nb", "value": "x"}, "control character"),
        ({"key": "k" * 2000, "value": "x"}, "2000 bytes"),
        ({"key": "k", "value": None}, "null"),
        ({"key": 5, "value": "x"}, "no key"),
        ({"key": "k", "namespace": [], "value": 7}, None),
    ],
)
def test_one_bad_entry_is_refused_with_its_reason(tmp_path: Path, entry: object, words: str | None) -> None:
    path = tmp_path / "file.json"
    path.write_text(json.dumps([{"key": "good", "value": {"n": 1}}, entry]))
    _, records, refused, _ = read(path)
    assert records["good"].value == '{"n":1}'
    if words is None:
        assert records["k"].value == "7"
    else:
        assert len(refused) == 1
        assert words in refused[0].why


def test_a_hostile_database_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "evil.db"
    connection = apsw.Connection(str(path))
    connection.execute(
        "CREATE TABLE hidden(key, value); INSERT INTO hidden VALUES('a', 'b');"
        "CREATE VIEW memory_entries AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT 'k' AS key, i AS value FROM n;"
    ).fetchall()
    connection.close()
    with pytest.raises(DataError, match="none that is known"):
        open_source(str(path))
    raw = bytearray((PEERS / "v2" / "memory.db").read_bytes())
    raw[1024:9000] = b"\xff" * (9000 - 1024)
    path.write_bytes(raw)
    with pytest.raises(HooksError) as caught:
        list(open_source(str(path)).records)
    assert caught.value.exit_code in (65, 66)


@given(st.text())
def test_a_defused_cell_comes_back_and_is_no_formula(cell: str) -> None:
    assert undefused(defused(cell)) == cell
    assert defused(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r")


def test_a_damaged_csv_is_refused(tmp_path: Path) -> None:
    """Found by `scripts/stress fuzz`: a byte that is not UTF-8, after the first rows were read."""
    path = tmp_path / "x.csv"
    path.write_bytes(b"key,data,key_version\na,b,1\n" + b"c,d,1\n" * 3000 + b"abc\x91,e,1\n")
    with pytest.raises(DataError, match="damaged after row"):
        list(open_source(str(path)).records)


def test_a_database_with_a_damaged_name_is_refused(tmp_path: Path) -> None:
    """Found by `scripts/stress fuzz`: the name of a table that is not UTF-8."""
    path = tmp_path / "x.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE memory_entries(key TEXT, value TEXT)")
    database.commit()
    database.close()
    path.write_bytes(path.read_bytes().replace(b"memory_entries", b"mem\x91ry_entries"))
    with pytest.raises(DataError):
        list(open_source(str(path)).records)
