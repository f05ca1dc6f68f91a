"""An error of a call that waited in vain names who holds the lock, and nothing of what that one was given."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hooks_cli.system.lock_holders import program, told
from tests.conftest import PROGRAM, Run

pytestmark = pytest.mark.skipif(
    not Path("/proc/locks").exists(), reason="the holders of locks are read from /proc/locks"
)


def test_the_holder_of_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = f"import fcntl,sys; f=open({str(path)!r},'w'); fcntl.flock(f,fcntl.LOCK_EX); print(flush=True); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert told(str(path)) == f"process {holder.pid} ({Path(sys.executable).resolve().name})" or str(
            holder.pid
        ) in told(str(path))
        with path.open() as file, pytest.raises(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        holder.kill()
        holder.wait()
    assert told(str(path)) == "" and told(str(tmp_path / "none")) == ""


def test_a_call_that_waits_in_vain_names_the_holder(run: Run, home: Path) -> None:
    run("memory", "store", "a", "v", check=True)
    turn = next((home / "hooks" / "data" / "projects").glob("*/memory.db.turn"))
    with turn.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = run("hooks", "notify", "--message", "m")
    assert done.returncode == 75
    assert f"process {os.getpid()} (" in done.stderr and "ps -o" in done.stderr


def test_of_our_own_processes_the_verb_is_told_and_not_what_it_was_given(
    run: Run, environ: dict[str, str], project: Path
) -> None:
    run("memory", "store", "a", "v", check=True)
    watch = [PROGRAM, "memory", "watch", "secretword/*", "--since", "0"]
    watcher = subprocess.Popen(watch, env=environ, cwd=project, stdout=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 20
        while program(watcher.pid) != "hooks-cli memory watch" and time.monotonic() < deadline:
            time.sleep(0.05)
        assert program(watcher.pid) == "hooks-cli memory watch"
    finally:
        watcher.send_signal(signal.SIGTERM)
        watcher.wait()
