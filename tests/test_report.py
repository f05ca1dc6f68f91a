"""`report`: what the page says, that nothing stored can act in it, and how it behaves in a real browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.model.regressions import regressed, regressions
from hooks_cli.operations.reporting import MOST_BUCKETS, bucket_size
from hooks_cli.output.report.elements import document, element, raw
from tests.conftest import FilledBy, Run
from tests.report_page import ALLOWED_TAGS, Page, browser, requests

NOW = "2025-10-17T12:00:00Z"
HOSTILE = (
    "<script>window.pwned=1</script>",
    "</style><script>window.pwned=2</script>",
    "javascript:window.pwned=3",
    '"><img src=x onerror=window.pwned=4>',
    "]]></script><svg onload=window.pwned=5>",
    "<!-- --><b>&lt;bold&gt;</b>",
)


def tell(run: Run, *words: str, at: str = NOW, agent: str = "") -> None:
    env = {"HOOKS_NOW": at, **({"HOOKS_AGENT": agent} if agent else {})}
    run(*words, env=env, check=True)


def notify(run: Run, key: str, figures: dict[str, object], **more: Any) -> None:
    tell(
        run,
        "hooks",
        "notify",
        "--message",
        f"about {key}",
        "--memory-key",
        key,
        "--metadata",
        json.dumps(figures),
        "--session-id",
        "s-1",
        **more,
    )


def fill(run: Run, project: Path) -> None:
    """A project in which everything that the report shows has happened."""
    tell(
        run,
        "hooks",
        "pre-task",
        "--description",
        "Measure the login",
        "--session-id",
        "s-1",
        "--task-id",
        "t-1",
        at="2025-10-10T12:00:00Z",
        agent="lead",
    )
    for day, commit, p95 in ((11, "aaaaaaa", 100), (12, "bbbbbbb", 114), (13, "ccccccc", 140)):
        figures: dict[str, object] = {"git_commit": commit, "p50_ms": 40, "p95_ms": p95, "p99_ms": 200}
        notify(run, "swarm/performance/baselines/login", figures, at=f"2025-10-{day}T12:00:00Z", agent="perf")
    notify(
        run,
        "swarm/chaos/experiments/db_failover",
        {"fault": "container_kill", "target": "db", "success_rate_during": 0.96, "success_rate_after": 1.0},
        agent="chaos",
    )
    notify(
        run,
        "swarm/self_healing/remediations/net",
        {"pattern": "transient", "remediation": "retry", "success": True},
        agent="healer",
    )
    notify(
        run,
        "swarm/self_healing/remediations/net",
        {"pattern": "transient", "remediation": "retry", "success": False},
        agent="healer",
    )
    notify(run, "swarm/intelligence/patterns/register", {"confidence": 0.92, "trace_count": 1000}, agent="tester")
    tell(run, "hooks", "post-edit", "--file", "src/login.py", "--session-id", "s-1", agent="coder")
    tell(run, "hooks", "session-restore", "--session-id", "s-1", agent="reader")
    tell(run, "memory", "store", "scratch/old", "gone", "--ttl", "1", at="2025-10-14T12:00:00Z")
    tell(run, "hooks", "post-task", "--task-id", "t-1", "--session-id", "s-1", "--success", "true", agent="lead")


@pytest.fixture
def told(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def report(run: Run, project: Path, *words: str) -> str:
    done = run("report", *words, env={"HOOKS_NOW": NOW}, check=True)
    assert done.stdout == f"Report written: {project}/report.html\n"
    return (project / "report.html").read_text()


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


def hostile(run: Run) -> None:
    for number, text in enumerate(HOSTILE):
        name = text.replace("/", "|")
        figures: dict[str, object] = dict.fromkeys(
            ("git_commit", "fault", "target", "pattern", "remediation", "source", "test_name"), text
        )
        figures |= {"p95_ms": 10 + 10 * number, "success": True, "confidence": 0.5, "success_rate_during": 0.5}
        who = {"agent": name}
        tell(run, "hooks", "pre-task", "--description", text, "--session-id", name, "--task-id", text, **who)
        tell(run, "hooks", "post-edit", "--file", text, "--session-id", name, **who)
        for family in ("baselines", "chaos", "remediations", "patterns"):
            tell(
                run,
                "hooks",
                "notify",
                "--message",
                text,
                "--memory-key",
                f"{name}/{family}/{name}",
                "--metadata",
                json.dumps(figures),
                "--session-id",
                name,
                **who,
            )
        tell(run, "memory", "store", f"{HOSTILE[0].replace('/', '|')}/shared", text, **who)
        tell(run, "memory", "store", f"old/{name}", text, "--ttl", "1", at="2025-10-14T12:00:00Z")


def check_markup(text: str) -> Page:
    """The rules that every report keeps, whatever is stored."""
    page = Page(text)
    assert {tag for tag, _ in page.elements} <= ALLOWED_TAGS
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            assert not name.startswith("on") and name not in ("style", "src", "action"), (tag, name)
            if name == "href":
                assert value.startswith("#") or (tag, value) == ("link", "data:,")
            assert not value.lower().startswith("javascript:") or tag == "option" or name.startswith(("data-", "aria-"))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        assert link["href"][1:] in ids
    for _, attributes in page.elements:
        assert attributes.get("aria-labelledby", ids[0]) in ids
    return page


def test_the_policy_allows_this_style_sheet_and_this_script_alone(told: Run, project: Path) -> None:
    text = report(told, project)
    page = check_markup(text)
    [policy] = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for tag in ("style", "script"):
        [content] = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    assert "unsafe" not in policy and "http:" not in policy and "https:" not in policy
    assert text.index("Content-Security-Policy") < text.index("<style>")
    assert "http://" not in text.replace("http://www.w3.org", "") and "https://" not in text


def test_every_chart_has_a_name_and_a_table_and_every_table_its_headings(told: Run, project: Path) -> None:
    text = report(told, project)
    page = check_markup(text)
    charts = page.all("svg")
    assert len(charts) >= 7
    for chart in charts:
        assert chart["role"] == "img" and len(chart["aria-label"]) > 10
    for part in re.findall(r"<figure>.*?</figure>", text, re.DOTALL):
        assert part.count("<svg") == 1 and "<figcaption>" in part and "<table" in part
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))
    assert page.all("html") == [{"lang": "en"}]
    assert page.all("a")[0] == {"class": "skip", "href": "#report"}


def test_hostile_values_are_text(run: Run, project: Path) -> None:
    hostile(run)
    text = report(run, project)
    page = check_markup(text)
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert page.all("img") == []
    for value in HOSTILE[:4]:
        assert any(value in words for words in page.texts["td"] + page.texts["th"] + page.texts["span"]), value


@pytest.mark.parametrize(
    "bad", [{"onclick": "x"}, {"style": "x"}, {"src": "x"}, {"href": "javascript:x"}, {"href": "https://x"}]
)
def test_elements_refuse_what_could_act(bad: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        element("a", "x", **bad)
    with pytest.raises(ValueError):
        raw("style", "a{}</style><script>")


@given(st.text(), st.text())
def test_text_stays_text(words: str, value: str) -> None:
    page = Page(document(element("div", element("p", words, title=value))).removeprefix("<!DOCTYPE html>\n"))
    assert [tag for tag, _ in page.elements] == ["div", "p"]


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e9))))
def test_a_regression_is_over_15_percent_above_the_one_before(values: list[float | None]) -> None:
    found = regressions(values)
    for place in found:
        before = [value for value in values[:place] if value is not None]
        now = values[place]
        assert before and before[-1] > 0 and now is not None and now > before[-1] * 1.15
    for place, now in enumerate(values):
        before = [value for value in values[:place] if value is not None]
        assert (place in found) == regressed(before[-1] if before else None, now)


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


# --- in a real browser -------------------------------------------------------------------------------------------------
def look(opened: Any, project: Path) -> None:
    opened.get((project / "report.html").as_uri())
    asked = requests(opened)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == 1
    assert opened.get_log("browser") == []


def visible_rows(opened: Any) -> int:
    return int(
        opened.execute_script("return document.querySelectorAll('table.filtered > tbody > tr:not([hidden])').length")
    )


def test_in_a_browser_it_shows_filters_and_asks_for_nothing(told: Run, project: Path, tmp_path: Path) -> None:
    report(told, project)
    with browser(tmp_path / "profile") as opened:
        look(opened, project)
        assert opened.execute_script("return document.querySelectorAll('svg').length") >= 7
        for svg in opened.execute_script(
            "return [...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect().height)"
        ):
            assert svg > 60
        whole = visible_rows(opened)
        words, session, agent = (opened.find_element("id", name) for name in ("words", "session", "agent"))
        session.send_keys("s-1")
        assert len(opened.find_elements("css selector", "#baselines table.filtered tbody tr:not([hidden])")) == 3
        assert len(opened.find_elements("css selector", "#collection table.none")) == 1
        opened.find_element("css selector", "button[type=reset]").click()
        words.send_keys("DB_failover KILL")
        assert visible_rows(opened) == 1
        assert opened.find_element("id", "shown").text == f"1 of {whole} rows"
        opened.find_element("css selector", "button[type=reset]").click()
        opened.execute_async_script("setTimeout(arguments[0], 20)")
        assert visible_rows(opened) == whole
        agent.send_keys("coder")
        assert 1 <= visible_rows(opened) < whole
        opened.find_element("css selector", "button[type=reset]").click()
        session.send_keys("s-1")
        assert 1 <= visible_rows(opened) < whole
        assert opened.get_log("browser") == []
        assert [url for url in requests(opened) if not url.startswith("data:")] == []


def test_in_a_browser_hostile_values_do_nothing(run: Run, project: Path, tmp_path: Path) -> None:
    hostile(run)
    report(run, project)
    with browser(tmp_path / "profile") as opened:
        look(opened, project)
        for value in HOSTILE:
            opened.find_element("id", "words").clear()
            opened.find_element("id", "words").send_keys(value)
        opened.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert opened.execute_script("return window.pwned") is None
        assert opened.execute_script("return document.scripts.length") == 1
        assert opened.get_log("browser") == []


def test_in_a_browser_it_fits_a_phone_and_the_dark_and_goes_by_keyboard(
    told: Run, project: Path, tmp_path: Path
) -> None:
    report(told, project)
    with browser(tmp_path / "profile", width=390, height=844, dark=True) as opened:
        look(opened, project)
        assert opened.execute_script("return document.documentElement.scrollWidth") <= 390
        paper = opened.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert max(int(part) for part in re.findall(r"\d+", paper)[:3]) < 60
        body = opened.find_element("css selector", "body")
        body.send_keys("\ue004")  # Tab
        assert opened.execute_script("return document.activeElement.className") == "skip"
        opened.switch_to.active_element.send_keys("\ue007")  # Enter
        assert opened.execute_script("return document.activeElement.id") == "report"
        tree = opened.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        for node in tree:
            role = node.get("role", {}).get("value")
            if role in (
                "image",
                "img",
                "table",
                "searchbox",
                "combobox",
                "navigation",
                "search",
                "region",
            ) and not node.get("ignored"):
                assert node.get("name", {}).get("value"), role
