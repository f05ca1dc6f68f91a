"""What is judged from what was seen: each expectation at both sides of its bound, and what is not a pass."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from hooks_cli.features.test_runs.baseline import Latency, measured, of_metadata, regression
from hooks_cli.features.test_runs.expectations import (
    FOLLOWS,
    NOT_JUDGED,
    PASSED,
    SKIPPED,
    VIOLATED,
    Judgement,
    judge,
    regression_report,
)
from hooks_cli.features.test_runs.files.case_plan import (
    CasePlan,
    Expectation,
    FaultPlan,
    ScenarioPlan,
    ServicePlan,
    Timing,
)
from hooks_cli.features.test_runs.observation import FaultRecord, Observation, ScenarioRun
from hooks_cli.features.test_runs.services.service import ServiceStart

LAYERS = frozenset(("orchestration", "chaos", "performance", "self_healing"))
KILL = FaultPlan("e", "process_kill", "db", Timing("at_start"))
BASE = Latency(100, 50.0, 100.0, 110.0, 95.0, 105.0, "wall times of runs since the fault")


def runs(*told: tuple[float, bool]) -> list[ScenarioRun]:
    """Runs of 0.1 s: when they began, and whether they passed."""
    return [
        ScenarioRun("s", number, 0, began, 0.1, 0 if ok else 7, "" if ok else "exit 7 instead of 0", f"t{number}")
        for number, (began, ok) in enumerate(told, 1)
    ]


def fault(plan: FaultPlan = KILL, **changes: Any) -> FaultRecord:
    values: dict[str, Any] = {"identity": "1:1", "identity_after": "2:2", "recovered": 12.0, **changes}
    return FaultRecord(plan, 10.0, **values)


def answers(
    seen: Observation, *expected: Expectation, base: Latency | None = None, saves: bool = False, **case: Any
) -> dict[str, Judgement]:
    plan = CasePlan(
        "c", 0, LAYERS, LAYERS, (ScenarioPlan("s", "x"),), expected,
        services=(ServicePlan("db", "x", restart="on-failure"),), **case,
    )  # fmt: skip
    return {each.name: each for each in judge(plan, seen, base, saves)}


def expected(name: str, **values: object) -> Expectation:
    return Expectation(name, tuple(values.items()))


def seen(*told: tuple[float, bool], record: FaultRecord | None = None, **changes: Any) -> Observation:
    return Observation("c", runs=runs(*told), fault=record, ended=20.0, **changes)


CASES = [
    # failover: the fault at 10.0, runs end 0.1 s after they begin
    ("failover_time_ms", {"max": 2100.0}, seen((9, True), (10.5, False), (12, True), record=fault()), PASSED, 2100.0),
    ("failover_time_ms", {"max": 2099.0}, seen((9, True), (10.5, False), (12, True), record=fault()), VIOLATED, 2100.0),
    ("failover_time_ms", {"max": 1.0}, seen((9, False), (11, True), record=fault()), PASSED, 0.0),
    ("failover_time_ms", {"max": 1.0}, seen((9.95, False), (11, True), record=fault()), VIOLATED, 1100.0),
    ("failover_time_ms", {"max": 9999.0}, seen((11, True), (12, False), record=fault()), VIOLATED, None),
    ("failover_time_ms", {"max": 9999.0}, seen((9, True), record=fault()), NOT_JUDGED, None),
    ("failover_time_ms", {"max": 9999.0}, seen((9, True)), NOT_JUDGED, None),
    ("recovery_time_ms", {"max": 2000.0}, seen((13, True), record=fault()), PASSED, 2000.0),
    ("recovery_time_ms", {"max": 1999.0}, seen((13, True), record=fault()), VIOLATED, 2000.0),
    ("recovery_time_ms", {"max": 9999.0}, seen((13, True), record=fault(recovered=None)), VIOLATED, None),
    ("recovery_time_ms", {"max": 0.0}, seen((13, True), record=fault(stayed_ready=True)), PASSED, 0.0),
    ("recovery_time_ms", {"max": 9999.0}, seen((13, True)), NOT_JUDGED, None),
    ("container_restarted", {"is": True}, seen((13, True), record=fault()), PASSED, None),
    ("container_restarted", {"is": True}, seen((13, True), record=fault(identity_after="1:1")), VIOLATED, None),
    ("container_restarted", {"is": True}, seen((13, True), record=fault(identity_after="")), VIOLATED, None),
    ("container_restarted", {"is": False}, seen((13, True), record=fault()), VIOLATED, None),
    (
        "container_restarted",
        {"is": True},
        seen((13, True), record=fault(dataclasses.replace(KILL, fault="network_down"))),
        NOT_JUDGED,
        None,
    ),
    ("no_manual_intervention", {"is": True}, seen((13, True), record=fault()), PASSED, None),
    ("no_manual_intervention", {"is": True}, seen((13, True), record=fault(recovered=None)), VIOLATED, None),
    ("no_manual_intervention", {"is": True}, seen((13, True)), NOT_JUDGED, None),
    ("p95_latency_ms", {"max": 100.0}, seen((1, True)), PASSED, 100.0),
    ("p95_latency_ms", {"max": 99.0}, seen((1, True)), VIOLATED, 100.0),
    ("p95_latency_ms", {"max": 99.0}, seen(), VIOLATED, None),
    ("p95_latency_ms", {"max": 5.0}, seen((1, True), root_spans_ns=[4_000_000]), PASSED, 4.0),
]


@pytest.mark.parametrize(("name", "values", "what", "status", "value"), CASES)
def test_each_expectation(name: str, values: dict[str, object], what: Observation, status: str, value: float) -> None:
    found = answers(what, expected(name, **values))[name]
    assert (found.status, found.measured) == (status, value), found.text
    assert found.fails == (status != PASSED)


READY = {"db": 1.0, "cache": 2.0, "api": 2.0}


@pytest.mark.parametrize(
    ("order", "status"),
    [
        (("db", "cache", "api"), PASSED),
        (("db", "api", "cache"), PASSED),  # the same instant is in order
        (("cache", "db"), VIOLATED),
        (("db", "worker"), VIOLATED),
        (("db",), PASSED),
    ],
)
def test_the_order_of_services(order: tuple[str, ...], status: str) -> None:
    starts = {name: [ServiceStart(0.0, "1", ready), ServiceStart(5.0, "2", 0.5)] for name, ready in READY.items()}
    starts = {name: [start, ServiceStart(5.0, "2", 9.0)] for name, (start, _) in starts.items()}
    what = seen((1, True), services={**starts, "worker": [ServiceStart(0.0, "3")]})
    assert answers(what, expected("service_startup_order", order=order))["service_startup_order"].status == status


@pytest.mark.parametrize(
    ("percent", "base", "saves", "status"),
    [
        (0.0, BASE, False, PASSED),
        (0.0, dataclasses.replace(BASE, p95_ms=99.0), False, VIOLATED),
        (1.1, dataclasses.replace(BASE, p95_ms=99.0), False, PASSED),
        (50.0, None, False, NOT_JUDGED),
        (50.0, None, True, PASSED),
    ],
)
def test_the_baseline(percent: float, base: Latency | None, saves: bool, status: str) -> None:
    bound = expected("p95_latency_ms", max=200.0, baseline_increase_max_percent=percent)
    assert answers(seen((1, True)), bound, base=base, saves=saves)["p95_latency_ms"].status == status


def test_a_broken_maximum_without_a_baseline_is_a_violation() -> None:
    bound = expected("p95_latency_ms", max=1.0, baseline_increase_max_percent=1.0)
    assert answers(seen((1, True)), bound)["p95_latency_ms"].status == VIOLATED


def test_latency_is_of_the_runs_since_the_fault_and_says_so() -> None:
    what = seen((1, True), (11, True), record=fault())
    what.runs[0].seconds = 5.0
    found = answers(what, expected("p95_latency_ms", max=200.0))["p95_latency_ms"]
    assert found.measured == 100.0
    assert "p95 is the maximum" in found.text
    assert "wall times of runs since the fault" in found.text


def test_a_target_that_does_not_come_back_is_one_violation() -> None:
    all_of_them = [
        expected("failover_time_ms", max=5000.0),
        expected("recovery_time_ms", max=10000.0),
        expected("container_restarted", **{"is": True}),
        expected("no_manual_intervention", **{"is": True}),
    ]
    what = seen((9, True), (11, False), (12, False), record=fault(recovered=None, identity_after=""))
    found = answers(what, *all_of_them)
    assert found["container_restarted"].status == VIOLATED
    others = {name: each.status for name, each in found.items() if name != "container_restarted"}
    assert set(others.values()) == {FOLLOWS}
    assert "follows from container_restarted" in found["s"].text
    found = answers(what, *all_of_them[:2])
    assert (found["recovery_time_ms"].status, found["failover_time_ms"].status) == (VIOLATED, FOLLOWS)


def test_failures_under_the_fault_are_bounded_only_by_an_expectation() -> None:
    what = seen((9, True), (10.5, False), (13, True), record=fault())
    assert answers(what)["s"].status == VIOLATED
    assert answers(what, expected("recovery_time_ms", max=9999.0))["s"].status == PASSED
    for began in (9.5, 12.5):
        late = seen((9, True), (began, False), (13, True), record=fault())
        assert answers(late, expected("recovery_time_ms", max=9999.0))["s"].status == VIOLATED


def test_a_retry_that_passes_is_flaky_and_one_that_fails_is_not() -> None:
    what = seen((1, False), (2, True))
    what.runs[1].number, what.runs[1].retry = 1, 1
    found = answers(what)["s"]
    assert (found.status, "1 of 1 runs passed, 1 of them flaky" in found.text) == (PASSED, True)
    what.runs[1].reason = "exit 7 instead of 0"
    assert answers(what)["s"].status == VIOLATED


def test_what_did_not_run_is_no_pass() -> None:
    assert answers(seen())["s"].status == VIOLATED
    found = answers(seen(problems=["db did not become ready"]))
    assert list(found) == ["run"]
    assert found["run"].status == VIOLATED


def test_a_layer_that_the_caller_left_out_is_skipped() -> None:
    plan = CasePlan("c", 0, LAYERS, LAYERS, (ScenarioPlan("s", "x"),), (expected("recovery_time_ms", max=1.0),))
    found = {each.name: each for each in judge(plan, seen((1, True)), None, False, frozenset({"chaos"}))}
    assert found["recovery_time_ms"].status == SKIPPED
    assert not found["recovery_time_ms"].fails


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (dataclasses.replace(BASE, p95_ms=114.9, p95_low_ms=110.0), ""),
        (dataclasses.replace(BASE, p95_ms=115.1, p95_low_ms=110.0), "1.15 times"),
        (dataclasses.replace(BASE, p95_ms=200.0, p95_low_ms=105.0), ""),  # the intervals touch
        (dataclasses.replace(BASE, p95_ms=200.0, p95_low_ms=None), "few samples"),
        (dataclasses.replace(BASE, p95_ms=200.0, p95_low_ms=100.0, n=7), "few samples"),
        (dataclasses.replace(BASE, p95_ms=50.0), ""),
    ],
)
def test_a_regression_needs_more_than_a_factor(now: Latency, told: str) -> None:
    found = regression(BASE, now)
    assert told in found
    assert bool(found) == bool(told)


def test_a_small_difference_is_no_regression() -> None:
    small = Latency(100, 0.1, 0.5, 0.6, 0.4, 0.6, "x")
    assert regression(small, dataclasses.replace(small, p95_ms=1.4, p95_low_ms=1.3)) == ""
    assert regression(small, dataclasses.replace(small, p95_ms=1.6, p95_low_ms=1.5)) != ""


def test_a_baseline_that_an_agent_wrote_is_read() -> None:
    found = of_metadata({"git_commit": "abc123", "p50_ms": 45, "p95_latency_ms": 120, "cpu_avg_percent": 25})
    assert found is not None
    assert (found.p95_ms, found.n) == (120.0, 0)
    assert of_metadata({"p50_ms": 45}) is None
    assert of_metadata({"p95_ms": True}) is None
    assert measured([], "x") is None


def test_the_report_of_regressions_is_made_only_when_asked_for() -> None:
    plan = CasePlan("c", 0, LAYERS, LAYERS, (ScenarioPlan("s", "x"),))
    assert regression_report(plan, seen((1, True)), BASE) is None
    found = regression_report(dataclasses.replace(plan, regression_detection=True), seen((1, True)), None)
    assert found is not None
    assert (found["base"], found["regressions"]) == (None, [])
