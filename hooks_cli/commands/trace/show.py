"""`trace show`: prints the contents of a trace file."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.model.verb import Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "trace",
    "show",
    (
        "Show the contents of trace files: services, operations with latencies and errors, who calls whom, and "
        "faults in the data."
    ),
    options=(shared.STRICT_TRACES,),
    positionals=(Positional("files", "Trace files; - is standard input. Several are one run.", many=True),),
    examples=("hooks-cli trace show traces.json", "hooks-cli trace show run1.jsonl run2.jsonl.gz --json"),
    details="Reads OTLP as JSON and protobuf, Jaeger JSON and Zipkin v2 JSON, found by content, also gzipped, and one document a line. "
    "Latencies are percentiles by nearest rank. A callee marked ~ has no spans of its own: a caller's attributes name it.",
)

LATENCIES = ("p50_ms", "p95_ms", "p99_ms")


def run(call: Call, environment: Environment) -> int:
    """Print the figures. Raises MissingArgument (64), InputMissing (66), DataError (65), ExtraMissing (69)."""
    from hooks_cli.errors import MissingArgument
    from hooks_cli.features.traces import summary
    from hooks_cli.features.traces.formats import trace_file
    from hooks_cli.features.traces.spans import PEER_ATTRIBUTES, KeptFields

    files = call.words("files")
    if not files:
        raise MissingArgument(verb="trace show", what="a trace file")
    found = trace_file.read(files, environment.cwd, KeptFields(PEER_ATTRIBUTES), call.flag("strict"))
    body = summary.summarise(found)
    if call.format != "text":
        import json

        environment.out(json.dumps({"schema_version": "1", **body}, ensure_ascii=False) + "\n")
        return 0
    _print(body, environment)
    return 0


def _print(body: dict[str, Any], environment: Environment) -> None:
    from hooks_cli.features.traces.summary import facts_lines
    from hooks_cli.output.plain_text import columns

    counts = {"span": body["spans"], "trace": body["traces"], "service": len(body["services"])}
    environment.out(", ".join(f"{n:,} {name}{'' if n == 1 else 's'}" for name, n in counts.items()) + "\n")
    if body["operations"]:
        rows = [
            (o["service"], o["name"], f"{o['n']:,}", *(_ms(o[name]) for name in LATENCIES), f"{o['error_share']:.1%}")
            for o in body["operations"]
        ]
        environment.out("\n" + columns(("service", "operation", "n", "p50 ms", "p95 ms", "p99 ms", "errors"), rows))
    if body["edges"]:
        rows = [(edge["caller"], edge["callee"], f"{edge['calls']:,}") for edge in body["edges"]]
        environment.out("\n" + columns(("caller", "callee", "calls"), rows))
    lines = facts_lines(body["facts"]) or ["Nothing is wrong with the data."]
    environment.out("\n" + "".join(f"{line}\n" for line in lines))
    for note in body["notes"]:
        environment.err(f"hooks-cli: {note}")


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:,.3f}"
