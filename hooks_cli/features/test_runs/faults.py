"""Injects one fault of a test, removes it, and detects when its target is ready again."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping

from hooks_cli.errors import Unavailable
from hooks_cli.features.processes.attempt import Attempt
from hooks_cli.features.test_runs.files.case_plan import FaultPlan
from hooks_cli.features.test_runs.files.fault_catalogue import FAULTS
from hooks_cli.features.test_runs.observation import FaultRecord
from hooks_cli.features.test_runs.services import waiting
from hooks_cli.features.test_runs.services.http_proxy import HttpProxy
from hooks_cli.features.test_runs.services.network_link import NetworkLink
from hooks_cli.features.test_runs.services.service import Service
from hooks_cli.features.test_runs.services.surroundings import Surroundings
from hooks_cli.features.test_runs.services.tcp_proxy import TcpProxy

LOOK_SECONDS = 0.02
HELD_MEMORY = "import sys, time; held = bytearray(int(sys.argv[1]) << 20); time.sleep(float(sys.argv[2]))"
BUSY_LOOP = "import sys, time; end = time.monotonic() + float(sys.argv[1])\nwhile time.monotonic() < end: pass"


class FaultInjection:
    """The fault of one test; `record` is None until it is injected."""

    def __init__(
        self, plan: FaultPlan, services: Mapping[str, Service], proxy: HttpProxy, surroundings: Surroundings
    ) -> None:
        self.plan = plan
        self.kind = FAULTS[plan.fault]
        self.target = services.get(plan.target)
        self.surroundings = surroundings
        self.record: FaultRecord | None = None
        self._proxies: list[TcpProxy] = [
            service.proxy
            for service in services.values()
            if service.proxy is not None and plan.target in ("", service.name)
        ]
        # Without a target the fault holds for all connections, also for those of scenarios to hosts that are not services.
        self._links: list[NetworkLink] = [each.link for each in self._proxies] + ([] if plan.target else [proxy.direct])
        self._stress: list[Attempt] = []

    async def inject(self) -> None:
        """Inject it. Raises Unavailable (69) when the machine cannot."""
        before = self.target.current.identity if self.target and self.target.current else ""
        self.record = FaultRecord(self.plan, self.surroundings.now(), before)
        self.record.connections = -sum(link.connections for link in self._links)
        name, number = self.plan.fault, self.plan.parameter
        self.surroundings.say(f"injecting {name}" + (f" into {self.plan.target}" if self.plan.target else ""))
        if self.kind.acts_on == "network":
            await self._change_network()
        elif self.kind.acts_on == "machine":
            seconds = (self.plan.seconds or 0.0) * self.surroundings.time_scale
            if name == "cpu_stress":
                for _ in range(max(1, int(number("workers", 1)))):
                    self._stress_by(BUSY_LOOP, seconds)
            else:
                self._stress_by(HELD_MEMORY, int(number("memory_mb")), seconds)
        elif self.target is None:
            raise Unavailable(f"{name} has no service to act on.")
        elif name == "container_stop":
            await self.target.stop_once()
        elif name == "container_pause":
            await self.target.pause(True)
        else:
            await self.target.kill()

    async def lift(self, at_the_end: bool = False) -> None:
        """End it, where it does not end by itself; `at_the_end` of the test, so that it counts as never lifted."""
        if self.record is None or self.record.lifted is not None or self.kind.ends_target:
            return
        self.record.connections += sum(link.connections for link in self._links)
        if not at_the_end:
            self.record.lifted = self.surroundings.now()
        for proxy in self._proxies:
            await proxy.lift()
        for link in self._links:
            link.lift()
        if self.plan.fault == "container_pause" and self.target is not None:
            await self.target.pause(False)
        if self._stress:
            await waiting.end(self._stress, 0)

    async def watch(self) -> None:
        """Lift it when its time is over, and note when the target is ready again; ends when it is, or never will be."""
        record = self.record
        if record is None:
            return
        if self.plan.seconds is not None and not self.kind.ends_target:
            await asyncio.sleep(self.plan.seconds * self.surroundings.time_scale)
            await self.lift()
        target = self.target
        if target is None:
            record.recovered = record.lifted if record.lifted is not None else record.injected
            record.stayed_ready = record.lifted is None
            return
        through_proxy = self.kind.acts_on == "network"
        while True:
            ready = await target.is_ready(through_proxy)
            start = target.current
            if ready and start is not None and (not self.kind.ends_target or self._is_new(start.identity)):
                break
            if start is not None and start.ended is not None and not target.restarts_again:
                return  # it will not come back
            await asyncio.sleep(LOOK_SECONDS)
        harmless = self.plan.fault in ("network_latency", "bandwidth", "cpu_stress", "memory_stress")
        record.stayed_ready = harmless
        record.recovered = record.injected if harmless else self.surroundings.now()
        record.identity_after = start.identity

    def _is_new(self, identity: str) -> bool:
        return self.record is not None and identity != self.record.identity

    async def _change_network(self) -> None:
        name, number = self.plan.fault, self.plan.parameter
        for link in self._links:
            link.delay, link.jitter = number("delay_ms") / 1000, number("jitter_ms") / 1000
            link.kb_s = number("kb_s")
            link.block(name == "network_partition")
            link.is_reset = name in ("connection_reset", "network_down")
            if link.is_reset:
                link.cut()
        if name == "network_down":
            for proxy in self._proxies:
                await proxy.shut()

    def _stress_by(self, code: str, *arguments: float) -> None:
        around = self.surroundings
        argv = (sys.executable, "-IS", "-c", code, *map(str, arguments))
        around.announce(self.plan.fault, f"a program of the runner's own, {' '.join(map(str, arguments))}")
        self._stress.append(around.start(self.plan.fault, argv, around.project, around.variables(self.plan.fault)))
