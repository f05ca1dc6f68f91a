"""Several processes that change, replace or look at the key at once; and what a rotation takes of memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hooks_cli.cli import fast_lane
from hooks_cli.crypto.keys import file
from hooks_cli.environment import Environment
from hooks_cli.errors import Busy
from hooks_cli.features.backup import backup
from hooks_cli.features.journal import call_queue
from hooks_cli.features.keys import manage, rotate
from tests.conftest import PROGRAM, Run
from tests.stores import Place

ROTATING = """
import subprocess, sys, time
from hooks_cli.environment import Environment
from hooks_cli.features.keys.rotate import rotate

started = []

def reached(point):
    if point == sys.argv[1]:
        started.append(subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, text=True))
        time.sleep(1.5)  # it looks while the rotation is at this point

rotate(Environment.from_process(), reached=reached, phrase=(sys.stdin.read() or None))
print(started[0].communicate()[0])
sys.exit(started[0].returncode)
"""

WEIGHED = """
from hooks_cli.environment import Environment
from hooks_cli.features.keys.rotate import rotate
rotate(Environment.from_process())
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.parametrize("point", ["the next key is stored", "the new database is in place"])
@pytest.mark.parametrize("verb", [["doctor"], ["key", "show"]])
def test_who_looks_during_a_rotation_finds_nothing_wrong(
    run: Run, project: Path, environ: dict[str, str], point: str, verb: list[str]
) -> None:
    run("memory", "store", "a", "b", check=True)
    argv = [sys.executable, "-c", ROTATING, point, str(PROGRAM), *verb]
    done = subprocess.run(argv, env=environ, cwd=project, input="", capture_output=True, text=True, timeout=90)
    assert "not completed" not in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_unlocked_store_stays_unlocked_for_who_looks_during_a_rotation(
    run: Run, project: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    environ["XDG_RUNTIME_DIR"] = str(tmp_path / "runtime")
    (tmp_path / "runtime").mkdir(mode=0o700)
    run("memory", "store", "a", "b", check=True)
    run("key", "passphrase", "set", "--stdin", stdin="correct horse\n", check=True)
    run("unlock", "--stdin", stdin="correct horse\n", check=True)
    try:
        argv = [sys.executable, "-c", ROTATING, "the new database is in place", str(PROGRAM), "doctor"]
        done = subprocess.run(
            argv, env=environ, cwd=project, input="correct horse", capture_output=True, text=True, timeout=90
        )
        assert "FAIL" not in done.stdout and done.returncode == 0, done.stdout + done.stderr
        assert run("memory", "recall", "a", check=True).stdout == "b"
    finally:
        run("lock")


def test_a_killed_rotation_is_still_a_finding(run: Run, home: Path) -> None:
    run("memory", "store", "a", "b", check=True)
    key = next(home.rglob("*.key"))
    file.publish_key_file(f"{key}.next", bytes(32))
    done = run("doctor")
    assert done.returncode == 1 and "a key rotation was not completed" in done.stdout


def _rotate(environment: Environment) -> object:
    return rotate.rotate(environment)


def _set(environment: Environment) -> object:
    return manage.set_passphrase(environment, "correct horse")


def _import(environment: Environment) -> object:
    return manage.bring_back(environment, bytes(32), force=True)


def _restore(environment: Environment) -> object:
    return backup.restore(environment, str(Path(environment.cwd) / "copy"))


@pytest.mark.parametrize("change", [_rotate, _set, _import, _restore])
def test_two_changes_of_the_key_do_not_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Environment], object]
) -> None:
    """A passphrase takes the key file away; a rotation that was about to put the next key there would have left none."""
    place = Place(tmp_path)
    backup.back_up(place.store, place.environment, str(Path(place.environment.cwd) / "copy"))
    place.close()
    monkeypatch.setattr(manage, "MEMORY_BUDGET_MS", 50)
    with manage.sole_keeper(place.fresh()), pytest.raises(Busy):
        change(place.fresh())


def test_sealed_values_are_rotated_one_at_a_time(run: Run, project: Path, environ: dict[str, str]) -> None:
    """The peak of a rotation does not grow with what is sealed."""

    def peak() -> int:
        done = subprocess.run(
            [sys.executable, "-c", WEIGHED], env=environ, cwd=project, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return int(done.stdout)

    run("memory", "store", "a/tokens", "secret", check=True)
    small = peak()
    value = "s" * 1_000_000
    run(
        "memory", "store", "--batch",
        stdin="".join(f'{{"key": "b/{n}/tokens", "value": "{value}"}}\n' for n in range(64)), check=True,
    )  # fmt: skip
    assert peak() - small < 40_000  # KiB; all of them at once would be 90,000


def test_a_key_file_is_whole_on_a_disk_that_takes_parts(tmp_path: Path) -> None:
    """A write may take less than it was given: here, a limit on the size of files; then it is refused, and nothing is published."""
    script = (
        "import resource, signal, sys\n"
        "from hooks_cli.crypto.keys import file as key_file\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (30, 30))\n"
        "try:\n    key_file.publish(sys.argv[1], b'x' * 65)\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
    )
    path = tmp_path / "keys" / "a.key"
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=60)
    assert done.stdout == "StorageFailed\n", done.stderr
    assert list(path.parent.iterdir()) == []


def test_a_call_that_is_queued_in_the_very_moment_of_a_rotation_is_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    place.close()
    write = call_queue.write_file
    rotations: list[object] = []

    def late(path: str, data: bytes) -> None:
        if not rotations:
            rotations.append(_rotate(place.fresh()))
        write(path, data)

    monkeypatch.setattr(call_queue, "write_file", late)
    call = fast_lane.parse(["hooks", "notify", "--message", "m", "--memory-key", "q"])
    assert call is not None
    environment = place.fresh()
    environment.call_id = "c1"
    call_queue.queue(call, environment, Busy(store="x", seconds="5"))
    place.reopen()
    queued = call_queue.waiting(place.environment.places.queue_dir)
    claimed = call_queue.claim(place.environment.places.queue_dir, queued[0])
    assert claimed is not None
    assert claimed.content(place.environment, place.store.key)["call_id"] == "c1"
    place.close()
