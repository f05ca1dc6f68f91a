"""The tamper matrix: whatever is done to the files, the answer is the right data or a documented error, nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hooks_cli.crypto.keys import slots
from hooks_cli.environment import Environment
from hooks_cli.errors import HooksError
from hooks_cli.features.entries.write import StoreRequest, store_value
from hooks_cli.store.sqlite.connection import PLAIN_MAGIC
from hooks_cli.store.sqlite.file import verify
from hooks_cli.store.sqlite.rows import entries
from hooks_cli.store.sqlite.store import open_store
from tests.conftest import Run
from tests.features.keys.test_rotate import QUEUED

PAGE = 4096
FRAME = 24 + PAGE
WAL_HEADER = 32
# Every so many bytes of a file; `scripts/stress power` takes all of the matrix ten times as finely.
STRIDE = 97 if os.environ.get("STRESS") else 977
ERRORS = {74, 77, 78}  # 78: what is not a key at all


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A store of forty entries, some of them still in the log, and its files kept aside in `kept`."""
    (tmp_path / "project").mkdir()
    home = tmp_path / "home"
    found = Environment(
        {"HOOKS_HOME": str(home), "HOME": str(home), "HOOKS_NOW": "1760702400000"}, str(tmp_path / "project")
    )
    store = open_store(found)
    for number in range(40):
        store_value(store, found, StoreRequest(f"k/{number}", f"value {number} " + "x" * (number * 40)))
        if number == 30:
            store.query("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return found


def read_back(environment: Environment) -> str:
    """ "right", "wrong", "missing", or the exit code of the error that it gave; verify as the last word on what reading let pass."""
    try:
        store = open_store(environment, create=False)
    except HooksError as error:
        return str(error.exit_code)
    try:
        for number in range(40):
            entry = entries.read(store, f"k/{number}", 1)
            if entry is None:
                return "missing"
            if entry.value != f"value {number} " + "x" * (number * 40):
                return "wrong"
        return "right" if verify.verify(store, lambda _: None).sound else "77"
    except HooksError as error:
        return str(error.exit_code)
    finally:
        store.close()


def check(environment: Environment, what: str) -> None:
    outcome = read_back(environment)
    assert outcome == "right" or int(outcome if outcome.isdigit() else 0) in ERRORS, f"{what}: {outcome}"
    plain = Path(environment.places.store_path)
    if plain.exists():
        assert not plain.read_bytes().startswith(PLAIN_MAGIC), f"{what}: a plaintext file was made"


def changed(environment: Environment, path: Path, content: bytes, original: bytes, what: str) -> None:
    """Try a file's new content, then put the original back."""
    forget_shared_memory(environment)
    path.write_bytes(content)
    try:
        check(environment, what)
    finally:
        forget_shared_memory(environment)
        path.write_bytes(original)


def forget_shared_memory(environment: Environment) -> None:
    Path(environment.places.store_path + "-shm").unlink(missing_ok=True)


def files(environment: Environment) -> dict[str, Path]:
    store = Path(environment.places.store_path)
    return {"database": store, "log": store.with_name(store.name + "-wal"), "key": Path(environment.places.key_path)}


def kept(environment: Environment) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in files(environment).values()}


@pytest.mark.parametrize("which", ["database", "log", "key"])
def test_any_byte_flipped(environment: Environment, which: str) -> None:
    path = files(environment)[which]
    everything = kept(environment)
    original = everything[path]
    assert len(original) > (60 if which == "key" else 3 * PAGE)
    for at in range(0, len(original), 1 if which == "key" else STRIDE):
        content = bytearray(original)
        content[at] ^= 0x41
        for other, bytes_ in everything.items():
            other.write_bytes(bytes_)
        changed(environment, path, bytes(content), original, f"{which}, byte {at}")


def test_any_byte_of_the_anchor_flipped(environment: Environment) -> None:
    """One of its two slots is left: the data is right, and an old store is still noticed by what is left."""
    path = Path(environment.places.anchor_path)
    original = path.read_bytes()
    for at in range(0, len(original), 3):
        content = bytearray(original)
        content[at] ^= 0x41
        path.write_bytes(content)
        assert read_back(environment) == "right", f"anchor, byte {at}"
        path.write_bytes(original)


def test_any_byte_of_the_slot_file_flipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    derive = slots.wrapping_key
    known: dict[str, bytes] = {}

    def once(slot: dict[str, Any], phrase: str) -> bytes:  # each derivation takes half a second: the same one once
        name = json.dumps(slot["kdf"], sort_keys=True)
        return known[name] if name in known else known.setdefault(name, derive(slot, phrase))

    monkeypatch.setattr(slots, "wrapping_key", once)
    (tmp_path / "project").mkdir()
    variables = {"HOOKS_HOME": str(tmp_path), "HOME": str(tmp_path), "MEMORY_ENCRYPTION_KEY": "correct horse battery"}
    environment = Environment(variables, str(tmp_path / "project"))
    store = open_store(environment)
    store_value(store, environment, StoreRequest("a", "b"))
    store.close()
    path = Path(environment.places.slots_path)
    original = path.read_bytes()
    for at in range(0, len(original), 1 if STRIDE < 900 else 7):
        content = bytearray(original)
        content[at] ^= 0x01
        path.write_bytes(content)
        try:
            store = open_store(environment, create=False)
        except HooksError as error:
            assert error.exit_code in (69, 77, 78), f"slots, byte {at}: {error}"
        else:  # white space between two fields
            found = entries.read(store, "a", 1)
            assert found is not None and found.value == "b", f"slots, byte {at}"
            store.close()
    path.write_bytes(original)
    open_store(environment, create=False).close()


