"""Judges one test by its observations: each scenario and each key of `[[expect]]`. Starts and reads nothing.

A fault that a target does not survive breaks several expectations at once. The first one is violated; the others say that they follow from
it, so that a report names one reason.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from hooks_cli.features.test_runs.baseline import Latency, measured, regression
from hooks_cli.features.test_runs.files.case_plan import CasePlan, Expectation
from hooks_cli.features.test_runs.observation import Observation, ScenarioRun
from hooks_cli.features.traces import verdict as traces_verdict
from hooks_cli.features.traces.percentiles import basis
from hooks_cli.features.traces.verdict import Outcome

PASSED, VIOLATED, FOLLOWS, NOT_JUDGED, SKIPPED = "passed", "violated", "follows", "not judged", "skipped"
# In this order the first one that is broken by a target that did not come back is the reason of the others.
_BACK = ("container_restarted", "recovery_time_ms", "no_manual_intervention", "failover_time_ms")


@dataclass(frozen=True, slots=True)
class Judgement:
    """One answer: `name` is a scenario's or an expectation's; `measured` and `bound` are numbers where there are some."""

    kind: str  # scenario, expectation, rule, problem
    name: str
    status: str
    text: str
    measured: float | None = None
    bound: float | None = None
    line: int = 0  # of the rule in the file, where it is known

    @property
    def fails(self) -> bool:
        """Whether the test fails by it."""
        return self.status in (VIOLATED, FOLLOWS, NOT_JUDGED)


def judge(
    case: CasePlan, seen: Observation, base: Latency | None, saves_baseline: bool, skipped: frozenset[str] = frozenset()
) -> list[Judgement]:
    """All answers. `base` is the kept baseline; `skipped` are layers that the caller left out, whose expectations are not asked."""
    found = [Judgement("problem", "run", VIOLATED, text) for text in seen.problems]
    if seen.problems and not seen.runs:
        return found  # nothing ran, so every expectation would only say so again
    judged = [
        _expectation(each, seen, base, saves_baseline, case) for each in case.expectations if each.layer not in skipped
    ]
    judged = _with_one_reason(judged)
    reason = next((each.name for each in judged if each.name in _BACK and each.status == VIOLATED), "")
    found += [_scenario(case, plan.name, seen, reason) for plan in case.scenarios]
    found += judged
    found += [_rule(outcome) for outcome in seen.outcomes]
    for each in case.expectations:
        if each.layer in skipped:
            found.append(
                Judgement("expectation", each.name, SKIPPED, f"the layer {each.layer} was left out by --layer")
            )
    return found


def regression_report(case: CasePlan, seen: Observation, base: Latency | None) -> dict[str, object] | None:
    """What `[performance] regression_detection` found; None when it is off."""
    now = measured(seen.samples_ns, seen.samples_are)
    if not case.regression_detection or now is None:
        return None
    told = regression(base, now) if base is not None else ""
    return {
        "baseline": case.baseline if base is not None else None,
        "base": base.as_metadata() if base is not None else None,
        "now": now.as_metadata(),
        "regressions": [told] if told else [],
    }


def _rule(outcome: Outcome) -> Judgement:
    """What became of a rule for traces, as `trace check` judges it."""
    first = outcome.violations[0].message if outcome.violations else ""
    more = f" (and {outcome.count - 1} more)" if outcome.count > 1 else ""
    if outcome.status == traces_verdict.FAILED:
        return Judgement("rule", outcome.name, VIOLATED, first + more, line=outcome.line)
    if outcome.status == traces_verdict.SKIPPED:
        return Judgement(
            "rule", outcome.name, SKIPPED, "not exercised: no span is what it speaks about", line=outcome.line
        )
    text = (
        f"warning: {first}{more}"
        if outcome.status == traces_verdict.WARNED
        else "; ".join(outcome.notes[:3]) or "holds"
    )
    return Judgement("rule", outcome.name, PASSED, text, line=outcome.line)


def _scenario(case: CasePlan, name: str, seen: Observation, reason: str) -> Judgement:
    tries = [run for run in seen.runs if run.scenario == name]
    numbers = {run.number for run in tries}
    passed = {run.number for run in tries if run.ok}
    flaky = {run.number for run in tries if run.ok and run.retry}
    text = f"{len(passed)} of {len(numbers)} runs passed" + (
        f", {len(flaky)} of them flaky (on a retry)" if flaky else ""
    )
    failed = [run for run in tries if not run.ok and run.number not in passed]
    bounded = [run for run in failed if _is_bounded(case, seen, run)]
    if bounded:
        text += f", {len(bounded)} failed while the fault was in force"
    bad = [run for run in failed if run not in bounded]
    if not tries:
        return Judgement("scenario", name, VIOLATED, "it never ran")
    if bad:
        return Judgement("scenario", name, VIOLATED, f"{text}; {bad[0].reason}")
    if tries[-1].number not in passed:
        status = FOLLOWS if reason else VIOLATED
        follows = f"; follows from {reason}" if reason else ""
        return Judgement("scenario", name, status, f"{text}; its last run failed: {tries[-1].reason}{follows}")
    return Judgement("scenario", name, PASSED, text)


def _is_bounded(case: CasePlan, seen: Observation, run: ScenarioRun) -> bool:
    """Whether a failed run belongs to a time in which failures are expected, and bounded by an expectation."""
    bounds = {each.name for each in case.expectations} & {"failover_time_ms", "recovery_time_ms"}
    fault = seen.fault
    if not bounds or fault is None or run.ended < fault.injected:
        return False
    return fault.recovered is None or run.began <= fault.recovered


def _expectation(
    expected: Expectation, seen: Observation, base: Latency | None, saves_baseline: bool, case: CasePlan
) -> Judgement:
    name = expected.name
    if name == "service_startup_order":
        return _startup_order(expected, seen)
    if name == "p95_latency_ms":
        return _p95(expected, seen, base, saves_baseline)
    if seen.fault is None:
        return _answer(name, NOT_JUDGED, "no fault was injected")
    if name == "failover_time_ms":
        return _failover(expected, seen)
    if name == "recovery_time_ms":
        return _recovery(expected, seen)
    wanted = bool(expected.value("is"))
    if name == "container_restarted":
        return _restarted(wanted, seen)
    return _no_intervention(wanted, seen, case)


def _answer(name: str, status: str, text: str, value: float | None = None, bound: float | None = None) -> Judgement:
    return Judgement("expectation", name, status, text, None if value is None else round(value, 3), bound)


def _startup_order(expected: Expectation, seen: Observation) -> Judgement:
    order, ready = expected.value("order"), seen.first_ready()
    if not isinstance(order, tuple):
        raise TypeError(order)
    never = [name for name in order if name not in ready]
    if never:
        return _answer(expected.name, VIOLATED, f"{never[0]} was never ready")
    text = ", ".join(f"{name} after {ready[name] * 1000:.0f} ms" for name in sorted(order, key=lambda n: ready[n]))
    for first, second in itertools.pairwise(order):
        if ready[first] > ready[second]:
            return _answer(expected.name, VIOLATED, f"{second} was ready before {first}: {text}")
    return _answer(expected.name, PASSED, f"ready in this order: {text}")


def _failover(expected: Expectation, seen: Observation) -> Judgement:
    fault, bound = seen.fault, _maximum(expected)
    if fault is None:
        raise ValueError("no fault")
    after = sorted((run for run in seen.runs if run.ended >= fault.injected), key=lambda run: run.ended)
    failed = next((run for run in after if not run.ok), None)
    if failed is None:
        if not after:
            return _answer(expected.name, NOT_JUDGED, "no run ended after the fault")
        return _answer(expected.name, PASSED, f"no failure was seen in {len(after)} runs after the fault", 0.0, bound)
    back = next((run for run in after if run.ok and run.ended > failed.ended), None)
    if back is None:
        return _answer(expected.name, VIOLATED, f"no run passed after the first failure ({failed.reason})", None, bound)
    return _within(expected.name, (back.ended - fault.injected) * 1000, bound, "to the first success after a failure")


def _recovery(expected: Expectation, seen: Observation) -> Judgement:
    fault, bound = seen.fault, _maximum(expected)
    if fault is None:
        raise ValueError("no fault")
    target = fault.plan.target or "all connections"
    if fault.recovered is None:
        return _answer(expected.name, VIOLATED, f"{target} was not ready again to the end of the test", None, bound)
    if fault.stayed_ready:
        return _answer(expected.name, PASSED, f"{target} stayed ready", 0.0, bound)
    return _within(expected.name, (fault.recovered - fault.injected) * 1000, bound, f"until {target} was ready again")


def _within(name: str, value: float, bound: float, what: str) -> Judgement:
    status = PASSED if value <= bound else VIOLATED
    return _answer(name, status, f"{value:.0f} ms {what}; at most {bound:g} ms", value, bound)


def _restarted(wanted: bool, seen: Observation) -> Judgement:
    fault, name = seen.fault, "container_restarted"
    if fault is None:
        raise ValueError("no fault")
    if wanted and not fault.ends_target:
        return _answer(name, NOT_JUDGED, f"{fault.plan.fault} ends no process, so nothing had to be restarted")
    restarted = bool(fault.identity_after) and fault.identity_after != fault.identity
    text = f"{fault.plan.target} was {'' if restarted else 'not '}started again"
    return _answer(name, PASSED if restarted == wanted else VIOLATED, text)


def _no_intervention(wanted: bool, seen: Observation, case: CasePlan) -> Judgement:
    fault, name = seen.fault, "no_manual_intervention"
    if fault is None:
        raise ValueError("no fault")
    alone = fault.recovered is not None
    target = case.service(fault.plan.target)
    if not fault.ends_target:
        how = "without a restart" if alone else ""
    else:
        how = f"by its restart policy ({target.restart})" if target and alone else ""
    text = f"{fault.plan.target or 'the system'} recovered {how}" if alone else f"{fault.plan.target} did not recover"
    return _answer(name, PASSED if alone == wanted else VIOLATED, text.strip())


def _p95(expected: Expectation, seen: Observation, base: Latency | None, saves_baseline: bool) -> Judgement:
    now = measured(seen.samples_ns, seen.samples_are)
    if now is None:
        return _answer(expected.name, VIOLATED, "there are no samples")
    text = f"p95 is {now.p95_ms:.1f} ms ({basis(now.n, 95)}, {now.of})"
    bound, percent = expected.value("max"), expected.value("baseline_increase_max_percent")
    bounds = [float(bound)] if isinstance(bound, float) else []
    wrong = [f"more than {bound:g} ms"] if isinstance(bound, float) and now.p95_ms > bound else []
    if isinstance(percent, float) and base is not None:
        most = base.p95_ms * (1 + percent / 100)
        bounds.append(most)
        if now.p95_ms > most:
            wrong.append(f"more than {percent:g} % above the baseline of {base.p95_ms:g} ms")
        if base.of != now.of:
            text += f"; the baseline is of {base.of}"
    least = min(bounds, default=None)
    if wrong:
        return _answer(expected.name, VIOLATED, f"{text}: {' and '.join(wrong)}", now.p95_ms, least)
    if isinstance(percent, float) and base is None and not saves_baseline:
        return _answer(expected.name, NOT_JUDGED, f"{text}; no baseline: not judged", now.p95_ms, least)
    return _answer(expected.name, PASSED, text, now.p95_ms, least)


def _maximum(expected: Expectation) -> float:
    value = expected.value("max")
    return float(value) if isinstance(value, float) else float("inf")


def _with_one_reason(judged: list[Judgement]) -> list[Judgement]:
    """Of the expectations that a target broke by not coming back, the first stays violated; the others follow from it."""
    lost = [each.name for each in judged if each.name in _BACK and each.status == VIOLATED and each.measured is None]
    reason = next((name for name in _BACK if name in lost), "")
    return [
        Judgement(each.kind, each.name, FOLLOWS, f"{each.text}; follows from {reason}", each.measured, each.bound)
        if each.name in lost and each.name != reason
        else each
        for each in judged
    ]
