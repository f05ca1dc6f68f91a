"""`hooks session-restore`: binds the session and prints what its agent should know."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.features.entries import reveal
from hooks_cli.features.restore import brief, restore
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.verb import Call

BUDGET_OPTIONS = (
    Option(
        "max_chars",
        ("--max-chars",),
        f"At most this many characters ({brief.DEFAULT_BUDGET:,}; at least {brief.MINIMUM_BUDGET:,}).",
        "integer",
        metavar="N",
    ),
    Option(
        "max_tokens",
        ("--max-tokens",),
        f"The same in tokens, reckoned as {brief.CHARACTERS_PER_TOKEN} characters each.",
        "integer",
        metavar="N",
    ),
    Option("include", ("--include",), "Addresses that come first, a glob; may be repeated.", "many", metavar="PATTERN"),
    Option("description", ("--task", "--description"), "The task; what it needs comes first.", metavar="TEXT"),
    Option("no_values", ("--no-values",), "Name the entries without their values.", "switch"),
)

VERB = Verb(
    "hooks",
    "session-restore",
    "Bind the session and print what its agent should know.",
    options=shared.with_entry_texts(
        (
            Option(
                "load_memory",
                ("--load-memory", "--include-memory"),
                "false: only bind the session, print nothing of the memory.",
                "switch",
            ),
            *BUDGET_OPTIONS,
            Option("reveal", ("--reveal",), "Always refused: the output goes into a prompt.", "switch", hidden=True),
            shared.memory_key("The address at which the text of --value is kept."),
            shared.metadata(),
            shared.session_id("The session.", "-i"),
            shared.AGENT,
        )
    ),
    positionals=(Positional("session_id", "The session, instead of --session-id."),),
    examples=('npx claude-flow@alpha hooks session-restore --session-id "hyper-tester-001"',),
    details=(
        "First what the task needs (--task, else the session's open task or last notices), then what was written in the session, then "
        "the addresses of the roles whose names are words of the session id, then the rest of the project. `--session-id latest` is the "
        "newest session."
    ),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Bind, then print the brief. Raises RestoreNeverReveals (77) for --reveal."""
    if call.flag("reveal"):
        raise reveal.RestoreNeverReveals
    _stdin_event.complete(call, environment, "session_id")
    store = store_access.for_hooks(environment)
    draft = _hook_call.draft(call, store, "")
    fields: dict[str, object] = {"metadata": _hook_call.metadata_field(call, store, call.text("memory_key"))}
    hook_call = _hook_call.build(call, environment, fields, draft=draft)
    recorded = restore.bind(store, environment, hook_call)
    who = recorded.attribution
    named = who.session_name if who.how not in (None, "bound", "guessed") else ""
    if not call.flag("load_memory", True):
        text = f"Session bound: {who.session_name or '(none)'}\n"
        _hook_call.say(
            call, environment, text, {"session_id": who.session_name, "revision": recorded.revision}, recorded.written
        )
        return 0
    print_brief(call, environment, store, named or "")
    if recorded.written is not None:  # the brief alone is printed: it goes into a prompt
        from hooks_cli.features.entries.write import written_line

        environment.err("hooks-cli: " + written_line(recorded.written).rstrip())
    return 0


def print_brief(call: Call, environment: Environment, store: Store, session_name: str) -> None:
    """Print what a session ("" for the whole project) should know, within the budget."""
    wanted = restore.BriefQuery(
        _budget(call, environment), call.words("include"), not call.flag("no_values"), call.text("description")
    )
    made, what = restore.build_brief(store, environment, session_name, environment.now(), wanted)
    if call.format == "text":
        environment.out(made.text)
    else:
        environment.out(restore.brief_json(made, what, environment.project.name, session_name))


def _budget(call: Call, environment: Environment) -> int:
    given = [call.integer("max_chars", 0)] if "max_chars" in call.values else []
    if "max_tokens" in call.values:
        given.append(call.integer("max_tokens", 0) * brief.CHARACTERS_PER_TOKEN)
    configured = environment.settings.get("restore.max_chars")
    budget = min(given) if given else configured if isinstance(configured, int) else brief.DEFAULT_BUDGET
    if budget < brief.MINIMUM_BUDGET:
        environment.err(
            f"hooks-cli: {call.verb.title}: the least that makes sense is {brief.MINIMUM_BUDGET:,} characters"
        )
        return brief.MINIMUM_BUDGET
    return budget
