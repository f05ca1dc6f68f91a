"""`memory validate`: checks stored entries against their schemas."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.validation.validate import Violation
    from hooks_cli.model.verb import Call

SHOWN = 1000

VERB = Verb(
    "memory",
    "validate",
    "Check stored entries against the schemas of their addresses.",
    options=(
        shared.namespace("Only this namespace; may be a glob."),
        Option("versions", ("--versions",), "head: what the addresses hold now (the default); all: every version.", "choice",
               choices=("head", "all")),
    ),
    positionals=(Positional("pattern", "Only the addresses that this glob matches."),),
    examples=("hooks-cli memory validate", 'hooks-cli memory validate "swarm/performance/*"'),
    details="Built in are the schemas of the envelope and of the metadata in swarm/topology, orchestration, chaos, performance, "
    "intelligence, self_healing and architect; [schemas.patterns] in the settings adds your own. Exit 65 when something does not fit.",
    actions=(),
)  # fmt: skip


def run(call: Call, environment: Environment) -> int:
    """Check. Returns 65 when something does not fit. Raises NotFound (1) without a store, ConfigError (78)."""
    import json
    from dataclasses import asdict

    from hooks_cli.commands import store_access
    from hooks_cli.features.validation.validate import Validation
    from hooks_cli.model.selection import Selection, pattern_of
    from hooks_cli.output.changes import count
    from hooks_cli.output.progress import Progress
    from hooks_cli.text.json_writer import Raw, object_text

    store = store_access.for_memory(environment, create=False)
    pattern = pattern_of(call.text("namespace"), call.text("pattern"))
    with Progress(environment, "Validating", None) as progress:
        validation = Validation(store, environment, progress.advance)
        found: list[Violation] = []
        number = 0
        for violation in validation.run(Selection(pattern, versions=call.text("versions") or "head")):
            number += 1
            if len(found) < SHOWN:
                found.append(violation)
    if call.format == "ndjson":
        environment.out("".join(json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in found))
    elif call.format == "json":
        body = {
            "schema_version": "1",
            "entries": validation.entries,
            "with_schema": validation.checked,
            "violations": number,
        }
        listed = Raw(json.dumps([asdict(item) for item in found], ensure_ascii=False))
        environment.out(object_text({**body, "found": listed}) + "\n")
    else:
        for item in found:
            where = f"{item.where}: " if item.where else ""
            environment.out(f"{item.address} (version {item.version}): {where}{item.what}\n")
        if number > len(found):
            environment.err(f"hooks-cli: and {number - len(found):,} more")
        environment.err(
            f"hooks-cli: {count(validation.entries, 'entry', 'entries')}, {validation.checked:,} with a schema of their own, "
            f"{count(number, 'violation', 'violations')}"
        )
    return 65 if number else 0
