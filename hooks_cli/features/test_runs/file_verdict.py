"""The verdict of a test file: as an object for programs and the memory, and as lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hooks_cli.features.test_runs.baseline import measured
from hooks_cli.features.test_runs.expectations import FOLLOWS, NOT_JUDGED, PASSED, SKIPPED, VIOLATED
from hooks_cli.features.test_runs.runner import CaseResult, FileResult
from hooks_cli.output import github_annotations, junit
from hooks_cli.text.escapes import escaped

FAILING = (VIOLATED, FOLLOWS, NOT_JUDGED)
SIGNS = {PASSED: "ok", VIOLATED: "FAIL", FOLLOWS: "follows", NOT_JUDGED: "not judged", SKIPPED: "skipped"}


def as_object(result: FileResult) -> dict[str, Any]:
    """The verdict of one file."""
    return {
        "test": result.plan.name,
        "file": result.plan.path,
        "run": result.run,
        "passed": result.passed,
        "time_scale": result.options.time_scale,
        "rules_digest": result.plan.digest,
        "cases": [_case(case) for case in result.cases],
        "layers_changed": layer_changes(result),
        "notes": result.notes,
    }


def layer_changes(result: FileResult) -> list[dict[str, Any]]:
    """What each stage's layers changed against the stage before: layers, failed runs and p95; [] for a file without stages."""
    found, before = [], frozenset[str]()
    for case in result.cases:
        if case.case.stage == 0 or case.seen is None:
            continue
        latency = measured(case.seen.samples_ns, case.seen.samples_are)
        found.append(
            {
                "stage": case.case.stage,
                "test": case.case.name,
                "added": sorted(case.case.layers - before),
                "removed": sorted(before - case.case.layers),
                "runs": len(case.seen.runs),
                "failed": sum(1 for run in case.seen.runs if not run.ok),
                "p95_ms": latency.p95_ms if latency else None,
            }
        )
        before = case.case.layers
    return found


def lines(verdict: dict[str, Any]) -> Iterator[str]:
    """The verdict for people, from the object."""
    cases = verdict["cases"]
    for case in cases:
        stage = f"stage {case['stage']}, " if case["stage"] else ""
        layers = ", ".join(case["layers"]) or "none"
        yield f"{'passed' if case['passed'] else 'FAILED' if case['ran'] else 'not run'}  {case['name']}  ({stage}layers: {layers})"
        if not case["ran"]:
            yield f"  {case['why']}"
        for answer in case["answers"]:
            yield f"  {SIGNS[answer['status']]:<10}  {answer['name']}: {answer['text']}"
        for fault in case["faults"]:
            yield f"  fault       {_fault_line(fault)}"
        for regression in (case["regression"] or {}).get("regressions", ()):
            yield f"  regression  {regression}"
        for note in case["notes"]:
            yield f"  note        {note}"
    if verdict["layers_changed"]:
        yield "what each layer changed:"
        for row in verdict["layers_changed"]:
            changed = (
                " ".join([f"+{name}" for name in row["added"]] + [f"-{name}" for name in row["removed"]]) or "nothing"
            )
            p95 = "-" if row["p95_ms"] is None else f"{row['p95_ms']:.1f} ms"
            yield f"  stage {row['stage']}  {row['test']}: {changed}; {row['failed']} of {row['runs']} runs failed, p95 {p95}"
    for note in verdict["notes"]:
        yield f"note: {note}"
    if verdict.get("kept"):
        yield f"kept in the memory: {len(verdict['kept'])} entries, session test-{verdict['run']}"
    scale = "" if verdict["time_scale"] == 1 else f", waits at {verdict['time_scale']:g} of their length (--time-scale)"
    failed = sum(1 for case in cases if not case["passed"])
    outcome = (
        "passed" if verdict["passed"] else f"FAILED: {failed} of {len(cases)} tests" if cases else "no test was run"
    )
    yield f"{verdict['test']}: {outcome}{scale}"


