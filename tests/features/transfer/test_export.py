"""`memory export`: every form, what it holds, and how the file is made."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import stat
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT, FilledBy, Run

VALIDATOR = Draft202012Validator(json.loads((ROOT / "schemas" / "export.schema.json").read_text()))
TWELVE = (
    *("swarm_state", "agent_interactions", "task_history", "decision_tree", "performance_metrics", "neural_patterns"),
    *("code_patterns", "error_patterns", "project_context", "file_changes", "dependencies", "documentation"),
)


def fill(run: Run, project: Path) -> None:
    """A store with something for every table, written by the documents' own verbs."""
    (project / "design.md").write_text("# Design\n\nText.\n")
    (project / "main.py").write_text("print(1)\n")
    calls = [
        ("pre-task", "--description", "Initialize", "--session-id", "hyper-swarm-001"),
        ("post-edit", "--file", "design.md", "--memory-key", "swarm/architect/design", "--metadata", '{"version":"2.0.0"}'),
        ("post-edit", "--file", "main.py", "--memory-key", "work/main"),
        ("post-edit", "--file", "topology.json", "--memory-key", "swarm/topology/one", "--metadata", '{"agents":5}'),
        ("post-edit", "--file", "t.toml", "--memory-key", "swarm/orchestration/topology", "--metadata",
         '{"services":["api","db"],"edges":[["db","api"]]}'),
        *[
            ("notify", "--message", "Baseline", "--memory-key", "swarm/performance/baselines/s1", "--metadata",
             json.dumps({"git_commit": commit, "p50_ms": 45, "p95_ms": p95, "p99_ms": 250}))
            for commit, p95 in (("abc123", 120), ("def456", 160))
        ],
        ("notify", "--message", "Learned", "--memory-key", "swarm/intelligence/patterns/api", "--metadata",
         '{"trace_count":1000,"confidence":0.92,"span_topology":{"root":"api"}}'),
        ("notify", "--message", "Cured", "--memory-key", "swarm/self_healing/remediations/net", "--metadata",
         '{"pattern":"transient","remediation":"retry","success":true}'),
        ("notify", "--message", "Just a word"),
        ("post-task", "--task-id", "t"),
    ]  # fmt: skip
    for call in calls:
        run("hooks", *call, check=True)
    run("memory", "store", "notes/json", '{"a": 1.50, "big": 123456789012345678901}', "--tags", "x,y", check=True)
    run("memory", "store", "notes/formula", "=HYPERLINK(1)", check=True)
    run("memory", "store", "notes/gone", "x", check=True)
    run("memory", "delete", "notes/gone", check=True)


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_and_ndjson_are_what_their_schema_says(filled: Run) -> None:
    document = json.loads(filled("memory", "export", check=True).stdout)
    VALIDATOR.validate(document)
    lines = lines_of(filled("memory", "export", "--format", "ndjson", check=True).stdout)
    for line in lines:
        VALIDATOR.validate(line)
    assert document["complete"] is True
    entries = [line for line in lines if line["record"] == "entry"]
    assert [{**entry, "record": "entry"} for entry in document["entries"]] == entries
    assert {line["record"] for line in lines} == {"header", "entry", "session", "task", "event"}
    versions = [entry["key_version"] for entry in entries if entry["key"] == "swarm/performance/baselines/s1"]
    assert versions == [1, 2]
    gone = [entry for entry in entries if entry["key"] == "notes/gone"]
    assert [entry["state"] for entry in gone] == ["live", "deleted"]


