"""What other processes do to the store, its key and its settings while a server holds it."""

from __future__ import annotations

import json
import shutil
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.mcp_client import Client, ToolError

Environ = dict[str, str]


def store_folder(environ: Environ) -> Path:
    (found,) = (Path(environ["HOOKS_HOME"]) / "data" / "projects").iterdir()
    return found


def test_after_a_rotation_a_write_goes_into_the_new_file(run: Run, project: Path, environ: Environ) -> None:
    with Client(environ, project) as client:
        client.call("memory_store", key="before", value="1")
        run("key", "rotate", check=True)
        client.call("memory_store", key="after", value="2")
    assert run("memory", "recall", "before").stdout + run("memory", "recall", "after").stdout == "12"
    run("memory", "verify", check=True)


def test_after_a_restore_a_write_goes_into_the_restored_file(
    run: Run, project: Path, environ: Environ, tmp_path: Path
) -> None:
    with Client(environ, project) as client:
        client.call("memory_store", key="kept", value="1")
        run("memory", "backup", tmp_path / "copy.db", check=True)
        client.call("memory_store", key="lost", value="2")
        run("memory", "restore", tmp_path / "copy.db", check=True)
        client.call("memory_store", key="after", value="3")
        assert client.call("memory_retrieve", key="lost")["found"] is False
    assert run("memory", "recall", "kept").stdout + run("memory", "recall", "after").stdout == "13"
    run("memory", "verify", check=True)


@pytest.mark.parametrize("whole", [False, True], ids=["files", "folder"])
def test_nothing_is_acknowledged_after_the_store_was_removed(
    run: Run, project: Path, environ: Environ, whole: bool
) -> None:
    with Client(environ, project) as client:
        client.call("memory_store", key="k", value="1")
        if whole:
            shutil.rmtree(store_folder(environ))
        else:
            for file in store_folder(environ).glob("memory.db*"):
                file.unlink()
        for _ in range(2):
            with pytest.raises(ToolError) as error:
                client.call("memory_store", key="gone", value="2")
            assert error.value.error["name"] == "store-gone" and error.value.error["code"] == 77
        with pytest.raises(ToolError):
            client.call("memory_retrieve", key="k")
    assert run("memory", "recall", "gone").returncode == 77


def test_a_removed_log_is_found_before_the_next_write(run: Run, project: Path, environ: Environ) -> None:
    """The write-ahead log alone: a write into the deleted one would be seen by nobody."""
    with Client(environ, project) as client:
        client.call("memory_store", key="k", value="1")
        for name in ("memory.db-wal", "memory.db-shm"):
            (store_folder(environ) / name).unlink()
        try:
            client.call("memory_store", key="next", value="2")
            kept = True
        except ToolError as error:
            kept = False
            assert error.error["code"] in (74, 77)
    if kept:
        assert run("memory", "recall", "next", check=True).stdout == "2"


def test_a_setting_that_makes_a_key_sensitive_binds_the_next_call(run: Run, project: Path, environ: Environ) -> None:
    config = Path(environ["HOOKS_HOME"]) / "config" / "config.toml"
    with Client(environ, project) as client:
        client.call("memory_store", key="x/hush", value="not secret yet")
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text('[memory.security]\nsensitive_keys = ["hush"]\n[agents.bot]\nmemory_access = "read-only"\n')
        config.chmod(0o600)
        client.call("memory_store", key="y/hush", value="secret by now")
        assert client.call("memory_retrieve", key="y/hush")["sealed"] is True
        with pytest.raises(ToolError) as error:
            client.call("memory_store", key="z", value="v", agent="bot")
        assert error.value.error["name"] == "read-only-agent"
    assert "secret by now" not in run("memory", "list", check=True).stdout


def test_a_queued_call_is_taken_in_while_the_server_runs(run: Run, project: Path, environ: Environ) -> None:
    with Client(environ, project) as client:
        client.call("memory_store", key="k", value="1")
        folder = store_folder(environ)
        lock = folder / "memory.db"
        lock.rename(folder / "away")
        run("hooks", "notify", "--message", "late", "--memory-key", "queued/late", "--fail-open", check=True)
        (folder / "away").rename(lock)
        assert list(folder.glob("*.queue"))
        found = client.call("memory_retrieve", key="queued/late")
    assert found["found"] and found["value"] == "late" and "took in 1 queued call" in found["notes"]
    assert not list(folder.glob("*.queue"))


