"""`trace compare`: regressions that do not cry wolf, and what else changed between two runs."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from hooks_cli.features.traces.compare import apart, compare
from hooks_cli.features.traces.percentiles import interval_ranks
from hooks_cli.features.traces.spans import Span
from tests.conftest import Run
from tests.features.traces.made import MS, run_of, span, text

SIZES = (8, 20, 60, 100, 400, 4_000)
FACTORS = (1.1, 1.3, 2.0, 3.0)
ROUNDS = 60


def lengths(chance: random.Random, count: int, factor: float = 1.0) -> list[int]:
    """Log-normal durations with a median of 20 ms, in ascending order (nanoseconds)."""
    return sorted(round(chance.lognormvariate(3.0, 0.5) * factor * MS) for _ in range(count))


def spans_of(durations: list[int], name: str = "op", trace: str = "t", errors: int = 0) -> list[Span]:
    made = []
    for number, length in enumerate(durations):
        one = span(name, number, None, trace=f"{trace}{number}", status="ERROR" if number < errors else "UNSET")
        one.end = (one.start or 0) + length
        made.append(one)
    return made


def alarm(before: list[int], now: list[int]) -> bool:
    return bool(compare(run_of(*spans_of(before)), run_of(*spans_of(now)))["regressions"])


def test_false_and_missed_alarms_by_samples(capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(21)
    table = []
    for count in SIZES:
        rounds = ROUNDS if count < 1_000 else 12
        false = sum(alarm(lengths(chance, count), lengths(chance, count)) for _ in range(rounds)) / rounds
        found = {
            factor: sum(alarm(lengths(chance, count), lengths(chance, count, factor)) for _ in range(rounds)) / rounds
            for factor in FACTORS
        }
        table.append((count, false, found))
    with capsys.disabled():
        print("\n     n  false alarms  found when slowed by " + "  ".join(f"{factor:4}" for factor in FACTORS))
        for count, false, found in table:
            print(f"{count:6,}  {false:12.1%}  {'':21} " + "  ".join(f"{share:4.0%}" for share in found.values()))
    assert all(false <= 0.02 for _, false, _ in table)
    assert all(found[1.1] <= 0.1 for *_, found in table)  # less than 15 %: no regression
    assert all(found[3.0] >= 0.9 for count, _, found in table if count >= 20)
    assert all(found[1.3] == 1 for count, _, found in table if count >= 4_000)


def test_unequal_samples_give_no_false_alarm() -> None:
    chance = random.Random(5)
    false = [apart(lengths(chance, 8), lengths(chance, 4_000)) for _ in range(200)]
    false += [apart(lengths(chance, 4_000), lengths(chance, 8)) for _ in range(200)]
    assert sum(map(bool, false)) <= 8


def test_the_interval_holds_the_true_percentile() -> None:
    """Coverage by counting: uniform samples, whose 95th percentile is known."""
    chance = random.Random(9)
    for count in (100, 400):
        low, high = interval_ranks(count, 95)
        assert high is not None
        held = 0
        for _ in range(400):
            ordered = sorted(chance.random() for _ in range(count))
            held += ordered[low - 1] <= 0.95 <= ordered[high - 1]
        assert held >= 400 * 0.93


def test_a_small_growth_is_none_however_sure() -> None:
    quick = [500_000 + number for number in range(200)]
    assert not alarm(quick, [length + 800_000 for length in quick])  # 0.8 ms
    assert alarm(quick, [length + 1_200_000 for length in quick])
    found = compare(run_of(*spans_of(quick)), run_of(*spans_of([length + 800_000 for length in quick])), min_ms=0.5)
    assert found["regressions"] == 1


def test_few_samples_are_a_suspicion() -> None:
    found = compare(run_of(*spans_of([10 * MS] * 7)), run_of(*spans_of([30 * MS] * 7)))
    assert (found["regressions"], found["suspected"]) == (0, 1)
    assert found["operations"][0]["latency"] == "few samples"
    assert compare(run_of(*spans_of([10 * MS] * 8)), run_of(*spans_of([30 * MS] * 8)))["regressions"] == 1


def test_more_errors_beyond_chance() -> None:
    steady = [10 * MS] * 100
    found = compare(run_of(*spans_of(steady, errors=1)), run_of(*spans_of(steady, errors=20)))
    assert (found["regressions"], found["operations"][0]["failing"]) == (1, True)
    assert compare(run_of(*spans_of(steady, errors=1)), run_of(*spans_of(steady, errors=5)))["regressions"] == 0
    assert compare(run_of(*spans_of(steady, errors=20)), run_of(*spans_of(steady, errors=1)))["regressions"] == 0


def shaped(calls: list[str], trace: str) -> list[Span]:
    root = span("root", 0, 10, id=f"{trace}/r", trace=trace)
    return [root, *[span(name, 1, 2, parent=f"{trace}/r", trace=trace) for name in calls]]


def test_operations_and_shapes_that_came_and_went() -> None:
    base = run_of(*shaped(["cache", "db"], "a"), *shaped(["cache", "cache", "db"], "b"))
    now = run_of(*shaped(["cache", "queue"], "c"))
    found = compare(base, now)
    assert [row["name"] for row in found["new_operations"]] == ["queue"]
    assert [row["name"] for row in found["vanished_operations"]] == ["db"]
    assert (found["new_shape_count"], found["vanished_shape_count"]) == (1, 1)  # how often is no matter of shape
    assert found["changed_shapes"] == [
        {"root": "svc: root", "added": ["svc: root → svc: queue"], "removed": ["svc: root → svc: db"]}
    ]
    assert found["regressions"] == 0


def test_the_same_run_is_the_same(run: Run, project: Path) -> None:
    (project / "a.json").write_text(text(spans_of(lengths(random.Random(1), 200))))
    done = run("trace", "compare", "a.json", "a.json")
    assert done.returncode == 0
    assert "0 regressions; 0 new and 0 vanished shapes" in done.stdout


def test_what_it_prints_and_how_it_ends(run: Run, project: Path) -> None:
    chance = random.Random(3)
    (project / "a.json").write_text(text([*spans_of(lengths(chance, 100)), *spans_of([MS] * 3, "gone", "g")]))
    (project / "b.json").write_text(text([*spans_of(lengths(chance, 100, 3)), *spans_of([MS] * 3, "came", "g")]))
    done = run("trace", "compare", "a.json", "b.json")
    assert done.returncode == 1
    row = next(line for line in done.stdout.splitlines() if line.startswith("regression"))
    assert "100 → 100" in row
    assert "new: svc: came (3 spans)" in done.stdout
    assert "gone: svc: gone (3 spans)" in done.stdout
    body = json.loads(run("trace", "compare", "a.json", "b.json", "--json").stdout)
    assert body["operations"][0]["latency"] == "regression"
    assert body["operations"][0]["now"]["p95_high_ms"] > body["operations"][0]["now"]["p95_ms"]
    assert run("trace", "compare", "a.json", "b.json", "--limit", "9").returncode == 0
    assert run("trace", "compare", "a.json", "b.json", "--min-ms", "1000").returncode == 0
    assert run("trace", "compare", "a.json", "b.json", "--min-ms", "x").returncode == 64
    assert run("trace", "compare", "a.json").returncode == 64
    assert run("trace", "compare", "a.json", "gone.json").returncode == 66
