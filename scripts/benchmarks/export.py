"""1,000,000 entries as NDJSON, against the sqlite3 shell that reads the same rows from a plain file."""

from __future__ import annotations

import shutil
import statistics

from scripts.benchmarks.pairs import spawn
from scripts.benchmarks.scratch import PROGRAM, scratch
from scripts.benchmarks.tables import Result

PLAIN = "SELECT key, data, metadata, created_at FROM entries ORDER BY revision"


def run(quick: bool) -> Result:
    """Seconds, ratio and peak memory at two sizes (memory must not grow)."""
    count, rounds = (20_000, 1) if quick else (1_000_000, 3)
    shell = shutil.which("sqlite3")
    result = Result("export")
    with scratch() as home:
        home.fill(count // 10)
        target = str(home.folder / "out.ndjson")
        export = [PROGRAM, "memory", "export", "--format", "ndjson", "--output", target, "--force"]
        _, small_memory, code = spawn(export, home.environ)
        assert code == 0, "the export failed"
        home.fill(count - count // 10, begin=count // 10)
        ours, floors, memory = [], [], 0.0
        plain = str(home.folder / "plain.db")
        if shell:
            _plain_copy(home.environment, plain)
        for _ in range(rounds):
            took, peak, code = spawn(export, home.environ)
            assert code == 0, "the export failed"
            ours.append(took)
            memory = max(memory, peak)
            if shell:
                took, _, code = spawn([shell, "-json", "-readonly", plain, PLAIN], home.environ)
                assert code == 0, "the sqlite3 shell failed"
                floors.append(took)
        rows = [
            (
                "hooks-cli memory export --format ndjson",
                f"{statistics.median(ours):.2f}",
                _ratio(ours, floors),
                f"{memory:.0f}",
            )
        ]
        rows.append((f"the same over {count // 10:,}", "", "", f"{small_memory:.0f}"))
        if shell:
            rows.append(("sqlite3 -json over a plain copy", f"{statistics.median(floors):.2f}", "1.00", ""))
        else:
            result.remarks.append("The sqlite3 shell is not installed here, so the floor was not measured.")
        result.table(f"{count:,} entries", ("command", "seconds", "ratio (target 2)", "peak MiB"), rows)
    return result


def _ratio(ours: list[float], floors: list[float]) -> str:
    return f"{statistics.median(a / b for a, b in zip(ours, floors, strict=True)):.2f}" if floors else ""


def _plain_copy(environment: object, path: str) -> None:
    from hooks_cli.environment import Environment
    from hooks_cli.store.embedded import open_store

    assert isinstance(environment, Environment)
    store = open_store(environment)
    database = sqlite_plain(path)
    rows = store.each(
        "SELECT e.revision, h.address, e.value, e.metadata, e.at FROM entry e JOIN head h ON h.id = e.head"
    )
    database.executemany("INSERT INTO entries VALUES(?,?,?,?,?)", rows)
    database.commit()
    database.close()
    store.close()


def sqlite_plain(path: str):  # type: ignore[no-untyped-def]
    """A plain database with one table of entries."""
    import sqlite3

    database = sqlite3.connect(path)
    database.execute(
        "CREATE TABLE entries(revision INTEGER PRIMARY KEY, key TEXT, data TEXT, metadata TEXT, created_at INTEGER)"
    )
    return database
