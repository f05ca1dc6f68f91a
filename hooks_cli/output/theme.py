"""Colours and styles for terminal output, and the rich console that has them.

Views name what something means (`key`, `when`, `bad` …), never a colour. The sixteen colours of the terminal's own palette are used, so
that a light and a dark background both work. NO_COLOR takes the colour and leaves the layout; a terminal that is dumb, or none, gets the
plain form of a command and no view at all (`on`).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.console import Console

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

MEANINGS = {
    "title": "bold",
    "heading": "bold yellow",
    "key": "cyan",
    "folder": "bold cyan",
    "when": "green",
    "revision": "yellow",
    "session": "magenta",
    "agent": "blue",
    "verb": "bold",
    "number": "bold",
    "faint": "dim",
    "good": "green",
    "warn": "yellow",
    "bad": "bold red",
    "sealed": "reverse dim",
    "added": "green",
    "removed": "red",
    "bar.complete": "green",
    "bar.finished": "green",
    "bar.pulse": "green",
    "bar": "green",
}
NARROWEST = 30


def on(call: Call, environment: Environment) -> bool:
    """Whether the command shows its view: text was asked for, and standard output is a terminal that can show one."""
    return (
        call.format == "text"
        and environment.is_terminal(1)
        and environment.variables.get("TERM", "") not in ("dumb", "unknown")
    )


def console(environment: Environment, *, errors: bool = False) -> Console:
    """The console on standard output (or standard error), in the terminal's width. What the verb printed before is flushed."""
    from rich.console import Console
    from rich.theme import Theme

    environment.flush()
    made = Console(
        theme=Theme(MEANINGS),
        stderr=errors,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
        no_color=bool(environment.variables.get("NO_COLOR")) or None,
        _environ=dict(environment.variables),
    )
    if made.width < NARROWEST:
        made.width = NARROWEST
    return made
