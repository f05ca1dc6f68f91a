"""The command lines that the two documents show, as they show them: with their line breaks, quotes and JSON."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

FOLDER = Path(__file__).parent / "fixtures" / "seeds"
DOCUMENTS = ("000_413c992c5540c949", "004_be198c31651997a9")
_START = re.compile(r"^\s*(?:\d+\. [A-Z]+: )?((?:npx )?claude-flow(?:@alpha)? (?:hooks|memory) .*)$")


def command_lines(text: str) -> list[str]:
    """Every `claude-flow … hooks|memory …` command line of a document, whole."""
    found = []
    lines = iter(text.split("\n"))
    for line in lines:
        start = _START.match(line)
        if start is None:
            continue
        command = start.group(1)
        while not _whole(command):
            command += "\n" + next(lines)
        found.append(command)
    return found


def kept(document: str) -> list[str]:
    """The command lines of a document as the fixture keeps them, separated by a line of dashes."""
    return (FOLDER / f"{document}.sh").read_text().removesuffix("\n").split("\n----\n")


def _whole(command: str) -> bool:
    if command.endswith("\\"):
        return False
    try:
        shlex.split(command)
    except ValueError:
        return False
    return True
