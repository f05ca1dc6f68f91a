"""`test list`: lists the contents of test files."""

from __future__ import annotations

from hooks_cli.commands.test import _files
from hooks_cli.model.verb import Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.features.test_runs.files.case_plan import CasePlan, FilePlan
    from hooks_cli.model.verb import Call

VERB = Verb(
    "test",
    "list",
    "List the tests in test files: stage, layers, scenarios, fault, expectations.",
    positionals=(Positional("files", "Test files (TOML).", many=True),),
    examples=("hooks-cli test list tests/resilience.toml",),
    details="Each line of the plain form has: file, stage, test, layers, scenarios, fault, expectations, with tabs "
    "between. Nothing is started.",
)


def run(call: Call, environment: Environment) -> int:
    """List them. Raises MissingArgument (64), InputMissing (66), DataError (65), ConfigError (78)."""
    rows = [_row(plan, case) for plan in _files.plans(call, environment) for case in plan.cases]
    if call.format != "text":
        import json

        environment.out(
            json.dumps({"schema_version": "1", "tests": rows, "total": len(rows)}, ensure_ascii=False) + "\n"
        )
        return 0
    for row in rows:
        cells = (
            row["file"],
            row["stage"] or "-",
            row["test"],
            ",".join(row["layers"]) or "-",
            ",".join(row["scenarios"]),
            row["fault"] or "-",
            ",".join(row["expectations"]) or "-",
        )
        environment.out("\t".join(map(str, cells)) + "\n")
    return 0


def _row(plan: FilePlan, case: CasePlan) -> dict[str, Any]:
    return {
        "file": plan.path,
        "stage": case.stage,
        "test": case.name,
        "layers": sorted(case.layers),
        "scenarios": [scenario.name for scenario in case.scenarios],
        "services": [service.name for service in case.services],
        "fault": case.fault.fault if case.fault else None,
        "expectations": [each.name for each in case.expectations],
    }
