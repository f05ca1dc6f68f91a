"""What an agent may do: `[agents.NAME] memory_access = "read-only"` in the settings."""

from __future__ import annotations

from hooks_cli.errors import ReadOnlyAgent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment


def refusal(environment: Environment, agent: str | None) -> ReadOnlyAgent | None:
    """The error (77) for a write by this agent, or None when it may write. No agent, or one without settings, may."""
    if not agent:
        return None
    settings = environment.settings
    if settings.get(f"agents.{agent}.memory_access") != "read-only":
        return None
    return ReadOnlyAgent(agent=agent)


def check_write(environment: Environment, agent: str = "") -> None:
    """Raise ReadOnlyAgent (77) when the agent that speaks (the option, else HOOKS_AGENT) may only read."""
    refused = refusal(environment, agent or environment.variables.get("HOOKS_AGENT", ""))
    if refused is not None:
        raise refused
