"""Judges a run by a rule file: the constraints, the levels, and what is wrong with the data."""

from __future__ import annotations

from hooks_cli.features.traces import clock
from hooks_cli.features.traces.constraints import types
from hooks_cli.features.traces.facts import MEANINGS, Facts, facts_of, told
from hooks_cli.features.traces.hierarchy.judge import judge_level
from hooks_cli.features.traces.matches import MatchIndex
from hooks_cli.features.traces.rules.rule_file import RuleFile
from hooks_cli.features.traces.spans import TraceRun
from hooks_cli.features.traces.summary import facts_body
from hooks_cli.features.traces.verdict import FAILED, MOST_KEPT, Outcome, Verdict


def check(rules: RuleFile, run: TraceRun, most: int = MOST_KEPT) -> Verdict:
    """The verdict; of each rule at most `most` violations are kept, all are counted."""
    facts = facts_of(run)
    verdict = Verdict(rules.path, [])
    if rules.correct_skew:
        run, verdict.shifts_ms = clock.corrected(run)
        verdict.clock = "corrected"
    index = MatchIndex(run, rules.selectors())
    verdict.outcomes += _data(rules, facts, most)
    verdict.outcomes += [types.judge(rule, index, most) for rule in rules.constraints]
    _judge_levels(rules, index, verdict, most)
    verdict.facts = facts_body(facts)
    verdict.spans, verdict.traces = run.span_count, len(run.traces)
    verdict.notes = list(run.notes)
    if rules.not_judged:
        verdict.notes.append(f"not for trace check, not judged: {', '.join(rules.not_judged)}")
    return verdict


def _data(rules: RuleFile, facts: Facts, most: int) -> list[Outcome]:
    """A circle of parents is always a violation; the other facts are with `[trace] strict = true`."""
    outcomes = []
    for name in MEANINGS if rules.strict else ("cycles",):
        if not facts.counts[name] and not rules.strict:
            continue
        outcome = Outcome(f"data: no {MEANINGS[name][1]}", "data", "error", 0, most=most)
        for trace, span in facts.examples[name]:
            outcome.add(told(name, 1), trace, [span])
        outcome.count = facts.counts[name]
        outcomes.append(outcome)
    return outcomes


def _judge_levels(rules: RuleFile, index: MatchIndex, verdict: Verdict, most: int) -> None:
    """Level by level. Without `all_levels_must_pass` only the last one decides; `fail_fast` ends after the first that fails."""
    for place, level in enumerate(rules.levels):
        outcomes = judge_level(level, index, most)
        if not rules.all_must_pass and place < len(rules.levels) - 1:
            for outcome in outcomes:
                outcome.severity = "warning"
        verdict.outcomes += outcomes
        if rules.fail_fast and any(outcome.status == FAILED for outcome in outcomes):
            verdict.skipped_levels = [later.name for later in rules.levels[place + 1 :]]
            return
