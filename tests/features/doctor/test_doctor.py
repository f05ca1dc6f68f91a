"""`doctor` through the installed program: well, ill in every way it looks for, and its exit code by severity."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.fixture
def keys(home: Path) -> Path:
    return home / "hooks" / "config" / "keys"


def store_of(home: Path) -> Path:
    return next((home / "hooks" / "data").rglob("memory.db"))


def findings(run: Run, code: int) -> dict[str, dict[str, str]]:
    """The worst finding of each check, by the check's name."""
    done = run("doctor", "--json")
    assert done.returncode == code, done.stdout + done.stderr
    body = json.loads(done.stdout)
    assert body["exit_code"] == code and body["schema_version"] == "1"
    levels = ["ok", "note", "warning", "error"]
    found: dict[str, dict[str, str]] = {}
    for item in sorted(body["findings"], key=lambda item: levels.index(item["level"])):
        found[item["check"]] = item
    return found


def test_before_the_first_use_it_makes_nothing(run: Run, home: Path) -> None:
    found = findings(run, 0)
    assert found["store"]["level"] == "note"
    assert not (home / "hooks" / "data").exists() and not (home / "hooks" / "config" / "keys").exists()


def test_a_healthy_store(run: Run) -> None:
    run("memory", "store", "a", "b", check=True)
    found = findings(run, 0)
    for check in ("versions", "key", "permissions", "file system", "cipher", "integrity", "ledger", "format", "size"):
        assert found[check]["level"] == "ok", found[check]
    text = run("doctor", check=True).stdout
    assert "chacha20" in text and "WARN" not in text and "FAIL" not in text
    lines = run("doctor", "--format", "ndjson", check=True).stdout.splitlines()
    assert {json.loads(line)["check"] for line in lines} >= {"key", "ledger", "shims", "agents"}


def test_an_exposed_and_a_lost_key(run: Run, keys: Path) -> None:
    run("memory", "store", "a", "b", check=True)
    path = next(keys.glob("*.key"))
    path.chmod(0o644)
    found = findings(run, 77)
    assert found["key"]["level"] == "error" and "chmod 600" in found["key"]["mend"]
    path.unlink()
    assert "key import" in findings(run, 77)["key"]["mend"]
    assert list(keys.glob("*.key")) == []


def test_open_folders_are_told_and_mended_by_the_next_call(run: Run, home: Path) -> None:
    run("memory", "store", "a", "b", check=True)
    store = store_of(home)
    store.parent.chmod(0o755)
    store.chmod(0o644)
    assert findings(run, 1)["permissions"]["level"] == "warning"
    store.parent.chmod(0o755)
    done = run("memory", "recall", "a", check=True)
    assert done.stdout == "b" and "closed now" in done.stderr
    assert store.parent.stat().st_mode & 0o777 == 0o700 and store.stat().st_mode & 0o777 == 0o600
    assert run("memory", "recall", "a", check=True).stderr == ""


def test_a_damaged_page(run: Run, home: Path) -> None:
    for n in range(30):
        run("memory", "store", f"k{n % 3}", "x" * 3000, check=True)
    store = store_of(home)
    content = bytearray(store.read_bytes())
    at = len(content) // 2
    content[at] ^= 1
    store.write_bytes(bytes(content))
    store.with_name("memory.db-wal").unlink(missing_ok=True)
    done = run("doctor", "--json")
    assert done.returncode == 77, done.stdout
    assert any(item["level"] == "error" for item in json.loads(done.stdout)["findings"])


def test_no_encryption_is_a_warning(run: Run, home: Path) -> None:
    config = home / "hooks" / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[memory.security]\nencrypt_at_rest = false\nallow_reveal = true\nscan = false\n")
    run("memory", "store", "a", "b", check=True)
    found = findings(run, 1)
    assert found["cipher"]["level"] == "warning" and found["settings"]["level"] == "warning"


def test_broken_settings(run: Run, project: Path) -> None:
    (project / "hooks.toml").write_text("[memory\n")
    assert findings(run, 78)["settings"]["level"] == "error"
    (project / "hooks.toml").write_text("[memory.security]\nencrypt_at_rest = false\n")
    assert findings(run, 1)["settings"]["level"] == "warning"


def test_agents_settings(run: Run, project: Path) -> None:
    assert findings(run, 0)["agents"]["level"] == "note"
    folder = project / ".claude"
    folder.mkdir()
    hook = {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "hooks-cli hooks event"}]}]}}
    (folder / "settings.json").write_text(json.dumps(hook))
    assert findings(run, 1)["agents"]["level"] == "warning"  # not what `setup` writes
    run("setup", "claude-code", check=True)
    assert findings(run, 0)["agents"]["level"] == "ok"
    (folder / "settings.json").write_text("{")
    assert findings(run, 1)["agents"]["level"] == "warning"


def test_shims(run: Run) -> None:
    assert findings(run, 0)["shims"]["level"] == "note"
    run("shims", "install", check=True)
    assert findings(run, 1)["shims"]["level"] == "warning"  # not on PATH


def test_a_passphrase_and_an_unfinished_rotation(quick_run: Run, keys: Path, environ: dict[str, str]) -> None:
    quick_run("memory", "store", "a", "b", check=True)
    stale = next(keys.glob("*.key")).with_suffix(".key.next")
    stale.write_text("7" * 64 + "\n")
    stale.chmod(0o600)
    assert "rotate" in findings(quick_run, 1)["key"]["mend"]
    quick_run("key", "rotate", check=True)
    assert findings(quick_run, 0)["key"]["level"] == "ok"
    quick_run("key", "passphrase", "set", "--stdin", stdin="correct horse battery\n", check=True)
    assert "unlock" in findings(quick_run, 77)["key"]["mend"]
    environ["MEMORY_ENCRYPTION_KEY"] = "correct horse battery"
    assert findings(quick_run, 0)["key"]["level"] == "note"
    environ["MEMORY_ENCRYPTION_KEY"] = ""
    assert findings(quick_run, 78)["key"]["level"] == "error"


def test_a_store_that_is_gone_is_not_taken_for_an_empty_one(run: Run, home: Path, keys: Path) -> None:
    run("memory", "store", "a", "b", check=True)
    for path in store_of(home).parent.glob("memory.db*"):
        path.unlink()
    for call in (("memory", "recall", "a"), ("memory", "store", "c", "d"), ("hooks", "notify", "--message", "m")):
        done = run(*call)
        assert (done.returncode, done.stdout) == (77, ""), call
        assert ".anchor" in done.stderr
    assert findings(run, 77)["store"]["level"] == "error"
    assert list((home / "hooks" / "data").rglob("memory.db")) == []
    next(keys.glob("*.anchor")).unlink()  # as the message says
    run("memory", "store", "c", "d", check=True)
    assert run("memory", "recall", "a").returncode == 1


def test_what_was_left_behind(run: Run, home: Path) -> None:
    run("memory", "store", "a", "b", check=True)
    store_of(home).with_name("memory.db.rotating").write_bytes(b"x")
    assert "memory.db.rotating" in findings(run, 0)["leftovers"]["text"]


def test_a_missing_anchor_is_told(run: Run, keys: Path) -> None:
    run("memory", "store", "a", "b", check=True)
    next(keys.glob("*.anchor")).unlink()
    run("doctor")  # opening makes a new one
    assert list(keys.glob("*.anchor"))
