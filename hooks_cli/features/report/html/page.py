"""The whole HTML page: head, content security policy, filters, sections.

The policy allows nothing from anywhere: one style sheet and one script, each named by its digest, and the empty icon. The page is
whole without the script, which only makes the filters work (they are hidden until it runs).
"""

from __future__ import annotations

import os
from base64 import b64encode
from hashlib import sha256
from xml.etree.ElementTree import Element

from hooks_cli.features.report.html import sections_learned, sections_memory, sections_work
from hooks_cli.features.report.html.elements import Child, document, element, raw
from hooks_cli.features.report.html.parts import many, moment, size
from hooks_cli.features.report.model import Report

# What a file says that was made here.
GENERATOR = "hooks-cli report"

SECTIONS = (
    ("activity", "Activity", sections_work.activity),
    ("sessions", "Sessions", sections_work.sessions),
    ("tasks", "Tasks", sections_work.tasks),
    ("baselines", "Baselines", sections_learned.baselines),
    ("chaos", "Chaos", sections_learned.chaos),
    ("remediations", "Remediations", sections_learned.remediations),
    ("patterns", "Patterns", sections_learned.patterns),
    ("agents", "Agents", sections_work.interactions),
    ("files", "Files", sections_work.files),
    ("memory", "Memory", sections_memory.memory),
    ("collection", "Collection", sections_memory.collection),
)


def render(report: Report) -> str:
    """The report as one HTML document."""
    style, script = _constant("page.css"), _constant("page.js")
    title = f"{report.project}: memory report"
    icon = element("link", rel="icon")
    icon.set("href", "data:,")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy(style, script)),
        element("meta", name="generator", content=GENERATOR),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        icon,
        raw("style", style),
    )
    body = element(
        "body",
        element("a", "Skip to the report", href="#report", class_="skip"),
        _header(report),
        element(
            "nav",
            element("ul", *[element("li", element("a", title, href=f"#{name}")) for name, title, _ in SECTIONS]),
            aria_label="Sections",
        ),
        _filters(report),
        element("main", *[draw(report) for _, _, draw in SECTIONS], id="report", tabindex="-1"),
        element(
            "footer",
            element(
                "p",
                "Made by hooks-cli from the encrypted store. This file is not encrypted: keep it as you keep the project.",
            ),
        ),
        raw("script", script),
    )
    return document(element("html", head, body, lang="en"))


def policy(style: str, script: str) -> str:
    """The Content-Security-Policy: everything is forbidden but this style sheet and this script."""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _constant(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        return file.read()


def _header(report: Report) -> Element:
    since: Child = ["since ", moment(report.since)] if report.since else "all that is kept"
    figures = report.figures
    tiles = [
        ("sessions", f"{figures['sessions']:,}", ""),
        ("tasks", f"{figures['tasks']:,}", ""),
        ("hook events", f"{figures['events']:,}", ""),
        ("files edited", f"{figures['files']:,}", ""),
        ("entries", f"{figures['entries']:,}", ""),
        ("in the store", size(figures["store_bytes"]), ""),
        ("regressions", f"{figures['regressions']:,}", "bad" if figures["regressions"] else "good"),
    ]
    shown = [
        element("div", element("dt", label), element("dd", value), class_=f"tile {kind}".strip())
        for label, value, kind in tiles
    ]
    return element(
        "header",
        element("h1", report.project, element("span", "memory report")),
        element("p", since, " · made ", moment(report.at), " UTC · revision ", f"{report.revision:,}", class_="lede"),
        element("dl", *shown, class_="tiles"),
    )


def _filters(report: Report) -> Element:
    sessions = sorted({row.name for row in report.sessions})
    agents = sorted(
        {row.agent for row in report.sessions} | {row.agent for row in report.tasks} | set(report.interactions.agents)
    )
    return element(
        "form",
        element(
            "label",
            "Find in the tables",
            element("input", type="search", id="words", autocomplete="off", spellcheck="false"),
        ),
        _choice("session", "Session", sessions),
        _choice("agent", "Agent", [agent for agent in agents if agent]),
        element("button", "Show all", type="reset"),
        element("p", many(0, "row", "rows"), id="shown", role="status", aria_live="polite"),
        id="filters",
        role="search",
        aria_label="Filter the tables",
        hidden=True,
    )


def _choice(name: str, label: str, values: list[str]) -> Element:
    options = [element("option", "all", value="")] + [element("option", value, value=value) for value in values]
    return element("label", label, element("select", *options, id=name))
