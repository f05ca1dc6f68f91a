"""Runs one command: parses the arguments, calls the verb, turns an error into stderr text and an exit code.

The fast lane comes first, the click app takes what it leaves. A process ends here with `os._exit`: the store is closed by then
and the streams are flushed, and taking Python down in order costs as much as a write to the store.
"""

from __future__ import annotations

import os
import sys

from hooks_cli.cli import fast_lane
from hooks_cli.cli.verb_lookup import module_name
from hooks_cli.model.verb import fails_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call


# How much of what a call had too many of is told on stderr; all of it is recorded.
TOLD_NAMES = 10
TOLD_CHARACTERS = 60


def main(argv: list[str]) -> NoReturn:
    """Run the command line `argv` (without the program's name) and end the process with its exit code."""
    os._exit(status(argv))


def console() -> NoReturn:
    """`main` for the script that an installer makes (`hooks-cli-python`)."""
    main(sys.argv[1:])


def status(argv: list[str]) -> int:
    """Run a command line and return its exit code, everything flushed. Raises nothing."""
    call = environment = None
    try:
        if sys.stdin is None or sys.stdout is None or sys.stderr is None:
            from hooks_cli.system.python_startup import open_missing_streams

            open_missing_streams()
        call = fast_lane.parse(argv)
        if call is None:
            from hooks_cli.cli import click_app

            found = click_app.parse(argv)
            if isinstance(found, int):
                _flush()
                return found
            call = found
        environment = _environment(call)
        if telemetry_configured(environment.variables):
            _begin_span(call, environment)
        code = _run(call, environment)
        _flush()
        if environment.span is not None:
            environment.span.end(code, None)
    except BaseException as error:
        from hooks_cli import error_report

        code = error_report.report(error, argv, call, environment)
        _flush_what_can_be()
        if environment is not None and environment.span is not None:
            environment.span.end(code, error)
    return code


def telemetry_configured(variables: Mapping[str, str]) -> bool:
    """Whether the environment asks for spans to be exported; nothing of OpenTelemetry is imported otherwise (docs/telemetry.md)."""
    return (
        "OTEL_EXPORTER_OTLP_ENDPOINT" in variables
        or "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" in variables
        or "OTEL_TRACES_EXPORTER" in variables
    )


def _begin_span(call: Call, environment: Environment) -> None:
    from hooks_cli.features.telemetry import span

    environment.span = span.begin(call.verb.title, environment)


def _environment(call: Call) -> Environment:
    if not call.verb.hot:
        from hooks_cli.system.python_startup import complete

        complete()
    from hooks_cli.environment import Environment

    environment = Environment.from_process()
    environment.lenient = call.verb.lenient
    environment.streams.as_json = call.format in ("json", "ndjson")
    environment.accept_rollback = call.flag("accept_rollback")
    environment.fresh = call.flag("fresh")
    if call.verb.group == "hooks" and fails_open(call, environment.variables):
        environment.call_id = os.urandom(16).hex()
    return environment


def _run(call: Call, environment: Environment) -> int:
    if call.unknown:
        _tell(call, environment)
    module = sys.modules[module_name(call.verb.group, call.verb.name)]
    try:
        code: int = module.run(call, environment)
    finally:
        environment.flush()
    return code


def _tell(call: Call, environment: Environment) -> None:
    """One line for the options that a lenient verb does not know and keeps, one for those without an effect.

    It goes through `err`, which bears a stderr that is closed or full: a note must not stop what it is about.
    """
    lenient = call.verb.records
    names = [
        repr(value[:TOLD_CHARACTERS] + "…" * (len(value) > TOLD_CHARACTERS)) if name == "argument" else flag
        for name, value in call.unknown
        if ((flag := ("--" if len(name) > 1 else "-") + name) not in call.foreign) == lenient
        or (not lenient and (name == "argument" or call.verb.strangers in ("", "note")))
    ]
    if not names:
        return
    if not lenient:
        say = "has" if len(names) == 1 else "have"
        environment.err(f"hooks-cli: {_listed(names)} {say} no effect on {call.verb.title}; see docs/compatibility.md")
        return
    what = "the unknown option" if len(names) == 1 else "the unknown options"
    if all(name == "argument" for name, _ in call.unknown):
        what = what.replace("unknown option", "further argument")
    environment.err(f"hooks-cli: recorded {what} {_listed(names)}")


def _listed(names: list[str]) -> str:
    """The first of the names, each once, and how many more there are."""
    names = list(dict.fromkeys(names))
    more = len(names) - TOLD_NAMES
    return ", ".join(names[:TOLD_NAMES]) + (f" and {more} more" if more > 0 else "")


def _flush() -> None:
    """Bring out what was printed. Raises OSError (BrokenPipeError if the reader went away)."""
    sys.stdout.flush()
    sys.stderr.flush()


def _flush_what_can_be() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            continue
