"""`memory backup` and `memory restore`: a copy that opens, is verified, and takes the store's place."""

from __future__ import annotations

import json
import os
import shutil
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hooks_cli.store.sqlite import connection as sqlite_connection
from tests.conftest import Run


def test_there_and_back(run: Run, project: Path, home: Path) -> None:
    run("memory", "store", "k", "before", check=True)
    run("memory", "store", "svc/api_keys", "hunter2-hunter2", check=True)
    done = run("memory", "backup", "safe.backup", check=True)
    path = project / "safe.backup"
    assert "Backed up 2 entries (2 versions, revision 2)" in done.stdout
    assert "the key file" in done.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"before" not in path.read_bytes()
    assert not path.read_bytes().startswith(b"SQLite")
    run("memory", "store", "k", "after", check=True)
    assert run("memory", "restore", "safe.backup", "--dry-run").stdout.startswith("Verified 2 entries")
    assert run("memory", "recall", "k").stdout == "after"
    done = run("memory", "restore", "safe.backup", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "before"
    assert run("memory", "recall", "svc/api_keys", "--reveal").returncode in (0, 77)
    assert run("memory", "verify").returncode == 0
    run("memory", "store", "k", "goes on", check=True)
    # The old store is whole where the output says.
    aside = done.stdout.splitlines()[-1].partition(": ")[2]
    run("memory", "restore", aside, check=True)
    assert run("memory", "recall", "k").stdout == "after"


def test_a_copy_is_named_after_project_and_time_and_not_overwritten(run: Run, project: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    env = {"HOOKS_NOW": "2025-10-17T12:00:00Z"}
    assert run("memory", "backup", env=env).returncode == 0
    assert (project / "memory-project-20251017-120000.backup").exists()
    assert run("memory", "backup", env=env).returncode == 0
    assert (project / "memory-project-20251017-120000-2.backup").exists()
    assert run("memory", "backup", "memory-project-20251017-120000.backup").returncode == 73
    assert run("memory", "backup", "--force", env=env).returncode == 0
    report = json.loads(run("memory", "backup", "--output", "x", "--json", check=True).stdout)["backup"]
    assert (report["entries"], report["verified"]) == (1, True)


def test_a_passphrase_opens_it_without_the_stores_key(run: Run, project: Path, home: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    run("memory", "store", "svc/credentials", "hunter2-hunter2", check=True)
    (project / "phrase").write_text("correct horse battery staple\n")
    (project / "phrase").chmod(0o600)
    done = run("memory", "backup", "safe", "--password-file", "phrase", check=True)
    assert "safe.slots" in done.stdout
    shutil.rmtree(home / "hooks")
    done = run("memory", "restore", "safe")
    assert done.returncode == 77 and "memory restore" in done.stderr and "--passphrase" in done.stderr
    assert run("memory", "restore", "safe", "--stdin", stdin="wrong phrase, quite wrong\n").returncode == 77
    assert not list((home / "hooks").rglob("memory.db"))
    run("memory", "restore", "safe", "--password-file", "phrase", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "v"
    assert run("memory", "verify").returncode == 0
    run(
        "memory", "revert", "svc/credentials", "--to", "1"
    )  # opens the seal under the new key, whatever the verb answers
    entry = json.loads(run("memory", "recall", "svc/*", "--json", check=True).stdout)["entries"][0]
    assert entry["data"] == "‹sealed›"


def test_a_damaged_copy_replaces_nothing(run: Run, project: Path) -> None:
    for number in range(8):
        run("memory", "store", f"k/{number}", "x" * 500, check=True)
    run("memory", "backup", "safe", check=True)
    content = bytearray((project / "safe").read_bytes())
    content[len(content) // 2] ^= 1
    (project / "safe").write_bytes(content)
    done = run("memory", "restore", "safe")
    assert done.returncode == 77
    assert str(project / "safe") in done.stderr and ".hooks-new" not in done.stderr
    assert run("memory", "recall", "k/1").stdout == "x" * 500
    (project / "cut").write_bytes(bytes(content[:-100]))
    done = run("memory", "restore", "cut")
    assert (done.returncode, "is cut short" in done.stderr) == (65, True)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", 65), (b'{"entries": []}', 65), (b"SQLite format 3\0" + b"x" * 100, 65), (b"\x01" * 8192, 77)],
)
def test_what_is_no_copy_is_said(run: Run, project: Path, content: bytes, code: int) -> None:
    run("memory", "store", "k", "v", check=True)
    (project / "file").write_bytes(content)
    assert run("memory", "restore", "file").returncode == code
    assert run("memory", "restore", "none").returncode == 66
    assert run("memory", "restore").returncode == 64
    assert run("memory", "recall", "k").stdout == "v"


def test_another_projects_copy_does_not_open_here(run: Run, project: Path) -> None:
    other = project.parent / "other"
    other.mkdir()
    (other / "hooks.toml").write_text("")
    run("memory", "store", "k", "v", check=True)
    run("memory", "store", "k", "other", cwd=other, check=True)
    run("memory", "backup", "safe", check=True)
    assert run("memory", "restore", str(project / "safe"), cwd=other).returncode == 77
    assert run("memory", "recall", "k", cwd=other).stdout == "other"


def test_a_kill_while_restoring_leaves_one_of_the_two(run: Run, project: Path) -> None:
    run("memory", "store", "k", "before", check=True)
    run("memory", "backup", "safe", check=True)
    run("memory", "store", "k", "after", check=True)
    assert run("memory", "restore", "safe", env={"HOOKS_FAILPOINT": "restore"}).returncode < 0
    assert run("memory", "recall", "k", check=True).stdout == "after"
    run("memory", "restore", "safe", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "before"


def test_a_copy_while_others_write_is_one_state(run: Run, project: Path) -> None:
    run("memory", "store", "k/0", "0", check=True)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            run("memory", "store", f"k/{number}", str(number))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert run("memory", "backup", f"safe{number}").returncode == 0
    finally:
        stop.set()
        writer.join()
    assert run("memory", "restore", "safe2").returncode == 0
    assert run("memory", "verify").returncode == 0


def test_the_folder_of_the_copy_is_made(run: Run, project: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    run("memory", "backup", "some/where", check=True)
    assert (project / "some/where").is_file()
    run("memory", "store", "taken", "v", check=True)
    assert run("memory", "backup", "hooks.toml/where").returncode == 73
    assert run("memory", "backup", str(project)).returncode == 73
    assert not [name for name in os.listdir(project) if ".new" in name]


@pytest.mark.parametrize("start", [b"{", b"[", b" \n{", b"key,", b"\x1f\x8b"])
def test_a_copy_whose_first_bytes_look_like_an_export_is_a_copy(
    run: Run, project: Path, home: Path, start: bytes
) -> None:
    """An encrypted file begins with 16 random bytes; here they are chosen."""
    run("memory", "store", "k", "before", check=True)
    run("memory", "backup", "safe", check=True)
    key = next(home.rglob("*.key")).read_text().strip()
    connection = sqlite_connection.connect(str(project / "safe"), bytes.fromhex(key), 0)
    salt = start + bytes(range(200, 216 - len(start)))
    assert connection.execute(f'PRAGMA rekey="raw:{key}{salt.hex()}"').fetchall() == [("ok",)]
    connection.close()
    assert (project / "safe").read_bytes().startswith(start)
    run("memory", "store", "k", "after", check=True)
    run("memory", "restore", "safe", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "before"


def test_the_copy_of_a_store_that_is_not_encrypted(run: Run, home: Path) -> None:
    config = home / "hooks" / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[memory.security]\nencrypt_at_rest = false\n")
    run("memory", "store", "k", "before", check=True)
    run("memory", "backup", "safe", check=True)
    run("memory", "store", "k", "after", check=True)
    run("memory", "restore", "safe", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "before"


def test_a_kill_between_the_exchange_of_store_and_anchor_leaves_a_store_that_opens(run: Run) -> None:
    run("memory", "store", "k", "before", check=True)
    run("memory", "backup", "safe", check=True)
    run("memory", "store", "k", "after", check=True)
    assert run("memory", "restore", "safe", env={"HOOKS_FAILPOINT": "restored"}).returncode < 0
    assert run("memory", "recall", "k", check=True).stdout == "before"
    assert run("memory", "verify").returncode == 0


def test_a_killed_backup_with_a_passphrase_leaves_nothing_in_the_way(run: Run, project: Path) -> None:
    """The slot file gets its name first: alone, and still under the dead process's temporary name, it goes with the next call."""
    run("memory", "store", "k", "v", check=True)
    argv = ("memory", "backup", "safe", "--passphrase", "--stdin")
    run(*argv, stdin="correct horse battery\n", check=True)
    (project / "safe").unlink()
    alone, half = project / "safe.slots", project / "safe.slots.4711.0a1b2c3d.hooks-new"
    assert run(*argv, stdin="another horse entirely\n").returncode == 73, (
        "a slot file whose copy was moved away is kept"
    )
    os.link(alone, half)
    run(*argv, stdin="another horse entirely\n", check=True)
    assert not half.exists()
    assert run("memory", "restore", "safe", "--dry-run", "--stdin", stdin="correct horse battery\n").returncode == 77
    run("memory", "restore", "safe", "--dry-run", "--stdin", stdin="another horse entirely\n", check=True)
    half.write_bytes(alone.read_bytes())
    half.chmod(0o600)
    run("memory", "backup", "other", check=True)
    assert alone.exists() and not half.exists(), "a copy that is whole keeps its slots"


def test_a_replaced_copy_has_no_slots_but_its_own(run: Run, project: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    argv = ("memory", "backup", "safe", "--force", "--stdin", "--passphrase")
    for phrase in ("correct horse battery\n", "another horse entirely\n"):
        run(*argv, stdin=phrase, check=True)
    assert len(json.loads((project / "safe.slots").read_text())["slots"]) == 1
    assert run("memory", "restore", "safe", "--dry-run", "--stdin", stdin="correct horse battery\n").returncode == 77
    run("memory", "backup", "safe", "--force", check=True)
    assert not (project / "safe.slots").exists()
    run("memory", "restore", "safe", "--dry-run", check=True)
    assert not list(project.glob("*.hooks-new"))


def test_one_of_each_is_said_in_the_singular(run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    assert run("memory", "backup", "copy", check=True).stdout.startswith(
        "Backed up 1 entry (1 version, revision 1) to "
    )
    assert run("memory", "backup", "validate", "copy", check=True).stdout.startswith("Verified 1 entry (1 version, ")
    assert run("memory", "restore", "copy", check=True).stdout.startswith("Restored 1 entry (1 version, ")


def test_a_copy_from_before_a_rotation_names_the_key_that_it_needs(run: Run, home: Path) -> None:
    run("memory", "store", "k", "v", check=True)
    run("memory", "backup", "copy", check=True)
    paper = run("key", "export", "--yes", check=True).stdout
    elsewhere = {"HOOKS_HOME": str(home / "another-machine")}
    done = run("memory", "restore", "copy", env=elsewhere)
    assert done.returncode == 77 and "key import" in done.stderr and "memory init" not in done.stderr
    run("key", "import", stdin=paper, env=elsewhere, check=True)
    run("memory", "restore", "copy", env=elsewhere, check=True)
    assert run("memory", "recall", "k", env=elsewhere, check=True).stdout == "v"
    run("key", "rotate", check=True)
    done = run("memory", "restore", "copy")
    assert done.returncode == 77 and "does not open the store" in done.stderr
    assert "key import --file paper.txt" in done.stderr and "HOOKS_STORE" in done.stderr


def test_copies_in_the_same_second_get_names_of_their_own(run: Run, project: Path) -> None:
    """Six processes at one fixed time: each finds the same name free at first."""
    run("memory", "store", "k", "v", check=True)
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: run("memory", "backup", env={"HOOKS_NOW": "2025-10-17T12:00:00Z"}), range(6)))
    assert [one.returncode for one in done] == [0] * 6, [one.stderr for one in done]
    assert len(list(project.glob("memory-project-20251017-120000*.backup"))) == 6
