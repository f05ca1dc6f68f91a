"""Stores a test run in the memory in one transaction: a session, a task for each scenario, and entries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from hooks_cli.environment import Environment
from hooks_cli.features import attribution
from hooks_cli.features.attribution import BY_OPTION, Attribution, agent_name
from hooks_cli.features.entries.draft import lifetime_ms, make_draft
from hooks_cli.features.journal.record import HookCall, record_in
from hooks_cli.features.test_runs.baseline import Latency, measured, of_metadata
from hooks_cli.features.test_runs.expectations import PASSED
from hooks_cli.features.test_runs.files.fault_catalogue import as_object as fault_catalogue
from hooks_cli.features.test_runs.observation import Observation, ScenarioRun
from hooks_cli.features.test_runs.runner import CaseResult, FileResult
from hooks_cli.features.validation.check import check_draft
from hooks_cli.store.sqlite.rows import entries, entry_writes, journal
from hooks_cli.store.sqlite.store import EmbeddedStore

EVENT = "test-run"
BASELINES = "swarm/performance/baselines"
MOST_OPERATIONS = 20


def kept_baseline(store: EmbeddedStore, name: str, now: int) -> Latency | None:
    """The latency kept at `swarm/performance/baselines/NAME`; None when there is none."""
    entry = entries.read(store, f"{BASELINES}/{segment(name)}", now)
    if entry is None or not entry.metadata:
        return None
    metadata = json.loads(entry.metadata)
    return of_metadata(metadata) if isinstance(metadata, dict) else None


def segment(name: str) -> str:
    """A name as one segment of an address: letters, digits, `.`, `_`, `-` as they are, all else `_`.

    >>> segment("db failover/1"), segment("..")
    ('db_failover_1', '_')
    """
    return re.sub(r"[^\w.-]", "_", name).strip(".") or "_"


def keep(
    store: EmbeddedStore, environment: Environment, result: FileResult, verdict: dict[str, Any], commit: str
) -> list[str]:
    """Keep the run; the addresses that were written. Raises ReadOnlyAgent (77), and the store's errors; then nothing was kept."""
    attribution.check_write(environment, "")
    now = environment.now()
    pairs = list(_entries(result, verdict, commit, environment, store, now))
    drafts = [
        make_draft(store, address, value, metadata=json.dumps(metadata, ensure_ascii=False))
        for address, value, metadata in pairs
    ]
    for draft in drafts:
        check_draft(store, environment, draft)
    with store.writing() as tx:
        agent = agent_name(environment)
        began = tx.now - round(max((case.seen.ended for case in result.cases if case.seen), default=0.0) * 1000)
        session = journal.open_session(tx, f"test-{result.run}", EVENT, agent, began)
        who = Attribution(session.id, session.name, BY_OPTION, agent)
        for case in result.cases:
            for fields, first, last in _tasks(case):
                revision = tx.next_revision()
                name, outcome = str(fields["task_id"]), str(fields["outcome"])
                task = journal.record_finished_task(
                    tx,
                    name,
                    session=session.id,
                    agent=agent,
                    outcome=outcome,
                    revision=revision,
                    opened_at=began + first,
                    closed_at=began + last,
                )
                hook_call = HookCall("post-task", fields)
                record_in(tx, environment, hook_call, attribution=who, task=task.id, revision=revision)
        told = {"message": f"test run {result.plan.name}: {'passed' if result.passed else 'failed'}"}
        record_in(tx, environment, HookCall(EVENT, {**told, "file": result.plan.path}), attribution=who)
        for draft in drafts:
            draft.session, draft.agent, draft.event = session.id, agent, EVENT
            lives = lifetime_ms(environment, draft.address)
            draft.expires = tx.now + lives if lives else None
            entry_writes.put(tx, draft)
        journal.set_session_closed(tx, session, tx.now)
    return [draft.address for draft in drafts]


def _tasks(case: CaseResult) -> Iterator[tuple[dict[str, object], int, int]]:
    """For each scenario the fields of its event, and when it began and ended, in ms since the run began."""
    seen = case.seen
    if seen is None:
        return
    for answer in case.judgements:
        if answer.kind != "scenario":
            continue
        runs = [run for run in seen.runs if run.scenario == answer.name]
        first = round(min((run.began for run in runs), default=seen.began) * 1000)
        last = round(max((run.ended for run in runs), default=seen.ended) * 1000)
        fields: dict[str, object] = {
            "task_id": answer.name,
            "outcome": "success" if answer.status == PASSED else "failure",
            "duration_ms": last - first,
            "result": answer.text,
        }
        yield fields, first, last


Kept = tuple[str, str, dict[str, Any]]


def _entries(
    result: FileResult, verdict: dict[str, Any], commit: str, environment: Environment, store: EmbeddedStore, now: int
) -> Iterator[Kept]:
    test = segment(result.plan.name)
    common = {"test_name": result.plan.name, "git_commit": commit or None, "rules_digest": result.plan.digest}
    common = {name: value for name, value in common.items() if value}
    answers = [answer for case in verdict["cases"] for answer in case["answers"]]
    violations = [f"{answer['name']}: {answer['text']}" for answer in answers if answer["status"] == "violated"]
    metadata = {**common, "success": result.passed, "valid": result.passed, "violations": violations[:20]}
    yield f"swarm/orchestration/validation_results/{test}", _text(verdict), metadata
    for case in result.cases:
        if case.seen is not None:
            yield from _of_case(case, case.seen, test, common, result, environment)
    if any("chaos" in case.case.layers for case in result.cases):
        catalogue = _text(fault_catalogue())
        old = entries.read(store, "swarm/chaos/fault_catalog", now)
        if old is None or old.value != catalogue:
            yield "swarm/chaos/fault_catalog", catalogue, {"faults": len(fault_catalogue())}


