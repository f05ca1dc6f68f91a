"""A store that version 0.1 wrote (tests/fixtures/store-0.1, made by scripts/make-store-0.1): read as it is, then brought to format 2."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hooks_cli.environment import Environment
from hooks_cli.errors import NewerFormat
from hooks_cli.project.discovery import stem_of
from hooks_cli.store.sqlite import schema
from hooks_cli.store.sqlite.file import migrations, tables
from hooks_cli.store.sqlite.store import open_store
from tests.conftest import PROGRAM, Run
from tests.store.sqlite.file.test_read_only import like_others
from tests.stores import check

KEPT = Path(__file__).parents[3] / "fixtures" / "store-0.1"


READING = (
    "memory stats", "memory tree", "memory log", "memory status", "memory show decisions/cache", "memory diff decisions/cache",
    "memory history notes/pinned", "memory list --at-revision 5", "memory recall decisions/cache --version 1", "memory recall * --json",
    "memory search valkey --json", "memory search cache --tags infra", "memory insights patterns", "memory validate", "monitor --once",
    "report --output report.html", "memory export --format sqlite --output e.sqlite", "memory export --format csv -", "task list --json",
    "session show old-session --json", "hooks metrics", "memory namespace list", "memory get-pattern-stats", "memory stats --by tag",
    "memory usage --action list", "project show",
)  # fmt: skip


@pytest.fixture
def old(tmp_path: Path, environ: dict[str, str]) -> Path:
    """The kept store of format 1 in a place of its own, which `run` and `opened` use."""
    place = tmp_path / "old" / "memory.db"
    place.parent.mkdir(mode=0o700)
    shutil.copy(KEPT / "memory.db", place)
    place.chmod(0o600)
    keys = Path(environ["HOOKS_HOME"]) / "config" / "keys"
    keys.mkdir(parents=True, mode=0o700)
    key = keys / f"{stem_of(str(place))}.key"
    shutil.copy(KEPT / "memory.key", key)
    key.chmod(0o600)
    environ["HOOKS_STORE"] = str(place)
    return place


@pytest.fixture
def opened(old: Path, environ: dict[str, str], project: Path) -> Callable[[], Environment]:
    """An environment whose store is the old one."""
    return lambda: Environment(environ, str(project))


def columns(store: object, table: str) -> set[str]:
    return {row[1] for row in store.query(f"PRAGMA main.table_info({table})")}  # type: ignore[attr-defined]


def test_it_is_read_as_it_is(old: Path, run: Run) -> None:
    before = old.read_bytes()
    assert run("memory", "recall", "decisions/cache", check=True).stdout == "We take Valkey for the cache"
    assert run("memory", "recall", "notes/gone").returncode == 1
    assert "long/value" in run("memory", "list", check=True).stdout
    assert "decisions/cache" in run("memory", "search", "Valkey", check=True).stdout
    assert "29 rows" in run("memory", "verify", check=True).stdout
    assert len(run("memory", "history", "decisions/cache", check=True).stdout.splitlines()) == 2
    assert "old-session" in run("session", "list", check=True).stdout
    assert "partly" in run("task", "list", check=True).stdout
    assert "Choose a cache" in run("session", "show", "old-session", check=True).stdout
    for verb in READING:
        done = run(*verb.split())
        assert done.returncode == 0, f"{verb}: {done.stdout}{done.stderr}"
    assert run("memory", "gc", "--dry-run").returncode == 0
    assert old.read_bytes() == before, "reading left format 1 alone"


def test_its_export_is_what_0_1_exported(old: Path, run: Run) -> None:
    env = {"HOOKS_NOW": "2025-10-17T13:00:00Z"}
    exported = run("memory", "export", "--format", "ndjson", "--output", "-", env=env, check=True).stdout
    new, kept = [text.splitlines() for text in (exported, (KEPT / "export.ndjson").read_text())]
    assert [json.loads(line) for line in new[1:] if '"record":"entry"' in line] == [
        json.loads(line) for line in kept[1:] if '"record":"entry"' in line
    ]
    assert len(new) == len(kept)


def test_the_first_write_brings_it_up_to_date(old: Path, run: Run, opened: Callable[[], Environment]) -> None:
    done = run("memory", "store", "new/one", "fresh", check=True)
    assert "from format 1 to 2" in done.stderr
    assert "format" not in run("memory", "store", "new/two", "fresh", check=True).stderr
    assert not [name for name in os.listdir(old.parent) if "format" in name], "no copy of the store"
    assert "34 rows" in run("memory", "verify", check=True).stdout
    assert run("memory", "recall", "decisions/cache", check=True).stdout == "We take Valkey for the cache"
    store = open_store(opened())
    check(store)
    assert store.query("SELECT format FROM state") == [(2,)], "which 0.1 refuses"
    assert store.query("SELECT DISTINCT machine FROM entry ORDER BY 1") == [(None,), (1,)]
    assert store.query("SELECT count(*) FROM machine") == [(1,)]
    store.close()
    assert run("memory", "gc").returncode == 0
    assert run("key", "rotate", check=True).returncode == 0
    run("memory", "verify", check=True)


def test_no_row_is_read_for_it(old: Path, opened: Callable[[], Environment]) -> None:
    """By the plans of its statements: a scan of a table would take seconds in a large store."""
    store = open_store(opened())
    ran: list[str] = []
    store.connection.set_exec_trace(lambda cursor, sql, bindings: ran.append(sql) or True)
    with store.writing() as tx:
        tx.next_revision()
    store.connection.set_exec_trace(None)
    assert [sql for sql in ran if sql.startswith("CREATE TABLE mark")]
    assert [
        sql
        for sql in ran
        if sql.startswith(("ALTER", "SELECT count")) or (" entry" in sql and "sqlite_schema" not in sql)
    ] == []
    assert store.query("PRAGMA integrity_check") == [("ok",)]
    store.close()


def test_it_has_the_tables_of_a_new_store(old: Path, run: Run, opened: Callable[[], Environment]) -> None:
    run("memory", "store", "new/one", "fresh", check=True)
    migrated = open_store(opened())
    run("memory", "store", "k", "v", env={"HOOKS_STORE": None}, check=True)
    other = opened()
    other.variables = {**other.variables, "HOOKS_STORE": ""}
    new = open_store(other)
    names = "SELECT type, name FROM sqlite_schema ORDER BY 1, 2"
    assert migrated.query(names) == new.query(names)
    for table in (*schema.LEDGER_TABLES, "shown_entry", "bound_process", "upkeep", "state"):
        assert columns(migrated, table) == columns(new, table), table
    for table, covered in schema.LEDGER_TABLES.items():
        assert columns(new, table) == set(covered.split(", ")), f"the ledger covers every column of {table}"
    migrated.close()
    new.close()


def test_a_store_that_cannot_be_written_is_read(old: Path, environ: dict[str, str], project: Path) -> None:
    def call(*argv: str) -> subprocess.CompletedProcess[str]:
        how = {"env": environ, "cwd": project, "capture_output": True, "text": True, "stdin": subprocess.DEVNULL}
        return subprocess.run([PROGRAM, "memory", *argv], preexec_fn=like_others, **how)

    old.chmod(0o400)
    old.parent.chmod(0o500)
    try:
        assert call("recall", "decisions/cache").stdout == "We take Valkey for the cache"
        assert "29 rows" in call("verify").stdout
        assert call("store", "k", "v").returncode == 77
    finally:
        old.parent.chmod(0o700)
    assert os.listdir(old.parent) == ["memory.db"]


def test_a_backup_of_format_1_is_restored_and_written_to(run: Run, old: Path, environ: dict[str, str]) -> None:
    shutil.copy(old, old.parent / "copy")
    run("memory", "store", "new/one", "fresh", check=True)
    run("memory", "restore", old.parent / "copy", "--yes", check=True)
    assert run("memory", "recall", "new/one").returncode == 1
    assert "from format 1 to 2" in run("memory", "store", "new/one", "again", check=True).stderr
    run("memory", "verify", check=True)


def test_it_is_copied_and_gets_another_key_as_it_is(run: Run, old: Path, environ: dict[str, str]) -> None:
    (Path(environ["HOOKS_HOME"]) / "config" / "config.toml").write_text("[memory.security]\nallow_reveal = true\n")
    run("memory", "backup", old.parent / "copy", check=True)
    run("memory", "restore", old.parent / "copy", "--dry-run", check=True)
    run("key", "rotate", check=True)
    assert "29 rows" in run("memory", "verify", check=True).stdout
    assert (
        run("memory", "recall", "app/credentials", "--reveal", check=True).stdout
        == "user=app password=hunter2-not-real"
    )
    assert "from format 1 to 2" in run("memory", "store", "new/one", "fresh", check=True).stderr
    run("memory", "verify", check=True)


def test_killed_in_the_middle_it_is_of_format_1_still(old: Path, run: Run) -> None:
    before = old.read_bytes()
    assert run("memory", "store", "new/one", "fresh", env={"HOOKS_FAILPOINT": "migrate"}).returncode < 0
    assert old.read_bytes() == before
    assert run("memory", "recall", "new/one").returncode == 1
    assert "from format 1 to 2" in run("memory", "store", "new/one", "fresh", check=True).stderr


def test_many_first_writers_bring_it_up_once(old: Path, run: Run, environ: dict[str, str], project: Path) -> None:
    argv = [[PROGRAM, "memory", "store", f"new/{number}", "fresh"] for number in range(8)]
    started = [subprocess.Popen(one, env=environ, cwd=project, stderr=subprocess.PIPE, text=True) for one in argv]
    told = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0] * 8
    assert sum("from format 1 to 2" in text for text in told) == 1
    run("memory", "verify", check=True)
    assert len(run("memory", "recall", "new/*", check=True).stdout.splitlines()) == 8


def test_a_reader_that_was_there_before_goes_on(old: Path, run: Run, opened: Callable[[], Environment]) -> None:
    """Also one of 0.1, whose statements name no new column: it writes rows that the ledger takes for what they are."""
    reader = open_store(opened())
    writer = open_store(opened())
    assert reader.format == writer.format == 1
    run("memory", "store", "new/one", "fresh", check=True)
    assert reader.query("SELECT machine FROM entry ORDER BY revision DESC LIMIT 1") == [(1,)], "new columns are seen"
    assert reader.query("SELECT * FROM machine") == [], "new tables only when it takes the store up again"
    reader.release()
    reader.reacquire()
    assert reader.format == 2 and len(reader.query("SELECT * FROM machine")) == 1
    with writer.writing() as tx:
        old_row = (tx.next_revision(), *writer.query("SELECT head, version + 9 FROM entry LIMIT 1")[0], tx.now, 0)
        tx.store.query(
            "INSERT INTO entry(revision, head, version, at, kind, event, value) VALUES(?, ?, ?, ?, ?, 'store', 'v')",
            old_row,
        )
        row = tx.store.query(f"SELECT {schema.LEDGER_TABLES_1['entry']} FROM entry WHERE revision = ?", old_row[:1])[0]
        tx.remember("entry", row)
    total = sum(
        reader.ledger.row(table, row)
        for table, names in schema.LEDGER_TABLES.items()
        for row in reader.query(f"SELECT {names} FROM {table}")
    )
    assert int.from_bytes(reader.query("SELECT ledger FROM state")[0][0], "little") == total % (1 << 256)
    reader.close()
    writer.close()


def test_a_step_that_fails_changes_nothing(old: Path, run: Run, opened: Callable[[], Environment], monkeypatch) -> None:
    monkeypatch.setitem(migrations.STEPS, 1, (tables.ADDED_COLUMNS, (*tables.NEW_TABLES, "SELECT nothing")))
    store = open_store(opened())
    with pytest.raises(Exception, match="nothing"), store.writing():
        pass
    assert store.query("SELECT origin FROM entry LIMIT 1") == [(None,)], "it is read as before"
    assert store.query("SELECT format FROM state") == [(1,)]
    store.close()
    assert run("memory", "recall", "decisions/cache", check=True).stdout == "We take Valkey for the cache"


def test_a_format_nobody_can_read_is_refused(old: Path, run: Run, opened: Callable[[], Environment]) -> None:
    store = open_store(opened())
    for found in (schema.FORMAT + 1, 0):
        store.query("UPDATE state SET format = ?", (found,))
        done = run("memory", "recall", "decisions/cache")
        assert done.returncode == 69 and f"format {found}" in done.stderr
        with pytest.raises(NewerFormat):
            open_store(opened())
    store.close()
