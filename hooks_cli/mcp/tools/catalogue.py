"""Which tools a server has: the ones that prompts call most by default, with `full` those that record and export, too."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.mcp.tools.tool import Tool

DEFAULT, FULL = "default", "full"


def tools_of(chosen: str) -> tuple[Tool, ...]:
    """The tools of a set."""
    from hooks_cli.mcp.tools import hook_tools, memory_tools

    tools: tuple[Tool, ...] = (*memory_tools.TOOLS, *hook_tools.TOOLS)
    if chosen == FULL:
        from hooks_cli.mcp.tools import recording_tools, store_tools

        tools += store_tools.TOOLS + recording_tools.TOOLS
    return tools
