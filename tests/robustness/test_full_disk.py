"""Hard times: a full disk, no permission, a clock that jumps back, a value without end, a network file system."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hooks_cli.errors import NetworkFileSystem
from hooks_cli.store.sqlite.file import create
from tests.conftest import PROGRAM, Run
from tests.store.sqlite.file.test_create import store_file

ROOT = os.geteuid() == 0


def mounted(folder: Path, options: str) -> bool:
    """Mount a small memory file system there; False where that may not be done."""
    folder.mkdir(exist_ok=True)
    mount = shutil.which("mount")
    return (
        bool(mount)
        and not subprocess.run([mount, "-t", "tmpfs", "-o", options, "none", folder], capture_output=True).returncode
    )


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """The program's own folder on a disk of 1 MiB."""
    place = home / "hooks"
    if not ROOT or not mounted(place, "size=1m,mode=0700"):
        pytest.skip("a file system can only be mounted by root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_is_74_and_loses_nothing(small_disk: Path, run: Run) -> None:
    kept: dict[str, str] = {}
    refused = None
    for number in range(60):
        value = f"{number} " + "x" * 40_000
        done = run("memory", "store", f"k/{number}", value)
        if done.returncode:
            refused = done
            break
        kept[f"k/{number}"] = value
    assert refused is not None, "the disk was never full"
    assert refused.returncode == 74 and "full" in refused.stderr and refused.stdout == ""
    assert len(kept) >= 3
    for address, value in kept.items():
        assert run("memory", "recall", address, check=True).stdout == value
    hook = run("hooks", "notify", "--message", "y" * 100_000, "--memory-key", "big")
    assert hook.returncode != 2
    assert run("memory", "verify").returncode == 0


def test_a_full_disk_from_the_beginning(home: Path, run: Run) -> None:
    place = home / "hooks"
    if not ROOT or not mounted(place, "size=64k,mode=0700"):
        pytest.skip("a file system can only be mounted by root")
    try:
        done = run("memory", "store", "k", "v")
        assert done.returncode in (73, 74) and "Traceback" not in done.stderr
        assert not list(place.rglob("memory.db")), "no half store is left"
        assert not list(place.rglob("*.new-*")), "nor its draft"
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.skipif(ROOT, reason="root may write everywhere")
def test_no_permission(home: Path, run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    store_file(home).chmod(0)
    done = run("memory", "recall", "k")
    assert done.returncode == 77 and str(store_file(home)) in done.stderr


def test_a_clock_that_jumps_back(run: Run) -> None:
    day = 86_400_000
    now = 1_760_702_400_000
    run("memory", "store", "k", "first", env={"HOOKS_NOW": str(now)}, check=True)
    run("memory", "store", "k", "second", env={"HOOKS_NOW": str(now - 400 * day)}, check=True)
    run("hooks", "pre-task", "--description", "d", env={"HOOKS_NOW": str(now - 10 * day)}, check=True)
    done = run("hooks", "post-task", env={"HOOKS_NOW": str(now - 11 * day)}, check=True)
    assert "Traceback" not in done.stderr
    entry = json.loads(run("memory", "recall", "k", "--json", check=True).stdout)["entries"][0]
    assert (entry["data"], entry["key_version"]) == ("second", 2), "the order is that of the writes, not of the clock"
    run("memory", "verify", check=True)


def test_a_value_without_end(run: Run, environ: dict[str, str], project: Path) -> None:
    run("memory", "store", "k", "before", check=True)
    endless = subprocess.Popen(["head", "-c", str(1 << 30), "/dev/zero"], stdout=subprocess.PIPE)
    done = subprocess.run(
        [PROGRAM, "memory", "store", "k", "-"],
        stdin=endless.stdout,
        env=environ,
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert endless.stdout is not None
    endless.stdout.close()
    endless.wait()
    assert done.returncode == 65 and "at most" in done.stderr
    assert run("memory", "recall", "k").stdout == "before"


def test_a_value_of_ten_megabytes(run: Run) -> None:
    value = "0123456789abcde\n" * 655_360
    run("memory", "store", "k", "-", stdin=value, check=True)
    assert run("memory", "recall", "k", check=True).stdout == value


@pytest.mark.parametrize("value", [b"a\0b", b"\xff\xfe", b"caf\xe9"])
def test_what_cannot_be_given_back_exactly_is_refused(run: Run, value: bytes) -> None:
    done = run("memory", "store", "k", "-", stdin=value)
    assert done.returncode == 65 and "Nothing was stored" in done.stderr
    assert run("memory", "recall", "k").returncode == 1


def test_a_network_file_system_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(create, "file_system", lambda folder: "nfs4")
    with pytest.raises(NetworkFileSystem, match="nfs4") as caught:
        create.refuse_network(str(tmp_path / "memory.db"))
    assert caught.value.exit_code == 69 and "HOOKS_STORE" in caught.value.hint_text


def test_the_file_system_is_told(tmp_path: Path) -> None:
    if not os.path.exists("/proc/self/mountinfo"):
        pytest.skip("the system does not tell")
    assert create.file_system("/proc/self") == "proc"
    assert create.file_system(str(tmp_path))


@pytest.mark.parametrize(
    "address", ["../x", "a//b", "/a", "a/", "a/./b", "a/../b", "a\x1bb", "a\nb", "", "x" * 1025, "é" * 600]
)
def test_hostile_addresses(run: Run, address: str) -> None:
    done = run("memory", "store", "--key", address, "--value", "v")
    assert done.returncode in (64, 65), done.stdout
    assert done.returncode == 64 or "address" in done.stderr
    assert "\x1b" not in done.stderr
    hook = run("hooks", "notify", "--message", "kept", "--memory-key", address)
    if address:
        assert hook.returncode == 65, "the event is kept, the entry is not"


@pytest.mark.parametrize(
    "address", ["x" * 1024, "\u202eabc", "a b c", "[agent]/*", "漢字/🙂", "-dash", "a" * 500 + "/" + "b" * 500]
)
def test_odd_addresses_are_addresses(run: Run, address: str) -> None:
    run("memory", "store", "--key", address, "--value", "v", check=True)
    assert run("memory", "recall", "--key", address, check=True).stdout == "v"


def test_a_store_cut_short_says_how_to_bring_it_back(home: Path, run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    run("memory", "backup", "copy", check=True)
    file = store_file(home)
    for side in ("-wal", "-shm"):
        Path(f"{file}{side}").unlink(missing_ok=True)
    file.write_bytes(b"")
    done = run("memory", "recall", "k")
    assert done.returncode == 77 and done.stdout == ""
    assert "found a file of 0 bytes" in done.stderr and "memory restore BACKUP" in done.stderr
    assert "encrypt_at_rest" not in done.stderr
    run("memory", "restore", "copy", check=True)
    assert run("memory", "recall", "k", check=True).stdout == "v"


def test_a_home_that_cannot_be_written_names_the_way_out(run: Run, project: Path) -> None:
    (project / "file").write_text("")
    done = run("memory", "store", "k", "v", env={"HOOKS_HOME": str(project / "file" / "home")})
    assert done.returncode == 73 and "HOOKS_HOME=FOLDER" in done.stderr
