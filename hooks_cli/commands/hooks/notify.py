"""`hooks notify`: records a message and, with a memory key, stores it for other agents."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.features.journal.record import record
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "hooks",
    "notify",
    "Record a message; with a memory key, keep it for other agents.",
    options=shared.with_entry_texts(
        (
            Option("message", ("--message", "-m"), "The message; it becomes the data of the entry.", metavar="TEXT"),
            shared.memory_key("The address at which the message is kept."),
            shared.metadata(),
            Option(
                "level",
                ("--level", "-l", "--severity"),
                "How urgent it is, in your words: info, warning, error …",
                metavar="WORD",
            ),
            Option("priority", ("--priority",), "How soon it matters, in your words.", metavar="WORD"),
            Option("type", ("--type",), "What kind of message it is.", metavar="WORD"),
            Option(
                "recipients",
                ("--recipients", "--recipient", "--target", "--to", "--agents"),
                "For whom it is; everybody can read it.",
                metavar="NAMES",
            ),
            *shared.ATTRIBUTION,
        )
    ),
    positionals=(Positional("message", "The message, instead of --message."),),
    examples=(
        'npx claude-flow@alpha hooks notify --message "Baseline captured: p50=45ms, p95=120ms" '
        '--memory-key "swarm/performance/baseline" --metadata \'{"p50_ms":45,"p95_ms":120,"p99_ms":250}\'',
    ),
    aliases=("notification",),
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Records the message. Raises InvalidJson, InvalidAddress (65)."""
    if not _hook_call.entry_text(call):
        _stdin_event.complete(call, environment, "message")
    store = store_access.for_hooks(environment)
    message, key = call.text("message"), call.text("memory_key")
    draft = _hook_call.draft(call, store, message)
    fields: dict[str, object] = {
        "message": message if draft is None or draft.value != message else None,
        "level": call.text("level"),
        "priority": call.text("priority"),
        "type": call.text("type"),
        "recipients": call.text("recipients"),
        "metadata": _hook_call.metadata_field(call, store, key),
    }
    hook_call = _hook_call.build(
        call, environment, fields, wanted="" if message or _hook_call.entry_text(call) else "message", draft=draft
    )
    recorded = record(store, environment, hook_call)
    text = "" if recorded.written else f"Notification recorded (revision {recorded.revision})\n"
    _hook_call.say(call, environment, text, {"revision": recorded.revision}, recorded.written)
    return 0
