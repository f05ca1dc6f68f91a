"""`memory browse`: driven by Textual's pilot over a real store."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from hooks_cli.environment import Environment
from hooks_cli.features.browse import look
from tests.conftest import TIMEOUT_SECONDS, FilledBy, Run
from tests.house.test_hot_imports import PURELIB
from tests.terminals import Terminal


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
    from hooks_cli.features.browse.app import Browser

    return Browser(
        lambda typed: look.find(environment, typed),
        lambda address: look.versions(environment, address),
        look.changed,
        environment.now,
        typed,
    )


async def settled(app: Any, pilot: Any) -> None:
    """Wait until what was typed was searched for."""
    await pilot.pause()
    while app.waiting is not None:
        await pilot.pause(0.02)
    await pilot.pause()


def side(app: Any, name: str) -> str:
    from rich.console import Console
    from rich.theme import Theme
    from textual.widgets import Static

    from hooks_cli.output.theme import MEANINGS

    console = Console(width=120, theme=Theme(MEANINGS))
    with console.capture() as said:
        shown = app.query_one(f"#{name}", Static)
        console.print(getattr(shown, "content", None) or shown.renderable)  # the first is of later versions
    return said.get()


def test_searching_history_and_difference(environment: Environment, run: Run) -> None:
    async def walk() -> None:
        app = browser(environment)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(app, pilot)
            assert [entry.address for entry in app.found] == ["docs/readme", "swarm/json", "swarm/plan"]
            await pilot.press(*"quicksil")
            await settled(app, pilot)
            assert [entry.address for entry in app.found] == ["docs/readme"]
            for _ in "quicksil":
                await pilot.press("backspace")
            await pilot.press(*"plan")
            await settled(app, pilot)
            assert [entry.address for entry in app.found] == ["swarm/plan"]
            assert "second words" in side(app, "value") and "\\u{1b}[2J" in side(app, "value")
            assert "-first words" in side(app, "diff") and "v1" in side(app, "history")
            await pilot.press("enter")
            await pilot.press("left_square_bracket")
            await settled(app, pilot)
            assert "first words" in side(app, "value") and "v1 of 2" in side(app, "head")
            await pilot.press("right_square_bracket")
            assert "v2 of 2" in side(app, "head")
            # Nothing is held between two looks: another process replaces the whole store meanwhile.
            await asyncio.to_thread(run, "memory", "backup", "copy", check=True)
            await asyncio.to_thread(run, "memory", "restore", "copy", check=True)
            await asyncio.to_thread(run, "memory", "store", "swarm/plan", "third", check=True)
            await pilot.press("ctrl+r")
            await settled(app, pilot)
            assert "third" in side(app, "value")
            await pilot.press("escape")
            await pilot.press(*"zzz")
            await settled(app, pilot)
            assert app.found == [] and "nothing was found" in side(app, "head")

    asyncio.run(walk())


def test_json_is_compared_by_members_and_sealed_stays_masked(environment: Environment) -> None:
    async def walk() -> None:
        app = browser(environment, "swarm/json")
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(app, pilot)
            assert "/p50" in side(app, "diff") and "‹sealed›" in side(app, "value")
            assert "very-secret" not in "".join(side(app, name) for name in ("head", "value", "history", "diff"))

    asyncio.run(walk())


def test_a_look_that_fails_is_told_and_tried_again(environment: Environment) -> None:
    async def walk() -> None:
        app = browser(environment)
        store = Path(environment.places.store_path)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(app, pilot)
            await pilot.press("enter", "down")
            await settled(app, pilot)
            assert "swarm/json" in side(app, "head")
            store.rename(store.with_name("away"))
            await pilot.press("ctrl+r")
            await settled(app, pilot)
            assert app.found == [] and "is missing" in side(app, "head")
            store.with_name("away").rename(store)
            await pilot.press("ctrl+r")
            await settled(app, pilot)
            assert len(app.found) == 3

    asyncio.run(walk())


def test_looking_again_keeps_the_place(environment: Environment, run: Run) -> None:
    async def walk() -> None:
        app = browser(environment)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(app, pilot)
            await pilot.press("enter", "down")
            await settled(app, pilot)
            await asyncio.to_thread(run, "memory", "store", "another/one", "new", check=True)
            await pilot.press("ctrl+r")
            await settled(app, pilot)
            assert app.found[0].address == "another/one" and "swarm/json" in side(app, "head")
            assert app.query_one("#found").cursor_row == 2

    asyncio.run(walk())


def test_a_small_terminal_still_shows_keys_and_what_is_chosen(environment: Environment) -> None:
    async def walk() -> None:
        app = browser(environment, "plan")
        async with app.run_test(size=(20, 5)) as pilot:
            await settled(app, pilot)
            seen = [app.query_one(name).region.height for name in ("#search", "#found", "#head")]
            assert seen[0] == 1 and min(seen) >= 1
            await pilot.resize_terminal(120, 40)
            await settled(app, pilot)
            assert app.query_one("#search").region.height == 3 and app.query_one("#found").show_header

    asyncio.run(walk())


def test_what_is_too_large_is_not_compared(environment: Environment, run: Run) -> None:
    for part in ("x\n", "y\n"):
        run("memory", "store", "big/text", "--stdin", stdin=part * look.MOST_COMPARED, check=True)
    entries, current = look.versions(environment, "big/text")
    assert current == 2 and look.changed(entries[0], entries) == [
        "too large to compare here: memory diff 'big/text' 1 2"
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_whoever_ends_it_finds_the_terminal_as_it_was(
    environment: Environment, environ: dict[str, str], project: Path, number: int
) -> None:
    pytest.importorskip("textual")
    shown = Terminal("memory", "browse", "plan", env=environ, cwd=project)
    before = termios.tcgetattr(shown.master)
    shown.wait_for("second words")
    shown.process.send_signal(number)
    shown.wait_for("\x1b[?1049l")
    # A signal that ends programs has ended this one; Ctrl-C and SIGINT are how people leave.
    assert shown.process.wait(TIMEOUT_SECONDS) == (0 if number == signal.SIGINT else -number)
    assert termios.tcgetattr(shown.master) == before
    shown.end()


def test_a_terminal_that_is_gone_ends_it(environment: Environment, environ: dict[str, str], project: Path) -> None:
    pytest.importorskip("textual")
    shown = Terminal("memory", "browse", "plan", env=environ, cwd=project)
    shown.wait_for("second words")
    os.close(shown.master)  # it is not the program's controlling terminal: no signal comes
    assert shown.process.wait(TIMEOUT_SECONDS) == -signal.SIGHUP


def test_ctrl_c_ends_it(environment: Environment, environ: dict[str, str], project: Path) -> None:
    pytest.importorskip("textual")
    shown = Terminal("memory", "browse", "plan", env=environ, cwd=project)
    shown.wait_for("second words")
    shown.type("\x03")
    assert shown.end() == 0


def test_a_terminal_that_cannot_draw_is_told(environ: dict[str, str], project: Path) -> None:
    pytest.importorskip("textual")
    shown = Terminal("memory", "browse", env={**environ, "TERM": "dumb"}, cwd=project)
    assert shown.end() == 64 and "TERM=dumb" in shown.shown


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
    assert look.find(Environment(environ, str(project)), "x") == []
    assert look.versions(Environment(environ, str(project)), "x") == ([], 0)


def test_without_the_extra_it_says_which(environ: dict[str, str], project: Path) -> None:
    hidden = (
        "import sys\nsys.modules['textual'] = None\n"
        f"sys.path.insert(0, {PURELIB!r})\nfrom hooks_cli.entry import main\nmain(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", hidden, "memory", "browse"], cwd=project, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 69 and "hooks-cli[browse]" in done.stderr
