"""`memory delete`: deletes the entry of an address; older versions stay."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.memory import clear
from hooks_cli.commands.options import address_options, shared
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.features.entries import delete, missing, read
from hooks_cli.features.entries.delete import Selection, unpinned_addresses
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes
from hooks_cli.output.listing import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "delete",
    "Delete an entry, or all that a glob matches; memory undelete brings them back.",
    options=(
        shared.STORE_PATH,
        *address_options.KEY_OPTIONS,
        Option("all", ("--all",), "Everything in the namespace.", "switch"),
        Option(
            "older_than",
            ("--older-than", "--age"),
            "Only what was last written longer ago: 7d, 12h, 1mo, 90min.",
            metavar="AGE",
        ),
        address_options.IF_VERSION,
        address_options.DRY_RUN,
        clear.YES,
        *address_options.WHO_OPTIONS,
    ),
    positionals=(Positional("key", "The address, or a glob."),),
    examples=("claude-flow memory delete architecture/old-decision", "hooks-cli memory delete 'tmp/*' --dry-run"),
    details="The content stays as an older version until garbage collection takes it; memory destroy removes it for good.",
    aliases=("remove", "rm"),
    actions=(),
)


def run(call: Call, environment: Environment) -> int:
    """Delete. Raises NotFound (1) for one address without an entry, VersionConflict (76), MissingArgument or UsageError (64)."""
    if "store_path" in call.values:
        from hooks_cli.commands.options import store_path

        store_path.apply(call, environment)
    namespace = call.text("namespace")
    if "key" in call.values or "key_option" in call.values:
        pattern = address_options.address(call)
    elif namespace and (call.flag("all") or call.text("older_than")):
        pattern = addresses.under(namespace)
    elif call.text("older_than"):
        pattern = "*"
    else:
        hint = f"To delete all of it: memory clear --namespace {one_line(namespace, 200)}" if namespace else ""
        raise MissingArgument(verb=call.verb.title, what=f"a key: {call.verb.title} KEY", hint=hint)
    store = store_access.for_changing(environment)
    live = read.current(store, pattern, environment.now()) is not None
    as_json = call.format != "text"
    if address_options.is_one_address(environment, pattern, live) and "older_than" not in call.values:
        if call.flag("dry_run"):
            if not live:
                raise missing.of(store, pattern, environment.now())
            environment.out(changes.would("delete", "deleted", [pattern], as_json))
            return 0
        written = delete.delete(
            store, environment, pattern, address_options.who(call), address_options.if_version(call)
        )
        environment.out(changes.one("Deleted", "deleted", written, as_json))
        return 0
    spared = () if "key" in call.values or "key_option" in call.values else addresses.without_namespace(namespace)
    if "if_version" in call.values:
        raise UsageError(
            f"{call.verb.title}: --if-version is for one address without --older-than. Nothing was deleted.",
            hint=f"See what goes: {call.verb.title} GLOB --dry-run",
        )
    chosen = Selection(pattern, excepted=spared, before=clear.age_limit(call, "older_than", environment))
    if call.flag("dry_run"):
        found = unpinned_addresses(store, chosen, environment.now())
        environment.out(changes.would("delete", "deleted", found, as_json))
        return 0
    removed = delete.clear(store, environment, chosen, address_options.who(call), "delete")
    environment.out(changes.many("Deleted", "deleted", removed.written, as_json, kept_pinned=len(removed.pinned)))
    clear.tell_pinned(environment, removed.pinned)
    return 0
