"""The key as its owner handles it: show, export, import, passphrase, keyring, unlock and lock, through the installed program."""

from __future__ import annotations

import json
import re
import sys
import types
from pathlib import Path

import pytest

from hooks_cli.crypto.keys import slots, unlock_cache
from hooks_cli.environment import Environment
from hooks_cli.features.keys import facts, manage
from tests.conftest import Run
from tests.store.test_sensitive_values import on_a_terminal

PHRASE = "correct horse battery"


@pytest.fixture
def keys(home: Path) -> Path:
    return home / "hooks" / "config" / "keys"


def key_file(keys: Path) -> Path:
    return next(keys.glob("*.key"))


def test_show_never_shows_the_key(run: Run, keys: Path) -> None:
    assert "not made yet" in run("key", "show", check=True).stdout
    assert not keys.exists()
    run("memory", "store", "a", "b", check=True)
    raw = key_file(keys).read_text().strip()
    for argv in (("key", "show"), ("key", "show", "--json")):
        done = run(*argv, check=True)
        assert raw not in done.stdout + done.stderr and str(key_file(keys)) in done.stdout
    shown = json.loads(run("key", "show", "--json").stdout)["key"]
    assert shown["kind"] == "key file" and shown["problem"] is None and len(shown["fingerprint"]) == 16
    key_file(keys).chmod(0o644)
    done = run("key", "show")
    assert done.returncode == 77 and "0644" in done.stdout


def test_export_needs_a_terminal_or_yes(run: Run, keys: Path, environ: dict[str, str], project: Path) -> None:
    run("memory", "store", "a", "b", check=True)
    done = run("key", "export")
    assert (done.returncode, done.stdout) == (77, "")
    code, shown = on_a_terminal(["key", "export"], environ, project)
    assert code == 0 and shown == run("key", "export", "--yes", check=True).stdout
    assert run("key", "export", "--yes", "--hex", check=True).stdout == key_file(keys).read_text()


def test_a_lost_key_comes_back_from_paper(run: Run, keys: Path, tmp_path: Path) -> None:
    run("memory", "store", "a", "b", check=True)
    paper, raw = run("key", "export", "--yes", check=True).stdout, key_file(keys).read_text()
    path = key_file(keys)
    path.unlink()
    done = run("memory", "recall", "a")
    assert (done.returncode, done.stdout) == (77, "") and str(path) in done.stderr and "key import" in done.stderr
    assert run("memory", "store", "c", "d").returncode == 77 and not path.exists()
    slip = re.sub(r"(?m)^3: .", "3: !", paper)
    done = run("key", "import", stdin=slip)
    assert done.returncode == 65 and "line 3" in done.stderr and not path.exists()
    assert run("key", "import", stdin="7" * 64).returncode == 77 and not path.exists()
    written = tmp_path / "paper.txt"
    written.write_text(paper)
    run("key", "import", "--file", written, check=True)
    assert path.read_text() == raw and path.stat().st_mode & 0o777 == 0o600
    assert run("memory", "recall", "a", check=True).stdout == "b"
    run("key", "import", stdin=raw, check=True)
    assert run("key", "import", "--file", tmp_path / "none").returncode == 66


def test_another_key_is_not_replaced_without_force(run: Run, keys: Path) -> None:
    run("memory", "store", "a", "b", check=True)
    raw = key_file(keys).read_text()
    key_file(keys).write_text("7" * 64 + "\n")
    assert run("memory", "recall", "a").returncode == 77
    assert run("key", "import", stdin=raw).returncode == 73
    run("key", "import", "--force", stdin=raw, check=True)
    assert run("memory", "recall", "a", check=True).stdout == "b"


def test_a_passphrase_takes_the_key_files_place(quick_run: Run, keys: Path, environ: dict[str, str]) -> None:
    environ.pop("XDG_RUNTIME_DIR", None)
    quick_run("memory", "store", "a", "b", check=True)
    assert quick_run("key", "passphrase", "set", "--stdin", stdin="short\n").returncode == 64
    assert quick_run("key", "passphrase", "set").returncode == 64  # nobody to ask
    assert quick_run("key", "passphrase").returncode == 64
    assert quick_run("key", "passphrase", "sett").returncode == 64
    assert quick_run("key", "passphrase", "remove", "--stdin", stdin=f"{PHRASE}\n").returncode == 1
    quick_run("key", "passphrase", "set", "--stdin", stdin=f"{PHRASE}\n", check=True)
    assert list(keys.glob("*.key")) == []
    done = quick_run("memory", "recall", "a")
    assert (done.returncode, done.stdout) == (77, "") and "unlock" in done.stderr
    assert quick_run("memory", "recall", "a", env={"MEMORY_ENCRYPTION_KEY": PHRASE}, check=True).stdout == "b"
    assert quick_run("memory", "recall", "a", env={"MEMORY_ENCRYPTION_KEY": PHRASE + "!"}).returncode == 77
    # A second one, then the first is changed, then both are removed.
    quick_run("key", "passphrase", "set", "--stdin", stdin=f"{PHRASE}\nsecond passphrase\n", check=True)
    done = quick_run("key", "passphrase", "change", "--stdin", stdin="wrong passphrase\nthird passphrase\n")
    assert done.returncode == 77
    quick_run("key", "passphrase", "change", "--stdin", stdin=f"{PHRASE}\nthird passphrase\n", check=True)
    assert quick_run("memory", "recall", "a", env={"MEMORY_ENCRYPTION_KEY": PHRASE}).returncode == 77
    for phrase in ("second passphrase", "third passphrase"):
        assert quick_run("memory", "recall", "a", env={"MEMORY_ENCRYPTION_KEY": phrase}, check=True).stdout == "b"
    quick_run("key", "passphrase", "remove", "--stdin", stdin="third passphrase\n", check=True)
    assert list(keys.glob("*.key")) == []
    quick_run("key", "passphrase", "remove", "--stdin", stdin="second passphrase\n", check=True)
    assert quick_run("memory", "recall", "a", check=True).stdout == "b"
    assert list(keys.glob("*.slots")) == []


