"""`--fail-open`: exit 0 whatever happens; what cannot be kept now is queued, and taken in later, once, at its own time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hooks_cli.crypto.queue_box import close_box, open_box
from hooks_cli.errors import Tampered
from hooks_cli.system.process_ancestry import alive, started
from tests.conftest import BIN, PROGRAM, Run

HOLDER = (
    "import fcntl, os, sys\n"
    "descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)\n"
    "fcntl.flock(descriptor, fcntl.LOCK_EX)\n"
    "print('held', flush=True)\n"
    "sys.stdin.read()\n"
)
THEN = "2026-01-02T03:04:05.678Z"


def store_path(home: Path) -> Path:
    return next((home / "hooks/data/projects").glob("*/memory.db"))


def queue(home: Path) -> list[Path]:
    return sorted(store_path(home).parent.glob("memory.db.queue/*"))


@contextmanager
def nobody_gets_in(home: Path) -> Iterator[None]:
    """The store as it is while somebody replaces its file: every other opener waits."""
    lock = f"{store_path(home)}.lock"
    holder = subprocess.Popen([BIN / "python", "-c", HOLDER, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    try:
        yield
    finally:
        holder.communicate()


def queued_calls(run: Run, home: Path, *calls: list[str]) -> None:
    """Make calls at the same time while the store is out of reach (each waits for its 5 s)."""
    run("memory", "init", check=True)
    failed = []

    def one(words: list[str]) -> None:
        done = run("hooks", *words, "--fail-open", env={"HOOKS_NOW": THEN})
        if done.returncode != 0 or done.stdout != "queued\n" or "The call is queued." not in done.stderr:
            failed.append(done)

    with nobody_gets_in(home):
        threads = [threading.Thread(target=one, args=(words,)) for words in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failed, failed


def lines(run: Run, verb: str = "") -> list[dict[str, object]]:
    done = run("memory", "log", "--format", "ndjson", "--limit", "1000", check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in found if not verb or line["verb"] == verb]


def test_a_call_that_cannot_be_kept_is_taken_in_at_its_own_time(run: Run, home: Path, project: Path) -> None:
    (project / "a.txt").write_text("as it was")
    queued_calls(
        run,
        home,
        ["post-edit", "a.txt", "--memory-key", "q/file", "--session-id", "s1", "--agent", "coder", "--zork", "9"],
        ["notify", "--message", "secret words", "--memory-key", "q/note", "--metadata", '{"n":1}'],
        ["pre-task", "--description", "while it was away", "--task-id", "t9", "--session-id", "s1"],
    )
    assert len(queue(home)) == 3
    for box in queue(home):
        content = box.read_bytes()
        assert (
            b"secret" not in content
            and b"q/file" not in content
            and b"q/note" not in content
            and b"as it was" not in content
        )
        assert box.stat().st_mode & 0o777 == 0o600
    (project / "a.txt").write_text("as it is now")
    done = run("hooks", "notify", "--message", "later", check=True)
    assert "took in 3 queued calls" in done.stderr
    assert not queue(home) and not store_path(home).with_name("memory.db.queue").exists()
    assert run("memory", "recall", "q/file", check=True).stdout == "as it was"
    envelope = json.loads(run("memory", "recall", "q/file", "--json", check=True).stdout)["entries"][0]
    assert envelope["created_at"] == THEN and envelope["session_id"] == "s1" and envelope["agent"] == "coder"
    assert envelope["event"] == "post-edit"
    assert run("memory", "recall", "q/note", check=True).stdout == "secret words"
    edit = lines(run, "post-edit")[0]
    assert edit["fields"]["attributes"] == {"zork": "9"}  # type: ignore[index]
    assert "took in" not in run("memory", "list", check=True).stderr


def test_only_one_of_many_takes_each_call_in(run: Run, home: Path) -> None:
    queued_calls(run, home, *[["notify", "--message", f"call {n}", "--memory-key", f"q/{n}"] for n in range(6)])
    threads = [threading.Thread(target=run, args=("memory", "list")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run("memory", "list", check=True)
    assert not queue(home)
    told = [line["fields"]["message"] if "message" in line["fields"] else line["key"] for line in lines(run, "notify")]  # type: ignore[operator,index]
    assert sorted(map(str, told)) == [f"q/{n}" for n in range(6)]


def test_a_claim_of_a_dead_process_is_open_again(run: Run, home: Path) -> None:
    queued_calls(run, home, ["notify", "--message", "m", "--memory-key", "q/m"])
    (box,) = queue(home)
    dead = subprocess.Popen(["sleep", "0"])
    dead.wait()
    box.rename(box.with_name(box.name.removesuffix(".call") + f".taken-{dead.pid}-12345"))
    assert "took in 1 queued call" in run("memory", "list", check=True).stderr
    assert run("memory", "recall", "q/m", check=True).stdout == "m"


def test_a_claim_of_a_living_process_is_left_alone(run: Run, home: Path) -> None:
    queued_calls(run, home, ["notify", "--message", "m", "--memory-key", "q/m"])
    (box,) = queue(home)
    claim = box.with_name(box.name.removesuffix(".call") + f".taken-{os.getpid()}-{started(os.getpid())}")
    box.rename(claim)
    assert "took in" not in run("memory", "list", check=True).stderr
    assert claim.exists()


def test_killed_between_commit_and_removal_it_is_there_once(run: Run, home: Path) -> None:
    queued_calls(run, home, ["notify", "--message", "m", "--memory-key", "q/m"])
    (box,) = queue(home)
    content = box.read_bytes()
    run("memory", "list", check=True)
    box.parent.mkdir()
    box.write_bytes(content)  # as if the process had died before it removed it
    run("memory", "list", check=True)
    assert not queue(home)
    assert len(lines(run, "notify")) == 1
    done = run("hooks", "notify", "--message", "m", "--memory-key", "a//b")
    assert done.returncode == 65 and "The call was recorded." in done.stderr
    assert len(lines(run, "notify")) == 2
    assert json.loads(run("memory", "recall", "q/m", "--json", check=True).stdout)["entries"][0]["key_version"] == 1


def test_kill_9_while_taking_in_loses_and_doubles_nothing(
    run: Run, home: Path, project: Path, environ: dict[str, str]
) -> None:
    total = 8
    queued_calls(run, home, *[["notify", "--message", f"m{n}", "--memory-key", f"q/{n}"] for n in range(total)])
    for attempt in range(12):
        if not queue(home):
            break
        process = subprocess.Popen(
            [PROGRAM, "memory", "list"], cwd=project, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(0.06 + 0.02 * attempt)
        process.send_signal(signal.SIGKILL)
        process.wait()
    run("memory", "list", check=True)
    run("memory", "list", check=True)
    assert not queue(home)
    assert len(lines(run, "notify")) == total
    found = json.loads(run("memory", "list", "--json", check=True).stdout)["entries"]
    assert sorted(entry["key"] for entry in found) == [f"q/{n}" for n in range(total)]
    assert {entry["key_version"] for entry in found} == {1}


def test_without_a_key_it_is_dropped_and_said_so(run: Run, home: Path) -> None:
    run("memory", "init", check=True)
    keys = home / "hooks/config/keys"
    for key in keys.glob("*.key"):
        key.rename(home / key.name)
    done = run("hooks", "notify", "--message", "m", env={"HOOKS_FAIL_OPEN": "1"})
    assert (done.returncode, done.stdout) == (0, "")
    assert "The call was dropped: without a key nothing can be queued" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and done.stderr.count("its key is missing") == 1
    assert not queue(home)


def test_with_another_key_it_is_dropped(run: Run) -> None:
    run("memory", "init", check=True)
    done = run("hooks", "notify", "--message", "m", "--fail-open", env={"MEMORY_ENCRYPTION_KEY": "ab" * 32})
    assert done.returncode == 0 and "The call was dropped: the key does not open the store" in done.stderr


@pytest.mark.parametrize(
    "words", [["notfiy", "--message", "m"], ["notify", "--strict", "--zork"], ["notify", "--level"]]
)
def test_a_line_that_is_not_understood_ends_with_0_too(run: Run, words: list[str]) -> None:
    done = run("hooks", *words, "--fail-open")
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == 1


def test_what_was_kept_is_not_queued(run: Run, home: Path) -> None:
    done = run("hooks", "notify", "--message", "m", "--memory-key", "a//b", "--fail-open")
    assert done.returncode == 0 and "The call was recorded." in done.stderr and done.stdout == ""
    assert not queue(home)
    assert len(lines(run, "notify")) == 1


def test_an_altered_box_is_set_aside(run: Run, home: Path) -> None:
    queued_calls(run, home, ["notify", "--message", "m"], ["notify", "--message", "n"])
    first = queue(home)[0]
    first.write_bytes(first.read_bytes()[:-1] + b"x")
    done = run("memory", "list", check=True)
    assert "cannot be taken in and lies in" in done.stderr and "took in 1 queued call" in done.stderr
    assert (store_path(home).parent / "memory.db.queue-refused" / first.name).exists()
    assert not queue(home)
    assert "cannot be taken in" not in run("memory", "list", check=True).stderr


def test_memory_verbs_do_not_fail_open(run: Run, home: Path) -> None:
    run("memory", "init", check=True)
    shutil.rmtree(home / "hooks/config/keys")
    assert run("memory", "list", env={"HOOKS_FAIL_OPEN": "1"}).returncode == 77


def test_json_says_that_it_is_queued(run: Run, home: Path) -> None:
    run("memory", "init", check=True)
    with nobody_gets_in(home):
        done = run("hooks", "notify", "--message", "m", "--json", "--fail-open")
    assert json.loads(done.stdout) == {"schema_version": "1", "queued": True}
    told = json.loads(done.stderr)
    assert told["error"]["name"] == "busy" and told["became"] == "The call is queued."


def test_a_box_opens_under_its_name_and_key_alone() -> None:
    key, other = bytes(32), bytes([1]) * 32
    box = close_box(key, "n", b"content")
    assert open_box(key, "n", box, "p") == b"content"
    for key_tried, name, content in ((other, "n", box), (key, "m", box), (key, "n", box[:-1]), (key, "n", b"")):
        with pytest.raises(Tampered):
            open_box(key_tried, name, content, "p")


def test_alive() -> None:
    start = started(os.getpid())
    if start is None:
        pytest.skip("this system does not show when a process started")
    assert alive(os.getpid(), start) and not alive(os.getpid(), start + 1)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    start = started(ended.pid) or 0
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    assert not alive(ended.pid, start)  # dead, and not yet waited for
    ended.wait()
    assert not alive(ended.pid, start)
