"""`memory import`: other programs' memory and our own exports, once and again, with and without conflicts."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import ROOT, Run

SCHEMAS = ROOT / "schemas"
PEERS = ROOT / "tests" / "fixtures" / "peers"


def imported(run: Run, *words: object, code: int = 0) -> dict[str, object]:
    """The report of one import."""
    done = run("memory", "import", *[str(word) for word in words], "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)["imported"]


@pytest.mark.parametrize(
    ("name", "kind", "number", "key", "value"),
    [
        ("v2/memory-store.json", "a claude-flow 2.x memory store or export", 3, "patterns/auth/decision", "JWT with refresh tokens"),
        ("v2/memory.db", "a claude-flow 2.x memory.db", 8, "backend/api/limits", "100 requests a minute"),
        ("v3/memory.db", "a claude-flow 3.x memory.db", 3, "plain", '{"p50_ms":45}'),
        ("v3/export.json", "a claude-flow 3.x export", 4, "patterns/auth/decision", "JWT with refresh tokens"),
        ("mcp/memory.jsonl", "an MCP memory server's memory.jsonl", 3, "entities/auth",
         '{"name":"auth","entityType":"service","observations":["issues JWT"]}'),
        ("notes", "a folder of Markdown", 2, "todo", "Plain text.\n"),
    ],
)  # fmt: skip
def test_what_other_programs_left(run: Run, name: str, kind: str, number: int, key: str, value: str) -> None:
    report = imported(run, PEERS / name)
    assert (report["kind"], report["added"], report["refused"]) == (kind, number, [])
    assert run("memory", "recall", key, check=True).stdout == value
    again = imported(run, PEERS / name)
    assert (again["added"], again["there"]) == (0, number)


def test_times_tags_and_namespaces_are_kept(run: Run) -> None:
    imported(run, PEERS / "v3" / "memory.db")
    entry = json.loads(run("memory", "recall", "patterns/auth/decision", "--json", check=True).stdout)["entries"][0]
    assert entry["created_at"] == "2026-11-22T06:05:55.798Z"
    assert entry["tags"] == ["auth", "security"]
    assert entry["event"] == "import"
    found = run("memory", "search", "refresh")
    assert found.returncode == 64 or "patterns/auth/decision" in found.stdout


def test_a_dry_run_changes_nothing(run: Run) -> None:
    report = imported(run, PEERS / "v3" / "memory.db", "--dry-run")
    assert (report["added"], report["committed"]) == (3, False)
    assert run("memory", "recall", "plain").returncode == 1
    assert run("memory", "import", str(PEERS / "v3" / "memory.db"), "--dry-run").stdout.startswith("Would import 3 ")


def test_under_a_namespace_and_only_a_part(run: Run) -> None:
    imported(run, PEERS / "v3" / "memory.db", "-n", "old")
    assert run("memory", "recall", "old/plain", check=True).stdout == '{"p50_ms":45}'
    report = imported(run, "--file", PEERS / "v3" / "memory.db", "--namespace", "tmp/*")
    assert (report["added"], report["not_asked_for"]) == (1, 2)
    report = imported(run, PEERS / "v3" / "memory.db", "--tags", "auth", "--exclude-namespace", "nothing/*")
    assert report["added"] == 1


def test_standard_input_several_files_and_gzip(run: Run, project: Path) -> None:
    raw = (PEERS / "v2" / "memory-store.json").read_bytes()
    assert run("memory", "import", "-", stdin=raw, check=True).stdout.startswith("Imported 3 ")
    (project / "a.json.gz").write_bytes(gzip.compress(raw))
    shutil.copy(PEERS / "v3" / "export.json", project / "b.json")
    done = run("memory", "import", "--files", "a.json.gz,b.json", check=True)
    assert done.stdout.count("there already") == 2  # 3 of a, and `plain` of b has the same value


@pytest.mark.parametrize(
    ("words", "now", "versions"),
    [
        ([], "mine", 1),
        (["--on-conflict", "overwrite"], "theirs", 2),
        (["--overwrite"], "theirs", 2),
        (["--merge"], "mine", 1),  # theirs is older
        (["--conflict-resolution", "rename"], "mine", 1),
    ],
)
def test_conflicts(run: Run, project: Path, words: list[str], now: str, versions: int) -> None:
    run("memory", "store", "k", "mine", check=True)
    (project / "x.json").write_text(json.dumps([{"key": "k", "value": "theirs", "timestamp": 1_700_000_000_000}]))
    report = imported(run, "x.json", *words)
    entry = json.loads(run("memory", "recall", "k", "--json").stdout)["entries"][0]
    assert (entry["data"], entry["key_version"]) == (now, versions)
    if "rename" in words:
        assert run("memory", "recall", "k.imported", check=True).stdout == "theirs"
        assert report["renamed"] == 1
    elif now == "mine":
        assert report["kept_ours"] == 1
    assert imported(run, "x.json", *words)["added"] == 0  # again changes nothing


def test_newest_takes_what_was_written_later(run: Run, project: Path) -> None:
    run("memory", "store", "k", "mine", check=True)
    (project / "x.json").write_text(json.dumps([{"key": "k", "value": "theirs", "timestamp": "2099-01-01"}]))
    imported(run, "x.json", "--on-conflict", "merge", "--merge-strategy", "newest")
    assert run("memory", "recall", "k").stdout == "theirs"


def test_what_is_refused_is_named_and_the_rest_is_taken(run: Run, project: Path) -> None:
    entries = [{"key": "good", "value": "1"}, {"key": "a/../b", "value": "2"}, {"key": "nul", "value": "a\0b"}]
    (project / "x.json").write_text(json.dumps(entries))
    done = run("memory", "import", "x.json")
    assert done.returncode == 65
    assert "refused: entry 2" in done.stderr
    assert "NUL" in done.stderr
    assert run("memory", "recall", "good").stdout == "1"
    report = imported(run, "x.json", code=65)
    assert report["refused_total"] == 2


def test_strict_takes_all_or_nothing(run: Run, project: Path) -> None:
    (project / "x.json").write_text(json.dumps([{"key": "good", "value": "1"}, {"key": "", "value": "2"}]))
    assert imported(run, "x.json", "--strict", code=65)["committed"] is False
    assert run("memory", "recall", "good").returncode == 1


def test_a_file_that_breaks_off_is_not_half_imported(run: Run, project: Path) -> None:
    run("memory", "store", "a", "1", check=True)
    run("memory", "store", "b", "2", check=True)
    run("memory", "export", "x.ndjson.gz", check=True)
    (project / "x.ndjson.gz").write_bytes((project / "x.ndjson.gz").read_bytes()[:-12])
    elsewhere = {"HOOKS_STORE": str(project / "other.db")}
    assert run("memory", "import", "x.ndjson.gz", env=elsewhere).returncode == 65
    assert run("memory", "recall", "a", env=elsewhere).returncode == 1


def test_schemas_are_in_force(run: Run, project: Path) -> None:
    entry = {"key": "swarm/performance/baseline", "value": "x", "metadata": {"p50_ms": "slow"}}
    (project / "x.json").write_text(json.dumps([entry]))
    report = imported(run, "x.json", "--validate", code=65)
    assert "p50_ms is a string" in report["refused"][0]["why"]
    assert imported(run, "x.json")["unfit"] == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 64),
        (["none.json"], 66),
        (["x.txt"], 65),
        (["x.json", "--on-conflict", "ask"], 64),
        (["x.json", "--on-conflict", "rename", "--merge"], 64),
    ],
)
def test_what_cannot_be_is_an_error(run: Run, project: Path, words: list[str], code: int) -> None:
    (project / "x.txt").write_text("no memory at all")
    (project / "x.json").write_text("[]")
    done = run("memory", "import", *words)
    assert (done.returncode, done.stdout) == (code, "")


def test_a_read_only_agent_imports_nothing(run: Run, project: Path) -> None:
    (project / "hooks.toml").write_text('[agents.guest]\nmemory_access = "read-only"\n')
    assert run("memory", "import", str(PEERS / "v3" / "memory.db"), "--agent", "guest").returncode == 77


def test_a_sealed_value_is_refused_elsewhere_and_known_at_home(run: Run, project: Path) -> None:
    run("memory", "store", "service/api_keys", "hunter2-hunter2", check=True)
    run("memory", "export", "x.json", check=True)
    assert imported(run, "x.json")["there"] == 1
    report = imported_elsewhere(run, project, "x.json")
    assert report["refused_total"] == 1
    assert "sealed" in report["refused"][0]["why"]
    # A masked value that was printed is not a value either.
    printed = run("memory", "recall", "service/*", "--json", check=True).stdout
    (project / "printed.json").write_text(printed)
    assert imported_elsewhere(run, project, "printed.json")["refused_total"] == 1


def imported_elsewhere(run: Run, project: Path, name: str) -> dict[str, object]:
    """The report of an import into another store, where something is refused."""
    done = run("memory", "import", name, "--json", env={"HOOKS_STORE": str(project / "other.db")})
    assert done.returncode == 65, done.stdout
    return json.loads(done.stdout)["imported"]


def test_secrets_in_foreign_memory_are_sealed(run: Run, project: Path) -> None:
    (project / "x.json").write_text(json.dumps([{"key": "svc/credentials", "value": "s3cret-s3cret"}]))
    imported(run, "x.json")
    assert run("memory", "recall", "svc/credentials").returncode == 77
    assert imported(run, "x.json")["added"] == 0


def test_what_the_file_must_be(run: Run, project: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    run("memory", "export", "x.csv", check=True)
    assert run("memory", "import", "x.csv", "--format", "csv").returncode == 0
    done = run("memory", "import", "x.csv", "--format", "json")
    assert (done.returncode, "not json" in done.stderr) == (65, True)
    assert run("memory", "import", str(PEERS / "v3" / "memory.db"), "--format", "sqlite").returncode == 0


def test_a_copy_first(run: Run, project: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    done = run("memory", "import", str(PEERS / "v3" / "export.json"), "--backup", check=True)
    copy = next(line for line in done.stderr.splitlines() if "backed up to" in line).rpartition(" ")[2]
    assert run("memory", "restore", copy, "--dry-run").stdout.startswith("Verified 1 entry")


def test_several_files_are_one_answer(run: Run, project: Path) -> None:
    for name in ("one", "two"):
        (project / f"{name}.json").write_text(json.dumps([{"key": name, "value": "v"}]))
    done = json.loads(run("memory", "import", "one.json", "two.json", "--json", check=True).stdout)
    assert [item["added"] for item in done["imports"]] == [1, 1]
    assert done["total"] == 2
    assert json.loads(run("memory", "import", "one.json", "--json", check=True).stdout)["imported"]["there"] == 1


def test_what_was_cleared_with_a_backup_comes_back(run: Run, project: Path) -> None:
    for key, value in (("dev/a", "one"), ("dev/b", '{"x": 1}'), ("stays", "here")):
        run("memory", "store", key, "older", check=True)
        run("memory", "store", key, value, "--tags", "t", "--metadata", '{"n":1}', check=True)
    run("memory", "store", "dev/api_keys", "s3cret", check=True)
    before = json.loads(run("memory", "list", "--json", check=True).stdout)["entries"]
    run("memory", "export", "all.ndjson", check=True)
    run("memory", "clear", "--namespace", "dev", "--backup", "dev.json", check=True)
    saved = json.loads((project / "dev.json").read_text())
    schema = json.loads((SCHEMAS / "export.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(saved)
    would = imported(run, "dev.json", "--dry-run")
    assert (would["brought_back"], would["committed"]) == (3, False)
    for name in ("dev.json", "all.ndjson"):
        report = imported(run, name)
        assert (report["brought_back"], report["added"], report["refused"]) == (3, 0, []), name
        after = json.loads(run("memory", "list", "--json", check=True).stdout)["entries"]
        members = ("key", "data", "tags", "metadata")
        assert sorted([e[m] for m in members] for e in after) == sorted([e[m] for m in members] for e in before)
        assert imported(run, name)["brought_back"] == 0
        assert run("memory", "history", "dev/a", "--format", "ndjson", check=True).stdout.count("\n") in (4, 6)
        run("memory", "clear", "--namespace", "dev", check=True)
    run("memory", "verify", check=True)


def test_what_the_file_itself_says_was_deleted_stays_deleted(run: Run) -> None:
    run("memory", "store", "a", "one", check=True)
    run("memory", "delete", "a", check=True)
    run("memory", "export", "all.json", check=True)
    assert imported(run, "all.json")["brought_back"] == 0
    run("memory", "store", "a", "two", check=True)
    run("memory", "delete", "a", check=True)
    assert imported(run, "all.json")["brought_back"] == 0
    assert run("memory", "recall", "a").returncode == 1


def test_what_was_deleted_here_comes_back_from_elsewhere_only_when_asked_for(run: Run, tmp_path: Path) -> None:
    other = {"HOOKS_STORE": str(tmp_path / "other.db")}
    run("memory", "store", "a", "one", check=True)
    run("memory", "export", "a.json", check=True)
    run("memory", "import", "a.json", env=other, check=True)
    run("memory", "delete", "a", env=other, check=True)
    done = run("memory", "import", "a.json", env=other, check=True)
    assert "1 deleted here since, and left so" in done.stdout
    assert run("memory", "recall", "a", env=other).returncode == 1
    done = run("memory", "import", "a.json", "--on-conflict", "overwrite", env=other, check=True)
    assert done.stdout.startswith("Imported 1 entry version")
    assert run("memory", "recall", "a", env=other, check=True).stdout == "one"


def test_what_was_destroyed_or_has_expired_stays_so(run: Run) -> None:
    run("memory", "store", "gone", "one", check=True)
    run("memory", "store", "brief", "one", "--ttl", "1h", env={"HOOKS_NOW": "2026-01-01T00:00:00Z"}, check=True)
    run("memory", "export", "all.json", env={"HOOKS_NOW": "2026-01-01T00:00:01Z"}, check=True)
    run("memory", "destroy", "gone", "--yes", check=True)
    run("memory", "clear", "brief", env={"HOOKS_NOW": "2026-01-01T00:00:02Z"}, check=True)
    assert imported(run, "all.json")["brought_back"] == 0
    assert run("memory", "recall", "gone").returncode == run("memory", "recall", "brief").returncode == 1


def test_a_file_whose_name_has_a_comma(run: Run, project: Path) -> None:
    run("memory", "store", "a", "one", check=True)
    run("memory", "export", "a,b.json", check=True)
    assert imported(run, "--file", "a,b.json")["there"] == 1
    (project / "b.json").write_text("[]")
    assert run("memory", "import", "--file", "a.json,b.json").returncode == 66


def test_strict_says_that_nothing_was_taken(run: Run, project: Path) -> None:
    (project / "list.json").write_text('[{"key": "a", "value": "1"}, {"key": "a//b\\u0007", "value": "2"}]')
    done = run("memory", "import", "list.json", "--strict")
    assert done.returncode == 65
    assert done.stdout.splitlines()[:2] == [
        "Imported nothing from a list of entries: list.json",
        "  --strict takes all or nothing; without it, 1 entry version would be taken",
    ]
    assert run("memory", "recall", "a").returncode == 1


@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "tsv", "yaml", "xml"])
def test_the_file_is_closed_however_it_ends(run: Run, project: Path, form: str) -> None:
    run("memory", "store", "a/b", "text", check=True)
    run("memory", "store", "a/api_keys", "hidden", check=True)
    run("memory", "export", f"out.{form}", check=True)
    heeded = {"HOOKS_PLAIN_PYTHON": "1", "PYTHONWARNINGS": "always::ResourceWarning"}
    for argv in ([f"out.{form}"], [f"out.{form}", "--format", "sqlite"]):
        done = run("memory", "import", *argv, env=heeded)
        assert "ResourceWarning" not in done.stderr and done.returncode in (0, 65), done.stderr


def test_a_form_that_cannot_be_imported_is_named(run: Run, project: Path) -> None:
    (project / "x.parquet").write_bytes(b"PAR1" + bytes(100))
    assert "It takes: exports of this program" in run("memory", "import", "x.parquet").stderr
