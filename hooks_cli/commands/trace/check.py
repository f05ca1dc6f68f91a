"""`trace check`: checks the traces of a run against rules."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.traces.rules.rule_file import RuleFile
    from hooks_cli.features.traces.spans import TraceRun
    from hooks_cli.model.verb import Call

FORMATS = ("text", "json", "ndjson", "junit", "github")

VERB = Verb(
    "trace",
    "check",
    "Check traces against a rule file: order, overlap, chains, latency, periods, and four levels from one span to whole traces.",
    options=(
        Option(
            "output_format",
            ("--format",),
            "text, json, ndjson (a line for each rule), junit (XML) or github (annotations at the rule's line).",
            "choice",
            choices=FORMATS,
        ),
        shared.output("Write the verdict to this file instead of printing it."),
        Option(
            "listen",
            ("--listen",),
            "Take traces in by OTLP/HTTP on this loopback address while the check runs (127.0.0.1:4318); JSON and protobuf.",
            "optional",
            metavar="ADDRESS",
        ),
        Option("duration", ("--for",), "How long to listen: 30s, 5m. Without it until Ctrl-C.", metavar="TIME"),
        Option("trace", ("--trace",), "Only the traces whose id begins so.", metavar="ID"),
        shared.since("Only traces that began since then: 10m, 2025-10-17T12:00:00Z."),
        Option("max_violations", ("--max-violations",), "Violations to keep for each rule (20); all are counted.", "integer", "N"),
        shared.STRICT_TRACES,
    ),
    positionals=(
        Positional("rules", "The rule file (TOML)."),
        Positional("files", "Trace files; - is standard input. Several are one run.", many=True),
    ),
    examples=(
        "hooks-cli trace check rules.toml traces.json",
        "hooks-cli trace check rules.toml traces.jsonl --format junit --output report.xml",
        "hooks-cli trace check rules.toml --listen 127.0.0.1:4318 --for 30s",
    ),
    details="Every match counts, and a rule that matches nothing is violated unless it says required = false. Exit code: 0 when all rules "
    "are kept, 1 when one of severity error is violated, 65 for a trace file that cannot be read, 66 without a file, 78 for rules that "
    "are not valid. The rules are explained in docs/traces.md.",
)  # fmt: skip


def run(call: Call, environment: Environment) -> int:
    """Print the verdict; 0 or 1. Raises MissingArgument and UsageError (64), DataError (65), InputMissing (66), ConfigError (78)."""
    import gc
    import os

    from hooks_cli.errors import MissingArgument, UsageError
    from hooks_cli.features.traces.check import check
    from hooks_cli.features.traces.rules import rule_file
    from hooks_cli.features.traces.verdict_view import render

    name = call.text("rules")
    if not name:
        raise MissingArgument(verb="trace check", what="a rule file")
    if not call.words("files") and "listen" not in call.values:
        raise MissingArgument(verb="trace check", what="a trace file, or --listen")
    if call.text("duration") and "listen" not in call.values:
        raise UsageError("trace check --for says how long to --listen; there is no --listen.")
    rules = rule_file.load(name, environment.cwd)
    found = _chosen(call, environment, _read(call, environment, rules))
    gc.disable()  # spans hold no circles; the collector would walk over all of them again and again
    verdict = check(rules, found, call.number("max_violations", 20))
    text = render(verdict, call.format)
    if call.text("output"):
        from hooks_cli.system.private_files import write_file

        place = os.path.join(environment.cwd, call.text("output"))
        write_file(place, text.encode("utf-8", "replace"))
        environment.err(f"hooks-cli: written to {place}")
    else:
        environment.out(text)
    if call.format not in ("json", "ndjson"):
        for note in verdict.notes:
            environment.err(f"hooks-cli: {note}")
    return 0 if verdict.passed else 1


def _read(call: Call, environment: Environment, rules: RuleFile) -> TraceRun:
    """What the files hold, and what came while listening, as one run."""
    from hooks_cli.features.traces.formats import trace_file

    strict = call.flag("strict")
    if "listen" not in call.values:
        return trace_file.read(call.words("files"), environment.cwd, rules.wanted(), strict)
    from hooks_cli.features.traces import receiver

    host, port = _address(call)
    seconds = _seconds(call)
    taking = receiver.Receiver(rules.wanted(), host, port)
    for file in call.words("files"):
        trace_file.add_file(file, environment.cwd, taking.collector, strict)
    environment.flush()
    until = f"for {seconds:g} s" if seconds is not None else "until Ctrl-C"
    with taking:
        environment.err(f"hooks-cli: listening on {taking.endpoint} {until}")
        taking.wait(seconds)
    if taking.problem is not None:
        raise taking.problem
    return taking.run()


def _address(call: Call) -> tuple[str, int]:
    from hooks_cli.errors import UsageError
    from hooks_cli.features.traces.receiver import PORT

    text = call.text("listen")
    host, colon, port = text.rpartition(":")
    if not text:
        return "127.0.0.1", PORT
    if not colon:
        host, port = (text, str(PORT)) if not text.isdigit() else ("127.0.0.1", text)
    if not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise UsageError(f"trace check --listen {text}: this is not an address.", hint=f"Write 127.0.0.1:{PORT}.")
    return host.strip("[]") or "127.0.0.1", int(port)


def _seconds(call: Call) -> float | None:
    from hooks_cli.text.units import parse_duration

    text = call.text("duration")
    return parse_duration(text, "--for") / 1000 if text else None


def _chosen(call: Call, environment: Environment, found: TraceRun) -> TraceRun:
    """The traces that --trace and --since leave."""
    if not call.text("trace") and not call.text("since"):
        return found
    from hooks_cli.features.traces.spans import TraceRun
    from hooks_cli.text.units import parse_time

    begin = call.text("trace").lower()
    since = parse_time(call.text("since"), environment.now(), "--since") * 1_000_000 if call.text("since") else None
    kept = []
    for trace in found.traces:
        first = min((span.start for span in trace.spans if span.start is not None), default=None)
        if trace.id.startswith(begin) and (since is None or (first is not None and first >= since)):
            kept += trace.spans
    return TraceRun(kept, found.notes, found.usage)