def _of_case(
    case: CaseResult, seen: Observation, test: str, common: dict[str, Any], result: FileResult, environment: Environment
) -> Iterator[Kept]:
    name = segment(case.case.name)
    if seen.outcomes:
        broken = [outcome.name for outcome in seen.outcomes if outcome.count]
        text = _text([outcome.body() for outcome in seen.outcomes])
        constraints = {**common, "constraints": len(seen.outcomes), "violations": broken}
        yield f"swarm/orchestration/constraints/{name}", text, constraints
    if seen.edges:
        services = sorted({name for edge in seen.edges for name in edge})
        graph = {"services": services, "edges": [list(edge) for edge in seen.edges]}
        yield "swarm/orchestration/topology", _text(graph), {**common, **graph}
    latency = measured(seen.samples_ns, seen.samples_are)
    saves = result.options.save_baseline or case.case.update_baseline
    if latency is not None and saves and case.passed and "performance" in case.case.layers:
        figures = {**common, **latency.as_metadata(), "test_name": case.case.name, "captured_at": _moment(environment)}
        address = f"{BASELINES}/{segment(case.case.baseline)}"
        yield address, f"Baseline captured for {case.case.name}", {k: v for k, v in figures.items() if v is not None}
    if case.regression is not None:
        found = case.regression["regressions"]
        yield f"swarm/performance/regression_report/{name}", _text(case.regression), {**common, "regressions": found}
    if seen.self_times_ns and "performance" in case.case.layers:
        operations = [
            {"service": service, "operation": operation, "self_ms": round(own / 1e6, 3)}
            for (service, operation), own in list(seen.self_times_ns.items())[:MOST_OPERATIONS]
        ]
        analysis = f"swarm/performance/bottleneck_analysis/{name}"
        yield analysis, _text({"bottlenecks": operations}), {**common, "bottlenecks": operations[:5]}
    if seen.fault is not None:
        yield from _of_fault(case, seen, common)
    if case.case.learn_from_failures:
        yield from _of_failures(seen, common)


def _of_fault(case: CaseResult, seen: Observation, common: dict[str, Any]) -> Iterator[Kept]:
    fault = seen.fault
    if fault is None:
        return
    values = {answer.name: answer.measured for answer in case.judgements if answer.measured is not None}
    over = fault.recovered if fault.recovered is not None else seen.ended
    during = [run for run in seen.runs if run.ended >= fault.injected and run.began <= over]
    after = [run for run in seen.runs if run.began > over]
    figures: dict[str, Any] = {
        **common,
        "fault": fault.plan.fault,
        "target": fault.plan.target,
        "timing": str(fault.plan.timing),
        "success": case.passed,
        "failover_time_ms": values.get("failover_time_ms"),
        "recovery_time_ms": values.get("recovery_time_ms"),
        "success_rate_during": _share(during),
        "success_rate_after": _share(after),
    }
    figures = {key: value for key, value in figures.items() if value is not None}
    name = segment(fault.plan.experiment)
    text = f"Chaos experiment: {fault.plan.experiment} completed"
    yield f"swarm/chaos/experiments/{name}_results", text, figures
    yield f"swarm/chaos/resilience_results/{name}", text, figures


def _of_failures(seen: Observation, common: dict[str, Any]) -> Iterator[Kept]:
    """Failures by their signature, what retries did about them, and how often that helped."""
    passed = {(run.scenario, run.number): run for run in seen.runs if run.ok}
    failures: dict[str, list[ScenarioRun]] = {}
    for run in seen.runs:
        if not run.ok:
            failures.setdefault(_signature(run), []).append(run)
    helped = 0
    for signature, runs in failures.items():
        numbers = {(run.scenario, run.number) for run in runs}
        cured = [passed[number] for number in numbers if number in passed]
        helped += len(cured)
        rate = len(cured) / len(numbers)
        pattern = {**common, "pattern": signature, "error_type": signature, "root_cause": runs[0].reason[:500]}
        text = f"{len(runs)} tries failed: {runs[0].reason}"
        yield f"swarm/self_healing/failure_patterns/{signature}", text, {**pattern, "success_rate": rate}
        if cured:
            yield (
                f"swarm/self_healing/remediations/{signature}",
                f"{len(cured)} of {len(numbers)} runs passed on a retry",
                {
                    **common,
                    "pattern": signature,
                    "remediation": "retry_with_exponential_backoff",
                    "attempts": max(run.retry for run in cured),
                    "success": len(cured) == len(numbers),
                    "success_rate": rate,
                },
            )
    broken = {(run.scenario, run.number) for run in seen.runs if not run.ok}
    figures = {**common, "auto_fixed": helped, "manual_required": len(broken - set(passed))}
    yield "swarm/self_healing/success_metrics", _text(figures), figures


def _signature(run: ScenarioRun) -> str:
    kind = "timeout" if run.code is None else f"exit_{run.code}" if run.reason.startswith("exit ") else "output"
    return segment(f"{run.scenario}_{kind}")


def _share(runs: list[ScenarioRun]) -> float | None:
    return round(sum(1 for run in runs if run.ok) / len(runs), 4) if runs else None


def _moment(environment: Environment) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(environment.now() / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
