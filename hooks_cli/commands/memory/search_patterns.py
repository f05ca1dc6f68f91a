"""`memory search-patterns`: finds patterns of `memory store-pattern` by the words of a task and their result."""

from __future__ import annotations

from hooks_cli.cli.unknown_options import is_number
from hooks_cli.commands.memory import search
from hooks_cli.commands.memory.store_pattern import TAG
from hooks_cli.errors import UsageError
from hooks_cli.model.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

OUTCOME_OPTIONS = (
    Option("min_reward", ("--min-reward",), "Only what was worth so much at least, from 0 to 1.", metavar="0…1"),
)

VERB = Verb(
    "memory",
    "search-patterns",
    "Find patterns by the words of a task, the best matches first.",
    options=(*OUTCOME_OPTIONS, *[option for option in search.VERB.options if option.name != "redact"]),
    positionals=search.VERB.positionals,
    examples=(
        'npx claude-flow@alpha memory search-patterns "API: login" --k=5 --min-reward=0.85',
        'claude-flow memory search-patterns "API: login" --only-failures --k=3',
    ),
    details="The same as memory search among what memory store-pattern kept; a pattern without a reward has none that is high enough.",
    strangers="narrow",
)


def run(call: Call, environment: Environment) -> int:
    """Print the results. Raises UsageError (64) for a reward that is not a number, and what `memory search` raises."""
    limit(call)
    return search.run(call, environment)


def limit(call: Call) -> None:
    """Turn the options about the outcome into those of `memory search`. Raises UsageError (64)."""
    conditions = [*call.words("filters")]
    reward = call.text("min_reward").strip()
    if reward:
        if not is_number(reward):
            raise UsageError(f"--min-reward {reward!r} is not a number.", hint="Write a number from 0 to 1.")
        conditions.append(f"reward>={reward}")
    if conditions:
        call.values["filters"] = conditions
    call.values["tags"] = [*call.words("tags"), TAG]
