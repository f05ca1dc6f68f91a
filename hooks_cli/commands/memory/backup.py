"""`memory backup`: an encrypted, verified copy of the whole store."""

from __future__ import annotations

from hooks_cli.cli.spec import PROGRESS_OPTION, Option, Positional, Verb
from hooks_cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

VERB = Verb(
    "memory",
    "backup",
    "Make an encrypted copy of the whole store, while writers go on, and verify it.",
    options=(
        Option("output", ("--output", "-o", "--file", "-f", "--path", "--destination"), "The file.", metavar="FILE"),
        Option("passphrase", ("--passphrase",), "A passphrase opens it, too: asked for, or from --stdin or --password-file.", "switch"),
        Option("password_file", ("--password-file", "--passphrase-file"), "The file that holds the passphrase.", metavar="PATH"),
        Option("stdin", ("--stdin",), "Take the passphrase from standard input.", "switch"),
        Option("namespace", ("--namespace", "-n"), "all is what a copy has; a part is taken by memory export.", metavar="N", hidden=True),
        Option("force", ("--force",), "Replace a file that is there already.", "switch"),
        PROGRESS_OPTION,
    ),
    positionals=(Positional("file", "The file, instead of --output."),),
    examples=("hooks-cli memory backup", "hooks-cli memory backup ~/safe/memory.backup --passphrase"),
    details="Without a name it is memory-<project>-<time>.backup in the current folder. It opens with this store's key; with "
    "--passphrase a file beside it (FILE.slots) opens it elsewhere, too. Put it back with: memory restore FILE.",
)  # fmt: skip


def file_of(call: Call, environment: Environment, *names: str) -> str:
    """The one file that a call names, "" for none. Raises UsageError (64) for several."""
    import os

    found = {call.text(name) for name in names} - {""}
    if len(found) > 1:
        raise UsageError(f"{call.verb.title} takes one file, not {len(found)}: {', '.join(sorted(found))}.")
    return os.path.join(environment.cwd, found.pop()) if found else ""


def refuse_part(call: Call, instead: str) -> None:
    """Raise UsageError (64) for a namespace: a copy is the whole store."""
    namespace = call.text("namespace")
    if namespace not in ("", "all", "*"):
        raise UsageError(
            f"{call.verb.title} is about the whole store, not about {namespace}.",
            hint=f"For a part: {instead} FILE --namespace '{namespace}'",
        )


def phrase_of(call: Call, environment: Environment, *, new: bool) -> str:
    """The passphrase for a copy, "" when none is asked for. Raises UsageError (64), InputMissing (66)."""
    import os

    from hooks_cli.commands.asking import Answers
    from hooks_cli.crypto.key_file import read_private
    from hooks_cli.errors import InputMissing

    path = call.text("password_file")
    if path:
        text = read_private(os.path.join(environment.cwd, path))
        if text is None:
            raise InputMissing(path=path, reason="it does not exist")
        if not text.strip():
            raise UsageError(f"The file {path} holds no passphrase.")
        return text.rstrip("\r\n")
    if not call.flag("passphrase") and not call.flag("stdin"):
        return ""
    answers = Answers(environment, call.flag("stdin"))
    return answers.new_passphrase("The passphrase of the copy") if new else answers.secret("The passphrase of the copy")


def run(call: Call, environment: Environment) -> int:
    """Make the copy. Raises NotFound (1), OutputExists (73), Tampered (77), UsageError (64)."""
    from hooks_cli.commands import opening
    from hooks_cli.model.json_text import object_text
    from hooks_cli.operations import store_backup
    from hooks_cli.output.progress import Progress, mode_of

    refuse_part(call, "memory export")
    path = file_of(call, environment, "output", "file") or store_backup.default_name(environment)
    phrase = phrase_of(call, environment, new=True)
    store = opening.for_memory(environment, create=False)
    with Progress(environment, "Backing up", mode=mode_of(call)) as progress:
        made = store_backup.back_up(
            store, environment, path, phrase=phrase, force=call.flag("force"), stage=progress.stage
        )
    holds = made.holds
    if call.format == "text":
        needs = f"the passphrase ({made.slots})" if made.slots else f"this store's key ({store.key.source})"
        environment.out(
            f"Backed up {holds.entries} entries ({holds.versions} versions, revision {holds.revision}) to {made.path}\n"
            f"Verified. To restore it, {needs} is needed.\n"
        )
    else:
        facts: dict[str, object] = {"path": made.path, "slots": made.slots or None, "entries": holds.entries}
        facts |= {"versions": holds.versions, "revision": holds.revision, "bytes": holds.size, "verified": True}
        environment.out(object_text({"schema_version": "1", "backup": facts}) + "\n")
    return 0
