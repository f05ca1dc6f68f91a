"""Reads what one test is made of: `[[scenario]]`, `[[expect]]`, `[chaos]`, `[performance]`, `[self_healing]`, `[intelligence]`."""

from __future__ import annotations

import re

from hooks_cli.features.test_runs.files.case_plan import (
    EXPECTATIONS,
    LAYERS,
    CasePlan,
    Expectation,
    FaultPlan,
    ScenarioPlan,
    ServicePlan,
    Timing,
)
from hooks_cli.features.test_runs.files.fault_catalogue import FAULTS, PARAMETERS, TIMINGS
from hooks_cli.features.test_runs.files.sections import Section
from hooks_cli.features.test_runs.files.service_sections import Services, folder_inside
from hooks_cli.text.units import duration_or_none

SCENARIO_KEYS = (
    "name", "run", "timeout", "repeat", "rate", "concurrency", "expect_exit", "stdout_matches", "env", "inherit", "cwd",
)  # fmt: skip
STAGE_KEYS = (
    *SCENARIO_KEYS,
    "layers",
    "orchestration",
    "chaos",
    "performance",
    "intelligence",
    "self_healing",
    "expect",
)
CHAOS_KEYS = ("experiment", "fault", "target", "timing", "duration", *sorted(PARAMETERS))
PERFORMANCE_KEYS = ("track", "track_all_spans", "regression_detection", "baseline_name", "update_baseline")
SELF_HEALING_KEYS = ("auto_retry", "max_retries", "learn_from_failures", "adaptive_execution")
INTELLIGENCE_KEYS = ("learn_patterns", "generate_tests", "feedback_loop", "persistence")
DEFAULT_RETRIES = 3


def whole(
    top: Section, name: str, on: frozenset[str], configured: frozenset[str], services: Services, project: str
) -> CasePlan:
    """The one test of a file without stages."""
    scenarios = tuple(_scenario(item, project) for item in top.items("scenario", SCENARIO_KEYS))
    if not scenarios:
        top.fail("scenario", "there is none", 'Say what is run: [[scenario]] name = "…", run = "…"')
    if len({scenario.name for scenario in scenarios}) < len(scenarios):
        top.fail("scenario", "two scenarios have the same name")
    return _case(top, name, 0, on, configured, scenarios, services)


def staged(item: Section, stage: int, services: Services, project: str) -> CasePlan:
    """One test of a stage."""
    scenario = _scenario(item, project)
    on = frozenset(item.texts("layers"))
    for layer in on:
        if layer not in LAYERS:
            item.fail("layers", f"{layer!r} is not a layer", "Layers: " + ", ".join(LAYERS))
    configured = frozenset(layer for layer in LAYERS if item.has(layer))
    return _case(item, scenario.name, stage, on, configured, (scenario,), services)


def _case(
    section: Section,
    name: str,
    stage: int,
    on: frozenset[str],
    configured: frozenset[str],
    scenarios: tuple[ScenarioPlan, ...],
    services: Services,
) -> CasePlan:
    chosen = tuple(service for service in services.every if service.name in services.listed)
    performance = section.inner("performance", PERFORMANCE_KEYS)
    healing = section.inner("self_healing", SELF_HEALING_KEYS)
    intelligence = section.inner("intelligence", INTELLIGENCE_KEYS)
    fault = _fault(section, chosen)
    if fault is not None and fault.timing.kind == "between_scenarios" and len(scenarios) < 2 and "chaos" in on:
        section.fail("chaos.timing", "there is one scenario, so nothing is between two")
    retries = healing.integer("max_retries", DEFAULT_RETRIES, 0, 100) if healing.switch("auto_retry") else 0
    learns = [f"intelligence.{key}" for key in ("learn_patterns", "generate_tests") if intelligence.switch(key)]
    return CasePlan(
        name,
        stage,
        on,
        configured,
        scenarios,
        _expectations(section, on, services.listed),
        fault if "chaos" in on else None,  # one whose layer is off is checked like any other
        chosen,
        services.topology,
        baseline=performance.text("baseline_name") or name,
        track_spans=performance.switch("track_all_spans"),
        regression_detection=performance.switch("regression_detection") and "performance" in on,
        update_baseline=performance.switch("update_baseline") and "performance" in on,
        retries=retries if "self_healing" in on else 0,
        learn_from_failures=healing.switch("learn_from_failures") and "self_healing" in on,
        not_built=tuple(learns) if "intelligence" in on else (),
    )


