"""Which tools a server has: the ones that prompts call most by default, with `full` all that can be done truly."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.mcp.tool import Tool

DEFAULT, FULL = "default", "full"
SETS = (DEFAULT, FULL)


def tools_of(chosen: str) -> tuple[Tool, ...]:
    """The tools of a set."""
    from hooks_cli.mcp import hook_tools, memory_tools

    return (*memory_tools.TOOLS, *hook_tools.TOOLS)
