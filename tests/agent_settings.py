"""The settings files of agents, as our tests look at them."""

from __future__ import annotations

from typing import Any

from hooks_cli.features.agents.hook_handlers import is_ours


def ours(value: dict[str, Any]) -> list[tuple[str, str]]:
    """(event, matcher) of each handler of ours."""
    found = []
    for event, groups in value.get("hooks", {}).items():
        for group in groups:
            for handler in group.get("hooks", [group]):
                if is_ours(handler):
                    found.append((event, group.get("matcher", "")))
    return found
