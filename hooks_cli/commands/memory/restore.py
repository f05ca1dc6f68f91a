"""`memory restore`: replaces the store with a copy that `memory backup` made."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import InputMissing, MissingArgument, UsageError
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

LATEST = ("latest", "last", "newest")

VERB = Verb(
    "memory",
    "restore",
    "Put a copy made by memory backup in the place of the store; the old store is kept aside.",
    options=(
        Option("input", ("--file", "-f", "--input", "-i", "--path", "--backup", "--backup-path", "--snapshot", "--from"),
               "The copy; latest is the newest memory-<project>-….backup in the folder.", metavar="FILE"),
        Option("passphrase", ("--passphrase",), "Open it with its passphrase: asked for, or from --stdin or --password-file.", "switch"),
        shared.PASSWORD_FILE,
        shared.stdin(),
        shared.namespace("Of a partial copy or an export: only this namespace."),
        Option("strategy", ("--strategy", "--merge-strategy", "--on-conflict"), "replace: the store becomes the copy (so a whole copy "
               "does). Else take a part or an export in, as memory import does: overwrite (the usual), newest, skip, rename.",
               metavar="WAY"),
        Option("merge", ("--merge",), "The same as --strategy newest.", "switch"),
        Option("overwrite", ("--overwrite",), "Entries of the copy become current (the default).", "switch"),
        shared.dry_run("Verify the copy, and replace nothing.", "--verify"),
    ),
    positionals=(Positional("file", "The copy, instead of --file."),),
    examples=("hooks-cli memory restore memory-app-20251017-120000.backup", "hooks-cli memory restore safe.backup --dry-run"),
    details=("The copy is verified before the store is replaced. The old store is kept beside it, and its path is "
"printed. A partial copy (memory backup --namespace) is imported instead: its entries become the current "
"versions, and the present ones stay as older versions. Other exports (json, sqlite …) are read by memory "
"import, or here with --namespace, --merge or --strategy."),
    actions=(),
)  # fmt: skip


def run(call: Call, environment: Environment) -> int:
    """Restore. Raises MissingArgument (64), InputMissing (66), DataError (65), WrongKey, Tampered or ReadOnlyAgent (77), Busy (75)."""
    from hooks_cli.commands.memory import _partial_backup
    from hooks_cli.commands.memory.backup import file_of, phrase_of
    from hooks_cli.features import attribution

    path = _newest(call, environment) or file_of(call, environment, "input", "file")
    if not path:
        raise MissingArgument(verb=call.verb.title, what=f"a copy: {call.verb.title} FILE")
    if not call.flag("dry_run"):
        attribution.check_write(environment)
    phrase = phrase_of(call, environment, new=False, piped=call.flag("stdin"))
    way = _way(call)
    if _partial_backup.is_sealed_file(path) or way or _namespace(call):
        return _take_in(call, environment, path, phrase, way or "overwrite")
    return _replace(call, environment, path, phrase)


def _newest(call: Call, environment: Environment) -> str:
    """The newest copy in the folder when the call asks for it, else "". Raises InputMissing (66) when there is none."""
    from hooks_cli.commands.memory import _partial_backup
    from hooks_cli.features.backup import backup

    if (call.text("input") or call.text("file")).lower() not in LATEST:
        return ""
    part = bool(_namespace(call))
    found = [path for path in backup.copies_in(environment) if _partial_backup.is_sealed_file(path) == part]
    if not found:
        raise InputMissing(
            f"There is no copy in {environment.cwd}.",
            path=environment.cwd,
            reason="",
            hint="Name it: memory restore FILE",
        )
    environment.err(f"hooks-cli: the newest copy is {found[0]}")
    return found[0]


def _namespace(call: Call) -> str:
    return "" if call.text("namespace") in ("all", "*") else call.text("namespace")


def _way(call: Call) -> str:
    """How to take entries in, "" when the store is to become the copy. Raises UsageError (64)."""
    from importlib import import_module

    words = import_module("hooks_cli.commands.memory.import").STRATEGY_WORDS
    word = call.text("strategy").lower()
    if call.values.get("overwrite") is False and words.get(word) not in ("skip", "newest", "rename"):
        raise UsageError(
            f"{call.verb.title}: --overwrite=false and putting the copy in place exclude each other. Nothing was changed.",
            hint="Import only entries that do not exist here: --strategy skip",
        )
    if word in ("replace", "full", "complete"):
        return ""
    if word and word not in words:
        raise UsageError(f"--strategy has no way {word}.", hint="It has: replace, overwrite, newest, skip, rename.")
    way: str = words[word] if word else "newest" if call.flag("merge") else ""
    return way


def _take_in(call: Call, environment: Environment, path: str, phrase: str, way: str) -> int:
    """A part or an export: its entries become the newest versions."""
    import os

    from hooks_cli.commands.memory import _partial_backup
    from hooks_cli.errors import DataError
    from hooks_cli.text.json_writer import object_text

    if not os.path.exists(path):
        raise InputMissing(path=path, reason="it does not exist")
    dry_run = call.flag("dry_run")
    try:
        done = _partial_backup.take_in(environment, path, phrase, way, _namespace(call), dry_run=dry_run)
    except DataError as error:
        if "nothing that can be imported" not in str(error):
            raise
        raise UsageError(
            f"{path} is a copy of a whole store, or none: a part of it is not restored by itself.",
            hint="Without --namespace and --strategy the whole is; a part has its own copy: memory backup --namespace N",
        ) from None
    counts = done.counts
    written = counts["added"] + counts["renamed"] + counts["brought_back"]
    if call.format != "text":
        facts: dict[str, object] = {"path": path, "restored": not dry_run, "part": True, "versions": written}
        facts |= {"there": counts["there"], "refused": done.number_refused}
        environment.out(object_text({"schema_version": "1", "restore": facts}) + "\n")
    else:
        verb = "Would restore" if dry_run else "Restored"
        what = f"{changes.count(written, 'version', 'versions')} of a part"
        environment.out(f"{verb} {what} from {path} ({counts['there']} there already)\n")
    for refused in done.refused[:20]:
        environment.err(f"hooks-cli: refused: {refused.what}: {refused.why}")
    return 65 if done.number_refused else 0


def _replace(call: Call, environment: Environment, path: str, phrase: str) -> int:
    """A whole copy becomes the store."""
    from hooks_cli.features.backup import backup
    from hooks_cli.text.json_writer import object_text

    dry_run = call.flag("dry_run")
    if not dry_run:
        from hooks_cli.features.remote import membership

        membership.refuse_replica(environment)
    done = backup.restore(environment, path, phrase=phrase, dry_run=dry_run)
    holds = done.holds
    if call.format != "text":
        facts: dict[str, object] = {"path": path, "restored": not dry_run, "aside": done.aside or None}
        facts |= {"entries": holds.entries, "versions": holds.versions, "revision": holds.revision}
        environment.out(object_text({"schema_version": "1", "restore": facts}) + "\n")
        return 0
    verb = "Verified" if dry_run else "Restored"
    what = changes.holdings(holds.entries, holds.versions, holds.revision)
    environment.out(f"{verb} {what} from {path}\n")
    if done.aside:
        environment.out(f"What was there before: {done.aside}\n")
    return 0
