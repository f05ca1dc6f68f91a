"""A new store: made whole, once, by however many first users; private, encrypted, and refused when it is not what it should be."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from tests.conftest import PROGRAM, Run


def store_file(home: Path) -> Path:
    """The one store of a test."""
    (found,) = (home / "hooks" / "data" / "projects").glob("*/memory.db")
    return found


def key_file(home: Path) -> Path:
    """Its key."""
    (found,) = (home / "hooks" / "config" / "keys").glob("*.key")
    return found


def together(count: int, argv: list[str], environ: dict[str, str], project: Path) -> list[tuple[int, str, str]]:
    """Start `count` processes at once ({} in argv is the process's number) and wait for all."""
    started = [
        subprocess.Popen(
            [PROGRAM, *[word.replace("{}", str(number)) for word in argv]],
            env=environ,
            cwd=project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    done = []
    for process in started:
        out, err = process.communicate(timeout=120)
        done.append((process.returncode, out, err))
    return done


def test_twenty_first_users_end_with_one_store_and_one_key(run: Run, environ, project, home) -> None:
    done = together(20, ["memory", "store", "first/{}", "value {}"], environ, project)
    assert [code for code, _, _ in done] == [0] * 20, [err for _, _, err in done if err]
    store_file(home), key_file(home)
    assert list(store_file(home).parent.glob("*.new-*")) == []
    listed = run("memory", "recall", "first/*", "--format", "ndjson", check=True).stdout.splitlines()
    assert len(listed) == 20
    revisions = sorted(int(out.rpartition("(revision ")[2].partition(",")[0]) for _, out, _ in done)
    assert revisions == list(range(1, 21))


def test_files_and_folders_are_private(run: Run, home) -> None:
    run("memory", "store", "k", "v", check=True)
    for path in (home / "hooks").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), f"{path}: {mode:o}"


def test_a_store_whose_key_is_gone_is_refused_and_gets_no_new_key(run: Run, home) -> None:
    run("memory", "store", "k", "v", check=True)
    key = key_file(home)
    away = key.with_suffix(".away")
    key.rename(away)
    done = run("memory", "store", "k", "w")
    assert done.returncode == 77 and str(key) in done.stderr
    assert not key.exists()
    away.rename(key)
    assert run("memory", "recall", "k").stdout == "v"


def test_another_key_is_refused_with_the_name_of_its_source(run: Run, home) -> None:
    run("memory", "store", "k", "v", check=True)
    done = run("memory", "recall", "k", env={"MEMORY_ENCRYPTION_KEY": "ab" * 32})
    assert (done.returncode, done.stdout) == (77, "")
    assert "MEMORY_ENCRYPTION_KEY" in done.stderr
    assert run("memory", "recall", "k").stdout == "v"


def test_a_plaintext_file_in_the_stores_place_is_refused(run: Run, home) -> None:
    run("memory", "store", "k", "v", check=True)
    path = store_file(home)
    for name in (path.name, path.name + "-wal", path.name + "-shm"):
        path.with_name(name).unlink(missing_ok=True)
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE t(a)")
    plain.commit()
    plain.close()
    before = path.read_bytes()
    done = run("memory", "store", "k", "w")
    assert done.returncode == 77 and "plaintext" in done.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"short", b"\0" * 4096])
def test_a_file_that_is_no_store_is_refused(run: Run, home, content: bytes) -> None:
    run("memory", "store", "k", "v", check=True)
    path = store_file(home)
    for name in (path.name + "-wal", path.name + "-shm"):
        path.with_name(name).unlink(missing_ok=True)
    path.write_bytes(content)
    done = run("memory", "store", "k", "w")
    assert done.returncode == 77, done.stderr
    assert path.read_bytes() == content


def test_hooks_store_names_another_place(run: Run, tmp_path) -> None:
    place = tmp_path / "elsewhere" / "mine.db"
    done = run("memory", "store", "k", "v", env={"HOOKS_STORE": str(place)})
    assert done.returncode == 0, done.stderr
    assert place.exists()
    assert run("memory", "recall", "k", env={"HOOKS_STORE": str(place)}).stdout == "v"
    assert run("memory", "recall", "k").returncode == 1


def test_an_unencrypted_store_is_possible_and_said(run: Run, home) -> None:
    config = home / "hooks" / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[memory.security]\nencrypt_at_rest = false\n")
    done = run("memory", "store", "k", "v", check=True)
    assert "not encrypted" in done.stderr
    assert store_file(home).read_bytes().startswith(b"SQLite format 3\0")
    assert run("memory", "recall", "k", check=True).stdout == "v"
    config.write_text("")
    assert run("memory", "recall", "k").returncode == 77


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(run: Run, home) -> None:
    (home / "hooks").mkdir(mode=0o500)
    done = run("memory", "store", "k", "v")
    assert done.returncode in (73, 74, 77)
    assert str(home / "hooks") in done.stderr


def test_a_file_where_a_folder_should_be(run: Run, home) -> None:
    (home / "hooks").write_text("")
    done = run("memory", "store", "k", "v")
    assert done.returncode == 73 and str(home / "hooks") in done.stderr