def test_numbers_and_text_keep_their_bytes(filled: Run) -> None:
    text = filled("memory", "export", "--pattern", "notes/json", check=True).stdout
    assert '"data":{"a":1.50,"big":123456789012345678901}' in text
    assert json.loads(text)["entries"][0]["text"] == '{"a": 1.50, "big": 123456789012345678901}'


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        (("--namespace", "notes", "--versions", "head"), {"notes/json", "notes/formula"}),
        (("--namespace", "swarm/perf*"), {"swarm/performance/baselines/s1"}),
        (("--tags", "x"), {"notes/json"}),
        (("--namespace", "notes", "--exclude", "notes/g*", "--versions", "head"), {"notes/json", "notes/formula"}),
        (("--since", "1h", "--pattern", "notes/json"), {"notes/json"}),
        (("--until", "1h"), set()),
        (("--session", "nobody"), set()),
    ],
)
def test_a_part_can_be_asked_for(filled: Run, options: tuple[str, ...], keys: set[str]) -> None:
    document = json.loads(filled("memory", "export", *options, check=True).stdout)
    assert {entry["key"] for entry in document["entries"]} == keys
    assert document["complete"] is False
    VALIDATOR.validate(document)


def test_csv_defuses_formulas_and_shows_the_heads(filled: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(filled("memory", "export", "--format", "csv", check=True).stdout)))
    data = {row["key"]: row["data"] for row in rows}
    assert data["notes/formula"] == "'=HYPERLINK(1)"
    assert data["notes/json"] == '{"a": 1.50, "big": 123456789012345678901}'
    assert "notes/gone" not in data
    tabbed = list(csv.DictReader(io.StringIO(filled("memory", "export", "-f", "tsv").stdout), delimiter="\t"))
    assert tabbed == rows


def test_a_markdown_value_cannot_leave_its_fence(run: Run) -> None:
    run("memory", "store", "a", "```\n# Not a heading\n", check=True)
    page = run("memory", "export", "--format", "md", check=True).stdout
    assert "\n````\n```\n# Not a heading\n````\n" in page


def test_a_file_is_private_whole_and_not_overwritten(filled: Run, project: Path) -> None:
    done = filled("memory", "export", "backup.json", check=True)
    path = project / "backup.json"
    assert done.stdout.startswith("Exported ")
    assert str(path) in done.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("mine")
    again = filled("memory", "export", "backup.json")
    assert again.returncode == 73
    assert "--force" in again.stderr
    assert filled("memory", "export", "backup.json", "--force").returncode == 0
    filled("memory", "export", "somewhere/backup.json", check=True)
    assert sorted(path.name for path in project.iterdir() if "backup" in path.name) == ["backup.json"]


@pytest.mark.parametrize(
    "words", [["b.json.gz"], ["b.json.gz", "--compress"], ["--output", "b.json.gz", "--compress", "gzip"]]
)
def test_compression_is_real(filled: Run, project: Path, words: list[str]) -> None:
    filled("memory", "export", *words, check=True)
    VALIDATOR.validate(json.loads(gzip.decompress((project / "b.json.gz").read_bytes())))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["a.json", "b.json"], 64),
        (["--format", "parchment"], 64),
        (["--format", "sqlite", "--output", "-"], 64),
        (["--all", "--namespace", "x"], 64),
        (["--since", "someday"], 64),
        (["--project", "nobody"], 66),
        (["--pretty", "--format", "csv"], 64),
    ],
)
def test_what_cannot_be_is_an_error(filled: Run, words: list[str], code: int) -> None:
    done = filled("memory", "export", *words)
    assert (done.returncode, done.stdout) == (code, "")


def test_nothing_stored_yet(run: Run, project: Path) -> None:
    assert run("memory", "export").returncode == 1
    assert run("memory", "export", "x.json").returncode == 1
    assert not (project / "x.json").exists()


def test_a_sealed_value_is_ciphertext_and_redacted_it_is_nothing(run: Run) -> None:
    run("memory", "store", "service/api_keys", "hunter2-hunter2", "--metadata", '{"credentials":"abc"}', check=True)
    text = run("memory", "export", check=True).stdout
    assert "hunter2" not in text
    assert '"sealed":"value"' in text.replace(" ", "")
    VALIDATOR.validate(json.loads(text))
    redacted = json.loads(run("memory", "export", "--redact", check=True).stdout)
    VALIDATOR.validate(redacted)
    assert redacted["entries"][0]["data"] == "‹sealed›"
    assert redacted["entries"][0]["redacted"] is True
    assert "sealed:v1" not in json.dumps(redacted, ensure_ascii=False)
    assert "sealed:v1" not in run("memory", "export", "--format", "markdown", check=True).stdout


