"""Power loss after every system call of `key rotate`, `memory restore` and `memory backup`, which replace files: everything acknowledged
is there.

The calls are those of the real process, from outside (`tests.recorded_disk`): the key file, the slot file, the anchor, the database, its
log, the queue, and the folders' names. A kill -9 is the weather "all": what the kernel was told by then is there.
"""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hooks_cli.crypto.keys import slots
from hooks_cli.environment import Environment
from hooks_cli.errors import HooksError
from hooks_cli.features.backup import backup
from hooks_cli.features.keys.rotate import rotate
from hooks_cli.store.sqlite.file import verify
from hooks_cli.store.sqlite.rows import entries
from hooks_cli.store.sqlite.store import open_store
from hooks_cli.system.atomic_file import sweep
from tests.conftest import PROGRAM, Run
from tests.recorded_disk import FALLIBLE, STRACE, WEATHERS, Recording, failing, laid_down, record

pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is not installed")

# Every place is tried by `scripts/stress power`; the suite takes every so manyth, with all weathers.
STEP = 1 if os.environ.get("STRESS") else 11
PHRASE, NEW_PHRASE = "correct horse battery", "another horse entirely"
SECRET = "hunter2secret"
TRIED: dict[str, int] = {}
PLAIN = "[memory.security]\nencrypt_at_rest = false\n"


