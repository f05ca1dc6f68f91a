"""`memory clear`: deletes many entries at once."""

from __future__ import annotations

import os

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options, shared
from hooks_cli.errors import MissingArgument, OutputExists, UsageError
from hooks_cli.features.entries import delete
from hooks_cli.features.entries.delete import Selection, unpinned_addresses
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes
from hooks_cli.output.listing import one_line
from hooks_cli.text.ages import parse_age
from hooks_cli.text.units import to_iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

YES = Option(
    "yes",
    ("--yes", "-y", "--force", "-f", "--confirm"),
    "Answer yes beforehand. Deleting never asks, since it can be undone; it lets --backup replace a file.",
    "switch",
)

VERB = Verb(
    "memory",
    "clear",
    "Delete all entries of a namespace or glob; memory undelete brings them back.",
    options=(
        shared.STORE_PATH,
        shared.namespace("All entries of this namespace (a glob is allowed)."),
        Option(
            "pattern_option",
            ("--pattern",),
            "Only addresses that fit this glob, whole or from a slash on.",
            metavar="GLOB",
        ),
        Option("key_option", ("--key", "-k"), "Only this address.", metavar="KEY"),
        Option("all", ("--all", "--all-namespaces"), "Everything.", "switch"),
        Option(
            "expired_only",
            ("--expired-only", "--expired"),
            "Only what has outlived its --ttl, for good: memory gc --expired-only.",
            "switch",
        ),
        Option(
            "except",
            ("--except", "--exclude", "--exclude-namespace", "--exclude-namespaces"),
            "Globs and namespaces that are left alone, separated by commas.",
            "many",
            metavar="GLOB",
        ),
        Option(
            "age",
            ("--age", "--older-than"),
            "Only what was last written longer ago: 7d, 12h, 1mo, 90min.",
            metavar="AGE",
        ),
        shared.tags("Only entries with all of these tags."),
        Option(
            "backup",
            ("--backup",),
            "First write what goes to this file, or to one in this folder; memory import brings it back.",
            "optional",
            metavar="[FILE]",
        ),
        Option("no_backup", ("--no-backup",), "Write no backup (which is also so without it).", "switch"),
        Option("stats", ("--stats",), "Say how many went from each namespace.", "switch"),
        Option("verbose", ("--verbose",), "List every address that went.", "switch"),
        Option("cache", ("--cache",), "There is no cache to clear; nothing is deleted.", "switch"),
        address_options.DRY_RUN,
        YES,
        *address_options.WHO_OPTIONS,
    ),
    positionals=(Positional("pattern", "A glob."),),
    examples=(
        "claude-flow memory clear --namespace swarm",
        'claude-flow memory clear --all --except "production/*,critical/*" --backup before.json',
    ),
    aliases=("purge",),
    details="Pinned entries stay; the line on stderr says how many. Undo: memory undelete GLOB --since TIME, as printed.",
    actions=(),
)


def run(call: Call, environment: Environment) -> int:
    """Delete what is selected. Raises MissingArgument or UsageError (64), OutputExists or CannotCreate (73)."""
    if "store_path" in call.values:
        from hooks_cli.commands.options import store_path

        store_path.apply(call, environment)
    as_json = call.format != "text"
    if call.flag("cache") and not any(call.values.get(n) for n in ("namespace", "pattern", "pattern_option", "all")):
        environment.out(
            changes.many("Deleted", "deleted", [], True)
            if as_json
            else "There is no cache to clear: every command reads the store itself. Nothing was deleted.\n"
        )
        return 0
    if call.flag("expired_only"):
        return _expired(call, environment)
    if call.values.get("backup") and call.flag("no_backup"):
        raise UsageError("memory clear: --backup and --no-backup exclude each other.")
    chosen = _selection(call, environment)
    store = store_access.for_changing(environment, create=True)
    if call.flag("dry_run"):
        found = unpinned_addresses(store, chosen, environment.now())
        environment.out(changes.would("delete", "deleted", found, as_json))
        return 0
    path = call.text("backup") or (_backup_name(environment) if call.flag("backup") else "")
    if path:
        path = os.path.join(environment.cwd, path)
        if os.path.lexists(path) and not call.flag("yes"):
            raise OutputExists(path=path, hint="Give another name, or --force.")
        from hooks_cli.features.transfer import removal_backup

        backed_up = removal_backup.write(store, environment, chosen, path, force=call.flag("yes"))
        what = changes.count(backed_up, "entry", "entries")
        environment.err(
            f"hooks-cli: {what} written to {path}; memory import brings them back (what is sealed, into this store only)"
        )
    began = environment.now()
    removed = delete.clear(store, environment, chosen, address_options.who(call))
    more = {"kept_pinned": len(removed.pinned), "backup": path or None}
    if call.flag("verbose") and not as_json:
        environment.out("".join(f"{one_line(w.address, 1024)}\n" for w in removed.written))
    environment.out(changes.many("Deleted", "deleted", removed.written, as_json, **more))
    if call.flag("stats") and not as_json:
        environment.out(_by_namespace([w.address for w in removed.written]))
    if removed.written and not as_json:
        environment.out(f"Undo: memory undelete '{chosen.pattern}' --since {to_iso(began)}\n")
    tell_pinned(environment, removed.pinned)
    return 0


