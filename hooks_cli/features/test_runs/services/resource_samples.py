"""CPU and memory of the services, measured from /proc while a test runs, for rules that bound them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping

from hooks_cli.features.processes import process_table
from hooks_cli.features.test_runs.services.service import Service
from hooks_cli.features.traces.spans import Usage

SAMPLE_SECONDS = 0.5
MIB = 1 << 20


class ResourceSamples:
    """Measures every 0.5 s what all processes of each service use together; `usage` holds what was measured.

    A container's processes are not the runner's, so containers are not measured; neither is anything where /proc is missing.
    """

    def __init__(self, services: Mapping[str, Service]) -> None:
        self.services = services
        self.usage: list[Usage] = []
        self._before: dict[str, tuple[float, int]] = {}  # by service: when, and clock ticks used until then

    async def measure_until_cancelled(self) -> None:
        """Go on measuring."""
        while True:
            self.measure()
            await asyncio.sleep(SAMPLE_SECONDS)

    def measure(self) -> None:
        """One measurement. The first one of a service's start has no CPU, which needs two."""
        rows, now = process_table.table(), time.monotonic()
        for name, service in self.services.items():
            if service.attempt is None or service.containers is not None:
                continue
            found = process_table.members([service.attempt.mark], [service.attempt.leader], rows).values()
            if not found:
                continue
            ticks = sum(row.cpu_ticks for row in found)
            memory = sum(row.resident_pages for row in found) * os.sysconf("SC_PAGE_SIZE") / MIB
            key = f"{name} {service.attempt.mark}"
            if key in self._before:
                then, used = self._before[key]
                percent = max(0, ticks - used) / os.sysconf("SC_CLK_TCK") / (now - then) * 100
                self.usage.append(Usage(name, round(percent, 1)))
            self._before[key] = (now, ticks)
            self.usage.append(Usage(name, None, round(memory, 1)))
