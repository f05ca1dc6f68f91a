"""Builds the text of one shim: a head with the paths known at installation, then `shim.sh`."""

from __future__ import annotations

import os

# Shimmed programs, and what of them a shim takes over when it is a call of claude-flow's `hook(s)` or `memory`.
NAMES = ("npx", "bunx", "pnpm", "ruflo")
FORMS = {
    "npx": "npx [-y|--yes|--no-install|-p PACKAGE] claude-flow[@TAG] hooks|memory …",
    "bunx": "bunx [--bun] claude-flow[@TAG] hooks|memory …",
    "pnpm": "pnpm dlx claude-flow[@TAG] hooks|memory …",
    "ruflo": "ruflo hooks|memory …",
}

# The line of a shim that runs `mcp start` here, too.
MCP_LINE = "_hooks_shim_mcp=yes"
FIRST_LINES = "#!/bin/sh\n# hooks-cli shim\n"


def quoted(word: str) -> str:
    """`word` as one word of sh, whatever it holds."""
    return "'" + word.replace("'", "'\\''") + "'"


def render(name: str, folder: str, launcher: str, interpreter: str, mcp: bool = False) -> str:
    """The shim `name`, to lie in `folder`, that runs `launcher` while it and its `interpreter` are there; with `mcp` `mcp start`, too."""
    head = (
        f"{FIRST_LINES}"
        f"# Runs claude-flow's hooks and memory commands in hooks-cli ({FORMS[name]})\n"
        f"# and everything else in the next {name} on PATH. Written by: hooks-cli shims install. Removed by: hooks-cli shims remove.\n"
        f"_hooks_shim_name={quoted(name)}\n"
        f"_hooks_shim_folder={quoted(folder)}\n"
        f"_hooks_shim_program={quoted(launcher)}\n"
        f"_hooks_shim_interpreter={quoted(interpreter)}\n"
        f"{MCP_LINE if mcp else '_hooks_shim_mcp='}\n\n"
    )
    with open(os.path.join(os.path.dirname(__file__), "shim.sh"), encoding="utf-8") as file:
        return head + file.read()


def is_shim(path: str) -> bool:
    """Whether the file at `path` is a shim of ours."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(len(FIRST_LINES)) == FIRST_LINES
    except OSError:
        return False


def serves_mcp(path: str) -> bool:
    """Whether the shim at `path` runs `mcp start` here."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return f"\n{MCP_LINE}\n" in file.read()
    except OSError:
        return False