def test_a_passphrase_before_the_first_use(run: Run, keys: Path) -> None:
    assert "no key yet" in run("key", "export", "--yes").stderr
    run("key", "passphrase", "set", "--stdin", stdin=f"{PHRASE}\n", check=True)
    assert list(keys.glob("*.key")) == []
    [slot] = json.loads(next(keys.glob("*.slots")).read_text())["slots"]
    assert (slot["kdf"]["n"], slot["kdf"]["r"], slot["kdf"]["p"]) == (2**17, 8, 1)
    assert run("memory", "store", "a", "b").returncode == 77
    run("memory", "store", "a", "b", env={"MEMORY_ENCRYPTION_KEY": PHRASE}, check=True)
    assert run("memory", "recall", "a", env={"MEMORY_ENCRYPTION_KEY": PHRASE}, check=True).stdout == "b"


def test_export_as_json(run: Run) -> None:
    run("memory", "store", "a", "b", check=True)
    body = json.loads(run("key", "export", "--yes", "--json", check=True).stdout)
    assert body["schema_version"] == "1" and body["key"]["paper"] in run("key", "export", "--yes", check=True).stdout
    shown = json.loads(run("key", "export", "--yes", "--hex", "--json", check=True).stdout)["key"]
    assert shown["hex"] + "\n" == run("key", "export", "--yes", "--hex", check=True).stdout
    assert shown["fingerprint"] == body["key"]["fingerprint"]


def test_a_rotation_says_that_it_needs_the_passphrase(quick_run: Run, environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "runtime").mkdir(mode=0o700)
    environ["XDG_RUNTIME_DIR"] = str(tmp_path / "runtime")
    quick_run("memory", "store", "a", "b", check=True)
    quick_run("key", "passphrase", "set", "--stdin", stdin=PHRASE, check=True)
    quick_run("unlock", "--stdin", stdin=PHRASE, check=True)
    try:
        done = quick_run("key", "rotate")
        assert done.returncode == 77 and "which was not given" in done.stderr and "--stdin" in done.stderr
    finally:
        quick_run("lock")


def test_the_slot_file_is_authenticated(quick_run: Run, keys: Path, environ: dict[str, str]) -> None:
    environ["MEMORY_ENCRYPTION_KEY"] = PHRASE
    quick_run("memory", "store", "a", "b", check=True)
    path = next(keys.glob("*.slots"))
    good = path.read_text()
    held = json.loads(good)
    for change in ({"created_at": "2000-01-01T00:00:00.000Z"}, {"id": "0" * 16}):
        path.write_text(json.dumps({**held, "slots": [{**held["slots"][0], **change}]}))
        assert quick_run("memory", "recall", "a").returncode == 77, change
    kdf = held["slots"][0]["kdf"]
    for weak in ({"n": 2}, {"n": 2**30}, {"r": 1000}, {"salt": ""}, {"name": "none"}):
        path.write_text(json.dumps({**held, "slots": [{**held["slots"][0], "kdf": {**kdf, **weak}}]}))
        assert quick_run("memory", "recall", "a").returncode == 78, weak
    for text in (
        "",
        "{",
        "[]",
        '{"format": 1}',
        '{"format": 1, "slots": []}',
        good.replace('"wrapped": "', '"wrapped": "A'),
    ):
        path.write_text(text)
        assert quick_run("memory", "recall", "a").returncode == 78, text
    path.write_text(json.dumps({**held, "format": 2}))
    assert quick_run("memory", "recall", "a").returncode == 69
    path.write_text(good)
    path.chmod(0o644)
    assert quick_run("memory", "recall", "a").returncode == 77
    path.unlink()
    assert quick_run("memory", "recall", "a").returncode == 77  # never a new slot for a store that exists
    assert not path.exists()


