"""`report`: what the page says, and where it is put."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.features.regressions import Latency, above, regressions
from hooks_cli.features.report.gather import MOST_BUCKETS, bucket_size
from tests.conftest import FilledBy, Run
from tests.report_page import Page, check_markup
from tests.report_store import NOW, fill, notify, report, tell


@pytest.fixture
def told(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def row_with(page: str, words: str) -> str:
    rows = [row for row in re.findall(r"<tr[ >].*?</tr>", page, re.DOTALL) if words in row]
    assert rows, f"no row has {words}"
    return re.sub(r"<[^>]+>", " ", rows[-1]).replace("\xa0", " ")


def test_it_says_what_happened(told: Run, project: Path) -> None:
    page = report(told, project)
    assert "+22.8 % regression" in row_with(page, "ccccccc")
    assert "regression" not in row_with(page, "bbbbbbb")
    assert "96 %" in row_with(page, "container_kill")
    assert "50 %" in row_with(page, "retry")
    assert "92 %" in row_with(page, "1,000")
    assert "src/login.py" in page
    assert "Measure the login" in row_with(page, "t-1")
    assert "its time to live ran out" in row_with(page, "scratch/old")
    assert "reader" in row_with(page, '<th scope="row">perf</th><td>reader')
    assert stat.S_IMODE((project / "report.html").stat().st_mode) == 0o600


def test_a_session_that_ended_says_when(told: Run, project: Path) -> None:
    tell(told, "hooks", "session-end", "--session-id", "s-1")
    tell(told, "hooks", "pre-task", "--description", "x", "--session-id", "s-2")
    page = report(told, project)
    spans = page.partition("<caption>When sessions were open")[2].partition("</table>")[0]
    assert "2025-10-17 12:00" in row_with(spans, "s-1") and "open" not in row_with(spans, "s-1")
    assert "open" in row_with(spans, "s-2")


def test_since_leaves_out_what_is_older(told: Run, project: Path) -> None:
    page = report(told, project, "--since", "2d")
    assert "ccccccc" not in page
    assert "db_failover" in page
    assert "since <time" in page


def test_json_tells_where_it_is_and_the_figures(told: Run, project: Path) -> None:
    done = told("report", "--output", "week.html", "--json", env={"HOOKS_NOW": NOW}, check=True)
    body = json.loads(done.stdout)
    assert body["report"] == str(project / "week.html")
    assert body["bytes"] == (project / "week.html").stat().st_size
    assert body["figures"]["regressions"] == 1
    assert body["figures"]["sessions"] == 1


def test_the_same_store_at_the_same_time_gives_the_same_bytes(told: Run, project: Path) -> None:
    assert report(told, project) == report(told, project)


def test_standard_output(told: Run, project: Path) -> None:
    done = told("report", "--output", "-", env={"HOOKS_NOW": NOW}, check=True)
    assert done.stdout == report(told, project)


def test_open_shows_it_in_the_browser(told: Run, project: Path, tmp_path: Path) -> None:
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\necho "$1" >{tmp_path}/shown\n')
    script.chmod(0o755)
    told("report", "--open", env={"BROWSER": f"{script} %s"}, check=True)
    assert (tmp_path / "shown").read_text().strip() == (project / "report.html").as_uri()


def test_only_a_report_is_replaced_without_asking(told: Run, project: Path) -> None:
    (project / "notes.html").write_text("mine")
    assert told("report", "--output", "notes.html").returncode == 73
    assert (project / "notes.html").read_text() == "mine"
    told("report", "--output", "notes.html", "--force", check=True)
    told("report", "--output", "notes.html", check=True)
    assert told("report", "--output", "nowhere/report.html").returncode == 66


def test_without_a_store_nothing_is_made(run: Run, project: Path, home: Path) -> None:
    done = run("report")
    assert (done.returncode, done.stdout) == (1, "")
    assert not (project / "report.html").exists()
    assert not (home / "hooks" / "data").exists()


def test_an_empty_store_says_how_to_begin(run: Run, project: Path) -> None:
    run("memory", "init", check=True)
    page = report(run, project)
    Page(page)
    assert "claude-flow hooks pre-task" in page


def test_sealed_values_are_not_in_it(run: Run, project: Path) -> None:
    secret = "sk-ant-api03-" + "a1B2c3D4" * 11 + "AA"
    tell(run, "memory", "store", "api_keys/main", secret)
    notify(
        run,
        "swarm/chaos/experiments/x",
        {"fault": "kill", "success": True, "credentials": "hunter2-hunter2", "target": secret},
    )
    tell(run, "hooks", "pre-task", "--description", f"Use {secret}", "--session-id", "s-1")
    page = report(run, project)
    assert "hunter2" not in page
    assert secret not in page
    assert secret[13:40] not in page


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e9))))
def test_a_regression_is_over_15_percent_above_the_one_before(values: list[float | None]) -> None:
    found = regressions([Latency(value) for value in values])
    for place in found:
        before = [value for value in values[:place] if value is not None]
        now = values[place]
        assert before and before[-1] > 0 and now is not None and now > before[-1] * 1.15
    for place, now in enumerate(values):
        before = [value for value in values[:place] if value is not None]
        assert (place in found) == above(before[-1] if before else None, now)


def test_a_large_tree_is_shown_as_far_as_a_page_can_hold_it(run: Run, project: Path) -> None:
    lines = [json.dumps({"key": f"a{n % 70}/b{n // 70 % 40}/c{n}", "value": "x"}) for n in range(6_000)]
    run("memory", "store", "--batch", stdin="\n".join(lines), check=True)
    text = report(run, project)
    check_markup(text)
    assert len(text) < 1_000_000
    assert "6,000 entries" in text and "and 20 more" in text


@given(st.integers(0, 10**12))
def test_a_chart_over_time_has_at_most_sixty_bars_or_so(length: int) -> None:
    assert length // bucket_size(length) <= MOST_BUCKETS