@pytest.fixture(autouse=True)
def quick_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each derivation once: the same passphrase and salt come up in every state."""
    derive = functools.lru_cache(maxsize=None)(
        lambda salt, n, phrase: real({"kdf": {**base, "salt": salt, "n": n}}, phrase)
    )
    real, base = slots.wrapping_key, {"name": "scrypt", "r": slots.SCRYPT_R, "p": slots.SCRYPT_P}
    monkeypatch.setattr(
        slots, "wrapping_key", lambda slot, phrase: derive(slot["kdf"]["salt"], slot["kdf"]["n"], phrase)
    )


def filled(run: Run, count: int = 12) -> dict[str, str]:
    """Entries, one of them sealed, all through the program."""
    known = {f"k/{number}": f"value {number} " + "x" * 300 for number in range(count)}
    for address, value in known.items():
        run("memory", "store", address, value, check=True)
    run("memory", "store", "secret/tokens", SECRET, check=True)
    return known


@pytest.fixture(autouse=True)
def told(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """`scripts/stress power` tells how much was tried."""
    TRIED.clear()
    yield
    for what, number in TRIED.items():
        record_property(what, number)


def states(recording: Recording, step: int = STEP) -> Iterator[tuple[int, str, dict[str, bytes]]]:
    """(after how many calls, weather, files), without those that are alike."""
    seen: set[int] = set()
    last = len(recording.calls)
    for count in [*range(0, last, step), last]:
        for weather in WEATHERS:
            files = recording.after_power_loss(count, weather)
            found = hash(frozenset(files.items()))
            if found not in seen:
                seen.add(found)
                TRIED["different disks"] = len(seen)
                yield count, weather, files


def held(there: Environment, addresses: list[str]) -> dict[str, str | None]:
    """What the store holds, opened as the next process opens it: its anchor is there, and its queue. Raises Unsound."""
    store = open_store(there, create=False)
    try:
        found = verify.verify(store, lambda _: None)
        if not found.sound:
            raise Unsound(found.broken or found.pages)
        values = {}
        for address in addresses:
            entry = entries.read(store, address, 1)
            values[address] = None if entry is None else entry.value
        return values
    finally:
        store.close()


class Unsound(AssertionError):
    """The store opens, and `memory verify` finds something wrong."""


def elsewhere(environ: dict[str, str], project: Path, place: Path) -> Environment:
    return Environment({**environ, "HOOKS_HOME": str(place)}, str(project))


@pytest.mark.parametrize("kind", ["key file", "passphrase", "not encrypted"])
def test_key_rotate(run: Run, home: Path, project: Path, environ: dict[str, str], tmp_path: Path, kind: str) -> None:
    hooks, place = home / "hooks", tmp_path / "after"
    if kind == "passphrase":
        environ["MEMORY_ENCRYPTION_KEY"] = PHRASE
    if kind == "not encrypted":
        (hooks / "config").mkdir(parents=True, mode=0o700)
        (hooks / "config" / "config.toml").write_text(PLAIN)
    known = filled(run, 3 if kind == "passphrase" else 12)
    stdin = ["--stdin"] if kind == "passphrase" else []
    argv = [str(PROGRAM), "key", "rotate", *stdin]
    recording = record(argv, hooks, tmp_path / "log", cwd=project, env=environ, stdin=PHRASE)
    assert len(recording.calls) > 60, "the rotation was not recorded"
    there = elsewhere(environ, project, place)
    tried = 0
    for count, weather, files in states(recording, step=STEP * (2 if STEP > 1 and stdin else 1)):
        laid_down(files, place)
        where = f"after {count} of {len(recording.calls)} calls, weather {weather}"
        try:
            assert held(there, list(known)) == known, where
            if tried % 10 == 0:
                rotate(there, phrase=PHRASE if stdin else None)
                assert held(there, list(known)) == known, f"rotated again {where}"
                assert not list(place.glob("config/keys/*.next")) and not list(place.rglob("*.rotating*"))
        except HooksError as error:
            raise AssertionError(f"{where}: {error}") from error
        if count == len(recording.calls):
            assert not any(name.endswith(".next") for name in files), where
        tried += 1
    assert tried > (12 if STEP > 1 else 60)


def _before_restore(run: Run, kind: str, home: Path, project: Path) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """(what the copy holds, what the store holds when it is restored, the command)."""
    copied = filled(run)
    slot = ["--passphrase", "--stdin"] if kind == "another key" else []
    run("memory", "backup", "old.backup", *slot, stdin=PHRASE, check=True)
    if kind == "another key":
        run("key", "rotate", check=True)
    present = {**copied, "k/0": "changed", "k/later": "later"}
    run("memory", "store", "k/0", "changed", check=True)
    run("memory", "store", "k/later", "later", check=True)
    if kind == "a store that is gone":
        for path in home.rglob("memory.db*"):
            path.unlink()
    if kind == "a damaged store":  # its log cannot be copied back, so that it has to be moved with its database
        path = next(home.rglob("memory.db"))
        content = bytearray(path.read_bytes())
        content[40:60] = bytes(20)
        path.write_bytes(content)
    return copied, present, [str(PROGRAM), "memory", "restore", "old.backup", *slot]


@pytest.mark.parametrize("kind", ["its own key", "another key", "a store that is gone", "a damaged store"])
def test_memory_restore(
    run: Run, home: Path, project: Path, environ: dict[str, str], tmp_path: Path, kind: str
) -> None:
    hooks, place = home / "hooks", tmp_path / "after"
    copied, present, argv = _before_restore(run, kind, home, project)
    recording = record(argv, hooks, tmp_path / "log", cwd=project, env=environ, stdin=PHRASE)
    assert len(recording.calls) > 30, "the restoring was not recorded"
    there = elsewhere(environ, project, place)
    addresses = list(present)
    after = {address: copied.get(address) for address in addresses}
    tried = 0
    for count, weather, files in states(recording):
        laid_down(files, place)
        where = f"after {count} of {len(recording.calls)} calls, weather {weather}"
        done = count == len(recording.calls)
        try:
            found = held(there, addresses)
            assert found == after or (found == present and not done), where
            if found == after and kind != "a store that is gone":
                aside = list(place.rglob("memory.db.before-restore-1"))
                assert aside, f"the old store is gone {where}"
        except HooksError as error:
            # What could not be read before, or was not there, may still be so until the restoring is done.
            broken = kind in ("a store that is gone", "a damaged store") and error.exit_code == 77 and not done
            assert broken, f"{where}: {error}"
        tried += 1
    assert tried > (12 if STEP > 1 else 60)


@pytest.mark.parametrize("verb", ["rotate", "restore"])
def test_a_disk_that_lies_about_its_syncs_gives_no_wrong_data(
    run: Run, home: Path, project: Path, environ: dict[str, str], tmp_path: Path, verb: str
) -> None:
    """Nothing can keep what such a disk loses: then there is an error, at the latest of `memory verify` (single pages that went back to
    an older state are authentic, each for itself); never an empty store, nor another value in one that verifies."""
    hooks, place = home / "hooks", tmp_path / "after"
    copied, present, argv = _before_restore(run, "its own key", home, project)
    if verb == "rotate":
        copied, argv = present, [str(PROGRAM), "key", "rotate"]
    recording = record(argv, hooks, tmp_path / "log", cwd=project, env=environ)
    recording.lies = True
    there = elsewhere(environ, project, place)
    addresses = list(present)
    after = {address: copied.get(address) for address in addresses}
    refused = 0
    for count, weather, files in states(recording):
        laid_down(files, place)
        try:
            found = held(there, addresses)
        except Unsound:
            refused += 1
        except HooksError as error:
            assert error.exit_code in (74, 77, 78), error
            refused += 1
        else:
            assert found in (present, after), f"after {count} calls, weather {weather}"
    assert refused


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("verb", ["rotate", "restore"])
def test_each_call_fails_once(
    run: Run, home: Path, project: Path, environ: dict[str, str], tmp_path: Path, error: str, verb: str
) -> None:
    hooks, kept = home / "hooks", tmp_path / "kept"
    copied, present, argv = _before_restore(run, "its own key", home, project)
    if verb == "rotate":
        copied, argv = present, [str(PROGRAM), "key", "rotate"]
    shutil.copytree(hooks, kept)
    recording = record(argv, hooks, tmp_path / "log", cwd=project, env=environ)
    there = Environment(environ, str(project))
    addresses = list(present)
    after = {address: copied.get(address) for address in addresses}
    calls = [call for call in recording.calls if call.kernel_name in FALLIBLE]
    assert len(calls) > 30
    for call in calls[:: STEP if STEP == 1 else 19]:
        TRIED["failing calls"] = TRIED.get("failing calls", 0) + 1
        shutil.rmtree(hooks)
        shutil.copytree(kept, hooks)
        done = failing(call, error, argv, cwd=project, env=environ)
        where = f"{call.kernel_name} {call.number} failing with {error}: exit {done.returncode}, {done.stderr}"
        assert done.returncode in (0, 73, 74, 77), where
        assert "Traceback" not in done.stderr, where
        if error == "ENOSPC" and call.name == "write":
            assert "full" in done.stderr or done.returncode == 0, where
        found = held(there, addresses)
        assert found == after or (found == present and done.returncode != 0), where


@pytest.mark.parametrize("verb", ["set", "change", "remove"])
def test_key_passphrase(
    run: Run, home: Path, project: Path, environ: dict[str, str], tmp_path: Path, verb: str
) -> None:
    """The store opens all the way with what opened it before, or with what is to open it; once acknowledged, with that."""
    hooks, place = home / "hooks", tmp_path / "after"
    known = filled(run, 2)
    before, after = (None, PHRASE) if verb == "set" else (PHRASE, NEW_PHRASE if verb == "change" else None)
    if before:
        run("key", "passphrase", "set", "--stdin", stdin=PHRASE, check=True)
    lines = "\n".join(phrase for phrase in ((before, after) if before else (after,)) if phrase)
    argv = [str(PROGRAM), "key", "passphrase", verb, "--stdin"]
    recording = record(argv, hooks, tmp_path / "log", cwd=project, env=environ, stdin=lines)
    tried = 0
    for count, weather, files in states(recording, step=1 if STEP == 1 else 3):
        laid_down(files, place)
        opened = []
        for phrase in (before, after):
            there = elsewhere({**environ, "MEMORY_ENCRYPTION_KEY": phrase} if phrase else environ, project, place)
            try:
                assert held(there, list(known)) == known
                opened.append(phrase)
            except HooksError as error:
                assert error.exit_code in (77, 78), error
        assert opened, f"nothing opens it after {count} of {len(recording.calls)} calls, weather {weather}"
        if count == len(recording.calls):
            assert opened == [after], f"after all calls, weather {weather}"
        tried += 1
    assert tried >= 3


@pytest.mark.parametrize("kind", ["new", "in the place of one"])
def test_memory_backup(run: Run, home: Path, project: Path, environ: dict[str, str], tmp_path: Path, kind: str) -> None:
    """A copy and its slot file are there both or, after the next call, neither; the copy that is there opens with its passphrase."""
    filled(run, 2)
    out, place = project / "out", tmp_path / "after"
    out.mkdir()
    argv = [str(PROGRAM), "memory", "backup", str(out / "safe"), "--passphrase", "--stdin", "--force"]
    if kind == "new":
        argv.pop()
    else:
        run(*argv[1:], stdin=PHRASE, check=True)
        run("key", "rotate", check=True)
    recording = record(argv, project, tmp_path / "log", cwd=project, env=environ, stdin=PHRASE)
    assert len(recording.calls) > 8, "the copying was not recorded"
    there = Environment(environ, str(project))
    tried = opened = 0
    for count, weather, files in states(recording, step=1):
        laid_down(files, place)
        where = f"after {count} of {len(recording.calls)} calls, weather {weather}: {sorted(files)}"
        sweep(str(place / "out"))
        copy, slot = place / "out" / "safe", place / "out" / "safe.slots"
        assert copy.exists() == slot.exists(), where
        assert not list(place.rglob("*.hooks-new")), where
        assert copy.exists() or (kind == "new" and count < len(recording.calls)), where
        if copy.exists():
            assert backup.restore(there, str(copy), phrase=PHRASE, dry_run=True).holds.entries == 3, where
            opened += 1
        tried += 1
    assert tried > 10 and opened >= 1
