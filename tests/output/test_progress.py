"""Progress of long work: a bar on a terminal, lines where they are asked for, nothing otherwise."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hooks_cli.environment import Environment
from hooks_cli.output import progress
from hooks_cli.output.progress import Progress
from tests.conftest import Run
from tests.terminals import Terminal

LINES = "".join(f'{{"key": "many/{number}", "value": "text {number}"}}\n' for number in range(2_500)).encode()


def storing(environ: dict[str, str], project: Path, *options: str) -> tuple[Terminal, int]:
    """A `store --batch` that waits for the rest of its lines; its terminal, and the pipe that feeds it."""
    reader, writer = os.pipe()
    shown = Terminal("memory", "store", "--batch", *options, env=environ, cwd=project, stdin=reader)
    os.close(reader)
    sent = 0
    while sent < len(LINES):
        sent += os.write(writer, LINES[sent : sent + 4096])
    return shown, writer


def test_a_terminal_shows_a_bar_when_it_takes_long(environ: dict[str, str], project: Path, run: Run) -> None:
    shown, writer = storing(environ, project)
    shown.wait_for("2,500 entries")
    shown.wait_for("Reading")
    os.close(writer)
    assert shown.end() == 0
    assert "Stored successfully: 2,500 entries" in shown.shown
    assert json.loads(run("memory", "list", "--json", "--limit", "1").stdout)["total"] == 2_500


def test_plain_lines_come_where_they_are_asked_for(environ: dict[str, str], project: Path) -> None:
    shown, writer = storing(environ, project, "--progress=plain")
    shown.wait_for("hooks-cli: Reading: 2,")
    os.close(writer)
    assert shown.end() == 0
    assert "\x1b" not in shown.shown


@pytest.mark.parametrize(
    "line",
    [
        ["memory", "verify"],
        ["memory", "gc"],
        ["memory", "backup", "copy"],
        ["memory", "export", "out.json"],
        ["memory", "import", "in.json", "--progress"],
        ["key", "rotate"],
    ],
    ids=lambda line: line[1],
)
def test_short_work_shows_nothing(line: list[str], environ: dict[str, str], project: Path, run: Run) -> None:
    run("memory", "store", "a", "b", check=True)
    run("memory", "export", "in.json", check=True)
    shown = Terminal(*line, env=environ, cwd=project)
    assert shown.end() == 0
    assert "━" not in shown.shown
    assert run(*[word for word in line if word != "--progress"], "--progress=plain").returncode in (0, 73)
    assert run(*line[:2], "--progress=loud").returncode == 64


def say(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], **options: object) -> str:
    """What work tells that goes on until something is told."""
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(progress, "PLAIN_SECONDS", 0.01)
    told = ""
    with Progress(Environment({}), "Working", mode="plain", **options) as working:  # type: ignore[arg-type]
        working.advance(5)
        while told.count("\n") < 3:
            told += capfd.readouterr().err
    return told


def test_a_line_says_what_is_known(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    assert say(monkeypatch, capfd, total=50, unit="rows").startswith("hooks-cli: Working: 5 of 50 rows, 10 %, 0 s\n")
    assert say(monkeypatch, capfd).startswith("hooks-cli: Working: 5, 0 s\n")


def test_nothing_is_told_to_a_pipe(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    with Progress(Environment({}), "Working") as working:
        assert not working.shown
        working.advance(1)
    with Progress(Environment({}), "Working", mode="off") as working:
        assert not working.shown
    assert capfd.readouterr() == ("", "")
