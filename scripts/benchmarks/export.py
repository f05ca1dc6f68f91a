"""1,000,000 entries as NDJSON, against the sqlite3 shell that reads the same rows from a plain file."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Mapping

from scripts.benchmarks.pairs import spawn
from scripts.benchmarks.scratch import PROGRAM, scratch
from scripts.benchmarks.tables import Result

PLAIN = "SELECT key, data, metadata, created_at FROM entries ORDER BY revision"


def run(quick: bool) -> Result:
    """Seconds, ratio and peak memory at two sizes (memory must not grow).

    Both programs print, and what they print goes nowhere; that the export also can be a file which is synced and then gets its name is
    more than the shell does, and has a row of its own.
    """
    count, rounds = (20_000, 1) if quick else (1_000_000, 5)
    shell = shutil.which("sqlite3")
    result = Result("export")
    with scratch() as home:
        home.fill(count // 10)
        target = str(home.folder / "out.ndjson")
        printing = [PROGRAM, "memory", "export", "--format", "ndjson"]
        writing = [*printing, "--output", target, "--force"]
        _, small_memory = _run(printing, home.environ)
        home.fill(count - count // 10, begin=count // 10)
        plain = str(home.folder / "plain.db")
        floor = [shell, "-json", "-readonly", plain, PLAIN] if shell else []
        if floor:
            _plain_copy(home.environment, plain)
        ours, files, floors, memory = [], [], [], 0.0
        for _ in range(rounds):
            for times, argv in ((ours, printing), (floors, floor), (files, writing)):
                if argv:
                    took, peak = _run(argv, home.environ)
                    times.append(took)
                    memory = max(memory, peak) if argv is not floor else memory
        rows = [
            ("hooks-cli memory export --format ndjson", *_figures(ours, floors), f"{memory:.0f}"),
            (f"the same over {count // 10:,}", "", "", f"{small_memory:.0f}"),
            ("the same with --output: a file, synced", *_figures(files, floors), ""),
        ]
        if floor:
            rows.append(("sqlite3 -json over a plain copy", *_figures(floors, floors), ""))
        else:
            result.remarks.append("The sqlite3 shell is not installed here, so the floor was not measured.")
        result.table(f"{count:,} entries", ("command", "seconds", "ratio (target 2)", "peak MiB"), rows)
    return result


def _run(argv: list[str], environ: Mapping[str, str]) -> tuple[float, float]:
    took, peak, code = spawn(argv, environ)
    assert code == 0, f"{argv[0]} failed"
    return took, peak


def _figures(times: list[float], floors: list[float]) -> tuple[str, str]:
    ratio = f"{statistics.median(a / b for a, b in zip(times, floors, strict=True)):.2f}" if floors else ""
    return f"{statistics.median(times):.2f}", ratio


def _plain_copy(environment: object, path: str) -> None:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import open_store

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
