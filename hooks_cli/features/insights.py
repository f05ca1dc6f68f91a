"""`memory insights`: the three cross-run learning queries, run over the live store.

The tables that they ask are the ones of the SQLite export (`features.transfer.formats.sqlite_tables`), made in memory from the
addresses that fill them; so an export and this command cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hooks_cli.environment import Environment
from hooks_cli.errors import NotFound
from hooks_cli.features.regressions import FEW_SAMPLES, Latency, judge
from hooks_cli.features.transfer.formats.sqlite_fill import Filler
from hooks_cli.features.transfer.formats.sqlite_tables import (
    COMMITS,
    COMMON_PATTERNS,
    PATTERN_COLUMNS,
    REGRESSION_COLUMNS,
    REGRESSIONS,
    REMEDIATION_COLUMNS,
    SAMPLES,
    SUCCESSFUL_REMEDIATIONS,
)
from hooks_cli.model.selection import Selection
from hooks_cli.store.sqlite.bulk import read
from hooks_cli.store.sqlite.store import EmbeddedStore, OneState
from hooks_cli.text.units import to_iso

# question -> (the table that it asks, the query, its columns)
QUESTIONS = {
    "patterns": ("test_patterns", COMMON_PATTERNS, PATTERN_COLUMNS),
    "remediations": ("failure_patterns", SUCCESSFUL_REMEDIATIONS, REMEDIATION_COLUMNS),
    "regressions": ("performance_baselines", REGRESSIONS, REGRESSION_COLUMNS),
}


@dataclass(slots=True)
class Insight:
    """The answer: columns and rows. For regressions also the two commits that were compared ("" where there are none)."""

    question: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    baseline: str = ""
    current: str = ""


def ask(
    store: EmbeddedStore | None, environment: Environment, question: str, baseline: str = "", current: str = ""
) -> Insight:
    """Ask one of QUESTIONS. Without commits, the newest is compared with the one before it. Raises NotFound (1) for an unknown one."""
    table, query, columns = QUESTIONS[question]
    if store is None:
        return Insight(question, columns, [], baseline, current)
    tables = {glob: str(name) for glob, name in environment.settings.table("export.tables").items()}
    filler = Filler(":memory:", tables)
    now = environment.now()
    form = read.Form(str(environment.settings.get("memory.version")))
    with OneState(store):
        for glob in filler.sources[table]:
            for batch in read.entry_objects(store, Selection(glob), now, form):
                filler.add("entries", batch, environment.project.name)
    filler.finish(to_iso(now))
    values: dict[str, Any] = {}
    if question == "regressions":
        commits = [str(row[0]) for row in filler.query(COMMITS, {})[1]]
        for commit in (baseline, current):
            if commit and commit not in commits:
                raise NotFound(
                    f"No baseline was captured at commit {commit}.",
                    hint=f"There are captures of: {', '.join(commits[:20]) or 'no commit'}",
                )
        current = current or (commits[0] if commits else "")
        others = [commit for commit in commits if commit != current]
        baseline = baseline or (others[0] if others else "")
        values = {"baseline_commit": baseline, "current_commit": current}
    rows = filler.query(query, values)[1]
    if question == "regressions":
        rows = _beyond_chance(filler, rows, baseline, current)
    return Insight(question, columns, rows, baseline, current)


def _beyond_chance(filler: Filler, rows: list[tuple[Any, ...]], baseline: str, current: str) -> list[tuple[Any, ...]]:
    """The rows that the rule of `features.regressions` keeps, with what each rests on: "intervals" or "few samples"."""
    sides = []
    for commit in (baseline, current):
        found = filler.query(SAMPLES, {"commit": commit})[1]
        sides.append({row[0]: Latency(*(_number(value) for value in row[1:])) for row in found})
    kept = []
    for row in rows:
        verdict = judge(sides[0].get(row[0], Latency(None)), sides[1].get(row[0], Latency(None)))
        if verdict:
            kept.append((*row, FEW_SAMPLES if verdict == FEW_SAMPLES else "intervals"))
    return kept


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
