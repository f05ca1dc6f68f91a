"""`trace compare`: tells whether the second run is slower than the first, or different."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "trace",
    "compare",
    "Compare two runs: operations that became slower or fail more often beyond chance, and operations and trace shapes that came or went.",
    options=(
        Option("min_ms", ("--min-ms",), "A p95 that grew by less milliseconds than this is not a regression (1).", metavar="MS"),
        Option("limit", ("--limit",), "How many times the base's p95 is allowed (1.15).", metavar="FACTOR"),
        shared.STRICT_TRACES,
    ),
    positionals=(Positional("base", "The trace file to compare with."), Positional("now", "The trace file to judge.")),
    examples=("hooks-cli trace compare before.jsonl after.jsonl", "hooks-cli trace compare base.json now.json --min-ms 5 --json"),
    details="A regression is a p95 more than 15 % and at least 1 ms above the base's whose 95 % interval lies apart from it (with fewer "
    "than 72 samples: so many samples above all of the base's that it is no chance), with at least 8 samples on both sides; or a share of "
    "errors whose interval (Wilson) lies above the base's. With fewer samples the plain 15 % rule gives a suspicion, which is told and "
    "does not count. Exit code: 0 without a regression, 1 with one, 65 and 66 for files that cannot be read.",
)  # fmt: skip

MOST_ROWS = 40


def run(call: Call, environment: Environment) -> int:
    """Print the comparison; 0 or 1. Raises MissingArgument and UsageError (64), DataError (65), InputMissing (66)."""
    import gc

    from hooks_cli.errors import MissingArgument
    from hooks_cli.features import regressions
    from hooks_cli.features.traces import compare
    from hooks_cli.features.traces.formats import trace_file

    names = [call.text("base"), call.text("now")]
    if not all(names):
        raise MissingArgument(verb="trace compare", what="two trace files: BASE NOW")
    limit = _number(call, "limit", regressions.LIMIT, 1)
    min_ms = _number(call, "min_ms", regressions.MIN_MS, 0)
    gc.disable()  # spans hold no circles
    base, now = (trace_file.read([name], environment.cwd, None, call.flag("strict")) for name in names)
    found = compare.compare(base, now, limit, min_ms)
    notes = base.notes + now.notes
    if call.format != "text":
        import json

        body = {"schema_version": "1", **found, "notes": notes}
        environment.out(json.dumps(body, ensure_ascii=False) + "\n")
    else:
        _print(found, environment)
        for note in notes:
            environment.err(f"hooks-cli: {note}")
    return 1 if found["regressions"] else 0


def _number(call: Call, name: str, default: float, least: float) -> float:
    from hooks_cli.errors import UsageError

    text = call.text(name)
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not least <= number < 1e9:
        raise UsageError(
            f"trace compare --{name.replace('_', '-')} {text}: this is not a number of at least {least:g}."
        )
    return number


def _print(found: dict[str, Any], environment: Environment) -> None:
    from hooks_cli.output.plain_text import columns

    sides = [f"{found[side]['spans']:,} spans in {found[side]['traces']:,} traces" for side in ("base", "now")]
    environment.out(f"base: {sides[0]}\nnow:  {sides[1]}\n")
    rows = []
    for row in found["operations"]:
        marks = ", ".join(filter(None, (row["latency"], "more errors" if row["failing"] else "")))
        base, now = row["base"], row["now"]
        growth = "-" if row["change"] is None else f"{row['change']:+.0%}"
        errors = f"{_share(base)} → {_share(now)}"
        rows.append(
            (
                marks,
                row["service"],
                row["name"],
                f"{base['n']:,} → {now['n']:,}",
                _p95(base),
                _p95(now),
                growth,
                errors,
            )
        )
    rows.sort(key=lambda row: (row[0] == "", row[0] == "few samples"))
    if rows:
        heads = ("", "service", "operation", "n", "p95 ms before", "p95 ms now", "change", "errors")
        environment.out("\n" + columns(heads, rows[:MOST_ROWS]))
        if len(rows) > MOST_ROWS:
            environment.out(f"and {len(rows) - MOST_ROWS:,} more operations (all: --json)\n")
    for key, sign in (("new_operations", "new"), ("vanished_operations", "gone")):
        for row in found[key][:MOST_ROWS]:
            environment.out(f"{sign}: {_line(row['service'])}: {_line(row['name'])} ({row['spans']:,} spans)\n")
    for changed in found["changed_shapes"]:
        environment.out(f"changed: traces of {_line(changed['root'])}\n")
        for key, sign in (("added", "+"), ("removed", "-")):
            environment.out("".join(f"  {sign} {_line(edge)}\n" for edge in changed[key]))
    shapes = f"{found['new_shape_count']:,} new and {found['vanished_shape_count']:,} vanished shapes of traces"
    suspected = f", {found['suspected']:,} suspected on few samples" if found["suspected"] else ""
    environment.out(f"\n{found['regressions']:,} regressions{suspected}; {shapes}\n")


def _p95(figures: dict[str, Any]) -> str:
    if figures["p95_ms"] is None:
        return "-"
    high = "∞" if figures["p95_high_ms"] is None else f"{figures['p95_high_ms']:,.3f}"
    return f"{figures['p95_ms']:,.3f} ({figures['p95_low_ms']:,.3f} … {high})"


def _share(figures: dict[str, Any]) -> str:
    return "-" if figures["error_share"] is None else f"{figures['error_share']:.1%}"


def _line(text: str) -> str:
    from hooks_cli.output.listing import one_line

    return one_line(text, 200)
