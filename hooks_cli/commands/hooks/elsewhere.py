"""`hooks elsewhere`: what claude-flow's `hooks` has and this program has not. A line that calls one of these comes here."""

from __future__ import annotations

from hooks_cli.cli.spec import Positional, Verb
from hooks_cli.commands import ELSEWHERE
from hooks_cli.errors import UnknownVerb
from hooks_cli.model import foreign_verbs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "hooks",
    ELSEWHERE,
    "List claude-flow's other hooks commands, and what comes nearest to them here.",
    positionals=(Positional("commands", "Only what has these words.", many=True),),
    examples=("hooks-cli hooks elsewhere",),
    records=False,
)


def run(call: Call, environment: Environment) -> int:
    """Print the list. Raises UnknownVerb (64) for a line that calls one of them."""
    return tell(call, environment)


def tell(call: Call, environment: Environment) -> int:
    """The same for `memory elsewhere`."""
    group = call.verb.group
    if call.alias not in ("", ELSEWHERE):
        # Typed as `hooks memory-sync`, it is the memory's.
        name = call.alias[7:] if group == "memory" and call.alias[:7] in ("memory-", "memory:") else call.alias
        raise UnknownVerb(verb=f"{group} {name}", hint=foreign_verbs.hint(group, name))
    asked = call.words("commands")
    rows = [row for row in foreign_verbs.TABLES[group] if not asked or set(asked).intersection(row[2].split())]
    if not rows:
        environment.err(f"hooks-cli: claude-flow has none of these that this program has not: {', '.join(asked)}")
    if call.format != "text":
        from hooks_cli.output import changes

        listed = [{"commands": words.split(), "does": does, "nearest": here or None} for does, here, words in rows]
        environment.out(changes.json_object({"elsewhere": listed}))
        return 0
    for does, here, words in rows:
        environment.out(f"{', '.join(words.split())}\n  {does}" + (f"; nearest here: {here}\n" if here else "\n"))
    return 0
