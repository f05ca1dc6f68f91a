"""Many machines with many processes each write at once: no error, no gap, an exact counter, equal replicas. STRESS=1 is the full form."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests import postgres_server
from tests.machines import Machines

MACHINES, PROCESSES, WRITES = (10, 10, 5) if os.environ.get("STRESS") else (3, 3, 4)
WORKER = """
import os, random, sys
from hooks_cli.environment import Environment
from hooks_cli.errors import VersionConflict
from hooks_cli.features.entries.read import current
from hooks_cli.store.sqlite.rows import entry_writes as entries
from hooks_cli.store.sqlite.store import open_store
from hooks_cli.model.entry import Draft
me, writes = sys.argv[1], int(sys.argv[2])
environment = Environment(dict(os.environ), os.getcwd())
store = open_store(environment)
for number in range(writes):
    while True:
        now = current(store, "counter", environment.now())
        try:
            with store.writing() as tx:
                entries.put(
                    tx, Draft("counter", str(int(now.value) + 1 if now else 1)), if_version=now.version if now else 0
                )
            break
        except VersionConflict:
            continue
    with store.writing() as tx:
        written = entries.put(tx, Draft(f"hot/{random.randrange(4)}", f"note {me} {number} " + "word " * 20))
    print("ACK", written.address, written.version, flush=True)
store.close()
"""


def test_a_storm_of_machines(postgres: postgres_server.Server, database: str, tmp_path: object) -> None:
    machines = Machines(tmp_path, postgres.socket_address(database), {})  # type: ignore[arg-type]
    first = machines.first()
    for _ in range(MACHINES - 1):
        machines.joined(first)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, f"{machine.name}x{number}", str(WRITES)],
            env=machine.environ,
            cwd=machine.project,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for machine in machines.all
        for number in range(PROCESSES)
    ]
    said = [worker.communicate() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * len(workers), said
    acknowledged = [tuple(line.split()[1:]) for out, _ in said for line in out.splitlines()]
    total = MACHINES * PROCESSES * WRITES
    assert len(acknowledged) == total
    assert len(set(acknowledged)) == total, "a version was given twice"
    machines.equal()
    for machine in machines.all:
        assert machine.run("memory", "recall", "counter").stdout == str(total)
        for address in {address for address, _ in acknowledged}:
            versions = machine.json("memory", "history", address, "--limit", "10000")["versions"]
            numbers = sorted(row["key_version"] for row in versions)
            assert numbers == list(range(1, len(numbers) + 1))
            assert {str(number) for number in numbers} == {v for a, v in acknowledged if a == address}


@pytest.mark.skipif("STRESS" not in os.environ, reason="the full form alone: STRESS=1")
def test_twenty_rounds_with_kills_between_the_commits(
    postgres: postgres_server.Server, database: str, tmp_path: object
) -> None:
    machines = Machines(tmp_path, postgres.socket_address(database), {})  # type: ignore[arg-type]
    first = machines.first()
    machines.joined(first)
    machines.joined(first)
    for round_number in range(20):
        running = [
            machine.start(
                "memory",
                "append",
                "k",
                f"{machine.name} {round_number}",
                env={"HOOKS_FAILPOINT": "remote-between-commits"} if (round_number + at) % 3 == 0 else None,
            )
            for at, machine in enumerate(machines.all)
        ]
        for process in running:
            process.communicate()
    machines.equal()
    assert len(first.json("memory", "history", "k", "--limit", "1000")["versions"]) == 60