def test_a_queued_call_that_was_altered_is_not_taken_in(
    run: Run, home: Path, project: Path, environ: dict[str, str]
) -> None:
    run("memory", "store", "a", "b", check=True)
    queue = [sys.executable, "-c", QUEUED]
    for place in (0, 5, 20, 60, -20, -1):
        subprocess.run(queue, env=environ, cwd=project, timeout=60, check=True)
        path = next(home.rglob("*.call"))
        content = bytearray(path.read_bytes())
        content[place] ^= 0x41
        path.write_bytes(content)
        assert run("memory", "recall", "a", check=True).stdout == "b"
        assert run("memory", "recall", "q").returncode == 1, f"byte {place}"
        refused = list(home.rglob("*-refused/*"))
        assert len(refused) == 1, f"byte {place}"
        refused[0].unlink()
    subprocess.run(queue, env=environ, cwd=project, timeout=60, check=True)
    assert run("memory", "recall", "q", check=True).stdout == "m"


def test_pages_swapped_and_doubled(environment: Environment) -> None:
    path = files(environment)["database"]
    everything = kept(environment)
    original = everything[path]
    pages = len(original) // PAGE
    for first in range(0, pages, 3):
        for second in (first + 1, pages - 1):
            if second >= pages or first == second:
                continue
            content = bytearray(original)
            one, two = slice(first * PAGE, (first + 1) * PAGE), slice(second * PAGE, (second + 1) * PAGE)
            content[one], content[two] = original[two], original[one]
            changed(environment, path, bytes(content), original, f"pages {first} and {second} swapped")
            content = bytearray(original)
            content[two] = original[one]
            changed(environment, path, bytes(content), original, f"page {first} over {second}")


def test_the_database_truncated(environment: Environment) -> None:
    path = files(environment)["database"]
    original = kept(environment)[path]
    for size in [0, 1, 15, 16, 100, *range(PAGE, len(original), PAGE), len(original) - 1]:
        changed(environment, path, original[:size], original, f"database cut to {size}")


def test_the_log_truncated_at_every_frame_boundary(environment: Environment) -> None:
    path = files(environment)["log"]
    everything = kept(environment)
    original = everything[path]
    assert len(original) > WAL_HEADER + 5 * FRAME
    for size in [0, 1, WAL_HEADER - 1, *range(WAL_HEADER, len(original), FRAME)]:
        for other, content in everything.items():
            other.write_bytes(content)
        changed(environment, path, original[:size], original, f"log cut to {size}")


def test_the_log_taken_away_is_noticed(environment: Environment) -> None:
    everything = kept(environment)
    files(environment)["log"].unlink()
    forget_shared_memory(environment)
    assert read_back(environment) == "77", "acknowledged writes are missing and nothing says so"
    for path, content in everything.items():
        path.write_bytes(content)
    assert read_back(environment) == "right"


@pytest.mark.parametrize(
    "content", ["", "\n", "ab" * 31, "ab" * 32 + "\n", "zz" * 32, "ab" * 33, "\0" * 64, "correct horse battery staple"]
)
def test_the_key_replaced(environment: Environment, content: str) -> None:
    path = files(environment)["key"]
    original = path.read_bytes()
    path.write_text(content)
    outcome = read_back(environment)
    assert outcome in ("77", "78"), outcome
    assert path.read_text() == content, "a key that does not fit is left as it is"
    path.write_bytes(original)
    assert read_back(environment) == "right"


def test_another_stores_files_in_this_ones_place(environment: Environment, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger = Environment(environment.variables, str(other))
    store = open_store(stranger)
    store_value(store, stranger, StoreRequest("k/1", "a stranger's value"))
    store.close()
    for name in ("database", "log"):
        shutil.copy(files(stranger)[name], files(environment)[name])
    forget_shared_memory(environment)
    assert read_back(environment) == "77"


def test_a_folder_or_a_link_in_the_stores_place(environment: Environment, tmp_path: Path) -> None:
    path = files(environment)["database"]
    away = tmp_path / "away.db"
    path.rename(away)
    path.mkdir()
    assert int(read_back(environment)) in (73, 74, 77)
    path.rmdir()
    away.rename(path)
    assert read_back(environment) == "right"


@pytest.mark.parametrize("which", ["database", "anchor", "queue"])
@pytest.mark.parametrize("what", ["fifo", "folder"])
def test_what_is_no_file_is_not_waited_for(
    run: Run, home: Path, environ: dict[str, str], project: Path, which: str, what: str
) -> None:
    """A FIFO in the place of a file would hold an agent for ever."""
    run("memory", "store", "a", "b", check=True)
    if which == "queue":
        subprocess.run([sys.executable, "-c", QUEUED], env=environ, cwd=project, timeout=60, check=True)
    path = next(home.rglob({"database": "memory.db", "anchor": "*.anchor", "queue": "*.call"}[which]))
    path.unlink()
    if what == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    for words in (("memory", "recall", "a"), ("hooks", "notify", "--message", "m"), ("doctor",)):
        done = run(*words)
        assert done.returncode in ((74, 77) if which == "database" else (0, 1)), (
            f"{words}: {done.returncode}, {done.stderr}"
        )
        if which != "database" and words[0] == "memory":
            assert done.stdout == "b"
    if which == "anchor":
        run("key", "rotate", check=True)
        assert run("memory", "recall", "a", check=True).stdout == "b"
