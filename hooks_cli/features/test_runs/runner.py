"""Runs a test file: its stages and tests in order; ends everything that it started, also after errors."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hooks_cli.errors import Interrupted
from hooks_cli.features.processes import ending, process_table, run_folder, subreaper
from hooks_cli.features.processes.run_folder import RunFolder
from hooks_cli.features.test_runs.baseline import Latency
from hooks_cli.features.test_runs.case_run import CaseRun
from hooks_cli.features.test_runs.expectations import Judgement, judge, regression_report
from hooks_cli.features.test_runs.files.case_plan import CasePlan, FilePlan, InvalidTestFile
from hooks_cli.features.test_runs.files.service_sections import host_and_port
from hooks_cli.features.test_runs.observation import Observation
from hooks_cli.features.test_runs.services import containers as container_programs
from hooks_cli.features.test_runs.services.containers import Containers, DaemonMissing
from hooks_cli.features.test_runs.services.http_proxy import LOOPBACK_HOSTS
from hooks_cli.features.test_runs.services.surroundings import Surroundings
from hooks_cli.features.traces.receiver import Receiver
from hooks_cli.features.traces.spans import KeptFields

END_SECONDS = 1.0  # grace for what services and scenarios left behind


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line says: `layers` and `stages` None for all; `jobs` tests of one stage at once."""

    time_scale: float = 1.0
    allow_external: bool = False
    keep_going: bool = False
    jobs: int = 1
    save_baseline: bool = False
    layers: frozenset[str] | None = None
    stages: frozenset[int] | None = None


@dataclass
class CaseResult:
    """One test and what became of it; `seen` is None for one that was not run, and `why` says why."""

    case: CasePlan
    seen: Observation | None = None
    judgements: list[Judgement] = field(default_factory=list)
    regression: dict[str, object] | None = None
    why: str = ""

    @property
    def passed(self) -> bool:
        """Whether it ran and nothing failed."""
        return self.seen is not None and not any(each.fails for each in self.judgements)


