"""`test run`: runs test files."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.commands.test import _files
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.features.store_opening import Store
    from hooks_cli.features.test_runs.files.case_plan import FilePlan
    from hooks_cli.features.test_runs.runner import RunOptions
    from hooks_cli.model.verb import Call

FORMS = ("text", "json", "junit", "github")

VERB = Verb(
    "test",
    "run",
    "Start services, inject faults, run scenarios, and judge what was expected.",
    options=(
        Option(
            "output_format", ("--format",), "text, json, junit (XML) or github (annotations).", "choice", choices=FORMS
        ),
        shared.output("Write the report to this file, inside the project."),
        shared.dry_run("Print the whole plan and start nothing."),
        Option("stage", ("--stage",), "Only this stage; may be repeated.", "many", metavar="N"),
        Option("layer", ("--layer",), "Only this layer of those that are on; may be repeated.", "many", metavar="NAME"),
        Option("keep_going", ("--keep-going",), "Continue with the next stage after a failed one.", "switch"),
        Option("jobs", ("--jobs", "-j"), "Number of tests of a stage that run at once (1).", "integer", metavar="N"),
        Option(
            "time_scale", ("--time-scale",), "Multiply waits before and during faults: 0.1 is a tenth.", metavar="X"
        ),
        Option(
            "save_baseline", ("--save-baseline",), "Keep the latency of tests that pass as their baseline.", "switch"
        ),
        Option("allow_external", ("--allow-external",), "Reach other machines than this one.", "switch"),
        Option("no_store", ("--no-store",), "Keep nothing in the memory, and read no baseline from it.", "switch"),
    ),
    positionals=(Positional("files", "Test files (TOML).", many=True),),
    examples=(
        "hooks-cli test run tests/resilience.toml --dry-run",
        "hooks-cli test run tests/resilience.toml --save-baseline",
        "hooks-cli test run tests/*.toml --format junit --output build/tests.xml",
    ),
    details="Each command of the file is printed before it is started for the first time. Ends with 0 when all tests passed, 1 when one "
    "did not, 69 when a container daemon is missing, 78 when a file is not valid. docs/tests.md describes the file.",
)


def run(call: Call, environment: Environment) -> int:
    """Run the files.

    Raises MissingArgument, UsageError (64), InputMissing (66), DataError (65), Unavailable (69), ConfigError (78), Interrupted (130), and
    the errors of the store.
    """
    plans = _files.plans(call, environment)
    options = _options(call, plans)
    if call.flag("dry_run"):
        from hooks_cli.features.test_runs.files import plan_text

        for plan in plans:
            environment.out("".join(f"{line}\n" for line in plan_text.lines(plan)))
        return 0
    place = _report_place(call, environment)
    verdicts = _carry_out(call, environment, plans, options)
    _print(call, environment, verdicts, place)
    return 0 if all(verdict["passed"] for verdict in verdicts) else 1


def _options(call: Call, plans: list[FilePlan]) -> RunOptions:
    """The options, checked. Raises UsageError (64)."""
    from hooks_cli.errors import UsageError
    from hooks_cli.features.test_runs.files.case_plan import LAYERS
    from hooks_cli.features.test_runs.runner import RunOptions

    try:
        scale = float(call.text("time_scale", "1"))
    except ValueError:
        scale = 0.0
    if not 0 < scale <= 1000:
        raise UsageError(f"test run --time-scale takes a number above 0; {call.text('time_scale')!r} is not.")
    jobs = call.integer("jobs", 1)
    if not 1 <= jobs <= 64:
        raise UsageError(f"test run --jobs takes a number from 1 to 64; {jobs} is not.")
    stages = call.words("stage")
    known = {str(stage) for plan in plans for stage in plan.stages if stage}
    for stage in stages:
        if stage not in known:
            hint = "Stages: " + ", ".join(sorted(known, key=int)) if known else "No file has stages."
            raise UsageError(f"There is no stage {stage}.", hint=hint)
    layers = call.words("layer")
    for layer in layers:
        if layer not in LAYERS:
            raise UsageError(f"There is no layer {layer}.", hint="Layers: " + ", ".join(LAYERS))
    return RunOptions(
        scale,
        call.flag("allow_external"),
        call.flag("keep_going"),
        jobs,
        call.flag("save_baseline"),
        frozenset(layers) if layers else None,
        frozenset(map(int, stages)) if stages else None,
    )


def _carry_out(
    call: Call, environment: Environment, plans: list[FilePlan], options: RunOptions
) -> list[dict[str, Any]]:
    import os
    import re

    from hooks_cli.commands import store_access
    from hooks_cli.features.processes.run_folder import runs_root
    from hooks_cli.features.test_runs import file_verdict, memory_record
    from hooks_cli.features.test_runs.baseline import Latency
    from hooks_cli.features.test_runs.git_commit import current_commit
    from hooks_cli.features.test_runs.runner import FileRunner

    root = os.path.realpath(environment.project.root)
    store: Store | None = None if call.flag("no_store") else store_access.for_memory(environment)
    configured = str(environment.settings.get("memory.security.encryption_key") or "")

    def baseline(name: str) -> Latency | None:
        return None if store is None else memory_record.kept_baseline(store, name, environment.now())

    runner = FileRunner(
        runs_root(environment.variables, environment.folders.data, "tests"),
        root,
        environment.variables,
        tuple(re.findall(r"\$\{(\w+)\}", configured)),
        options,
        baseline,
        lambda line: environment.err(f"hooks-cli: {line}"),
    )
    commit = current_commit(root)
    verdicts = []
    for plan in plans:
        result = runner.run(plan)
        body = {**file_verdict.as_object(result), "git_commit": commit or None}
        if store is not None:
            body["kept"] = memory_record.keep(store, environment, result, body, commit)
        verdicts.append(body)
    return verdicts


def _report_place(call: Call, environment: Environment) -> str:
    """The file for the report, or "". Raises UsageError (64) for one outside of the project, links followed."""
    import os

    from hooks_cli.errors import UsageError

    if not call.text("output"):
        return ""
    root = os.path.realpath(environment.project.root)
    place = os.path.realpath(os.path.join(environment.cwd, call.text("output")))
    if not place.startswith(root.rstrip("/") + "/"):
        raise UsageError(f"test run --output {call.text('output')!r} leads out of the project {root}.")
    return place


def _print(call: Call, environment: Environment, verdicts: list[dict[str, Any]], place: str) -> None:
    from hooks_cli.features.test_runs import file_verdict

    text = file_verdict.render(verdicts, call.format)
    if not place:
        environment.out(text)
        return
    from hooks_cli.system.private_files import make_parents, write_file

    make_parents(place)
    write_file(place, text.encode("utf-8", "replace"))
    environment.err(f"hooks-cli: written to {place}")
