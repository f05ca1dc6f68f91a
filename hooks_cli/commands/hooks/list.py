"""`hooks list`: lists the hooks verbs with their purposes."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "list",
    "List the hooks verbs.",
    options=(
        shared.CATEGORY,
        Option("active", ("--active", "--include-disabled", "--all"), "All of them: none can be disabled.", "switch"),
    ),
    positionals=(Positional("category", "Only verbs with this word in their names."),),
    examples=("npx claude-flow@alpha hooks list", "npx claude-flow@alpha hooks list --format json"),
    hot=False,
    records=False,
    aliases=("--list",),
)


def run(call: Call, environment: Environment) -> int:
    """Print one line a verb."""
    from hooks_cli.cli import catalogue

    word = call.text("category")
    verbs = [verb for verb in catalogue.group("hooks").verbs if word in verb.name]
    if not verbs:
        environment.err(f"hooks-cli: no hooks verb has {word!r} in its name")
    if call.format != "text":
        listed = [{"name": verb.name, "aliases": list(verb.aliases), "summary": verb.summary} for verb in verbs]
        environment.out(changes.json_object({"hooks": listed, "total": len(listed)}))
        return 0
    width = max((len(verb.name) for verb in verbs), default=0)
    environment.out("".join(f"{verb.name:<{width}}  {verb.summary}\n" for verb in verbs))
    return 0
