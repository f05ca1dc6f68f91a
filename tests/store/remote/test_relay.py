"""The relay: a process that keeps the connection to the server for one user's commands."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hooks_cli.environment import Environment
from hooks_cli.store.remote import frames, relay_link
from tests.machines import Machine, Machines

WITH_RELAY = {"HOOKS_REMOTE_RELAY": "on", "HOOKS_RELAY_IDLE_SECONDS": "60"}


@pytest.fixture
def relayed(machines: Machines, tmp_path: Path) -> Iterator[Machines]:
    """Machines whose commands use relays, which end with the test."""
    runtime = Path(f"/tmp/hooks-t{os.getpid()}-{os.urandom(3).hex()}")
    runtime.mkdir(0o700)
    machines.variables |= WITH_RELAY | {"XDG_RUNTIME_DIR": str(runtime)}
    yield machines
    for machine in machines.all:
        machine.run("remote", "relay", "--stop", code=None)
    subprocess.run(["rm", "-rf", runtime], check=True)


def relay_of(machine: Machine) -> str:
    """Start a relay by a write, and wait until it answers; its socket."""
    machine.run("memory", "store", "relay/start", "1")
    store = machine.open()
    path = relay_link.socket_path(Environment(machine.environ, str(machine.project)), store)
    store.close()
    for _ in range(200):
        try:
            relay_link.connect(path)[0].close()
            return path
        except relay_link.NoRelay:
            time.sleep(0.05)
    raise AssertionError("no relay came")


def test_writes_and_pulls_go_through_it(relayed: Machines) -> None:
    a = relayed.first()
    b = relayed.joined(a)
    relay_of(a), relay_of(b)
    for number in range(5):
        a.run("memory", "store", "k", f"a{number}")
        b.run("memory", "store", "k", f"b{number}")
    assert a.json("remote", "status")["remote"]["relay"] is True
    state = relayed.equal()
    assert len([row for row in state["rows"]["entry"] if "b4" in row]) == 1
    assert b.run("memory", "store", "k", "x", "--if-version", "3", code=76).returncode == 76
    relayed.equal()


def test_a_hot_command_loads_no_driver_and_no_cipher(relayed: Machines) -> None:
    a = relayed.first()
    relay_of(a)
    sees = "import sys; from hooks_cli.entry import status; status(sys.argv[1:]); print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", sees, "memory", "store", "k", "v"],
        env=a.environ,
        cwd=a.project,
        capture_output=True,
        text=True,
    )
    assert "Stored successfully" in done.stdout, done.stderr
    for module in ("psycopg", "cryptography", "socket", "json", "hashlib", "subprocess", "click"):
        assert f"'{module}'" not in done.stdout
    assert "'_socket'" in done.stdout


def test_its_folder_and_its_socket_are_this_users(relayed: Machines) -> None:
    a = relayed.first()
    path = relay_of(a)
    assert os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700
    assert os.stat(path).st_mode & 0o777 == 0o600
    os.chmod(os.path.dirname(path), 0o755)
    with pytest.raises(relay_link.NoRelay):
        relay_link.connect(path)
    os.chmod(os.path.dirname(path), 0o700)


def test_a_command_that_dies_in_its_turn_gives_it_back(relayed: Machines) -> None:
    a = relayed.first()
    relay_of(a)
    killed = a.run("memory", "store", "k", "lost", env={"HOOKS_FAILPOINT": "remote-before-append"}, code=None)
    assert killed.returncode == -signal.SIGKILL
    a.run("memory", "store", "k", "kept")
    assert a.run("memory", "recall", "k").stdout == "kept"
    relayed.equal()


def test_a_relay_that_dies_is_replaced(relayed: Machines) -> None:
    a = relayed.first()
    path = relay_of(a)
    a.run("remote", "relay", "--stop")
    for _ in range(100):
        if not os.path.exists(path):
            break
        time.sleep(0.05)
    a.run("memory", "store", "k", "without")
    relay_of(a)
    relayed.equal()


def test_it_ends_when_nobody_comes(relayed: Machines) -> None:
    relayed.variables["HOOKS_RELAY_IDLE_SECONDS"] = "1"
    a = relayed.first()
    path = relay_of(a)
    for _ in range(200):
        if not os.path.exists(path):
            return
        time.sleep(0.05)
    raise AssertionError("it is there still")


def test_it_answers_nonsense_with_an_error_and_goes_on(relayed: Machines) -> None:
    a = relayed.first()
    path = relay_of(a)
    for said in (b"", b"Z\0\0\0\0", b"A\0\0\0\3abc", b"\xff\xff\xff\xff\xff\xff"):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
            connection.sendall(said)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        frames.send(connection, b"Z")
        assert frames.receive(connection)[0] == frames.ERROR
    a.run("memory", "store", "k", "fine")


def test_a_server_that_restarts_is_found_again(relayed: Machines, request: pytest.FixtureRequest) -> None:
    if relayed.address.startswith("folder:"):
        pytest.skip("a folder does not restart")
    a = relayed.first()
    relay_of(a)
    server = request.getfixturevalue("postgres")
    server.stop("immediate")
    failed = a.run("memory", "store", "k", "off", code=75)
    assert "cannot be reached" in failed.stderr
    server.start()
    a.run("memory", "store", "k", "on again")
    relayed.equal()
