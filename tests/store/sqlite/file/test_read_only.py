"""A store that may be read and not written: what reads answers truly, what writes is refused, and no answer is older than the store."""

from __future__ import annotations

import ctypes
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import PROGRAM, Completed, Run
from tests.robustness.test_full_disk import ROOT, mounted
from tests.store.sqlite.file.test_create import store_file

# linux/capability.h: what lets root pass over modes. Everybody else has none of them.
OVERRIDES = (1, 2, 3)
PR_CAPBSET_DROP = 24

READING = (
    ("recall", "k"), ("recall", "*"), ("recall", "k", "--version", "1"), ("list",), ("search", "second"), ("show", "k"), ("history", "k"),
    ("diff", "k"), ("stats",), ("tree",), ("log",), ("verify",), ("validate",), ("gc", "--dry-run"), ("export", "--format", "csv", "-"),
    ("list", "--at-revision", "1", "--json"),
)  # fmt: skip
WRITING = (("store", "k", "third"), ("delete", "k"), ("clear", "--all"), ("pin", "k"), ("reindex",), ("destroy", "k"))


def like_others() -> None:
    """In a child that root starts: modes count as they do for everybody."""
    if ROOT:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in OVERRIDES:
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


@pytest.fixture
def reader(environ: dict[str, str], project: Path) -> Run:
    """`reader(*argv)`: the program by a process that may do what the modes say."""

    def call(*argv: str) -> Completed:
        return subprocess.run(
            [PROGRAM, *argv],
            input="",
            capture_output=True,
            text=True,
            env=environ,
            cwd=project,
            timeout=60,
            preexec_fn=like_others,
        )

    return call


@pytest.fixture
def filled(run: Run, home: Path) -> Path:
    """A store with two versions of `k`; its database."""
    run("memory", "store", "k", "first", check=True)
    run("memory", "store", "k", "second", check=True)
    return store_file(home)


@pytest.fixture
def closed(filled: Path) -> Iterator[Callable[[], None]]:
    """A function that takes the right to write away from the store's folder and its files; given back at the end."""

    def close() -> None:
        for path in (*filled.parent.iterdir(), filled.parent):
            path.chmod(0o500 if path.is_dir() else 0o400)

    yield close
    filled.parent.chmod(0o700)


def merge(database: Path, run: Run) -> None:
    """Copy the log back and remove it with its index, as a program that closes a database in the usual way leaves it."""
    code = """
import sys
from hooks_cli.environment import Environment
from hooks_cli.store.sqlite.store import apsw, open_store
store = open_store(Environment.from_process(), create=False)
store.connection.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)
"""
    run("-c", code, program=Path(sys.executable), check=True)
    for ending in ("-wal", "-shm"):
        Path(f"{database}{ending}").unlink()


def answers(call: Run) -> None:
    for argv in READING:
        done = call("memory", *argv)
        assert done.returncode == 0 and done.stdout + done.stderr, (argv, done.stderr)
    assert call("memory", "recall", "k").stdout == "second"
    assert call("memory", "recall", "k", "--version", "1").stdout == "first"
    assert "**second**" in call("memory", "search", "second").stdout
    assert call("memory", "recall", "nothing").returncode == 1


def refusals(call: Run) -> None:
    for argv in WRITING:
        done = call("memory", *argv, "--json")
        assert (done.returncode, done.stdout) == (77, ""), (argv, done)
        error = json.loads(done.stderr)["error"]
        assert error["name"] == "store-read-only" and "can be read here, but not written" in error["message"]
    for verb in (("notify", "--message", "m"), ("session-end",)):
        assert call("hooks", *verb).returncode == 77
    done = call("hooks", "notify", "--message", "m", "--fail-open")
    assert done.returncode == 0 and "read" in done.stderr


def test_a_store_of_somebody_else_is_read(filled: Path, closed: Callable[[], None], reader: Run) -> None:
    """The log and its index lie beside it, as our programs leave them: they are read as they are."""
    closed()
    before = {path.name: path.stat().st_mtime_ns for path in filled.parent.iterdir()}
    answers(reader)
    refusals(reader)
    assert {path.name: path.stat().st_mtime_ns for path in filled.parent.iterdir()} == before


@pytest.mark.parametrize("empty_log", [False, True])
def test_a_store_without_a_log(
    filled: Path, closed: Callable[[], None], reader: Run, run: Run, empty_log: bool
) -> None:
    merge(filled, run)
    if empty_log:
        Path(f"{filled}-wal").touch()
    closed()
    answers(reader)
    refusals(reader)
    assert not Path(f"{filled}-shm").exists()


