"""`test lint`: checks test files without running them."""

from __future__ import annotations

from hooks_cli.commands.test import _files
from hooks_cli.model.verb import Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "test",
    "lint",
    "Check test files without starting anything.",
    positionals=(Positional("files", "Test files (TOML).", many=True),),
    examples=("hooks-cli test lint tests/resilience.toml",),
    details="Every key is checked, also those of layers that are off; the first that is wrong ends it with 78.",
)


def run(call: Call, environment: Environment) -> int:
    """Check them. Raises MissingArgument (64), InputMissing (66), DataError (65) for no TOML, ConfigError (78)."""
    plans = _files.plans(call, environment)
    if call.format != "text":
        import json

        body = {"schema_version": "1", "valid": [plan.path for plan in plans]}
        environment.out(json.dumps(body, ensure_ascii=False) + "\n")
        return 0
    for plan in plans:
        scenarios = sum(len(case.scenarios) for case in plan.cases)
        counts = f"{len(plan.cases)} tests, {scenarios} scenarios, {len(plan.cases[0].services)} services"
        environment.out(f"{plan.path}: valid ({counts})\n")
    return 0
