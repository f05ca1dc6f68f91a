"""`memory store-pattern`: stores how a task was done and with which result."""

from __future__ import annotations

from hooks_cli.cli import unknown_options
from hooks_cli.cli.unknown_options import is_number
from hooks_cli.commands import store_access
from hooks_cli.commands.options import metadata_option, shared
from hooks_cli.errors import MissingArgument
from hooks_cli.features.attribution import Caller
from hooks_cli.features.entries.write import StoreRequest, store_value, written_json, written_line
from hooks_cli.features.journal.file_capture import digest_of
from hooks_cli.features.journal.outcomes import is_success
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.text.json_writer import Raw, object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

# Where patterns lie that no --namespace puts elsewhere, and the tag by which all of them are found.
NAMESPACE = "patterns"
TAG = "pattern"

_TEXTS = ("task", "input", "output", "critique")
_FACTS = ("success", "reward", "status", "tokens_used", "latency_ms")

VERB = Verb(
    "memory",
    "store-pattern",
    "Keep how a task was gone about and how it went; memory search-patterns finds it.",
    options=(
        Option("task", ("--task", "-t"), "What was to be done.", metavar="TEXT"),
        Option("input", ("--input",), "What it began with.", metavar="TEXT"),
        Option("output", ("--output",), "What came of it.", metavar="TEXT"),
        Option("critique", ("--critique",), "What to think of it afterwards.", metavar="TEXT"),
        Option("reward", ("--reward",), "How good it was, from 0 to 1.", metavar="NUMBER"),
        Option("success", ("--success",), "true or false.", metavar="WORD"),
        Option("status", ("--status",), "How far it is: started …", metavar="WORD"),
        Option("tokens_used", ("--tokens-used", "--tokens"), "What it cost in tokens.", metavar="NUMBER"),
        Option("latency_ms", ("--latency-ms", "--latency"), "What it cost in milliseconds.", metavar="NUMBER"),
        shared.namespace(f"Where it is kept ({NAMESPACE})."),
        shared.tags("Further tags, separated by commas."),
        shared.metadata(),
        shared.ttl("It expires after this: seconds, or 90m, 12h, 7d."),
        *shared.ATTRIBUTION,
    ),
    positionals=(Positional("task", "What was to be done, instead of --task."),),
    examples=(
        'npx claude-flow@alpha memory store-pattern --session-id "api-1" --task "API: login" --output "two endpoints" '
        '--reward 0.9 --success true --critique "rate limits came late"',
    ),
    details="Kept at N/<digest>, one address for a task of a session: started and completed are two versions of it. Task, input, output "
    "and critique are the value; success, reward, status, tokens and latency its metadata, which --filter compares.",
    strangers="metadata",
)


def run(call: Call, environment: Environment) -> int:
    """Store it. Raises MissingArgument or UsageError (64), InvalidJson (65)."""
    task = call.text("task")
    if not task:
        raise MissingArgument(verb=call.verb.title, what="a task: memory store-pattern --task TEXT")
    store = store_access.for_memory(environment)
    value = object_text({name: call.text(name) for name in _TEXTS if name in call.values})
    facts = {name: _json(call.text(name)) for name in _FACTS if call.text(name)}
    success = is_success(call.text("success"))
    if success is not None:
        facts["success"] = success
    if call.strange:
        facts.update(unknown_options.fields(call, environment))
    metadata = object_text(facts) if facts else ""
    if call.text("metadata"):
        metadata = _merged(metadata or "{}", metadata_option.metadata(call, store) or "{}")
    session = call.text("session_id")
    name = digest_of(f"{session}\n{task}".encode("utf-8", "replace"))[:12]
    namespace = call.text("namespace")
    written = store_value(
        store,
        environment,
        StoreRequest(
            addresses.join(NAMESPACE if namespace in ("", addresses.DEFAULT_NAMESPACE) else namespace, name),
            value,
            metadata=metadata,
            tags=[TAG, *call.words("tags")],
            ttl=call.text("ttl"),
            caller=Caller(session, call.text("agent")),
        ),
    )
    environment.out(written_line(written) if call.format == "text" else written_json(written))
    return 0


def _json(text: str) -> object:
    """true, false and numbers as JSON has them; any other word as text (`$REWARD`, which no shell filled in)."""
    return Raw(text.lower()) if text.lower() in ("true", "false") or is_number(text) else text


def _merged(facts: str, given: str) -> str:
    """The fields of both objects; what --metadata says itself wins."""
    import json

    return json.dumps({**json.loads(facts), **json.loads(given)}, ensure_ascii=False)