def _selection(call: Call, environment: Environment) -> Selection:
    namespace, pattern = call.text("namespace"), call.text("pattern") or call.text("pattern_option")
    if "key_option" in call.values:
        if pattern or call.flag("all"):
            raise UsageError("memory clear: --key names one address; a glob or --all names many.")
        return Selection(address_options.address(call), before=age_limit(call, "age", environment))
    tags = _parts(call.words("tags"))
    if not (namespace or pattern or tags or call.flag("all") or call.text("age")):
        raise MissingArgument(verb="memory clear", what="what to clear: a glob, --namespace N or --all")
    whole = addresses.under(namespace)
    before = age_limit(call, "age", environment)
    excepted = (*addresses.left_alone(call.words("except")), *addresses.without_namespace(namespace))
    if pattern and not namespace:
        return Selection(pattern, excepted=excepted, tags=tags, before=before)
    return Selection(whole, ending=pattern, excepted=excepted, tags=tags, before=before)


def _expired(call: Call, environment: Environment) -> int:
    """What `memory gc --expired-only` does. Raises UsageError (64) for what it cannot be limited to."""
    from hooks_cli.commands.memory import gc
    from hooks_cli.model.verb import Call as AnyCall

    beyond = [name for name in ("key_option", "age", "tags", "backup", "verbose") if call.values.get(name)]
    if beyond:
        flag = next(option.flags[0] for option in VERB.options if option.name == beyond[0])
        raise UsageError(f"memory clear --expired-only takes no {flag}: it is limited by --namespace or a glob.")
    taken = ("expired_only", "namespace", "stats", "dry_run", "json", "output_format", "session_id", "agent")
    values = {name: value for name, value in call.values.items() if name in taken}
    if call.words("except"):
        values["exclude"] = call.words("except")
    pattern = call.text("pattern") or call.text("pattern_option")
    return gc.run(AnyCall(gc.VERB, {**values, "pattern": pattern} if pattern else values, [], []), environment)


def _backup_name(environment: Environment) -> str:
    """The file of a --backup that names none: `memory-<project>-cleared-20251017-120000.json` in this folder."""
    from hooks_cli.features.backup import backup

    return backup.default_name(environment, "cleared", ".json")


def _parts(words: list[str]) -> tuple[str, ...]:
    return tuple(part.strip() for word in words for part in word.split(",") if part.strip())


def age_limit(call: Call, name: str, environment: Environment) -> int | None:
    """The time (ms) before which something must have been written to be as old as the option says; None without the option.

    A bare number is days. Raises UsageError (64) for what is not an age, "" included: `--age "$UNSET"` must not mean everything.
    """
    if name not in call.values:
        return None
    return environment.now() - parse_age(call.text(name), "--" + name.replace("_", "-"))


def tell_pinned(environment: Environment, pinned: list[str]) -> None:
    """One line on stderr for the pinned entries that stayed."""
    if pinned:
        stayed = changes.count(len(pinned), "pinned entry stays", "pinned entries stay")
        environment.err(f"hooks-cli: {stayed} (memory unpin KEY, then again)")


def _by_namespace(addresses_gone: list[str]) -> str:
    counts: dict[str, int] = {}
    for address in addresses_gone:
        namespace = address.rpartition("/")[0] or addresses.DEFAULT_NAMESPACE
        counts[namespace] = counts.get(namespace, 0) + 1
    return "".join(f"  {one_line(name, 200)}: {number:,}\n" for name, number in sorted(counts.items()))