def test_unlock_and_lock(quick_run: Run, environ: dict[str, str], tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environ["XDG_RUNTIME_DIR"] = str(runtime)
    quick_run("memory", "store", "a", "b", check=True)
    assert quick_run("unlock", "--stdin", stdin=f"{PHRASE}\n").returncode == 1  # there is no passphrase
    quick_run("key", "passphrase", "set", "--stdin", stdin=f"{PHRASE}\n", check=True)
    assert quick_run("unlock", "--stdin", stdin="wrong passphrase\n").returncode == 77
    assert quick_run("unlock", "--stdin", "--for", "90d", stdin=f"{PHRASE}\n").returncode == 65
    assert quick_run("memory", "recall", "a").returncode == 77
    done = quick_run("unlock", "--stdin", "--for", "1h", stdin=f"{PHRASE}\n", check=True)
    try:
        assert "Unlocked until" in done.stdout
        assert quick_run("memory", "recall", "a", check=True).stdout == "b"
        assert json.loads(quick_run("key", "show", "--json", check=True).stdout)["key"]["unlocked_until"]
        # A passphrase that is given is checked against what was unlocked, not just ignored.
        assert quick_run("memory", "recall", "a", env={"MEMORY_ENCRYPTION_KEY": "wrong passphrase"}).returncode == 77
        quick_run("key", "rotate", "--stdin", stdin=f"{PHRASE}\n", check=True)
        assert quick_run("memory", "recall", "a", check=True).stdout == "b"
    finally:
        assert quick_run("lock", check=True).stdout == "Locked.\n"
    assert quick_run("memory", "recall", "a").returncode == 77
    assert quick_run("lock", check=True).stdout == "It was not unlocked.\n"
    quick_run("key", "rotate", "--stdin", stdin=f"{PHRASE}\n", check=True)  # also while locked


def test_an_unlocked_key_in_the_runtime_folder_ends_with_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hooks_cli.crypto.keys.kernel_keyring._kernel", lambda: None)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    tmp_path.chmod(0o700)
    where = str(tmp_path / "x.slots")
    path = unlock_cache.put(where, bytes(range(32)), b"", 60)
    assert Path(path).stat().st_mode & 0o777 == 0o600
    known = unlock_cache.get(where)
    assert known is not None and known.raw == bytes(range(32))
    assert unlock_cache.get(where + "2") is None
    for late in (61, -3600 * 24 * 60):
        now = known.until - 60 + late
        monkeypatch.setattr("hooks_cli.crypto.keys.unlock_cache.time.time", lambda now=now: now)
        assert unlock_cache.get(where) is None
        monkeypatch.undo()
        monkeypatch.setattr("hooks_cli.crypto.keys.kernel_keyring._kernel", lambda: None)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        assert not Path(path).exists()
        unlock_cache.put(where, bytes(range(32)), b"", 60)
    tmp_path.chmod(0o755)
    assert unlock_cache.get(where) is None  # others could have put it there
    tmp_path.chmod(0o700)


def test_a_keyring_slot(
    run: Run, home: Path, project: Path, keys: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("memory", "store", "a", "b", check=True)
    done = run("key", "add", "keyring")
    if done.returncode == 0:
        pytest.skip("a real keyring is at hand here")
    assert done.returncode == 69 and list(keys.glob("*.slots")) == []
    assert run("key", "add").returncode == 64
    assert run("key", "remove", "keyring").returncode == 1
    # The system's keyring, in memory.
    kept: dict[tuple[str, str], str] = {}
    fake = types.ModuleType("keyring")
    fake.get_password = lambda service, name: kept.get((service, name))  # type: ignore[attr-defined]
    fake.set_password = lambda service, name, value: kept.__setitem__((service, name), value)  # type: ignore[attr-defined]
    fake.delete_password = lambda service, name: kept.__delitem__((service, name))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", fake)
    variables = {**environ, "PWD": str(project)}
    assert manage.add_keyring(Environment(variables, str(project))) == 1
    assert list(keys.glob("*.key")) == [] and len(kept) == 1
    env = Environment(variables, str(project))
    assert manage.opens(env, manage.present_key(env))
    told = facts.facts(env)
    assert (told["kind"], told["source"]) == ("slot in the keyring", "the system's keyring")
    assert run("memory", "recall", "a").returncode == 69  # another process has no such keyring
    held = dict(kept)
    kept.clear()  # the keyring of another user, say
    assert "kept in a keyring" in str(facts.facts(env)["problem"])
    kept.update(held)
    assert manage.remove_keyring(Environment(variables, str(project))) == 0
    assert not kept and run("memory", "recall", "a", check=True).stdout == "b"


def test_a_slot_keeps_its_parameters_small_enough_to_open() -> None:
    slot = slots.passphrase_slot(bytes(32), "é passphrase", 0, n=2**14)
    composed, decomposed = "é passphrase", "e\u0301 passphrase"
    for phrase in (composed, decomposed):
        opened = slots.unwrap(slot, slots.wrapping_key(slot, phrase))
        assert opened == (bytes(32), None)
    assert slots.unwrap(slot, slots.wrapping_key(slot, "e passphrase")) is None
