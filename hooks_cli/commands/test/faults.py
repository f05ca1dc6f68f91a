"""`test faults`: lists the faults that a test can inject."""

from __future__ import annotations

from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "test",
    "faults",
    "List the faults that [chaos] may name, with their parameters and times.",
    examples=("hooks-cli test faults", "hooks-cli test faults --json"),
)


def run(call: Call, environment: Environment) -> int:
    """Print the catalogue."""
    from hooks_cli.features.test_runs.files.fault_catalogue import FAULTS, TIMINGS, as_object

    if call.format != "text":
        import json

        environment.out(json.dumps({"schema_version": "1", **as_object()}, ensure_ascii=False) + "\n")
        return 0
    for kind in FAULTS.values():
        parameters = [name if default is None else f"{name}={default:g}" for name, default in kind.parameters]
        needs = (["duration"] if kind.needs_duration else []) + parameters
        environment.out(f"{kind.name:<18} {kind.text}" + (f"  [{', '.join(needs)}]" if needs else "") + "\n")
    environment.out(f"timing: {', '.join(TIMINGS)}\n")
    return 0
