"""The write-ahead log stays short, one commit costs one sync, and a store of an older or newer format is handled as it should."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from hooks_cli.environment import Environment
from hooks_cli.errors import NewerFormat
from hooks_cli.store.sqlite import schema
from hooks_cli.store.sqlite.store import WAL_LIMIT_BYTES, open_store
from tests.conftest import PROGRAM, Run
from tests.store.sqlite.file.test_create import store_file


@pytest.fixture
def environment(environ: dict[str, str], project) -> Environment:
    """The environment of `run`, inside this process."""
    return Environment(environ, str(project))


def test_the_log_is_copied_back_and_truncated(run: Run, home) -> None:
    longest = 0
    for number in range(40):
        run("memory", "store", f"k{number}", "x" * 2000, check=True)
        longest = max(longest, os.stat(str(store_file(home)) + "-wal").st_size)
    assert longest <= WAL_LIMIT_BYTES + 150_000, "one commit may pass the limit, the next one may not begin above it"
    assert run("memory", "recall", "k0").stdout == "x" * 2000


def test_one_durable_write_is_one_sync_of_the_log(run: Run, environ, project, tmp_path) -> None:
    """One sync of the data. SQLite adds one of the folder, which opens the log with O_CREAT in each process; nothing is dirty there."""
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("strace is not installed")
    run("memory", "store", "k", "v", check=True)
    report = tmp_path / "syncs"
    trace = [strace, "-f", "-y", "-e", "trace=fsync,fdatasync,sync_file_range,msync", "-o", str(report)]
    subprocess.run(
        [*trace, PROGRAM, "memory", "store", "k", "w"], env=environ, cwd=project, check=True, capture_output=True
    )
    synced = [line.partition("<")[2].partition(">")[0] for line in report.read_text().splitlines() if "sync(" in line]
    assert len([path for path in synced if path.endswith("memory.db-wal")]) == 1
    assert len(synced) <= 2 and all(
        path.endswith(("-wal", str(synced and os.path.dirname(synced[0])))) for path in synced
    )


def test_an_open_reader_does_not_stop_a_writer(environment: Environment, run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    store = open_store(environment)
    rows = store.each("SELECT name FROM sqlite_master")
    next(rows)
    for number in range(30):
        run("memory", "store", f"k{number}", "x" * 5000, check=True)
    rows.close()
    store.close()
    run("memory", "store", "k", "after", check=True)
    assert os.stat(environment.places.store_path + "-wal").st_size <= WAL_LIMIT_BYTES + 150_000


def test_a_newer_format_is_refused(environment: Environment, run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    store = open_store(environment)
    store.query("UPDATE state SET format = ?", (schema.FORMAT + 1,))
    store.close()
    done = run("memory", "recall", "k")
    assert done.returncode == 69 and f"format {schema.FORMAT + 1}" in done.stderr
    with pytest.raises(NewerFormat):
        open_store(environment)
