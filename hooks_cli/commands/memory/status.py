"""`memory status`: tells in a few lines whether the memory works."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.memory.stats import print_figures
from hooks_cli.commands.options import shared
from hooks_cli.features.entries import statistics
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "status",
    "Show where the memory is, how it is encrypted, how many entries it has, and its last write.",
    options=(
        shared.namespace("Also count this namespace (a glob is allowed)."),
        shared.detailed("Also the figures of `memory stats --detailed`."),
    ),
    examples=("claude-flow memory status", "claude-flow memory status --json"),
    aliases=("health",),
    strangers="note",
    prose=True,
    details="`hooks-cli doctor` looks at everything and says how to mend it; this is the quick look.",
    actions=("check",),
)


def run(call: Call, environment: Environment) -> int:
    """Print it. Raises what opening the store raises: a memory that cannot be opened is not all right."""
    store = store_access.for_reading(environment)
    figures = statistics.health(store, environment)
    pattern = addresses.under(call.text("namespace"))
    if call.flag("detailed"):
        figures["figures"] = statistics.of_memory(store, environment.now(), pattern, detailed=True)
    elif call.text("namespace"):
        figures["namespace"] = {
            "name": call.text("namespace"),
            **statistics.of_memory(store, environment.now(), pattern),
        }
    print_figures(call, environment, figures)
    return 0
