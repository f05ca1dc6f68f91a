"""Runs the scenarios of one test, with the repetitions and retries of the test file."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Callable

from hooks_cli.features.test_runs.files.case_plan import ScenarioPlan
from hooks_cli.features.test_runs.observation import Observation, ScenarioRun
from hooks_cli.features.test_runs.services import waiting
from hooks_cli.features.test_runs.services.http_proxy import HttpProxy
from hooks_cli.features.test_runs.services.surroundings import Surroundings

FIRST_RETRY_SECONDS = 0.2  # doubles with each retry
TIMEOUT_GRACE_SECONDS = 2.0
# How often a scenario is run while a fault is waited for and watched, when it says no rate of its own.
WATCH_RATE = 10.0
STEADY_PASSES = 3
MOST_KEPT_OUTPUT = 300


class ScenarioRunner:
    """Runs scenarios into an observation. `retries` is how often a failed run is tried again."""

    def __init__(self, surroundings: Surroundings, proxy: HttpProxy, seen: Observation, retries: int) -> None:
        self.surroundings = surroundings
        self.proxy = proxy
        self.seen = seen
        self.retries = retries
        self._numbers: dict[str, int] = {}

    async def repeat(self, plan: ScenarioPlan) -> None:
        """Run it as often as it asks for."""
        left = iter(range(plan.repeat))
        await self._work(plan, plan.rate, lambda: next(left, None) is None)

    async def until(self, plan: ScenarioPlan, over: asyncio.Event) -> None:
        """Run it until `over` is set, at its own rate or 10 times a second, and at least as often as it asks for."""
        number = iter(range(plan.repeat))
        await self._work(plan, plan.rate or WATCH_RATE, lambda: next(number, None) is None and over.is_set())

    def passes_in_a_row(self, scenario: str, since: float = 0.0) -> int:
        """How many of its newest tries passed, of those that began after `since`."""
        count = 0
        for run in reversed(self.seen.runs):
            if run.scenario == scenario:
                if not run.ok or run.began < since:
                    break
                count += 1
        return count

    async def _work(self, plan: ScenarioPlan, rate: float, is_over: Callable[[], bool]) -> None:
        loop = asyncio.get_running_loop()
        turn = loop.time()

        async def worker() -> None:
            nonlocal turn
            while not is_over():
                if rate:
                    at, turn = turn, max(turn, loop.time() - 1 / rate) + 1 / rate
                    await asyncio.sleep(at - loop.time())
                await self._run(plan)

        await asyncio.gather(*(worker() for _ in range(plan.concurrency)))

    async def _run(self, plan: ScenarioPlan) -> None:
        """One run with its retries."""
        number = self._numbers[plan.name] = self._numbers.get(plan.name, 0) + 1
        for retry in range(self.retries + 1):
            if retry:
                await asyncio.sleep(FIRST_RETRY_SECONDS * 2 ** (retry - 1) * self.surroundings.time_scale)
            run = await self._try(plan, number, retry)
            self.seen.runs.append(run)
            if run.ok:
                return

    async def _try(self, plan: ScenarioPlan, number: int, retry: int) -> ScenarioRun:
        around = self.surroundings
        trace, span = os.urandom(16).hex(), os.urandom(8).hex()
        traceparent = f"00-{trace}-{span}-01"
        self.proxy.traces[trace] = traceparent
        variables = around.variables(plan.name, plan.env, plan.inherit, token=trace, traceparent=traceparent)
        began = around.now()
        attempt = around.start_line(plan.name, plan.run, plan.cwd, variables)
        outcome = await waiting.ended(attempt, plan.timeout)
        seconds = around.now() - began
        if outcome is None:
            await waiting.end([attempt], TIMEOUT_GRACE_SECONDS)
            reason = f"it did not end within {plan.timeout:g} s"
        elif outcome.code != plan.expect_exit:
            reason = (
                f"exit {outcome.code if outcome.code is not None else 'unknown (killed)'} instead of {plan.expect_exit}"
            )
            reason += _quoted(attempt.files.read("stderr") or attempt.files.read("stdout"))
        elif plan.stdout_matches and not re.search(plan.stdout_matches, _text(attempt.files.read("stdout"))):
            reason = f"its output does not match {plan.stdout_matches!r}" + _quoted(attempt.files.read("stdout"))
        else:
            reason = ""
        del self.proxy.traces[trace]
        shutil.rmtree(attempt.folder, ignore_errors=True)
        code = outcome.code if outcome else None
        return ScenarioRun(plan.name, number, retry, began, seconds, code, reason, trace, span)


def _text(written: bytes) -> str:
    return written.decode("utf-8", "replace")


def _quoted(written: bytes) -> str:
    text = " ".join(_text(written[-4 * MOST_KEPT_OUTPUT :]).split())[-MOST_KEPT_OUTPUT:]
    return f": {text}" if text else ""
