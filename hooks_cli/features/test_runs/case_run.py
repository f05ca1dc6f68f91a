"""Runs one test: starts the services, runs the scenarios, injects the fault at its time, ends everything."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from hooks_cli.errors import HooksError
from hooks_cli.features.test_runs.critical_path import self_times
from hooks_cli.features.test_runs.faults import FaultInjection
from hooks_cli.features.test_runs.files.case_plan import CasePlan, ScenarioPlan
from hooks_cli.features.test_runs.files.fault_catalogue import FAULTS
from hooks_cli.features.test_runs.observation import Observation
from hooks_cli.features.test_runs.scenarios import STEADY_PASSES, ScenarioRunner
from hooks_cli.features.test_runs.services.containers import Containers
from hooks_cli.features.test_runs.services.http_proxy import HttpProxy
from hooks_cli.features.test_runs.services.resource_samples import ResourceSamples
from hooks_cli.features.test_runs.services.service import NotReady, Service
from hooks_cli.features.test_runs.services.surroundings import Surroundings
from hooks_cli.features.traces.check import check
from hooks_cli.features.traces.graph import service_edges
from hooks_cli.features.traces.receiver import Receiver
from hooks_cli.features.traces.rules.rule_file import RuleFile
from hooks_cli.features.traces.spans import TraceRun

STEADY_SECONDS = 60.0  # how long a steady state is waited for
WATCH_SECONDS = 30.0  # how long a fault is watched without a bound that says how long it may matter
WATCH_MARGIN_SECONDS = 2.0
# So many runs under the fault make p95 more than the largest of them.
RUNS_FOR_P95 = 20
LOOK_SECONDS = 0.02
SPAN_DELAY_SECONDS = 0.4  # twice the delay with which SDKs send spans (`Surroundings.variables`)
STOP_SECONDS = 2.0


@dataclass
class CaseRun:
    """One test under way."""

    case: CasePlan
    surroundings: Surroundings
    containers: Containers | None
    receiver: Receiver | None
    rules: RuleFile | None = None

    async def carry_out(self) -> Observation:
        """Run the test. Raises Unavailable (69) when a program or a daemon is missing, ConfigError (78) for a key among the variables."""
        around = self.surroundings
        self.seen = Observation(self.case.name, began=around.now())
        self.began_ns = time.time_ns()
        self.proxy = HttpProxy({}, around.allow_external)
        self.proxy.refused = self._refused
        self.services = {plan.name: Service(plan, around, self.containers) for plan in self.case.services}
        self.fault: FaultInjection | None = None
        self.samples = ResourceSamples(self.services)
        sampling = asyncio.create_task(self.samples.measure_until_cancelled()) if self.rules is not None else None
        try:
            for service in self.services.values():
                await service.open()
                if service.proxy is not None:
                    self.proxy.services[service.name] = (service.proxy, service.plan.port or 0)
            await self.proxy.open()
            around.proxy_url = self.proxy.url
            self.runner = ScenarioRunner(around, self.proxy, self.seen, self.case.retries)
            await self._start_services()
            await self._scenarios()
            if self.receiver is not None:
                await asyncio.sleep(SPAN_DELAY_SECONDS)
        except NotReady as error:
            self.seen.problems.append(str(error))
        finally:
            if sampling is not None:
                sampling.cancel()
            await asyncio.shield(self._end())
        return self.seen

    async def _start_services(self) -> None:
        """Start each when those that it waits for are ready. Raises what `Service.start` raises, with the others ended."""
        ready = {name: asyncio.Event() for name in self.services}

        async def start(service: Service) -> None:
            for other in service.plan.after:
                if other in ready:
                    await ready[other].wait()
            await service.start()
            ready[service.name].set()

        tasks = [asyncio.create_task(start(service)) for service in self.services.values()]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _scenarios(self) -> None:
        plans, plan = list(self.case.scenarios), self.case.fault
        if plan is None:
            for scenario in plans:
                await self.runner.repeat(scenario)
            return
        self.fault = FaultInjection(plan, self.services, self.proxy, self.surroundings)
        if plan.timing.kind == "between_scenarios":
            await self.runner.repeat(plans.pop(0))
        if plan.timing.kind in ("between_scenarios", "at_start"):
            await self.fault.inject()
            if not self.case.expectations:  # nothing has to be seen more often than is asked for
                await self._repeat_under(self.fault, plans)
                return
        over = asyncio.Event()
        drivers = [asyncio.create_task(self.runner.until(scenario, over)) for scenario in plans]
        try:
            await self._inject_and_watch(self.fault, drivers)
            over.set()
            await asyncio.gather(*drivers)
        finally:
            for driver in drivers:
                driver.cancel()
            await asyncio.gather(*drivers, return_exceptions=True)

    async def _repeat_under(self, fault: FaultInjection, plans: list[ScenarioPlan]) -> None:
        """Run each scenario as often as it asks for, while the fault takes its course."""
        watch = asyncio.create_task(fault.watch())
        try:
            for scenario in plans:
                await self.runner.repeat(scenario)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _inject_and_watch(self, fault: FaultInjection, drivers: list[asyncio.Task[None]]) -> None:
        """Inject the fault at its time, and wait until it is over and enough runs were seen. Raises what a driver raised."""
        timing, scale = fault.plan.timing, self.surroundings.time_scale
        if fault.record is None:
            if timing.kind == "after_steady_state" and not await self._is_steady(drivers):
                return
            await _sleep(timing.seconds * scale, drivers)
            await fault.inject()
        watch = asyncio.create_task(fault.watch())
        try:
            deadline = self.surroundings.now() + self._watch_seconds(fault)
            while self.surroundings.now() < deadline and not (watch.done() and self._has_seen_enough(fault)):
                await _sleep(LOOK_SECONDS, drivers)
            if watch.done():
                watch.result()
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _is_steady(self, drivers: list[asyncio.Task[None]]) -> bool:
        """Wait until all services are ready and each scenario passed three times in a row; False, and a problem, when it does not come."""
        deadline = self.surroundings.now() + STEADY_SECONDS
        while self.surroundings.now() < deadline:
            if all(self.runner.passes_in_a_row(each.name) >= STEADY_PASSES for each in self.case.scenarios):
                ready = await asyncio.gather(*(service.is_ready() for service in self.services.values()))
                if all(ready):
                    return True
            await _sleep(LOOK_SECONDS, drivers)
        last = next((run for run in reversed(self.seen.runs) if not run.ok), None)
        reason = f": {last.scenario}: {last.reason}" if last else ""
        self.seen.problems.append(f"no steady state within {STEADY_SECONDS:g} s, so no fault was injected{reason}")
        return False

    def _watch_seconds(self, fault: FaultInjection) -> float:
        """How long the fault is watched at most: as long as an expectation allows it to matter, and a little longer."""
        bounds = [each.value("max") for each in self.case.expectations if each.layer == "chaos"]
        longest = max((bound / 1000 for bound in bounds if isinstance(bound, float)), default=WATCH_SECONDS)
        return longest + WATCH_MARGIN_SECONDS + (fault.plan.seconds or 0.0) * self.surroundings.time_scale

    def _has_seen_enough(self, fault: FaultInjection) -> bool:
        record = fault.record
        if record is None:
            return False
        names = {each.name for each in self.case.expectations}
        least = RUNS_FOR_P95 if "p95_latency_ms" in names else STEADY_PASSES if names else 1
        since = sum(1 for run in self.seen.runs if run.began >= record.injected)
        if since < least:
            return False
        if record.recovered is None or not names:
            return True
        first = 1 if fault.plan.timing.kind == "between_scenarios" else 0
        scenarios = self.case.scenarios[first:]
        return all(self.runner.passes_in_a_row(each.name, record.recovered) >= STEADY_PASSES for each in scenarios)

    async def _end(self) -> None:
        """Lift the fault, end the services in the opposite order, and gather what was seen."""
        if self.fault is not None:
            await self.fault.lift(at_the_end=True)
            self.seen.fault = self.fault.record
        self.seen.ended = self.surroundings.now()
        self.seen.services = {name: [*service.starts] for name, service in self.services.items()}
        for service in reversed(list(self.services.values())):
            await service.stop(STOP_SECONDS)
        await self.proxy.close()
        for service in self.services.values():
            if service.proxy is not None:
                await service.proxy.close()
        self._add_spans()
        self._add_notes()

    def _add_spans(self) -> None:
        """What the scenarios' traces say. Their roots are the spans whose parent is the scenario itself, or none."""
        if self.receiver is None:
            return
        everything, traces = self.receiver.run(), {run.trace for run in self.seen.runs}
        scenarios = {(run.trace, run.span) for run in self.seen.runs}
        for span in everything.spans:
            if (span.trace, span.parent) in scenarios:
                span.parent = ""  # the scenario sends no span of its own, so what it called is the root
        spans = [span for span in everything.spans if span.trace in traces]
        judged = {run.trace for run in self.seen.judged_runs}
        known = {(span.trace, span.id) for span in spans}
        roots = [span.duration for span in spans if span.trace in judged and (span.trace, span.parent) not in known]
        self.seen.root_spans_ns = [duration for duration in roots if duration is not None and duration >= 0]
        self.seen.spans = len(spans)
        self.seen.edges = sorted({(edge.caller, edge.callee) for edge in service_edges(TraceRun(spans))})
        self.seen.self_times_ns = self_times(span for span in spans if span.trace in judged)
        if self.rules is not None:
            # Of all spans since the test began, also those outside of its scenarios' traces, as of a service's start.
            since = [span for span in everything.spans if span.start is None or span.start >= self.began_ns]
            self.seen.outcomes = check(
                self.rules, TraceRun(since, usage=[*everything.usage, *self.samples.usage])
            ).outcomes
        if self.receiver.problem is not None:
            self.seen.notes.append(f"spans were not read: {self.receiver.problem}")

    def _add_notes(self) -> None:
        case, record = self.case, self.seen.fault
        if case.off:
            self.seen.notes.append(f"configured and not on: {', '.join(case.off)}")
        for option in case.not_built:
            self.seen.notes.append(f"{option}: learning is not built; nothing was learnt")
        if case.track_spans and not self.seen.root_spans_ns:
            self.seen.notes.append("track_all_spans: no span of a scenario came; wall times are judged")
        if "chaos" in case.layers and case.fault is None:
            self.seen.notes.append("the layer chaos is on and names no fault: none was injected")
        is_network = record is not None and FAULTS[record.plan.fault].acts_on == "network"
        for name, starts in self.seen.services.items():
            for start in starts:
                by_fault = record is not None and record.ends_target and name == record.plan.target
                if start.ended is not None and not (by_fault and record is not None and start.ended >= record.injected):
                    code = "by a signal" if start.code is None else f"with {start.code}"
                    self.seen.notes.append(f"{name} ended by itself {code} after {start.ended - start.began:.1f} s")
        # A connection that is down does not tell who tried it.
        if record is not None and is_network and record.plan.fault != "network_down" and record.connections == 0:
            self.seen.notes.append(f"{record.plan.fault}: no connection passed a proxy, so nothing felt the fault")
        if record is not None and record.ends_target and self.seen.root_spans_ns:
            self.seen.notes.append(f"spans that {record.plan.target} ended in the second before its end may be missing")

    def _refused(self, host: str) -> None:
        note = f"the proxy refused {host}: it is not a service and not on loopback (--allow-external)"
        if note not in self.seen.notes:
            self.seen.notes.append(note)


async def _sleep(seconds: float, drivers: list[asyncio.Task[None]]) -> None:
    """Sleep, and end with the error of a driver that failed meanwhile."""
    done, _ = await asyncio.wait(drivers, timeout=max(seconds, 0.0), return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        error = task.exception()
        if isinstance(error, HooksError):
            raise error
    if len(done) == len(drivers):
        await asyncio.sleep(seconds)