@dataclass
class FileResult:
    """A test file and its tests; `notes` tell what the runner did on its own."""

    plan: FilePlan
    run: str
    options: RunOptions
    cases: list[CaseResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    usage: dict[str, object] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether every test of the chosen stages passed."""
        return bool(self.cases) and all(case.passed for case in self.cases)


@dataclass
class FileRunner:
    """Runs test files. `runs` is where run folders lie, `baselines` finds a kept latency, `say` prints a line for people."""

    runs: str
    project: str
    source: Mapping[str, str]
    keys: tuple[str, ...]
    options: RunOptions
    baselines: Callable[[str], Latency | None]
    say: Callable[[str], None]

    def run(self, plan: FilePlan) -> FileResult:
        """Run one file. Raises Unavailable (69), InvalidTestFile (78), Interrupted (130); nothing started by it is left then, either."""
        self._check_external(plan)
        notes = self.end_dead()
        if process_table.reach() == "group":
            notes.append("this system does not show its processes: what leaves its process group is not ended")
        subreaper.become_subreaper()
        others = set(subreaper.orphans(()))  # children that are none of this run's
        with RunFolder(self.runs, os.urandom(6).hex()) as folder:
            result = FileResult(plan, os.path.basename(folder.path), self.options, notes=notes)
            try:
                asyncio.run(self._interruptible(plan, folder, result))
            except asyncio.CancelledError:
                raise Interrupted from None
            finally:
                self._end_all(folder, others)
        return result

    def end_dead(self) -> list[str]:
        """End what runs that were killed left behind; a note for each that left something."""
        notes = []
        for path in run_folder.dead_runs(self.runs):
            container_programs.remove_of_dead_run(path, self.source)
        for name, done in run_folder.end_dead_runs(self.runs, END_SECONDS):
            if done.asked:
                notes.append(f"ended {done.asked} processes that the killed run {name} had left")
            if done.left:
                notes.append(f"processes of the killed run {name} could not be ended: {', '.join(map(str, done.left))}")
        for note in notes:
            self.say(note)
        return notes

    async def _interruptible(self, plan: FilePlan, folder: RunFolder, result: FileResult) -> None:
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if task is not None:
                loop.add_signal_handler(number, task.cancel)
        with Receiver(plan.rules.wanted() if plan.rules else KeptFields()) as receiver:
            around = Surroundings(
                folder,
                plan.path,
                self.project,
                self.source,
                self.keys,
                self.say,
                self.options.time_scale,
                self.options.allow_external,
                receiver.endpoint,
            )
            for stage in plan.stages:
                cases = [self._chosen(case) for case in plan.cases if case.stage == stage]
                if self.options.stages is not None and stage not in self.options.stages:
                    continue
                if not self.options.keep_going and not all(case.passed for case in result.cases):
                    result.cases += [CaseResult(case, why="an earlier stage failed") for case in cases]
                    continue
                result.cases += await self._stage(cases, around, receiver, result)

    async def _stage(
        self, cases: list[CasePlan], around: Surroundings, receiver: Receiver, result: FileResult
    ) -> list[CaseResult]:
        gate = asyncio.Semaphore(self.options.jobs)

        async def one(case: CasePlan) -> CaseResult:
            async with gate:
                containers = await asyncio.to_thread(self._containers, case, around, result)
                own = dataclasses.replace(around, addresses={})
                seen = await CaseRun(case, own, containers, receiver, result.plan.rules).carry_out()
            base = self.baselines(case.baseline) if "performance" in case.layers else None
            saves = self.options.save_baseline or case.update_baseline
            skipped = self._skipped(case)
            return CaseResult(case, seen, judge(case, seen, base, saves, skipped), regression_report(case, seen, base))

        tasks = [asyncio.create_task(one(case)) for case in cases]
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _skipped(self, case: CasePlan) -> frozenset[str]:
        return (
            frozenset()
            if self.options.layers is None
            else frozenset(each.layer for each in case.expectations) - case.layers
        )

    def _chosen(self, case: CasePlan) -> CasePlan:
        """The test with the layers that `--layer` leaves on."""
        if self.options.layers is None:
            return case
        on = case.layers & self.options.layers
        healing = "self_healing" in on
        return dataclasses.replace(
            case,
            layers=on,
            fault=case.fault if "chaos" in on else None,
            retries=case.retries if healing else 0,
            learn_from_failures=case.learn_from_failures and healing,
            regression_detection=case.regression_detection and "performance" in on,
            update_baseline=case.update_baseline and "performance" in on,
        )

    def _check_external(self, plan: FilePlan) -> None:
        for case in plan.cases:
            for service in case.services:
                found = host_and_port(service.external)
                if found and found[0] not in LOOPBACK_HOSTS and not self.options.allow_external:
                    raise InvalidTestFile(
                        path=plan.path,
                        where=f"services.{service.name}.external",
                        reason=f"{found[0]} is not on loopback",
                        hint="To reach other machines: --allow-external",
                    )

    def _containers(self, case: CasePlan, around: Surroundings, result: FileResult) -> Containers | None:
        """The container program, when a service needs one. Raises DaemonMissing (69)."""
        wanted = [service for service in case.services if service.image]
        if not wanted:
            return None
        program, reason = container_programs.find_program(self.source)
        if program:
            found = Containers(program, os.path.basename(around.run.path), self.source, self.say)
            found.note(around.run.path)
            return found
        for service in wanted:
            if not service.run:
                raise DaemonMissing(service=service.name, reason=reason)
            note = f"{service.name} runs as a process, not as {service.image}: {reason}"
            if note not in result.notes:
                result.notes.append(note)
                self.say(note)
        return None

    def _end_all(self, folder: RunFolder, others: set[int]) -> None:
        """End every program of the run and what it left behind."""
        done = ending.end([folder.mark], [], END_SECONDS)
        if process_table.supported():
            ending.end_found(lambda: subreaper.orphans(others), 0)
        container_programs.remove_of_dead_run(folder.path, self.source)
        folder.keep = bool(done.left)