def test_several_projects(filled: Run, home: Path, project: Path) -> None:
    other = project.parent / "other"
    other.mkdir()
    (other / "hooks.toml").write_text("")
    filled("memory", "store", "there", "x", cwd=other, check=True)
    document = json.loads(filled("memory", "export", "--project", "all", check=True).stdout)
    VALIDATOR.validate(document)
    assert {part["project"] for part in document["projects"]} == {"project", "other"}
    named = json.loads(filled("memory", "export", "--project", "other", check=True).stdout)
    assert [entry["key"] for entry in named["entries"]] == ["there"]
    rows = csv.DictReader(io.StringIO(filled("memory", "export", "--project", "all", "-f", "csv").stdout))
    assert {row["project"] for row in rows} == {"project", "other"}


# --- SQLite ------------------------------------------------------------------------------------------------------------
def opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    return connection


def test_the_documents_line_makes_an_ordinary_database(filled: Run, project: Path) -> None:
    done = filled("memory", "export", "--project", "current", "--format", "sqlite", check=True)
    path = project / "memory-project.sqlite"
    assert str(path) in done.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"SQLite format 3\0")
    db = opened(path)
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    for table in TWELVE:
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0, table
    assert db.execute("SELECT language, file FROM code_patterns").fetchall()[0][:] == ("py", "main.py")
    assert db.execute("SELECT title FROM documentation").fetchone()[0] == "Design"
    assert {row[:] for row in db.execute("SELECT source, target FROM dependencies WHERE kind = 'edge'")} == {
        ("db", "api")
    }
    assert db.execute(
        "SELECT message FROM agent_interactions WHERE key = 'swarm/intelligence/patterns/api'"
    ).fetchone()[0]
    assert db.execute("SELECT outcome, duration_ms >= 0 FROM task_history").fetchone()[1] == 1
    assert ("p95_ms", 160.0) in {row[:] for row in db.execute("SELECT metric, value FROM performance_metrics")}
    assert {row[0] for row in db.execute("SELECT key FROM project_context")} >= {"notes/json", "notes/formula"}


def test_the_three_queries_run_as_printed_and_find_the_regression(filled: Run, project: Path) -> None:
    filled("memory", "export", "x.sqlite", check=True)
    db = opened(project / "x.sqlite")
    seed = (ROOT / "tests" / "fixtures" / "learning_queries.sql").read_text().split(";")
    common, successful, regressions = seed[:3]
    assert [row["frequency"] for row in db.execute(common)] == [1.0]
    assert [row["remediation"] for row in db.execute(successful)] == ["retry"]
    values = {"baseline_commit": "abc123", "current_commit": "def456"}
    found = db.execute(regressions, values).fetchall()
    assert [row[:] for row in found] == [("s1", 160.0, 120.0)]
    values = {"baseline_commit": "def456", "current_commit": "abc123"}
    assert db.execute(regressions, values).fetchall() == []


def test_the_settings_name_further_tables(filled: Run, project: Path) -> None:
    (project / "hooks.toml").write_text('[export.tables]\n"notes/*" = "my_notes"\n"work/*" = "documentation"\n')
    filled("memory", "export", "x.sqlite", check=True)
    db = opened(project / "x.sqlite")
    assert {row[0] for row in db.execute("SELECT key FROM my_notes")} == {"notes/json", "notes/formula"}
    assert "work/main" in {row[0] for row in db.execute("SELECT key FROM documentation")}
    (project / "hooks.toml").write_text('[export.tables]\n"notes/*" = "drop table x"\n')
    assert filled("memory", "export", "y.sqlite").returncode == 78
    assert not (project / "y.sqlite").exists()


