"""`memory insights`: prints what was learned across runs."""

from __future__ import annotations

from hooks_cli.errors import UsageError
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "insights",
    "What was learned across runs: common patterns, remediations that work, performance regressions.",
    options=(
        Option("baseline", ("--baseline", "--baseline-commit"), "regressions: compare with this commit.", metavar="COMMIT"),
        Option("current", ("--current", "--current-commit"), "regressions: this commit.", metavar="COMMIT"),
    ),
    positionals=(Positional("question", "patterns, remediations or regressions.", choices=("patterns", "remediations", "regressions")),),
    examples=(
        "hooks-cli memory insights patterns",
        "hooks-cli memory insights regressions --baseline abc123 --current def456",
    ),
    details="patterns: swarm/intelligence/patterns/*, seen in more than 5 % of the traces. remediations: swarm/self_healing/remediations* "
    "that worked more than 8 times in 10. regressions: swarm/performance/baselines/* with a p95 more than 15 % over the baseline's, and, "
    "where both tell their samples (n, p95_low_ms, p95_high_ms), at least 1 ms over it and with intervals apart (else: few samples); "
    "without commits, the newest commit is compared with the one before. The same tables and queries are in the sqlite export.",
)  # fmt: skip


def run(call: Call, environment: Environment) -> int:
    """Answer. Raises UsageError (64) for another question."""
    import json

    from hooks_cli.commands import store_access
    from hooks_cli.features import insights
    from hooks_cli.output.plain_text import columns
    from hooks_cli.text.json_writer import Raw, object_text

    question = call.text("question")
    if question not in insights.QUESTIONS:
        raise UsageError(
            f"memory insights answers one of {', '.join(insights.QUESTIONS)}"
            + (f"; {question} is none of them." if question else ": which?"),
            hint="memory insights patterns",
        )
    if question != "regressions" and (call.text("baseline") or call.text("current")):
        raise UsageError("--baseline and --current are for: memory insights regressions.")
    store = store_access.for_reading(environment)
    found = insights.ask(store, environment, question, call.text("baseline"), call.text("current"))
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    if call.format == "ndjson":
        environment.out("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        return 0
    if call.format == "json":
        body: dict[str, object] = {"schema_version": "1", "question": question}
        if question == "regressions":
            body |= {"baseline": found.baseline or None, "current": found.current or None}
        body |= {"rows": Raw(json.dumps(rows, ensure_ascii=False)), "total": len(rows)}
        environment.out(object_text(body) + "\n")
        return 0
    if question == "regressions" and found.current:
        environment.err(
            f"hooks-cli: {found.current} compared with {found.baseline or 'nothing: there is no other commit'}"
        )
    if rows:
        environment.out(columns(found.columns, found.rows))
    else:
        environment.err(f"hooks-cli: no {question} to tell of")
    return 0
