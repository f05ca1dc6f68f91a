"""The services of one test: started in order, watched, restarted by their restart policy, and ended."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass

from hooks_cli.errors import HooksError, Unavailable
from hooks_cli.features.processes import process_table, signals
from hooks_cli.features.processes.attempt import Attempt
from hooks_cli.features.test_runs.files.case_plan import ServicePlan
from hooks_cli.features.test_runs.files.service_sections import host_and_port
from hooks_cli.features.test_runs.services import readiness, waiting
from hooks_cli.features.test_runs.services.containers import STOP_SECONDS, Containers
from hooks_cli.features.test_runs.services.surroundings import Surroundings
from hooks_cli.features.test_runs.services.tcp_proxy import LOOPBACK, TcpProxy, free_port

FIRST_RESTART_SECONDS, LONGEST_RESTART_SECONDS = 0.2, 5.0  # the pause before a restart doubles
MOST_RESTARTS = 20
TAIL_BYTES = 800


@dataclass
class ServiceStart:
    """One start of a service: when it began, was ready and ended (seconds since the run began), and its identity."""

    began: float
    identity: str
    ready: float | None = None
    ended: float | None = None
    code: int | None = None


class NotReady(HooksError):
    """The service {service} did not become ready {reason}{tail}."""

    exit_code = 1


class Service:
    """One service. `proxy` is its address for others (None without a port); `starts` is what was seen of it."""

    def __init__(self, plan: ServicePlan, surroundings: Surroundings, containers: Containers | None) -> None:
        """`containers` is given when it is to run as a container."""
        self.plan = plan
        self.name = plan.name
        self.surroundings = surroundings
        self.containers = containers if plan.image else None
        self.starts: list[ServiceStart] = []
        self.attempt: Attempt | None = None
        self.address: tuple[str, int] | None = None
        self.proxy: TcpProxy | None = None
        self.restarts_again = plan.restart != "no"
        self._stopping = False
        self._watch: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Choose the port and open the proxy. Raises Unavailable (69)."""
        if self.plan.external:
            self.address = host_and_port(self.plan.external)
        elif self.plan.port is not None:
            own = self.plan.port and not self.containers
            self.address = (LOOPBACK, self.plan.port if own else free_port())
        if self.address is not None:
            self.proxy = TcpProxy(*self.address)
            await self.proxy.open()
            self.surroundings.addresses[self.name] = self.proxy.address

    async def start(self) -> None:
        """Start it and wait until it is ready. Raises NotReady (1), and Unavailable (69) when it cannot be started."""
        if self.plan.external:
            self.starts.append(ServiceStart(self.surroundings.now(), self.plan.external))
        else:
            self._spawn()
            self._watch = asyncio.create_task(self._keep_running())
        await self._until_ready()

    async def stop(self, grace: float) -> None:
        """End it and do not restart it."""
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self.attempt is not None:
            if self.containers is not None and self.attempt.outcome() is None:
                await self._container("rm", "-f")
            await waiting.end([self.attempt], grace)

    @property
    def current(self) -> ServiceStart | None:
        """Its newest start."""
        return self.starts[-1] if self.starts else None

    async def is_ready(self, through_proxy: bool = False) -> bool:
        """Whether it is ready now; `through_proxy` as its clients see it, with the network faults."""
        current = self.current
        if current is None or current.ended is not None:
            return False
        address = self.address
        if through_proxy and self.proxy is not None:
            address = (LOOPBACK, self.proxy.listening)
        age = self.surroundings.now() - current.began
        return await readiness.look(
            self.plan.ready, address, self.attempt, age, self.surroundings, self.name, self.plan.cwd
        )

    async def kill(self) -> None:
        """SIGKILL to all its processes at once."""
        if self.containers is not None:
            await self._container("kill")
        elif self.attempt is not None:
            await waiting.end([self.attempt], 0)

    async def stop_once(self) -> None:
        """SIGTERM, and SIGKILL after 10 s; its restart policy decides what follows."""
        if self.containers is not None:
            await self._container("stop", "--time", str(STOP_SECONDS))
        elif self.attempt is not None:
            await waiting.end([self.attempt], float(STOP_SECONDS))

    async def pause(self, paused: bool) -> None:
        """Stop all its processes where they are, or let them go on."""
        if self.containers is not None:
            await self._container("pause" if paused else "unpause")
        elif self.attempt is not None:
            number = signal.SIGSTOP if paused else signal.SIGCONT
            for row in process_table.members([self.attempt.mark], [self.attempt.leader]).values():
                signals.send(row, number)

    def tail(self) -> str:
        """The end of what it wrote, for messages."""
        if self.attempt is None:
            return ""
        written = (self.attempt.files.read("stderr") or self.attempt.files.read("stdout"))[-TAIL_BYTES:]
        return written.decode("utf-8", "replace").strip()

    def _spawn(self) -> None:
        plan, around = self.plan, self.surroundings
        env = plan.env
        if self.address is not None:
            env = (("PORT", str(plan.port if self.containers else self.address[1])), *env)
        variables = around.variables(plan.name, env, plan.inherit, service=plan.name)
        if self.containers is not None:
            self.containers.prepare()
            argv = self.containers.run_argv(plan, variables, self.address[1] if self.address else 0)
            around.announce(plan.name, " ".join(argv))
            own = {**variables, **self.containers.variables}
            self.attempt = around.start(plan.name, argv, plan.cwd, own)
        else:
            self.attempt = around.start_line(plan.name, plan.run, plan.cwd, variables)
        leader = self.attempt.leader
        self.starts.append(ServiceStart(around.now(), f"{leader.pid}:{leader.start}"))

    async def _keep_running(self) -> None:
        pause = FIRST_RESTART_SECONDS
        while self.attempt is not None and not self._stopping:
            outcome = await waiting.ended(self.attempt)
            start = self.starts[-1]
            start.ended, start.code = self.surroundings.now(), outcome.code if outcome else None
            failed = outcome is None or not outcome.ok
            again = self.plan.restart == "always" or (self.plan.restart == "on-failure" and failed)
            if not again or len(self.starts) > MOST_RESTARTS:
                self.restarts_again = False
                return
            await waiting.end([self.attempt], 0)  # what it left behind may hold its port
            await asyncio.sleep(pause)
            pause = min(LONGEST_RESTART_SECONDS, pause * 2)
            try:
                self._spawn()
            except HooksError as error:
                self.surroundings.say(f"{self.name} could not be restarted: {error}")
                self.restarts_again = False
                return
            await self._until_ready(report=False)

    async def _until_ready(self, report: bool = True) -> None:
        """Wait until it is ready; with `report`, raise NotReady when it does not become so, else leave it to the watch."""
        check, began = self.plan.ready, self.surroundings.now()
        while self.surroundings.now() - began <= check.timeout:
            start = self.starts[-1]
            if start.ended is None and await self.is_ready() and start.ended is None:
                start.ready = self.surroundings.now()
                return
            if start.ended is not None and not self.restarts_again:
                break
            if not report and self.attempt is not None and self.attempt.outcome() is not None:
                return
            await asyncio.sleep(readiness.pause(check))
        if report:
            start, tail = self.starts[-1], self.tail()
            reason = f"within {check.timeout:g} s" if start.ended is None else f"and ended with {start.code}"
            raise NotReady(service=self.name, reason=reason, tail=f"; it wrote: {tail}" if tail else "")

    async def _container(self, word: str, *more: str) -> None:
        if self.containers is None:
            return
        try:
            await asyncio.to_thread(self.containers.do, word, *more, self.containers.name(self.name))
        except Unavailable as error:
            self.surroundings.say(str(error))