def _scenario(section: Section, project: str) -> ScenarioPlan:
    return ScenarioPlan(
        section.required("name"),
        section.required("run"),
        section.seconds("timeout", 60.0),
        section.integer("repeat", 1, 1, 1_000_000),
        section.number("rate"),
        section.integer("concurrency", 1, 1, 256),
        section.integer("expect_exit", 0, 0, 255),
        section.pattern("stdout_matches"),
        section.pairs("env"),
        section.texts("inherit"),
        folder_inside(section, "cwd", project),
    )


def _fault(section: Section, services: tuple[ServicePlan, ...]) -> FaultPlan | None:
    chaos = section.inner("chaos", CHAOS_KEYS)
    if not chaos.table:
        return None
    name = chaos.choice("fault", tuple(FAULTS), "") if chaos.has("fault") else chaos.required("fault")
    kind = FAULTS[name]
    target = chaos.text("target")
    names = {service.name: service for service in services}
    if target and target not in names:
        chaos.fail("target", f"there is no service {target!r}", f'Say how it is started: [services.{target}] run = "…"')
    if kind.acts_on == "process":
        if not target:
            chaos.fail("target", f"{name} needs a service to act on")
        if names[target].external:
            chaos.fail("target", f"{target!r} is external: {name} acts on what this run started alone")
    elif kind.acts_on == "network" and target and names[target].port is None and not names[target].external:
        chaos.fail("target", f"{target!r} has no port, so no proxy carries {name}")
    seconds = chaos.seconds("duration", 0.0) if chaos.has("duration") else None
    if seconds is None and kind.needs_duration:
        chaos.fail("duration", f"{name} needs to know how long it lasts", 'Write it as duration = "5s".')
    allowed = dict(kind.parameters)
    for key in sorted(PARAMETERS - set(allowed)):
        if chaos.has(key):
            chaos.fail(key, f"{name} has no such parameter")
    parameters = []
    for key, default in sorted(allowed.items()):
        if default is None and not chaos.has(key):
            chaos.fail(key, "it is missing")
        parameters.append((key, chaos.number(key, default or 0.0)))
    return FaultPlan(
        chaos.text("experiment") or f"{name}_{target or 'all'}",
        name,
        target,
        _timing(chaos),
        seconds,
        tuple(parameters),
    )


def _timing(chaos: Section) -> Timing:
    text = chaos.text("timing", "at_start")
    if text in ("at_start", "between_scenarios"):
        return Timing(text)
    match = re.fullmatch(r"(after|after_steady_state)(?:_(\d.*))?", text)
    milliseconds = duration_or_none(match[2] or "0s", 1000) if match else None
    if match is None or milliseconds is None:
        chaos.fail("timing", f"{text!r} is not a time", "Write it as " + ", ".join(TIMINGS))
    return Timing(match[1], milliseconds / 1000)


def _expectations(section: Section, on: frozenset[str], services: tuple[str, ...]) -> tuple[Expectation, ...]:
    found: dict[str, Expectation] = {}
    for item in section.items("expect", tuple(EXPECTATIONS)):
        for name in item.table:
            if name in found:
                item.fail(name, "it is expected twice")
            if EXPECTATIONS[name] not in on:
                item.fail(name, f"it needs the layer {EXPECTATIONS[name]}, which is not on")
            found[name] = Expectation(name, _values(item, name, services))
    return tuple(found.values())


def _values(item: Section, name: str, services: tuple[str, ...]) -> tuple[tuple[str, object], ...]:
    if name == "service_startup_order":
        order = item.texts(name)
        if not order or len(set(order)) < len(order):
            item.fail(name, "it is not a list of different services")
        for each in order:
            if each not in services:
                item.fail(name, f"there is no service {each!r}", f'Say how it is started: [services.{each}] run = "…"')
        return (("order", order),)
    if name in ("container_restarted", "no_manual_intervention"):
        return (("is", item.switch(name)),)
    keys = ("max", "baseline_increase_max_percent") if name == "p95_latency_ms" else ("max",)
    bound = item.inner(name, keys)
    if not bound.table:
        item.fail(name, f"it has none of {', '.join(keys)}")
    return tuple((key, bound.number(key)) for key in keys if bound.has(key))
