"""What people see: the views on a terminal, and the plain and JSON forms of the verbs that have one."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hooks_cli.output.views import safe_text
from tests.conftest import FilledBy, Run
from tests.terminals import Terminal, plain

T0 = 1_760_702_400_000
NOW = str(T0 + 7_200_000)


def fill(run: Run, project: Path) -> None:
    """A store with sessions, tasks, notices, JSON, Markdown, secrets and hostile text."""

    def at(minutes: int, *line: str, agent: str | None = None) -> None:
        done = run(*line, env={"HOOKS_NOW": str(T0 + minutes * 60_000), "HOOKS_AGENT": agent})
        assert done.returncode == 0, done.stderr

    at(
        0,
        "hooks",
        "pre-task",
        "--description",
        "Design it",
        "--session-id",
        "s-coder",
        "--task-id",
        "design",
        agent="coder",
    )
    at(1, "hooks", "notify", "--message", "Baseline: p50=45ms", "--memory-key", "swarm/perf/baseline", "--session-id", "s-coder",
       "--metadata", '{"p50_ms": 45}', agent="coder")  # fmt: skip
    at(2, "hooks", "post-edit", "--file", "hooks.toml", "--session-id", "s-coder", agent="coder")
    at(3, "hooks", "notify", "--message", "Only said", "--session-id", "s-coder", agent="coder")
    at(20, "hooks", "post-task", "--task-id", "design", "--session-id", "s-coder", "--success", "true", agent="coder")
    at(21, "hooks", "session-end", "--session-id", "s-coder", agent="coder")
    at(
        30,
        "hooks",
        "pre-task",
        "--description",
        "Test it",
        "--session-id",
        "s-tester",
        "--task-id",
        "tests",
        agent="tester",
    )
    at(31, "memory", "store", "swarm/json", '{"p50": 45, "api_keys": "very-secret", "text": "日本語"}', "--tags", "a,b")
    at(32, "memory", "store", "docs/readme", "# Title\n\n- **two**\n")
    at(33, "memory", "store", "swarm/evil", "evil \x1b[2J\x1b[31mred\u202e\x07")
    at(34, "memory", "store", "swarm/שלום", "ערך 123")
    at(35, "memory", "store", "日本/東京", "全角の値")
    for number in range(3):
        at(36 + number, "memory", "store", "swarm/counter", f"value {number}")


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


Look = Any


@pytest.fixture
def look(filled: Run, environ: dict[str, str], project: Path) -> Look:
    """`look(*line, columns=100, **variables)`: what a person sees, raw."""

    def call(*line: str, columns: int = 100, **variables: str) -> str:
        shown = Terminal(*line, env={**environ, "HOOKS_NOW": NOW, **variables}, cwd=project, columns=columns)
        assert shown.end() == 0, shown.shown
        return shown.shown

    return call


VIEWS = [
    ["memory", "list"],
    ["memory", "tree"],
    ["memory", "show", "swarm/json"],
    ["memory", "show", "docs/readme"],
    ["memory", "show", "swarm/evil"],
    ["memory", "show", "swarm/counter"],
    ["memory", "log", "--limit", "100"],
    ["memory", "stats"],
    ["memory", "stats", "--detailed", "--health"],
    ["session", "list"],
    ["session", "show", "s-coder"],
    ["task", "list"],
    ["project", "list"],
    ["project", "show"],
]


@pytest.mark.parametrize("columns", [100, 36])
@pytest.mark.parametrize("line", VIEWS, ids=" ".join)
def test_a_view_fits_and_is_harmless(line: list[str], columns: int, look: Look) -> None:
    shown = look(*line, columns=columns)
    assert "\x1b[" in shown and "very-secret" not in shown
    told = plain(shown)
    assert not [c for c in told if c != "\n" and (ord(c) < 32 or c in "\u202e\x7f")]
    assert max(cell_len(row) for row in told.splitlines()) <= columns


@pytest.mark.parametrize("line", VIEWS, ids=" ".join)
def test_no_color_keeps_the_layout(line: list[str], look: Look) -> None:
    shown = look(*line, NO_COLOR="1")
    numbers = [n for codes in re.findall(r"\x1b\[([0-9;]*)m", shown) for n in codes.split(";") if n]
    assert not [n for n in numbers if int(n) >= 30]
    assert plain(shown).strip() == plain(look(*line)).strip()


@pytest.mark.parametrize("line", VIEWS, ids=" ".join)
def test_a_pipe_and_a_dumb_terminal_get_the_plain_form(line: list[str], filled: Run, look: Look) -> None:
    done = filled(*line, env={"HOOKS_NOW": NOW}, check=True)
    assert "\x1b" not in done.stdout and "━" not in done.stdout and "●" not in done.stdout
    if line[:2] not in (["memory", "list"], ["memory", "stats"]):
        assert plain(look(*line, TERM="dumb")).replace(done.stderr, "") == done.stdout


def test_what_the_views_say(look: Look) -> None:
    shown = plain(look("memory", "list"))
    assert "swarm/counter" in shown and "value 2" in shown and "v3" in shown and "1 h" in shown
    assert "\\u{1b}[2J" in shown and "全角の値" in shown
    shown = plain(look("memory", "tree"))
    assert "├── docs/" in shown and "counter  v3" in shown and "swarm/  5" in shown
    shown = plain(look("memory", "show", "swarm/json"))
    assert '"p50": 45' in shown and "‹sealed›" in shown and "#a #b" in shown and "current" in shown
    shown = plain(look("memory", "show", "docs/readme"))
    assert "Title" in shown and "# Title" not in shown and "• two" in shown
    shown = plain(look("memory", "show", "swarm/counter", "--version", "1"))
    assert "value 0" in shown and "● v3" in shown and "○ v1" in shown and "◂ shown" in shown
    shown = plain(look("memory", "log", "--session", "s-coder"))
    assert "notify" in shown and "s-coder/coder" in shown and "Baseline: p50=45ms" in shown and "Only said" in shown
    shown = plain(look("memory", "stats"))
    assert (
        "By namespace" in shown and "By session" in shown and "By agent" in shown and "Growth" in shown and "█" in shown
    )
    shown = plain(look("session", "list"))
    assert "s-coder" in shown and "21 min 0 s" in shown and "1 (1 open)" in shown and "━" in shown and "▶" in shown
    shown = plain(look("session", "show", "s-coder"))
    assert "✓  design" in shown and "hooks.toml" in shown and "Only said" in shown and "Baseline: p50=45ms" in shown
    shown = plain(look("task", "list"))
    assert "✓" in shown and "Design it" in shown and "▸" in shown


def test_sessions_and_tasks_as_text_and_json(filled: Run) -> None:
    listed = filled("session", "list", env={"HOOKS_NOW": NOW}).stdout.splitlines()
    assert [row.split("\t")[:2] for row in listed] == [["s-tester", "open"], ["s-coder", "closed"]]
    assert listed[1].split("\t")[3:] == ["21 min 0 s", "1", "1", "2", "1"] or listed[1].split("\t")[3:7] == [
        "21 min 0 s", "1", "1", "2",
    ]  # fmt: skip
    found = json.loads(filled("session", "list", "--json", "--open").stdout)["sessions"]
    assert [(each["session_id"], each["closed_at"], each["tasks_open"]) for each in found] == [("s-tester", None, 1)]
    assert (
        json.loads(filled("session", "list", "--format", "ndjson", "--limit", "1").stdout)["session_id"] == "s-tester"
    )
    one = json.loads(filled("session", "show", "s-coder", "--json").stdout)
    assert [task["task_id"] for task in one["tasks"]] == ["design"] and one["tasks"][0]["duration_ms"] == 1_200_000
    assert [each["message"] for each in one["notices"]] == ["Baseline: p50=45ms", "Only said"]
    assert [each["file"] for each in one["edits"]] == ["hooks.toml"]
    assert "design\tsuccess" in filled("session", "show", "s-coder").stdout
    tasks = json.loads(filled("task", "list", "--json").stdout)["tasks"]
    assert [(task["task_id"], task["outcome"], task["agent"]) for task in tasks] == [
        ("tests", None, "tester"),
        ("design", "success", "coder"),
    ]
    assert [row.split("\t")[0] for row in filled("task", "list", "--open").stdout.splitlines()] == ["tests"]
    assert filled("task", "list", "--agent", "nobody").stdout == ""
    assert filled("session", "show", "nobody").returncode == filled("task", "list", "-s", "nobody").returncode == 1


def test_the_tree_as_text_and_json(filled: Run) -> None:
    rows = [row.split("\t") for row in filled("memory", "tree", "swarm").stdout.splitlines()]
    assert [row[:2] for row in rows][:4] == [["swarm/", "5"], ["  counter", "1"], ["  evil", "1"], ["  json", "1"]]
    assert rows[1][2] == str(len("value 2")) and rows[1][3] == "2025-10-17T12:38:00.000Z"
    top = json.loads(filled("memory", "tree", "--depth", "1", "--json").stdout)["tree"]
    found = [(c["path"], c["entries"], c["entry"]) for c in top["children"]]
    assert top["entries"] == sum(number for _, number, _ in found)
    assert [each for each in found if each[0] != "sessions"] == [
        ("docs", 1, False),
        ("swarm", 5, False),
        ("日本", 1, False),
    ]
    assert filled("memory", "tree", "nothing").stdout == ""
    assert filled("memory", "tree", "--depth", "0").returncode == 64


def test_show_as_text_and_json(filled: Run) -> None:
    told = json.loads(filled("memory", "show", "swarm/counter", "--json").stdout)
    assert told["entry"]["data"] == "value 2" and [v["key_version"] for v in told["versions"]] == [3, 2, 1]
    text = filled("memory", "show", "swarm/json").stdout
    assert "state: current" in text and "‹sealed›" in text and "very-secret" not in text
    assert "\\u{1b}[2J" in filled("memory", "show", "swarm/evil").stdout
    assert filled("memory", "show", "nothing").returncode == 1
    assert filled("memory", "show", "swarm/counter", "--version", "9").returncode == 1
    filled("memory", "delete", "swarm/counter")
    assert "state: deleted" in filled("memory", "show", "swarm/counter").stdout


def test_log_follows(filled: Run, environ: dict[str, str], project: Path) -> None:
    seen = Terminal("memory", "log", "--follow", "--agent", "coder", "--limit", "2", env=environ, cwd=project)
    seen.wait_for("session-end")
    filled("hooks", "notify", "--message", "Not this one", "--agent", "tester", check=True)
    filled("hooks", "notify", "--message", "Here I am", "--memory-key", "a/b", "--agent", "coder", check=True)
    seen.wait_for("Here I am")
    filled("memory", "backup", "copy", check=True)
    filled("memory", "restore", "copy", check=True)  # nobody is kept from replacing the store meanwhile
    filled("hooks", "notify", "--message", "Still here", "--agent", "coder", check=True)
    seen.wait_for("Still here")
    assert "Not this one" not in seen.shown and "Design it" not in seen.shown
    seen.process.send_signal(signal.SIGINT)
    assert seen.end() == 130, seen.shown[-500:]
    assert filled("memory", "log", "--follow", "--reverse").returncode == 64


@given(st.text(max_size=40))
def test_safe_text_is_one_harmless_line(text: str) -> None:
    shown = safe_text.safe(text)
    assert "\n" not in shown and "\x1b" not in shown and "\u202e" not in shown
    assert cell_len(shown) >= 0


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 60))
def test_bars_keep_their_room(begin: int, length: int, width: int) -> None:
    assert len(safe_text.bar(begin / 1000, width)) <= width
    drawn = safe_text.span(begin, begin + length, 0, 2000, width, bool(length % 2))
    assert len(drawn) <= width and drawn.strip()
