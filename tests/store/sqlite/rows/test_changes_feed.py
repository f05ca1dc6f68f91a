"""`memory watch` and `memory wait`: each change once, in order, as it is committed."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import PROGRAM, Run

# --- many processes ----------------------------------------------------------------------------------------------------
INCREMENT = """
import sys
from hooks_cli.environment import Environment
from hooks_cli.errors import VersionConflict
from hooks_cli.features.entries.write import StoreRequest, store_value
from hooks_cli.store.sqlite.rows import entries
from hooks_cli.store.sqlite.store import open_store
environment = Environment.from_process()
store = open_store(environment)
for _ in range(50):
    while True:
        entry = entries.read(store, "counter", environment.now())
        value, version = (int(entry.value), entry.version) if entry else (0, 0)
        try:
            store_value(store, environment, StoreRequest("counter", str(value + 1), if_version=version))
            break
        except VersionConflict:
            continue
store.close()
"""


def test_sixteen_processes_count_to_800_and_a_watcher_sees_each_step(
    run: Run, environ: dict[str, str], project: Path
) -> None:
    run("memory", "store", "other", "x", check=True)
    watch = [PROGRAM, "memory", "watch", "counter", "--since", "0", "--format", "ndjson", "--timeout", "120"]
    watcher = subprocess.Popen(watch, env=environ, cwd=project, stdout=subprocess.PIPE, text=True)
    workers = [
        subprocess.Popen([sys.executable, "-c", INCREMENT], env=environ, cwd=project, stderr=subprocess.PIPE, text=True)
        for _ in range(16)
    ]
    assert watcher.stdout is not None
    seen = []
    for line in watcher.stdout:
        seen.append(json.loads(line))
        if seen[-1]["entry"]["data"] == "800":
            break
    watcher.terminate()
    watcher.wait()
    for worker in workers:
        _, err = worker.communicate(timeout=60)
        assert worker.returncode == 0, err
    assert run("memory", "recall", "counter", check=True).stdout == "800"
    assert [(line["entry"]["key_version"], line["entry"]["data"]) for line in seen] == [
        (n, str(n)) for n in range(1, 801)
    ]
    revisions = [line["revision"] for line in seen]
    assert revisions == sorted(set(revisions))
    again = run("memory", "watch", "counter", "--since", str(revisions[700]), "--once", "--json", check=True).stdout
    assert json.loads(again)["entry"]["data"] == "702"


def test_wait_for_another(run: Run, environ: dict[str, str], project: Path) -> None:
    run("memory", "store", "k", "old", check=True)
    assert run("memory", "wait", "k", check=True).stdout == "old"
    waiting = subprocess.Popen(
        [PROGRAM, "memory", "wait", "k", "--newer-than", "1", "--timeout", "60"],
        env=environ,
        cwd=project,
        stdout=subprocess.PIPE,
        text=True,
    )
    time.sleep(0.3)
    run("memory", "store", "k", "new", check=True)
    assert waiting.communicate(timeout=60)[0] == "new"
    done = run("memory", "wait", "nobody", "--timeout", "0.2s")
    assert (done.returncode, done.stdout) == (1, "")


def test_watch_ends_with_its_time(run: Run) -> None:
    run("memory", "store", "a/x", "1", check=True)
    out = run("memory", "watch", "a/*", "--since", "0", "--timeout", "0.3s", check=True).stdout
    assert out.split("\t")[0] == "r1" and out.endswith("stored\ta/x v1\t1\n")
    assert run("memory", "watch", "--since", "9").returncode == 64


def test_a_watch_is_in_nobodys_way_and_survives_a_restore(run: Run, environ: dict[str, str], project: Path) -> None:
    run("memory", "store", "a", "1", check=True)
    run("memory", "backup", "copy.backup", check=True)
    watch = [PROGRAM, "memory", "watch", "--since", "0", "--timeout", "60", "--format", "ndjson"]
    watcher = subprocess.Popen(watch, env=environ, cwd=project, stdout=subprocess.PIPE, text=True)
    assert watcher.stdout is not None
    lines = watcher.stdout
    assert json.loads(lines.readline())["entry"]["data"] == "1"
    run("memory", "store", "a", "2", check=True)
    assert json.loads(lines.readline())["entry"]["data"] == "2"
    run("memory", "restore", "copy.backup", check=True)
    for _ in range(60):  # what is written before the watcher has seen the other file counts as part of it
        run("memory", "store", "a", "3", check=True)
        if select.select([lines], [], [], 0.5)[0]:
            break
    assert json.loads(lines.readline())["entry"]["data"] == "3"
    watcher.terminate()
    watcher.wait()


def test_a_destruction_is_a_change_at_its_own_revision(run: Run) -> None:
    run("memory", "store", "a/x", "one", check=True)
    run("memory", "store", "a/x", "two", check=True)
    run("memory", "store", "b", "other", check=True)
    run("memory", "destroy", "a/x", "--yes", check=True)
    run("memory", "destroy", "b", "--yes", check=True)
    done = run("memory", "watch", "a/*", "--since", "3", "--timeout", "1", "--format", "ndjson", check=True)
    seen = [json.loads(line) for line in done.stdout.splitlines()]
    assert [
        (line["change"], line["revision"], line["entry"]["key"], line["entry"]["key_version"]) for line in seen
    ] == [("destroyed", 4, "a/x", 2)]
