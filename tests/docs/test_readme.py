"""The README's one minute, command by command: what is printed there is what the program prints."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

from scripts.readme_figures import table, with_figures
from tests.conftest import BIN, ROOT

HEAD = "| command | ratio | quartiles | target | median ms | p99/median (floor's) | floor ms | peak MiB | pairs |\n"
NAMES = ("hooks notify (key, metadata)", "memory store", "memory recall KEY", "memory search", "hooks session-restore")
SAMPLE = (
    "<!-- bench hot -->\n" + HEAD
    + "".join(f"| {name} | 1.77 | 1.75 to 1.80 | 2 | 38.3 | 1.04 (1.10) | 21.5 | 13.7 | 25 |\n" for name in NAMES)
    + "\nMeasured on: processor P, 2 cores, system Linux, python 3.11.7, sqlite 3.\n<!-- end hot -->"
)  # fmt: skip
README = (ROOT / "README.md").read_text(encoding="utf-8")


def steps() -> list[tuple[str, str]]:
    """(command, what is printed under it) of the console blocks."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", README, re.S):
        for step in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, printed = step.partition("\n")
            found.append((command, printed.rstrip("\n")))
    return found


def test_the_minute_runs_as_printed(project: Path, environ: dict[str, str]) -> None:
    assert len(steps()) >= 5
    for command, printed in steps():
        done = subprocess.run(
            ["bash", "-c", command], cwd=project, env=environ, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stderr}"
        if printed:
            assert done.stdout.rstrip("\n") == printed, command
        else:
            assert done.stdout.strip(), f"{command} says nothing"


def test_its_figures_are_the_measured_ones() -> None:
    measured = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert with_figures(README, measured) == README, "run scripts/make-reference"
    for command, ratio in re.findall(r"^\| `(.*?)`.*? \| ([\d.]+) \| [\d.]+ ms \|$", README, re.M):
        assert float(ratio) < 2.5, command
    assert "| `memory store`, durable | 1.77 | 38.3 ms |" in table(SAMPLE)


def test_it_leads_to_every_page() -> None:
    assert not [page.name for page in (ROOT / "docs").glob("*.md") if f"(docs/{page.name})" not in README]


def test_every_link_leads_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_scripts_it_names_are_there_and_run() -> None:
    for name in re.findall(r"^    (scripts/[\w-]+)", README, re.M):
        assert os.access(ROOT / name, os.X_OK), name
    assert all(shlex.split(command, comments=True)[0] in ("claude-flow", "hooks-cli") for command, _ in steps())
    assert (BIN / "claude-flow").exists()
