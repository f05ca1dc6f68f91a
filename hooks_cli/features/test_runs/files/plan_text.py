"""Prints a test plan: what would be started, injected, run and judged. Starts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import TopologicalSorter

from hooks_cli.features.test_runs.files.case_plan import CasePlan, Expectation, FilePlan, ServicePlan


def lines(plan: FilePlan) -> Iterator[str]:
    """The whole plan."""
    yield f"{plan.name}{' ' + plan.version if plan.version else ''}  ({plan.path})"
    for case in plan.cases:
        yield from _case(case)
    if plan.rules is not None:
        rules = f"{len(plan.rules.constraints)} constraints and {len(plan.rules.levels)} levels"
        yield f"  judge   {rules} for traces, on the spans that the services send"


def start_order(services: tuple[ServicePlan, ...]) -> list[list[str]]:
    """The services in groups that start at the same time."""
    names = {service.name for service in services}
    sorter = TopologicalSorter({s.name: [name for name in s.after if name in names] for s in services})
    sorter.prepare()
    groups = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        groups.append(ready)
        sorter.done(*ready)
    return groups


def _case(case: CasePlan) -> Iterator[str]:
    stage = f"stage {case.stage}: " if case.stage else ""
    yield f"{stage}{case.name}  layers: {', '.join(sorted(case.layers)) or 'none'}"
    if case.off:
        yield f"  off, though configured: {', '.join(case.off)}"
    for option in case.not_built:
        yield f"  {option}: learning is not built; it is told and nothing more"
    for group in start_order(case.services):
        for name in group:
            service = case.service(name)
            if service is not None:
                yield f"  start   {_service(service)}"
    if case.fault is not None:
        fault = case.fault
        parameters = "".join(f", {name}={value:g}" for name, value in fault.parameters)
        lasting = "" if fault.seconds is None else f" for {fault.seconds:g} s"
        yield f"  inject  {fault.fault} into {fault.target or 'all connections'}{lasting}, {fault.timing}{parameters}"
    for scenario in case.scenarios:
        times = f" {scenario.repeat} times" if scenario.repeat > 1 else ""
        retries = f", {case.retries} retries" if case.retries else ""
        yield f"  run     {scenario.name}{times}: {scenario.run}  (exit {scenario.expect_exit} within {scenario.timeout:g} s{retries})"
    for expected in case.expectations:
        yield f"  expect  {_expectation(expected)}"


def _service(service: ServicePlan) -> str:
    what = f"external {service.external}" if service.external else service.run or f"image {service.image}"
    if service.image and service.run:
        what = f"image {service.image}, or {service.run}"
    after = f" after {', '.join(service.after)}" if service.after else ""
    ready = f"{service.ready.kind} {service.ready.value}".strip()
    return f"{service.name}: {what}  (ready: {ready} within {service.ready.timeout:g} s, restart: {service.restart}{after})"


def _expectation(expected: Expectation) -> str:
    values = ", ".join(
        f"{name} {' → '.join(value) if isinstance(value, tuple) else value}" for name, value in expected.values
    )
    return f"{expected.name}: {values}"
