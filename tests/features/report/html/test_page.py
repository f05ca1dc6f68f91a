"""The page of `report`: its markup, that nothing stored can act in it, and how it behaves in a real browser."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.features.report.html.elements import document, element, raw
from tests.conftest import FilledBy, Run
from tests.report_page import Page, browser, check_markup, requests
from tests.report_store import HOSTILE, fill, hostile, report


@pytest.fixture
def told(filled_by: FilledBy) -> Run:
    return filled_by(fill)


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