def test_session_and_agent_are_those_of_the_call(run: Run, project: Path, environ: Environ) -> None:
    with Client(environ, project) as client:
        for number in (1, 2):
            client.call("memory_store", key=f"k{number}", value="v", agent=f"agent-{number}", session_id=f"s-{number}")
    for number in (1, 2):
        entry = json.loads(run("memory", "recall", f"k{number}", "--json").stdout)["entries"][0]
        assert (entry["agent"], entry["session_id"]) == (f"agent-{number}", f"s-{number}")


def test_a_note_of_one_call_is_not_the_next_ones(project: Path, environ: Environ) -> None:
    with Client(environ, project) as client:
        first = client.call("memory_store", key="api_key", value="plain", unheard="x")
        second = client.call("memory_store", key="plain", value="v")
    assert first["notes"] and "notes" not in second


def test_a_locked_passphrase_store_is_closed_to_the_server(
    quick_run: Run, project: Path, environ: Environ, tmp_path: Path
) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    environ["XDG_RUNTIME_DIR"] = str(runtime)
    phrase = {"MEMORY_ENCRYPTION_KEY": "correct horse battery staple"}
    quick_run("memory", "store", "k", "v", env=phrase, check=True)
    quick_run("unlock", "--stdin", stdin="correct horse battery staple\n", check=True)
    with Client(environ, project) as client:
        assert client.call("memory_retrieve", key="k")["value"] == "v"
        quick_run("lock", check=True)
        with pytest.raises(ToolError) as error:
            client.call("memory_retrieve", key="k")
    assert error.value.error["name"] == "key-missing"


def test_what_is_acknowledged_is_kept_through_rotations_and_restores(
    run: Run, project: Path, environ: Environ, tmp_path: Path
) -> None:
    """Three servers write while the key is rotated four times and a copy of the moment put back four times."""
    run("memory", "store", "first", "v", check=True)
    stop = threading.Event()
    acknowledged: list[tuple[float, str]] = []
    errors: list[str] = []

    def write(client: Client, name: str) -> None:
        number = 0
        while not stop.is_set():
            key = f"r/{name}/{number}"
            try:
                client.call("memory_store", key=key, value="v")
                acknowledged.append((time.monotonic(), key))
            except (ToolError, EOFError) as error:
                errors.append(str(error))
            number += 1
            time.sleep(0.004)

    clients = [Client(environ, project).__enter__() for _ in range(3)]
    threads = [threading.Thread(target=write, args=(c, str(n))) for n, c in enumerate(clients)]
    for thread in threads:
        thread.start()
    replaced: list[tuple[float, float]] = []
    try:
        for number in range(4):
            time.sleep(0.2)
            assert run("key", "rotate").returncode == 0
            began = time.monotonic()
            copy = tmp_path / f"copy-{number}.db"
            run("memory", "backup", copy, check=True)
            assert run("memory", "restore", copy).returncode == 0
            replaced.append((began, time.monotonic()))
        time.sleep(0.2)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        for client in clients:
            client.close()
    kept = {e["key"] for e in json.loads(run("memory", "list", "--all", "--json", check=True).stdout)["entries"]}
    # What was acknowledged between a copy and its restore is not in the copy: that is what a restore does.
    missing = [at for at, key in acknowledged if key not in kept]
    assert [at for at in missing if not any(began <= at <= ended for began, ended in replaced)] == []
    assert errors == [] and len(acknowledged) > 50
    run("memory", "verify", check=True)


@pytest.mark.parametrize("killed", [False, True], ids=["to the end", "kill -9"])
def test_eight_servers_write_into_one_store(run: Run, project: Path, environ: Environ, killed: bool) -> None:
    run("memory", "store", "first", "v", check=True)
    clients = [Client(environ, project).__enter__() for _ in range(8)]
    acknowledged: list[str] = []

    def write(client: Client, name: int) -> None:
        for number in range(60):
            try:
                client.call("memory_store", key=f"c/{name}/{number}", value="v" * 200)
            except (EOFError, BrokenPipeError):
                return
            acknowledged.append(f"c/{name}/{number}")

    threads = [threading.Thread(target=write, args=(client, n)) for n, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    if killed:
        while len(acknowledged) < 100:
            time.sleep(0.01)
        for client in clients:
            client.process.kill()
    for thread in threads:
        thread.join()
    for client in clients:
        if not killed:
            assert client.close() == 0
        else:
            client.process.wait()
    kept = {e["key"] for e in json.loads(run("memory", "list", "--all", "--json", check=True).stdout)["entries"]}
    assert set(acknowledged) <= kept
    assert killed or len(acknowledged) == 480
    run("memory", "verify", check=True)
