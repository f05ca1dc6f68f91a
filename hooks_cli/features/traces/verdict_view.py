"""Prints a verdict as text, JSON, JUnit XML or annotations of a code host."""

from __future__ import annotations

import json

from hooks_cli.features.traces.summary import facts_lines
from hooks_cli.features.traces.verdict import FAILED, PASSED, SKIPPED, WARNED, Outcome, Verdict, Violation
from hooks_cli.output import github_annotations, junit
from hooks_cli.output.listing import one_line

FORMATS = ("text", "json", "ndjson", "junit", "github")
SIGNS = {PASSED: "pass", FAILED: "FAIL", WARNED: "WARN", SKIPPED: "skip"}
WIDEST = 400


def render(verdict: Verdict, form: str) -> str:
    """The verdict in one of FORMATS."""
    return _RENDERERS[form](verdict)


def _text(verdict: Verdict) -> str:
    lines = []
    for outcome in verdict.outcomes:
        level = f"[{outcome.group}] " if outcome.group else ""
        place = f" (line {outcome.line:,})" if outcome.line else ""
        lines.append(f"{SIGNS[outcome.status]}  {level}{one_line(outcome.name, WIDEST)}{place}{_within(outcome)}")
        lines += [f"      {line}" for line in _told(outcome)]
        if outcome.status == PASSED or outcome.status == SKIPPED:
            lines += [f"      {one_line(note, WIDEST)}" for note in outcome.notes[:3]]
    for level in verdict.skipped_levels:
        lines.append(f"skip  [{level}] not looked at: a level before it failed")
    facts = facts_lines(verdict.facts) if verdict.facts else []
    if facts:
        lines += ["", "The data:", *(f"  {line}" for line in facts)]
    if verdict.clock != "recorded":
        moved = ", ".join(f"{name} {amount:+.3f} ms" for name, amount in verdict.shifts_ms.items())
        lines.append(f"clock: corrected ({moved or 'nothing had to be moved'})")
    return "\n".join([*lines, "", summary(verdict)]) + "\n"


def _within(outcome: Outcome) -> str:
    return f", by {outcome.within}" if outcome.within and outcome.count else ""


def _told(outcome: Outcome) -> list[str]:
    if outcome.status == SKIPPED:
        return ["not exercised: nothing in the run is what it speaks about"]
    lines = [_violation(violation) for violation in outcome.violations]
    more = outcome.count - len(lines)
    return [*lines, f"and {more:,} more"] if more > 0 else lines


def _violation(violation: Violation) -> str:
    trace = f" (trace {violation.trace})" if violation.trace else ""
    return one_line(violation.message, WIDEST) + trace


def summary(verdict: Verdict) -> str:
    """The verdict in one sentence."""
    counts = verdict.counts()
    parts = [
        f"{counts[status]:,} {status.replace('_', ' ')}"
        for status in (PASSED, FAILED, WARNED, SKIPPED)
        if counts[status]
    ]
    amount = f"{verdict.spans:,} spans in {verdict.traces:,} traces"
    found = f", {counts['violations']:,} violations" if counts["violations"] else ""
    return f"{'PASS' if verdict.passed else 'FAIL'}: {', '.join(parts) or 'no rules'}{found}; {amount}"


def _json(verdict: Verdict) -> str:
    return json.dumps(verdict.body(), ensure_ascii=False) + "\n"


def _ndjson(verdict: Verdict) -> str:
    return "".join(json.dumps(outcome.body(), ensure_ascii=False) + "\n" for outcome in verdict.outcomes)


def _junit(verdict: Verdict) -> str:
    suites: dict[str, list[junit.Case]] = {}
    for outcome in verdict.outcomes:
        told = [*outcome.notes]
        failures: list[str] = []
        if outcome.status == FAILED:
            failures = [_violation(violation) for violation in outcome.violations] or ["violated"]
        elif outcome.status == WARNED:
            told += [f"warning: {line}" for line in _told(outcome)]
        skipped = _told(outcome)[0] if outcome.status == SKIPPED else ""
        suite = suites.setdefault(outcome.group or verdict.rules, [])
        suite.append(junit.Case(outcome.name, failures, skipped, told, failure_count=outcome.count))
    for level in verdict.skipped_levels:
        suites[level] = [junit.Case("not looked at", skipped="a level before it failed")]
    return junit.document(verdict.rules, [junit.Suite(name, cases) for name, cases in suites.items()])


def _github(verdict: Verdict) -> str:
    lines = []
    for outcome in verdict.outcomes:
        level = {FAILED: "error", WARNED: "warning", SKIPPED: "notice"}.get(outcome.status)
        if level is not None:
            message = "\n".join(_told(outcome))
            lines.append(github_annotations.annotation(level, message, verdict.rules, outcome.line, outcome.name))
    return "".join(lines) + summary(verdict) + "\n"


_RENDERERS = {"text": _text, "json": _json, "ndjson": _ndjson, "junit": _junit, "github": _github}
