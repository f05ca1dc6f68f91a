"""`memory browse`: opens the memory in a terminal browser."""

from __future__ import annotations

from hooks_cli.errors import ExtraMissing, UsageError
from hooks_cli.model.verb import Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "browse",
    "Walk through the memory on a terminal: search as you type, history, difference.",
    positionals=(Positional("text", "What to search for at the beginning.", many=True),),
    examples=("hooks-cli memory browse", "hooks-cli memory browse swarm"),
    details="Needs the extra: pip install 'hooks-cli[browse]'. [ and ] go to older and newer versions, Escape back to the search, Ctrl-Q "
    "or Ctrl-C ends. It only reads, and holds nothing between two looks. Sealed values stay masked.",
)


def run(call: Call, environment: Environment) -> int:
    """Browse. Raises ExtraMissing (69), UsageError (64) without a terminal that can be drawn on."""
    import signal

    try:
        from hooks_cli.features.browse.app import Browser
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("textual"):
            raise
        raise ExtraMissing(feature="memory browse", extra="browse") from None
    from hooks_cli.features.browse import look

    if call.format != "text" or not (environment.is_terminal(0) and environment.is_terminal(1)):
        raise UsageError(
            "memory browse needs a terminal.", hint="For programs: memory list --json, memory search --json"
        )
    if environment.variables.get("TERM", "") in ("dumb", "unknown"):
        raise UsageError(
            f"memory browse draws a screen, which this terminal cannot (TERM={environment.variables['TERM']}).",
            hint="Line by line: memory list, memory search, memory show KEY",
        )
    app = Browser(
        lambda typed: look.find(environment, typed),
        lambda address: look.versions(environment, address),
        look.changed,
        environment.now,
        " ".join(call.words("text")),
    )
    app.run()
    if app.told_to_end:
        signal.raise_signal(app.told_to_end)
    if app.failure is not None:
        raise app.failure
    return 0
