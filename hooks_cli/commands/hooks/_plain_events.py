"""Shared implementation of the orchestrator events: an event and, with `--memory-key`, a JSON entry."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.hooks import _hook_call
from hooks_cli.features.journal.record import record
from hooks_cli.model.verb import ATTRIBUTION_OPTIONS, Option, Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

_KEPT = (
    Option("memory_key", ("--memory-key",), "The address at which it is kept for other agents.", metavar="KEY"),
    Option("metadata", ("--metadata",), "A JSON object kept with it.", metavar="JSON"),
    *ATTRIBUTION_OPTIONS,
)


def verb(name: str, summary: str, facts: tuple[Option, ...], example: str) -> Verb:
    """The declaration of such a verb; `facts` are its own options, all kept under their names."""
    return Verb("hooks", name, summary, options=(*facts, *_KEPT), examples=(example,), hot=True)


def keep(call: Call, environment: Environment) -> int:
    """Keep what the call says; with a memory key, as an entry: the JSON of its facts. Raises InvalidJson, InvalidAddress (65)."""
    store = store_access.for_hooks(environment)
    shared = [option.name for option in _KEPT]
    facts: dict[str, object] = {
        option.name: call.values[option.name]
        for option in call.verb.options
        if option.name in call.values
        and option.name not in shared
        and option.name not in ("json", "output_format", "strict", "fail_open")
        and call.values[option.name] != ""
    }
    draft = _hook_call.draft(call, store, object_text({**facts, **_hook_call.attributes(call)}))
    metadata = _hook_call.metadata_field(call, store, call.text("memory_key"))
    recorded = record(
        store, environment, _hook_call.build(call, environment, {**facts, "metadata": metadata}, draft=draft)
    )
    text = "" if recorded.written else f"Recorded: {call.verb.name} (revision {recorded.revision})\n"
    _hook_call.say(call, environment, text, {"revision": recorded.revision}, recorded.written)
    return 0
