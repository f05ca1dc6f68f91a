"""`key rotate`: a new data key, and a process that is killed at every point of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import QUICK_DERIVATION, Run

TOKEN = "ghp_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"  # made up, in the maker's shape
POINTS = [
    "the next key is stored",
    "the new database is built",
    "the new database is in place",
    "the anchor is new",
    "the next key is the key",
]
KILLED = """
import os, signal, sys
from hooks_cli.environment import Environment
from hooks_cli.features.keys.rotate import rotate

def reached(point):
    if point == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

rotate(Environment.from_process(), reached=reached, phrase=os.environ.get("PHRASE"))
"""

QUEUED = """
from hooks_cli.cli import fast_lane
from hooks_cli.environment import Environment
from hooks_cli.errors import Busy
from hooks_cli.features.journal import call_queue as queueing

call = fast_lane.parse(["hooks", "notify", "--message", "m", "--memory-key", "q"])
environment = Environment.from_process()
environment.call_id = "c1"
queueing.queue(call, environment, Busy(store="x", seconds="5"))
"""


def fill(run: Run) -> None:
    run("memory", "store", "a", "first", check=True)
    run("memory", "store", "a", "second", check=True)
    run("memory", "store", "secret/tokens", "hunter2secret", check=True)
    run("hooks", "pre-task", "--description", f"with {TOKEN}", "--session-id", "s", check=True)
    run("hooks", "notify", "--message", f"say {TOKEN}", "--memory-key", "b", check=True)
    run("hooks", "notify", "--message", f"only said {TOKEN}", check=True)


def check(run: Run, home: Path) -> None:
    """Everything is still there, sealed values open, and writing goes on."""
    config = home / "hooks" / "config" / "config.toml"
    config.write_text("[memory.security]\nallow_reveal = true\n")
    run("memory", "verify", check=True)
    assert run("memory", "recall", "a", check=True).stdout == "second"
    assert run("memory", "search", "second", check=True).stdout
    assert run("memory", "recall", "secret/tokens", "--reveal", check=True).stdout == "hunter2secret"
    assert run("memory", "recall", "b", "--reveal", check=True).stdout == f"say {TOKEN}"
    run("memory", "store", "after", "third", check=True)
    assert run("memory", "recall", "after", check=True).stdout == "third"


def key_files(home: Path) -> list[str]:
    return sorted(path.name.partition(".")[2] for path in (home / "hooks" / "config" / "keys").iterdir())


def store_of(home: Path) -> Path:
    return next((home / "hooks" / "data").rglob("memory.db"))


def test_the_old_key_is_gone_and_all_data_is_there(run: Run, home: Path) -> None:
    fill(run)
    key = next((home / "hooks" / "config" / "keys").glob("*.key"))
    old, old_store = key.read_text(), store_of(home).read_bytes()
    done = run("key", "rotate", check=True)
    assert "new data key" in done.stdout and old.strip() not in done.stdout + done.stderr
    assert key.read_text() != old and key.stat().st_mode & 0o777 == 0o600
    assert store_of(home).stat().st_mode & 0o777 == 0o600
    assert key_files(home) == ["anchor", "key", "slots.lock"]
    new_store = store_of(home).read_bytes()
    assert not any(
        new_store[at : at + 4096] == old_store[at : at + 4096]
        for at in range(0, min(len(new_store), len(old_store)), 4096)
    )
    check(run, home)
    new = key.read_text()
    key.write_text(old)
    done = run("memory", "recall", "a")
    assert (done.returncode, done.stdout) == (77, "") and str(key) in done.stderr
    key.write_text(new)
    check(run, home)


def test_sealed_values_move_to_the_new_key(run: Run, home: Path) -> None:
    fill(run)
    run("key", "rotate", check=True)
    run("key", "rotate", check=True)
    check(run, home)
    assert TOKEN not in run("hooks", "session-end", "--session-id", "s", "--generate-summary", check=True).stdout


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_it_leaves_a_store_that_opens(
    run: Run, home: Path, project: Path, environ: dict[str, str], point: str
) -> None:
    fill(run)
    killed = subprocess.run([sys.executable, "-c", KILLED, point], env=environ, cwd=project, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    check(run, home)
    if point != POINTS[0] and point != POINTS[1]:
        assert key_files(home) == ["anchor", "key", "slots.lock"]
    half = next((home / "hooks" / "config" / "keys").glob("*.key")).with_suffix(".key.next.1.ab.tmp")
    half.write_text("half")
    run("key", "rotate", check=True)
    check(run, home)
    assert key_files(home) == ["anchor", "key", "slots.lock"]
    assert [path.name for path in store_of(home).parent.iterdir() if "rotating" in path.name] == []


@pytest.mark.parametrize("point", POINTS)
def test_killed_with_a_passphrase(quick_run: Run, project: Path, environ: dict[str, str], point: str) -> None:
    environ["MEMORY_ENCRYPTION_KEY"] = environ["PHRASE"] = "correct horse battery"
    quick_run("memory", "store", "a", "second", check=True)
    killed = subprocess.run(
        [sys.executable, "-c", QUICK_DERIVATION + KILLED, point], env=environ, cwd=project, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert quick_run("memory", "recall", "a", check=True).stdout == "second"
    quick_run("key", "rotate", check=True)
    assert quick_run("memory", "recall", "a", check=True).stdout == "second"
    assert quick_run("memory", "recall", "a", env={"MEMORY_ENCRYPTION_KEY": "wrong horse"}).returncode == 77


@pytest.mark.parametrize("point", POINTS[1:4])
def test_killed_in_a_store_that_is_not_encrypted(
    run: Run, home: Path, project: Path, environ: dict[str, str], point: str
) -> None:
    config = home / "hooks" / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    plain = "[memory.security]\nencrypt_at_rest = false\nallow_reveal = true\n"
    config.write_text(plain)
    run("memory", "store", "secret/tokens", "hunter2secret", check=True)
    killed = subprocess.run([sys.executable, "-c", KILLED, point], env=environ, cwd=project, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert run("memory", "recall", "secret/tokens", "--reveal", check=True).stdout == "hunter2secret"
    run("memory", "store", "b", "c", check=True)
    run("key", "rotate", check=True)
    assert run("memory", "recall", "secret/tokens", "--reveal", check=True).stdout == "hunter2secret"


def test_a_key_that_the_user_keeps(run: Run, environ: dict[str, str], tmp_path: Path) -> None:
    old, new = os.urandom(32).hex(), os.urandom(32).hex()
    environ["MEMORY_ENCRYPTION_KEY"] = old
    run("memory", "store", "a", "b", check=True)
    assert run("key", "rotate").returncode == 78
    assert run("key", "rotate", "--new-key-variable", "NEW").returncode == 78
    assert run("key", "rotate", "--new-key-variable", "NEW", env={"NEW": "short"}).returncode == 78
    assert run("key", "rotate", "--new-key-variable", "NEW", env={"NEW": old}).returncode == 78
    done = run("key", "rotate", "--new-key-variable", "NEW", env={"NEW": new}, check=True)
    assert "MEMORY_ENCRYPTION_KEY" in done.stdout and new not in done.stdout + done.stderr
    assert run("memory", "recall", "a").returncode == 77
    assert run("memory", "recall", "a", env={"MEMORY_ENCRYPTION_KEY": new}, check=True).stdout == "b"


def test_writers_go_on_during_rotations(run: Run, project: Path, environ: dict[str, str]) -> None:
    """Every acknowledged write is there afterwards; a writer either writes or says that the store is busy."""
    run("memory", "store", "n/0", "0", check=True)
    program = Path(sys.executable).parent / "hooks-cli"
    loop = f"for i in $(seq 1 25); do {program} memory store n/$1-$i $i >/dev/null && echo n/$1-$i; done"
    writers = [
        subprocess.Popen(["sh", "-c", loop, "sh", str(n)], env=environ, cwd=project, stdout=subprocess.PIPE, text=True)
        for n in range(3)
    ]
    for _ in range(4):
        run("key", "rotate", check=True)
    written = [line for writer in writers for line in writer.communicate(timeout=120)[0].split()]
    assert len(written) == 75
    listed = run("memory", "list", "--limit", "200", check=True).stdout
    assert {line.split("\t")[0] for line in listed.splitlines()} == {"n/0", *written}


@pytest.mark.parametrize("point", [POINTS[1], POINTS[2], ""])
def test_a_queued_call_is_taken_in_after_a_rotation(
    run: Run, home: Path, project: Path, environ: dict[str, str], point: str
) -> None:
    run("memory", "store", "a", "first", check=True)
    subprocess.run([sys.executable, "-c", QUEUED], env=environ, cwd=project, timeout=60, check=True)
    if point:
        subprocess.run([sys.executable, "-c", KILLED, point], env=environ, cwd=project, timeout=60)
    if point != POINTS[1]:
        run("key", "rotate", check=True)
    assert run("memory", "recall", "q", check=True).stdout == "m"


def test_an_old_backup_is_read_with_the_old_key_from_paper(run: Run, project: Path) -> None:
    run("memory", "store", "a", "b", check=True)
    (project / "paper").write_text(run("key", "export", "--yes", check=True).stdout)
    run("memory", "backup", "old.backup", check=True)
    run("key", "rotate", check=True)
    assert run("memory", "restore", "old.backup").returncode == 77
    assert run("memory", "recall", "a", check=True).stdout == "b"
    elsewhere = {"HOOKS_STORE": str(project / "old.db")}
    run("key", "import", "--file", "paper", env=elsewhere, check=True)
    run("memory", "restore", "old.backup", env=elsewhere, check=True)
    assert run("memory", "recall", "a", env=elsewhere, check=True).stdout == "b"


def test_no_store_yet(run: Run) -> None:
    assert run("key", "rotate").returncode == 1
