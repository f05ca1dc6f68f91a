"""Many processes at once: every acknowledged write is there, versions have no gap, and who cannot wait longer is told so."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from hooks_cli.store.sqlite import opener_lock
from tests.conftest import PROGRAM, Run
from tests.store.sqlite.file.test_create import store_file, together

WRITERS, WRITES = 16, 10
LOOP = """
import subprocess, sys
program, number = sys.argv[1], sys.argv[2]
for turn in range(int(sys.argv[3])):
    subprocess.run([program, "memory", "store", "same", f"{number}/{turn}"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([program, "memory", "store", f"own/{number}", str(turn)], check=True, stdout=subprocess.DEVNULL)
"""


def test_sixteen_writers_lose_nothing(run: Run, environ, project) -> None:
    run("memory", "store", "begin", "x", check=True)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", LOOP, str(PROGRAM), str(number), str(WRITES // 2)], env=environ, cwd=project
        )
        for number in range(WRITERS)
    ]
    assert [writer.wait(timeout=240) for writer in writers] == [0] * WRITERS
    same = json.loads(run("memory", "recall", "same", "--json", check=True).stdout)["entries"][0]
    assert same["key_version"] == WRITERS * WRITES // 2
    own = run("memory", "recall", "own/*", "--format", "ndjson", check=True).stdout.splitlines()
    assert len(own) == WRITERS
    assert {json.loads(line)["key_version"] for line in own} == {WRITES // 2}
    # Every write took one revision: 160 and the first.
    newest = max(json.loads(line)["revision"] for line in [*own, json.dumps(same)])
    assert newest == WRITERS * WRITES + 1


def test_forty_hooks_at_once(run: Run, environ, project) -> None:
    run("hooks", "pre-task", "--session-id", "crowd", "--description", "d", check=True)
    done = together(40, ["hooks", "notify", "--message", "m{}", "--memory-key", "crowd/{}"], environ, project)
    assert [code for code, _, _ in done] == [0] * 40, [err for _, _, err in done if err][:3]
    ended = json.loads(run("hooks", "session-end", "--session-id", "crowd", "--json", check=True).stdout)
    assert ended["metrics"]["events"]["notify"] == 40
    assert ended["metrics"]["entries_written"] == 40


def test_a_store_that_stays_locked_is_75(run: Run, home) -> None:
    run("memory", "store", "k", "v", check=True)
    held = opener_lock.exclusive(str(store_file(home)), 1_000)
    try:
        begun = time.monotonic()
        done = run("hooks", "notify", "--message", "m")
        assert done.returncode == 75 and "is locked by another process" in done.stderr
        assert time.monotonic() - begun >= 4, "a hooks verb waits its budget of 5 s"
    finally:
        opener_lock.release(held)
    assert run("hooks", "notify", "--message", "m").returncode == 0


def test_who_waits_for_the_exclusive_lock_gets_it(run: Run, home, environ, project) -> None:
    run("memory", "store", "k", "v", check=True)
    held = opener_lock.exclusive(str(store_file(home)), 1_000)
    waiting = subprocess.Popen([PROGRAM, "memory", "store", "k", "w"], env=environ, cwd=project, stdout=subprocess.PIPE)
    time.sleep(0.3)
    assert waiting.poll() is None
    opener_lock.release(held)
    assert waiting.wait(timeout=30) == 0
    assert run("memory", "recall", "k").stdout == "w"