def test_a_folder_alone_that_may_not_be_written(filled: Path, reader: Run, run: Run) -> None:
    """With the log there, all is as ever; without it, nothing can be made, and the store is read."""
    filled.parent.chmod(0o500)
    try:
        assert reader("memory", "store", "other", "v").returncode == 0
        filled.parent.chmod(0o700)
        merge(filled, run)
        filled.parent.chmod(0o500)
        assert reader("memory", "recall", "k").stdout == "second"
        done = reader("memory", "store", "k", "third")
        assert done.returncode == 77 and f"may not write into {filled.parent}" in done.stderr
    finally:
        filled.parent.chmod(0o700)


@pytest.mark.parametrize("ending", ["-shm", "-wal"])
def test_writes_that_cannot_be_read_are_never_passed_over(
    filled: Path, closed: Callable[[], None], reader: Run, ending: str
) -> None:
    """`k` says "second" in the log alone: an answer from the database by itself would be none, or an old one."""
    assert Path(f"{filled}-wal").stat().st_size > 0
    if ending == "-shm":
        Path(f"{filled}-shm").unlink()
    closed()
    if ending == "-wal":
        Path(f"{filled}-wal").chmod(0)
    for argv in READING:
        done = reader("memory", *argv)
        assert (done.returncode, done.stdout) == (77, ""), (argv, done.stdout)
        assert f"lie in its log {filled}-wal, which cannot be read" in done.stderr


def test_it_is_no_way_around_the_key(
    filled: Path, closed: Callable[[], None], reader: Run, environ: dict[str, str]
) -> None:
    closed()
    environ["MEMORY_ENCRYPTION_KEY"] = "00" * 32
    done = reader("memory", "recall", "k")
    assert done.returncode == 77 and "does not open the store" in done.stderr and done.stdout == ""
    del environ["MEMORY_ENCRYPTION_KEY"]
    filled.chmod(0)
    done = reader("memory", "recall", "k")
    assert done.returncode == 77 and str(filled) in done.stderr


def test_what_was_written_meanwhile_is_no_answer(
    filled: Path, closed: Callable[[], None], run: Run, environ: dict[str, str], project: Path
) -> None:
    """A store without a log is read without locks: a write by somebody else is seen before the next answer is given."""
    merge(filled, run)
    closed()
    code = """
import sys
from hooks_cli.environment import Environment
from hooks_cli.errors import Busy
from hooks_cli.store.sqlite.store import open_store
store = open_store(Environment.from_process(), create=False)
assert store.only_to_read
print(store.query("SELECT revision FROM state"), flush=True)
sys.stdin.readline()
try:
    print(store.query("SELECT revision FROM state"))
except Busy as error:
    print(error)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environ,
        cwd=project,
        preexec_fn=like_others,
    )
    assert process.stdin is not None and process.stdout is not None
    assert process.stdout.readline() == "[(2,)]\n"
    for path in (filled.parent, *filled.parent.iterdir()):
        path.chmod(stat.S_IMODE(path.stat().st_mode) | stat.S_IWUSR)
    run("memory", "store", "k", "third", check=True)
    told, _ = process.communicate("\n", timeout=60)
    assert "was written while it was read" in told


@pytest.mark.skipif(not ROOT, reason="only root may write what the modes forbid")
def test_a_reader_follows_a_writer(filled: Path, closed: Callable[[], None], reader: Run, run: Run) -> None:
    closed()
    assert reader("memory", "recall", "k").stdout == "second"
    run("memory", "store", "k", "third", check=True)
    assert reader("memory", "recall", "k").stdout == "third"


def test_calls_that_wait_are_told(filled: Path, closed: Callable[[], None], reader: Run) -> None:
    Path(f"{filled}.queue").mkdir()
    closed()
    done = reader("memory", "recall", "k")
    assert done.stdout == "second" and "calls wait in the queue" in done.stderr


def test_a_read_only_disk_reads_and_says_why_it_does_not_write(home: Path, run: Run) -> None:
    """The whole of the program's own folder: store, keys, settings and caches."""
    place = home / "hooks"
    if not ROOT or not mounted(place, "size=8m,mode=0700"):
        pytest.skip("a file system can only be mounted by root")
    try:
        for value in ("first", "second"):
            run("memory", "store", "k", value, check=True)
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        answers(run)
        refusals(run)
        assert "its file system is read-only" in run("memory", "store", "k", "w").stderr
        assert "cannot be written" in run("doctor").stdout
        assert run("memory", "backup", check=True).stdout.startswith("Backed up 1 entry (2 versions, revision 2)")
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
        merge(store_file(home), run)
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        answers(run)
        refusals(run)
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
        run("memory", "store", "k", "third", check=True)
        assert os.path.exists(f"{store_file(home)}-wal")
    finally:
        subprocess.run(["umount", "-l", place], check=True)
