"""An MCP server per client against a process per call: stores, recalls and searches a second, start, memory, and what was kept."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from scripts.benchmarks.scratch import PROGRAM, Scratch, scratch
from scripts.benchmarks.tables import Result

ROUNDS = 3
NPM_SERVER = "@modelcontextprotocol/server-memory"
TARGETS = {1: {"store": 4, "recall": 20, "search": 20}, 8: {"store": 4, "recall": 3, "search": 3}}
Job = Callable[["Client | Commands", str, str], None]


class Client:
    """One server process and its pipes; `ready_ms` from its start to the answer of tools/list."""

    def __init__(self, argv: list[str], environ: dict[str, str], cwd: str) -> None:
        began = time.perf_counter()
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ, cwd=cwd
        )
        self._ids = itertools.count(1)
        client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
        self.request("initialize", client)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self.request("tools/list", {})
        self.ready_ms = (time.perf_counter() - began) * 1000

    def send(self, message: dict[str, Any]) -> None:
        """Write one message."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        identity = next(self._ids)
        self.send({"jsonrpc": "2.0", "id": identity, "method": method, "params": params})
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") == identity:
                return answer
        raise EOFError

    def call(self, tool: str, arguments: dict[str, Any]) -> None:
        """Call a tool. Raises RuntimeError when it fails."""
        answer = self.request("tools/call", {"name": tool, "arguments": arguments})
        if "error" in answer or answer["result"].get("isError"):
            raise RuntimeError(json.dumps(answer)[:200])

    def peak_mib(self) -> float:
        """The most memory that the server had, in MiB."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


class Commands:
    """A process per call."""

    ready_ms = 0.0

    def __init__(self, home: Scratch) -> None:
        self._home = home

    def run(self, *words: str) -> None:
        """Run one memory command."""
        subprocess.run(
            [PROGRAM, "memory", *words], env=self._home.environ, cwd=self._home.project, check=True, capture_output=True
        )

    def close(self) -> None:
        """Nothing runs."""


class System:
    """One way to reach a memory: how a client of it is made, and its three jobs."""

    def __init__(
        self, name: str, make: Callable[[Scratch], Client | Commands], jobs: dict[str, Job], share: int
    ) -> None:
        self.name = name
        self.make = make
        self.jobs = jobs
        self.share = share  # does one call where others do so many: it is slower


def _tools(
    store: str, recall: str, search: str, arguments: Callable[[str, str, str], dict[str, Any]]
) -> dict[str, Job]:
    def job(kind: str, tool: str) -> Job:
        def run(client: Client | Commands, key: str, value: str) -> None:
            assert isinstance(client, Client)
            client.call(tool, arguments(kind, key, value))

        return run

    return {kind: job(kind, tool) for kind, tool in (("store", store), ("recall", recall), ("search", search))}


def _ours(kind: str, key: str, value: str) -> dict[str, Any]:
    if kind == "search":
        return {"pattern": _word(key)}
    return {"action": kind.replace("recall", "retrieve"), "key": key} | ({"value": value} if kind == "store" else {})


def _npm(kind: str, key: str, value: str) -> dict[str, Any]:
    if kind == "search":
        return {"query": _word(key)}
    if kind == "recall":
        return {"names": [key]}
    return {"entities": [{"name": key, "entityType": "note", "observations": [value]}]}


def _command(*words: Callable[[str, str], str]) -> Job:
    def run(client: Client | Commands, key: str, value: str) -> None:
        assert isinstance(client, Commands)
        client.run(*[word(key, value) for word in words])

    return run


def _word(key: str) -> str:
    return "alpha" + key.rpartition("/")[2]


def _systems() -> list[System]:
    fresh = {
        "store": _command(lambda k, v: "store", lambda k, v: k, lambda k, v: v),
        "recall": _command(lambda k, v: "recall", lambda k, v: k),
        "search": _command(lambda k, v: "search", lambda k, v: _word(k)),
    }
    found = [
        System("fresh processes", Commands, fresh, 4),
        System(
            "hooks-cli mcp start",
            lambda home: Client([PROGRAM, "mcp", "start"], home.environ, str(home.project)),
            _tools("memory_usage", "memory_usage", "memory_search", _ours),
            1,
        ),
    ]
    other = _npm_program()
    if other:
        found.append(
            System(
                NPM_SERVER,
                lambda home: Client(
                    other, {**home.environ, "MEMORY_FILE_PATH": str(home.folder / "memory.jsonl")}, str(home.folder)
                ),
                _tools("create_entities", "open_nodes", "search_nodes", _npm),
                1,
            )
        )
    return found


def _npm_program() -> list[str]:
    """The server from npm, where it is installed; [] where it is not."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        return []
    roots = subprocess.run([npm, "root", "--global"], capture_output=True, text=True).stdout.strip()
    for root in (os.environ.get("BENCH_NPM", ""), roots):
        path = os.path.join(root, NPM_SERVER, "dist", "index.js")
        if root and os.path.exists(path):
            return [node, path]
    return []


