"""`mcp start`: serves this project's memory to an agent as an MCP server."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.errors import UsageError
from hooks_cli.model.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "mcp",
    "start",
    "Serve the project's memory as an MCP server on standard input and output.",
    options=(
        Option(
            "project",
            ("--project",),
            "The project's folder; else CLAUDE_PROJECT_DIR, else the current one.",
            metavar="FOLDER",
        ),
        Option(
            "tools",
            ("--tools",),
            "default: 12 tools of the memory and the hooks; full: those that record and export, too.",
            "choice",
            choices=("default", "full"),
        ),
        Option(
            "idle_exit",
            ("--idle-exit",),
            "End when nothing was asked for so many minutes; the key is then in no memory any more.",
            "integer",
            metavar="MINUTES",
        ),
        Option("stdio", ("--stdio",), "Standard input and output: the only transport here.", "switch"),
        Option("transport", ("--transport", "-t"), "stdio; others are not served.", metavar="stdio"),
    ),
    examples=("hooks-cli mcp start", "hooks-cli mcp start --project ~/src/api --tools full"),
    details=(
        "An agent starts it and ends it; hooks-cli setup mcp writes the entry for that. It ends when standard input ends, when its parent "
        "is gone, and on SIGTERM. Only the protocol reaches standard output."
    ),
    hot=True,
    lenient=True,
    records=False,
    strangers="note",
)


def run(call: Call, environment: Environment) -> int:
    """Serve until the end. Raises UsageError (64) for another transport, InputMissing (66) for a project that is no folder."""
    transport = call.text("transport") or "stdio"
    if transport != "stdio":
        raise UsageError(
            f"mcp start serves standard input and output; {transport[:40]!r} is not served.",
            hint="hooks-cli mcp start --stdio",
        )
    if environment.is_terminal(0):
        environment.err("hooks-cli: mcp start waits for an MCP client on standard input (Ctrl-D ends it)")
    from hooks_cli.mcp import service

    service.serve(
        environment,
        store_access.look_again,
        project=call.text("project"),
        tools=call.text("tools") or "default",
        idle_minutes=call.number("idle_exit", 0),
    )
    return 0
