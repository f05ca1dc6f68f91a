"""`memory browse`: driven by Textual's pilot over a real store."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hooks_cli.environment import Environment
from hooks_cli.operations import browsing
from tests.conftest import FilledBy, Run
from tests.terminals import Terminal
from tests.test_hot_imports import PURELIB


def fill(run: Run, project: Path) -> None:
    for line in (
        ["swarm/plan", "first words"],
        ["swarm/plan", "second words, evil \x1b[2J"],
        ["swarm/json", '{"p50": 45, "api_keys": "very-secret"}'],
        ["swarm/json", '{"p50": 50, "api_keys": "very-secret"}'],
        ["docs/readme", "# Title\n\nquicksilver"],
    ):
        run("memory", "store", *line, check=True)


@pytest.fixture
def environment(filled_by: FilledBy, environ: dict[str, str], project: Path) -> Environment:
    filled_by(fill)
    return Environment(environ, str(project))


def browser(environment: Environment, typed: str = "") -> Any:
    pytest.importorskip("textual")
    from hooks_cli.output.views.browser import Browser

    return Browser(
        lambda typed: browsing.find(environment, typed),
        lambda address: browsing.versions(environment, address),
        browsing.changed,
        environment.now,
        typed,
    )


def side(app: Any, name: str) -> str:
    from rich.console import Console
    from rich.theme import Theme
    from textual.widgets import Static

    from hooks_cli.output.theme import MEANINGS

    console = Console(width=120, theme=Theme(MEANINGS))
    with console.capture() as said:
        console.print(app.query_one(f"#{name}", Static).content)
    return said.get()


def test_searching_history_and_difference(environment: Environment, run: Run) -> None:
    async def walk() -> None:
        app = browser(environment)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            assert [entry.address for entry in app.found] == ["docs/readme", "swarm/json", "swarm/plan"]
            await pilot.press(*"quicksil")
            await pilot.pause()
            assert [entry.address for entry in app.found] == ["docs/readme"]
            for _ in "quicksil":
                await pilot.press("backspace")
            await pilot.press(*"plan")
            await pilot.pause()
            assert [entry.address for entry in app.found] == ["swarm/plan"]
            assert "second words" in side(app, "value") and "\\u{1b}[2J" in side(app, "value")
            assert "-first words" in side(app, "diff") and "v1" in side(app, "history")
            await pilot.press("enter")
            await pilot.press("left_square_bracket")
            await pilot.pause()
            assert "first words" in side(app, "value") and "v1 of 2" in side(app, "head")
            await pilot.press("right_square_bracket")
            assert "v2 of 2" in side(app, "head")
            # Nothing is held between two looks: another process replaces the whole store meanwhile.
            await asyncio.to_thread(run, "memory", "backup", "copy", check=True)
            await asyncio.to_thread(run, "memory", "restore", "copy", check=True)
            await asyncio.to_thread(run, "memory", "store", "swarm/plan", "third", check=True)
            await pilot.press("ctrl+r")
            await pilot.pause()
            assert "third" in side(app, "value")
            await pilot.press("escape")
            await pilot.press(*"zzz")
            await pilot.pause()
            assert app.found == [] and "nothing was found" in side(app, "head")

    asyncio.run(walk())


def test_json_is_compared_by_members_and_sealed_stays_masked(environment: Environment) -> None:
    async def walk() -> None:
        app = browser(environment, "swarm/json")
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            assert "/p50" in side(app, "diff") and "‹sealed›" in side(app, "value")
            assert "very-secret" not in "".join(side(app, name) for name in ("head", "value", "history", "diff"))

    asyncio.run(walk())


def test_it_runs_on_a_terminal(environment: Environment, environ: dict[str, str], project: Path) -> None:
    pytest.importorskip("textual")
    shown = Terminal("memory", "browse", "plan", env=environ, cwd=project)
    shown.wait_for("second words")
    shown.type("\x11")
    assert shown.end() == 0
    assert "\x1b[2J" not in shown.shown.partition("second words")[2][:40]


def test_without_a_terminal_or_a_store(run: Run, environ: dict[str, str], project: Path) -> None:
    pytest.importorskip("textual")
    assert run("memory", "browse").returncode == 64
    assert browsing.find(Environment(environ, str(project)), "x") == []
    assert browsing.versions(Environment(environ, str(project)), "x") == ([], 0)


def test_without_the_extra_it_says_which(environ: dict[str, str], project: Path) -> None:
    hidden = (
        "import sys\nsys.modules['textual'] = None\n"
        f"sys.path.insert(0, {PURELIB!r})\nfrom hooks_cli.entry import main\nmain(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", hidden, "memory", "browse"], cwd=project, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 69 and "hooks-cli[browse]" in done.stderr
