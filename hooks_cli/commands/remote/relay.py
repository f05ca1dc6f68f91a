"""`remote relay`: runs the process that keeps the connection to the server."""

from __future__ import annotations

from hooks_cli.errors import UsageError
from hooks_cli.model.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

LONGEST_CONFIG = 64 * 1024

VERB = Verb(
    "remote",
    "relay",
    "Keep the connection to the server for this user's commands; started by the first write that wants it.",
    options=(
        Option("stop", ("--stop",), "End the relay of this project's memory; the next write starts one.", "switch"),
    ),
    examples=("hooks-cli remote relay --stop",),
    details=(
        "It gets on standard input what the command that starts it writes there, listens on a socket that only this user reaches, and ends "
        "when no command has come for ten minutes. It has the key of the log's records, not that of the store. [remote] relay = false, or "
        "HOOKS_REMOTE_RELAY=off, does without: each write connects by itself then, which takes longer."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Serve until no client connects for a while, or stop the one that serves. Raises UsageError (64) without a configuration."""
    import json

    from hooks_cli.features.remote import relay

    if call.flag("stop"):
        stopped = relay.stop(environment)
        environment.out("The relay was stopped.\n" if stopped else "There is no relay.\n")
        return 0
    if environment.is_terminal(0):
        raise UsageError("remote relay is started by the commands that need it.", hint="See: hooks-cli remote status")
    try:
        config = json.loads(environment.read_stdin(LONGEST_CONFIG))
        found = relay.Relay(config)
    except (ValueError, KeyError, TypeError):
        raise UsageError("remote relay got no configuration on standard input.") from None
    found.serve()
    return 0
