"""Acknowledged means committed on the server and here: kills, full disks, and connections that break in the middle of each round trip."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres_server
from tests.conftest import PROGRAM
from tests.cutting_proxy import CuttingProxy
from tests.machines import Machine, Machines

BETWEEN = {"HOOKS_FAILPOINT": "remote-between-commits"}
BEFORE = {"HOOKS_FAILPOINT": "remote-before-append"}


def versions(machine: Machine, address: str) -> int:
    """How many versions an address has; 0 when it was never written."""
    done = machine.run("memory", "history", address, "--json", code=None)
    return done.stdout.count('"key_version"')


def test_a_kill_between_the_two_commits_loses_nothing_and_doubles_nothing(machines: Machines) -> None:
    a = machines.first()
    b = machines.joined(a)
    for number in range(1, 6):
        killed = a.run("memory", "append", "k", f"line {number}", env=BETWEEN, code=None)
        assert killed.returncode == -signal.SIGKILL
        assert killed.stdout == ""
        b.run("memory", "append", "k", f"other {number}")
    machines.equal()
    assert versions(a, "k") == 10
    assert a.run("memory", "recall", "k").stdout.splitlines()[-2:] == ["line 5", "other 5"]


def test_a_kill_before_the_append_leaves_nothing(machines: Machines) -> None:
    a = machines.first()
    assert a.run("memory", "store", "k", "x", env=BEFORE, code=None).returncode == -signal.SIGKILL
    a.run("memory", "store", "k", "y")
    assert versions(a, "k") == 1
    machines.equal()


def test_a_full_disk_here_is_told_as_kept_on_the_server(machines: Machines) -> None:
    a = machines.first()
    b = machines.joined(a)
    blocks = os.stat(f"{a.store_path()}-wal").st_size // 1024
    done = subprocess.run(
        ["bash", "-c", f'ulimit -f {blocks}; exec "$@"', "-", PROGRAM, "memory", "store", "k", "x" * 2000, "--json"],
        env=a.environ,
        cwd=a.project,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 74, done
    assert '"kept-remotely"' in done.stderr
    assert done.stdout == ""
    assert a.run("memory", "recall", "k", code=1).stdout == ""
    b.run("remote", "pull")
    assert b.run("memory", "recall", "k").stdout == "x" * 2000
    machines.equal()
    assert versions(a, "k") == 1


@pytest.fixture
def proxied(postgres: postgres_server.Server, database: str, tmp_path: Path) -> Iterator[tuple[Machines, CuttingProxy]]:
    """Machines that reach the server through a proxy."""
    proxy = CuttingProxy(postgres.port)
    passwords = tmp_path / "passwords"
    passwords.write_text(f"127.0.0.1:*:*:*:{postgres_server.PASSWORD}\n")
    passwords.chmod(0o600)
    address = postgres.tls_address(database).replace(f":{postgres.port}/", f":{proxy.port}/")
    yield Machines(tmp_path, address, {"PGPASSFILE": str(passwords)}), proxy
    proxy.close()


@pytest.mark.parametrize("stays_down", [False, True])
def test_a_cut_in_each_round_trip_has_a_promised_outcome(
    proxied: tuple[Machines, CuttingProxy], stays_down: bool
) -> None:
    machines, proxy = proxied
    a = machines.first()
    proxy.reset()
    a.run("memory", "store", "count", "bursts")
    bursts = proxy.bursts
    assert bursts > 6
    seen = set()
    for cut in range(1, bursts + 1):
        proxy.reset(cut, stays_down=stays_down)
        done = a.run("memory", "store", f"cut/{cut}", "x", "--if-version", "0", code=None)
        proxy.reset()
        a.run("remote", "pull")
        there = versions(a, f"cut/{cut}")
        seen.add(done.returncode)
        assert there <= 1, f"written twice when burst {cut} was cut"
        if done.returncode == 0:
            assert there == 1, f"said stored when burst {cut} was cut, and was not"
        elif done.returncode == 75:
            assert there == 0, f"said not stored when burst {cut} was cut, and was: {done.stderr}"
        else:
            assert done.returncode == 74, done.stderr
            assert "outcome" in done.stderr or "Whether it is stored" in done.stderr
    assert 75 in seen
    assert 0 in seen or stays_down
    machines.equal()


def test_a_network_that_goes_silent_ends_within_the_budget(proxied: tuple[Machines, CuttingProxy]) -> None:
    machines, proxy = proxied
    a = machines.first()
    proxy.reset()
    a.run("hooks", "notify", "--message", "counts the bursts")
    for cut in (2, proxy.bursts - 1):
        proxy.reset(cut, silent=True)
        done = a.run("hooks", "notify", "--message", f"n{cut}", code=None, timeout=45)
        assert done.returncode in (0, 74, 75), done.stderr
        proxy.reset()
        a.run("remote", "pull")


def test_a_server_that_crashes_amid_writers_keeps_what_it_acknowledged(
    postgres: postgres_server.Server, database: str, tmp_path: Path
) -> None:
    machines = Machines(tmp_path, postgres.socket_address(database), {})
    a = machines.first()
    b = machines.joined(a)
    writers = [
        (machine, name, machine.start("memory", "append", name, "x"))
        for number in range(6)
        for machine, name in ((a, f"w/a{number}"), (b, f"w/b{number}"))
    ]
    postgres.stop("immediate")
    codes = [(machine, name, process.wait(), process.communicate()) for machine, name, process in writers]
    postgres.start()
    for machine in (a, b):
        machine.run("remote", "pull")
    for machine, name, code, said in codes:
        there = versions(machine, name)
        assert there <= 1
        assert code in (0, 74, 75), said
        if code == 0:
            assert there == 1
        if code == 75:
            assert there == 0, said
    machines.equal()