def _measured(system: System, clients: int, count: int) -> dict[str, float]:
    with scratch() as home:
        made = [system.make(home) for _ in range(clients)]
        found = {"ready": statistics.median(one.ready_ms for one in made)}
        for kind, job in system.jobs.items():
            barrier = threading.Barrier(clients + 1)
            failed: list[str] = []

            def work(number: int, kind: str = kind, job: Job = job, barrier: threading.Barrier = barrier) -> None:
                barrier.wait()
                for at in range(count):
                    try:
                        job(made[number], f"bench/c{number}/{number}x{at}", f"note alpha{number}x{at} " + "word " * 30)
                    except Exception as error:
                        failed.append(str(error))  # noqa: B023

            threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
            for thread in threads:
                thread.start()
            barrier.wait()
            began = time.perf_counter()
            for thread in threads:
                thread.join()
            found[kind] = clients * count / (time.perf_counter() - began)
            found["failed"] = found.get("failed", 0) + len(failed)
        found["peak"] = max((one.peak_mib() for one in made if isinstance(one, Client)), default=0.0)
        for one in made:
            one.close()
        found["kept"] = _kept(system, home)
    return found


def _kept(system: System, home: Scratch) -> int:
    if system.name == NPM_SERVER:
        lines = (home.folder / "memory.jsonl").read_text().splitlines()
        return len({json.loads(line)["name"] for line in lines if '"entity"' in line})
    listed = [PROGRAM, "memory", "list", "--json", "--limit", "1"]
    done = subprocess.run(listed, env=home.environ, cwd=home.project, capture_output=True, check=True)
    return int(json.loads(done.stdout)["total"])


def run(quick: bool) -> Result:
    """All systems in turn, in several rounds; medians."""
    result = Result("mcp")
    systems = _systems()
    base = 40 if quick else 200
    for clients in (1, 8):
        count = base if clients == 1 else max(10, base // 4)
        rounds: dict[str, list[dict[str, float]]] = {system.name: [] for system in systems}
        for _ in range(1 if quick else ROUNDS):
            for system in systems:
                rounds[system.name].append(_measured(system, clients, max(5, count // system.share)))
        median = {
            name: {field: statistics.median(one[field] for one in found) for field in found[0]}
            for name, found in rounds.items()
        }
        fresh = median[systems[0].name]
        rows: list[Sequence[object]] = []
        for system in systems:
            found = median[system.name]
            rates = [f"{found[kind]:,.0f} ({found[kind] / fresh[kind]:.1f})" for kind in system.jobs]
            of = clients * max(5, count // system.share)
            kept = min(one["kept"] for one in rounds[system.name])
            rows.append((system.name, *rates, f"{found['ready']:.0f}", f"{found['peak']:.0f}", f"{kept:.0f} of {of}"))
        header = (
            "",
            "stores/s (× fresh)",
            "recalls/s (× fresh)",
            "searches/s (× fresh)",
            "ready ms",
            "peak MiB",
            "kept",
        )
        result.table(f"{clients} client{'s' if clients > 1 else ''}, a server each, one store", header, rows)
    if len(systems) < 3:
        result.remarks.append(
            f"{NPM_SERVER} is not installed (npm install --global, or BENCH_NPM=node_modules): left out."
        )
    targets = [f"{n} clients: " + ", ".join(f"{kind} {x}×" for kind, x in of.items()) for n, of in TARGETS.items()]
    result.remarks.append("Targets for mcp start against fresh processes: " + "; ".join(targets) + ".")
    result.remarks.append(_after_many(2_000 if quick else 10_000))
    return result


def _after_many(calls: int) -> str:
    """The server's memory after many calls, and a bare interpreter's start beside its own."""
    bare = []
    for _ in range(10):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", ""], check=True)
        bare.append((time.perf_counter() - began) * 1000)
    with scratch() as home:
        ready = []
        for _ in range(10):
            client = Client([PROGRAM, "mcp", "start"], home.environ, str(home.project))
            ready.append(client.ready_ms)
            client.close()
        client = Client([PROGRAM, "mcp", "start"], home.environ, str(home.project))
        for number in range(calls):
            client.call(
                "memory_usage", _ours("store" if number % 10 == 0 else "recall", f"k/{number // 10 % 500}", "v")
            )
        peak = client.peak_mib()
        client.close()
    ratio = statistics.median(ready) / statistics.median(bare)
    return (
        f"After {calls:,} calls the server has had {peak:.0f} MiB at most (target 24). It is ready after "
        f"{statistics.median(ready):.0f} ms, {ratio:.1f} times a bare interpreter (target 3)."
    )