def render(verdicts: list[dict[str, Any]], form: str) -> str:
    """Verdicts as text, json, junit (XML) or github (annotations)."""
    if form == "text":
        return "".join(f"{escaped(line)}\n" for verdict in verdicts for line in lines(verdict))
    if form == "junit":
        suites = [suite for verdict in verdicts for suite in _suites(verdict)]
        return junit.document(", ".join(verdict["test"] for verdict in verdicts), suites)
    if form == "github":
        return "".join(line for verdict in verdicts for line in _annotations(verdict))
    return json.dumps({"schema_version": "1", "verdicts": verdicts}, ensure_ascii=False) + "\n"


def _suites(verdict: dict[str, Any]) -> Iterator[junit.Suite]:
    for case in verdict["cases"]:
        found = [
            junit.Case(
                answer["name"],
                [f"{answer['status']}: {answer['text']}"] if answer["status"] in FAILING else (),
                answer["text"] if answer["status"] == SKIPPED else "",
                [answer["text"]] if answer["status"] == PASSED else (),
                case["seconds"] if answer["kind"] == "scenario" else None,
            )
            for answer in case["answers"]
        ]
        if not case["ran"]:
            found.append(junit.Case(case["name"], skipped=case["why"]))
        name = case["name"] if case["name"] == verdict["test"] else f"{verdict['test']}/{case['name']}"
        yield junit.Suite(name, found)


def _annotations(verdict: dict[str, Any]) -> Iterator[str]:
    for case in verdict["cases"]:
        for answer in case["answers"]:
            level = "error" if answer["status"] in FAILING else "notice" if answer["status"] == SKIPPED else ""
            if level:
                title = f"{case['name']}: {answer['name']}"
                yield github_annotations.annotation(level, answer["text"], verdict["file"], answer["line"], title)
        if not case["ran"]:
            yield github_annotations.annotation("notice", case["why"], verdict["file"], 0, case["name"])


def _case(result: CaseResult) -> dict[str, Any]:
    case, seen = result.case, result.seen
    body: dict[str, Any] = {
        "name": case.name,
        "stage": case.stage,
        "layers": sorted(case.layers),
        "layers_off": list(case.off),
        "passed": result.passed,
        "ran": seen is not None,
        "why": result.why,
        "seconds": 0.0,
        "answers": [
            {
                "kind": each.kind,
                "name": each.name,
                "status": each.status,
                "text": each.text,
                "measured": each.measured,
                "bound": each.bound,
                "line": each.line,
            }
            for each in result.judgements
        ],
        "flaky": [],
        "runs": {},
        "latency": None,
        "services": {},
        "faults": [],
        "regression": result.regression,
        "notes": [],
    }
    if seen is None:
        return body
    latency = measured(seen.samples_ns, seen.samples_are)
    body |= {
        "seconds": round(seen.ended - seen.began, 3),
        "flaky": sorted({run.scenario for run in seen.runs if run.ok and run.retry}),
        "runs": {"tries": len(seen.runs), "failed": sum(1 for run in seen.runs if not run.ok)},
        "latency": latency.as_metadata() if latency else None,
        "services": {
            name: [{"ready_ms": _ms(s.ready), "ended_ms": _ms(s.ended), "code": s.code} for s in starts]
            for name, starts in seen.services.items()
        },
        "notes": seen.notes,
    }
    if seen.fault is not None:
        fault = seen.fault
        body["faults"] = [
            {
                "experiment": fault.plan.experiment,
                "fault": fault.plan.fault,
                "target": fault.plan.target,
                "timing": str(fault.plan.timing),
                "injected_ms": _ms(fault.injected),
                "lifted_ms": _ms(fault.lifted),
                "recovered_ms": _ms(fault.recovered),
            }
        ]
    return body


def _fault_line(fault: dict[str, Any]) -> str:
    text = (
        f"{fault['fault']} into {fault['target'] or 'all connections'}, {fault['timing']}: at {fault['injected_ms']} ms"
    )
    if fault["lifted_ms"] is not None:
        text += f", lifted at {fault['lifted_ms']} ms"
    return text + (f", ready again at {fault['recovered_ms']} ms" if fault["recovered_ms"] is not None else "")


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
