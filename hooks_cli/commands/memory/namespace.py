"""`memory namespace`: lists the namespaces. They need not be created; `namespace create` says so."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import shared
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes
from hooks_cli.output.listing import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

LIST, CREATE = "list", "create"
# The words that other programs' lines begin with, and what they mean here.
ACTIONS = {"list": LIST, "ls": LIST, "stats": LIST, "show": LIST, "create": CREATE, "add": CREATE, "init": CREATE}
# What would take something away, or change what is not there to be changed: it is another verb's.
ELSEWHERE = {
    "delete": "memory clear --namespace {name}",
    "remove": "memory clear --namespace {name}",
    "clear": "memory clear --namespace {name}",
    "rename": "memory rename (see its --help)",
    "export": "memory export --namespace {name}",
}

VERB = Verb(
    "memory",
    "namespace",
    "List the namespaces with their number of entries; `create` says that none has to be made.",
    options=(
        Option(
            "create", ("--create",), "Check the name of a namespace; storing something in it makes it.", metavar="N"
        ),
        shared.namespace("Only this namespace (a glob is allowed)."),
    ),
    positionals=(
        Positional("action", "list (as without it) or create."),
        Positional("name", "The namespace."),
    ),
    examples=("claude-flow memory namespace list", "claude-flow memory namespace create swarm"),
    aliases=("list-namespaces", "namespaces"),
    strangers="note",
    prose=True,
)


def run(call: Call, environment: Environment) -> int:
    """Print them, one on a line, with their number of entries. Raises UsageError (64), InvalidAddress (65)."""
    word, name = call.text("action"), call.text("name")
    action = CREATE if call.text("create") else ACTIONS.get(word.lower(), "")
    name = call.text("create") or name
    if word.lower() in ELSEWHERE:
        raise UsageError(
            f"{call.verb.title} takes nothing away: {word!r} is another command's.",
            hint=ELSEWHERE[word.lower()].format(name=name or "N"),
        )
    if word and not action:
        raise UsageError(
            f"{call.verb.title} has no action {word!r}: it is list or create.", hint=f"See: {call.verb.title} --help"
        )
    if action == CREATE:
        if not name:
            raise MissingArgument(verb=call.verb.title, what="a name: memory namespace create NAME")
        return _created(call, environment, name)
    return _listed(call, environment, name or call.text("namespace"))


def _created(call: Call, environment: Environment, name: str) -> int:
    addresses.check(addresses.join(name, "key"))
    if call.format != "text":
        environment.out(changes.json_object({"namespace": name, "created": False, "usable": True}))
        return 0
    shown = one_line(name, 1024)
    environment.out(f"Nothing to make: the namespace {shown} is there as soon as something is stored in it.\n")
    return 0


def _listed(call: Call, environment: Environment, within: str) -> int:
    from hooks_cli.features.entries import statistics

    store = store_access.for_reading(environment)
    found = {} if store is None else statistics.namespaces(store, environment.now(), addresses.under(within))
    ordered = sorted(found.items())
    if call.format != "text":
        listed = [{"namespace": name, "entries": n, "value_bytes": size} for name, (n, size) in ordered]
        environment.out(changes.json_object({"namespaces": listed, "total": len(listed)}))
        return 0
    environment.out("".join(f"{one_line(name, 1024) or '(none)'}\t{n}\n" for name, (n, _) in ordered))
    if not ordered:
        environment.err("hooks-cli: no namespace has an entry")
    return 0
