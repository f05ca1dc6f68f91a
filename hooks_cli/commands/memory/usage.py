"""`memory usage`: claude-flow's older spelling. `--action WORD` is the verb WORD (`cli.verb_words.USAGE_ACTIONS`); without it, figures."""

from __future__ import annotations

from hooks_cli.cli.verb_words import USAGE_ACTIONS
from hooks_cli.commands import store_access
from hooks_cli.commands.memory import stats, status
from hooks_cli.errors import UsageError
from hooks_cli.model.verb import Call, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

VERB = Verb(
    "memory",
    "usage",
    "The older spelling: --action store, retrieve, list, … are the verbs of that name; alone it prints figures.",
    options=(
        Option(
            "action",
            ("--action", "-a"),
            "Which verb is meant; all options are that verb's.",
            "choice",
            metavar="WORD",
            choices=tuple(USAGE_ACTIONS),
        ),
        Option("quick_check", ("--quick-check", "--check"), "Print what `memory status` prints.", "switch"),
        Option(
            "restore_session",
            ("--restore-session",),
            "Print what the agent of that session should know, as `hooks session-restore` does, binding nothing.",
            metavar="ID",
        ),
        *[option for option in stats.VERB.options if option.name not in ("json", "output_format")],
    ),
    positionals=stats.VERB.positionals,
    examples=(
        'npx claude-flow@alpha memory usage --action store --namespace "sparc/auth-service" --key "specifications" --value "…"',
        'npx claude-flow@alpha memory usage --action retrieve --key "project-config"',
        "npx claude-flow@alpha memory usage --detailed",
    ),
    strangers="note",
    prose=True,
    details="Actions: " + ", ".join(f"{word} = {verb}" for word, verb in USAGE_ACTIONS.items()) + ".",
)


def run(call: Call, environment: Environment) -> int:
    """Print the figures. With --action the parser has made the call of that verb already; a second one is a UsageError (64)."""
    if "action" in call.values:
        raise UsageError("memory usage takes --action once, before other words.")
    session = call.text("restore_session")
    if session:
        from hooks_cli.commands.hooks import session_restore

        store = store_access.for_reading(environment)
        if store is not None:
            session_restore.print_brief(call, environment, store, session)
        return 0
    if call.flag("quick_check"):
        return status.run(call, environment)
    return stats.run(call, environment)