def test_parquet_needs_its_extra(filled: Run, project: Path) -> None:
    done = filled("memory", "export", "x.parquet")
    try:
        from pyarrow import parquet
    except ImportError:
        assert done.returncode == 69
        assert "hooks-cli[parquet]" in done.stderr
        return
    assert done.returncode == 0
    rows = parquet.read_table(project / "x.parquet").to_pylist()
    assert {row["key"]: row["data"] for row in rows}["notes/json"] == '{"a": 1.50, "big": 123456789012345678901}'
    wanted = json.loads(filled("memory", "export", "--versions", "head", "-", check=True).stdout)
    entries = {entry["key"]: entry for entry in wanted["entries"]}
    assert len(rows) == len(entries)
    for row in rows:
        entry = {"text": None, **entries[row["key"]]}
        for name in ("created_at", "expires_at"):
            at = row.pop(name)
            assert entry.get(name) == (at and at.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
        data = row.pop("data")
        assert data == (entry["text"] or entry.get("data")) or json.loads(data) == entry["data"]
        for name in ("metadata", "source"):
            text = row.pop(name)
            assert entry.get(name) == (text and json.loads(text))
        assert row.pop("project") == wanted["project"]
        assert {name: value for name, value in row.items() if (value or None) != (entry.get(name) or None)} == {}


def test_all_versions_by_its_other_names(filled: Run, project: Path) -> None:
    wanted = filled("memory", "export", "--format", "csv", "--versions", "all", "-", check=True).stdout
    for flag in ("--all-versions", "--include-history"):
        assert filled("memory", "export", "--format", "csv", flag, "-", check=True).stdout == wanted


def test_yaml_and_xml_hold_the_same_members(filled: Run, project: Path) -> None:
    filled("memory", "store", "odd/text", "yes", check=True)
    filled("hooks", "notify", "--message", 'bad \x01 \u2028 & <é> "q" 😀\ttab', "--memory-key", "odd/marks", check=True)
    wanted = json.loads(filled("memory", "export", "--versions", "head", "-", check=True).stdout)
    root = ElementTree.fromstring(filled("memory", "export", "--format", "xml", "-", check=True).stdout)
    found = {element.findtext("key"): element for element in root.iter("entry")}
    assert len(found) == len(wanted["entries"]) and len(root.findall("project/event")) == len(wanted["events"])
    for entry in wanted["entries"]:
        data = found[entry["key"]].find("data")
        assert data is not None
        text = json.loads(data.text or "") if data.get("encoding") == "json" else (data.text or "")
        assert text == entry["data"], entry["key"]
    text = filled("memory", "export", "--format", "yaml", "-", check=True).stdout
    items = text[text.index("entries:\n") + 9 : text.index("sessions:\n")].split("  - ")[1:]
    assert len(items) == len(wanted["entries"])
    for item, entry in zip(items, wanted["entries"], strict=True):
        members = dict(line.strip().split(": ", 1) for line in item.split("\n") if line)
        assert {name: json.loads(value) for name, value in members.items()} == entry
    filled("memory", "export", "memory.yaml", "--namespace", "nobody", check=True)
    assert (project / "memory.yaml").read_text().endswith("entries:\n  []\n")


def test_metadata_only_has_no_values(filled: Run) -> None:
    body = json.loads(filled("memory", "export", "--metadata-only", "-", check=True).stdout)
    assert body["complete"] is False and {entry["data"] for entry in body["entries"]} == {None}
    assert any(entry["metadata"] for entry in body["entries"])


def test_other_words_for_forms(filled: Run, project: Path) -> None:
    filled("memory", "export", "small", "--format", "compressed", check=True)
    assert json.loads(gzip.decompress((project / "small").read_bytes()))["entries"]
    filled("memory", "export", "--collective", "--format", "enhanced-json", "--file", "hive.json", check=True)
    filled("memory", "export", "--backup", "weekly.json", check=True)
    assert filled("memory", "export", "--format", "parchment").returncode == 64
