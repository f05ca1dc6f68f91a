"""`memory restore`: put a copy that `memory backup` made in the place of the store."""

from __future__ import annotations

from hooks_cli.cli.spec import Option, Positional, Verb
from hooks_cli.errors import MissingArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "memory",
    "restore",
    "Put a copy made by memory backup in the place of the store; the old store is kept aside.",
    options=(
        Option("input", ("--file", "-f", "--input", "-i", "--path", "--backup", "--backup-path"), "The copy.", metavar="FILE"),
        Option("passphrase", ("--passphrase",), "Open it with its passphrase: asked for, or from --stdin or --password-file.", "switch"),
        Option("password_file", ("--password-file", "--passphrase-file"), "The file that holds the passphrase.", metavar="PATH"),
        Option("stdin", ("--stdin",), "Take the passphrase from standard input.", "switch"),
        Option("namespace", ("--namespace", "-n"), "all is what a copy has; a part is for memory import.", metavar="N", hidden=True),
        Option("dry_run", ("--dry-run", "--verify"), "Verify the copy, and replace nothing.", "switch"),
    ),
    positionals=(Positional("file", "The copy, instead of --file."),),
    examples=("hooks-cli memory restore memory-app-20251017-120000.backup", "hooks-cli memory restore safe.backup --dry-run"),
    details="The copy is verified before anything is replaced. What was the store before lies beside it afterwards, and its path is "
    "printed. Exports (json, sqlite …) are taken in by memory import, not by this.",
)  # fmt: skip


def run(call: Call, environment: Environment) -> int:
    """Restore. Raises MissingArgument (64), InputMissing (66), DataError (65), WrongKey, Tampered or ReadOnlyAgent (77), Busy (75)."""
    from hooks_cli.commands.memory.backup import file_of, phrase_of, refuse_part
    from hooks_cli.model.json_text import object_text
    from hooks_cli.operations import access, store_backup

    refuse_part(call, "memory import")
    path = file_of(call, environment, "input", "file")
    if not path:
        raise MissingArgument(verb=call.verb.title, what=f"a copy: {call.verb.title} FILE")
    dry_run = call.flag("dry_run")
    if not dry_run:
        access.check_write(environment)
    done = store_backup.restore(environment, path, phrase=phrase_of(call, environment, new=False), dry_run=dry_run)
    holds = done.holds
    if call.format != "text":
        facts: dict[str, object] = {"path": path, "restored": not dry_run, "aside": done.aside or None}
        facts |= {"entries": holds.entries, "versions": holds.versions, "revision": holds.revision}
        environment.out(object_text({"schema_version": "1", "restore": facts}) + "\n")
        return 0
    verb = "Verified" if dry_run else "Restored"
    what = f"{holds.entries} entries ({holds.versions} versions, revision {holds.revision})"
    environment.out(f"{verb} {what} from {path}\n")
    if done.aside:
        environment.out(f"What was there before: {done.aside}\n")
    return 0
