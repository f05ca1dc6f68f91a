"""`memory backup`: writes an encrypted, verified copy of the whole store."""

from __future__ import annotations

from hooks_cli.commands.memory import _partial_backup
from hooks_cli.commands.options import schedule, shared
from hooks_cli.errors import UsageError
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.backup.backup import BackedUp
    from hooks_cli.model.verb import Call

CHECKING = ("validate", "verify", "check")

VERB = Verb(
    "memory",
    "backup",
    "Write an encrypted, verified copy of the store or of a namespace, while other processes write.",
    options=(
        shared.output("The file.", "--file", "-f", "--path", "--destination"),
        Option("passphrase", ("--passphrase",), "A passphrase opens it, too: asked for, or from --stdin or --password-file.", "switch"),
        shared.PASSWORD_FILE,
        shared.stdin(),
        *_partial_backup.PART_OPTIONS,
        Option("scope", ("--scope",), "all, which a copy has anyway; a part is named by --namespace.", metavar="all", hidden=True),
        Option("encrypt", ("--encrypt",), "A copy is always encrypted; false is refused.", "optional", metavar="aes256", hidden=True),
        Option("list", ("--list",), "Print the copies in the folder, the newest first.", "switch"),
        shared.SCHEDULE,
        schedule.KEEP_OPTION,
        Option("output_format", ("--format",), "text, json or ndjson; compressed: a part is, a whole copy does not shrink.", "choice",
               choices=("text", "json", "ndjson", "compressed")),
        shared.force("Replace a file that is there already."),
        Option("name", ("--name", "--label"), "The file's name, without its ending.", metavar="NAME"),
        Option("folder", ("--dir", "--output-dir", "--backup-dir"), "The folder for the file, made when it is missing.", metavar="DIR"),
        shared.session_id("Only for prompts that give it: a copy has all sessions."),
        shared.PROGRESS,
    ),
    positionals=(
        Positional("file", "The file, instead of --output; or validate, and the copies to verify."),
        Positional("copies", "The copies that validate verifies.", many=True),
    ),
    examples=("hooks-cli memory backup", "hooks-cli memory backup ~/safe/memory.backup --passphrase"),
    details=("The default name is memory-<project>-<time>.backup in the current folder. The copy opens with this "
"store's key. With --passphrase a second file (FILE.slots) opens it elsewhere too. To put a copy back: "
"memory restore FILE.\n\nTo move to another machine: memory backup FILE --passphrase here; there, with both "
"files, memory restore FILE --passphrase."),
    actions=(),
)  # fmt: skip


def file_of(call: Call, environment: Environment, *names: str) -> str:
    """The one file that a call names, "" for none. Raises UsageError (64) for several."""
    import os

    found = {call.text(name) for name in names} - {""}
    if len(found) > 1:
        raise UsageError(f"{call.verb.title} takes one file, not {len(found)}: {', '.join(sorted(found))}.")
    return os.path.join(environment.cwd, found.pop()) if found else ""


def _named(call: Call, environment: Environment) -> str:
    """The file that --name and --dir make, else the usual one. Raises CannotCreate (73) for the folder."""
    import os

    from hooks_cli.features.backup import backup
    from hooks_cli.system.private_files import make_folder

    name = call.text("name")
    usual = backup.default_name(environment, call.text("namespace"))
    folder = os.path.join(environment.cwd, call.text("folder"))
    if call.text("folder"):
        make_folder(folder)
    return os.path.join(folder, name + backup.ENDING if name else os.path.basename(usual))


def _settle(call: Call, environment: Environment) -> None:
    """Refuse what a copy cannot be, and tell what it is anyway. Raises UsageError (64)."""
    from hooks_cli.commands.options.encryption import check_cipher

    check_cipher(call, "encrypt")
    if call.values.get("encrypt") is False:
        raise UsageError("A copy is always encrypted.", hint="For a file that anybody can read: memory export FILE")
    if call.text("scope") not in ("", "all", "full", "project"):
        raise UsageError(
            f"memory backup has no scope {call.text('scope')}.", hint="A part is named by its namespace: --namespace N"
        )
    if call.text("session_id"):
        environment.err("hooks-cli: --session-id has no effect on memory backup: a copy has all sessions")
    if call.text("output_format") == "compressed":
        del call.values["output_format"]
        if not _partial_backup.is_part(call):
            environment.err(
                "hooks-cli: --format compressed has no effect on memory backup: what is encrypted does not shrink"
            )


def _check(call: Call, environment: Environment) -> int:
    """Verify each copy that is named, or that a glob finds; the exit code of the first that is none."""
    import glob
    import os

    from hooks_cli.features.backup import backup

    phrase = phrase_of(call, environment, new=False, piped=call.flag("stdin"))
    for name in call.words("copies"):
        place = os.path.join(environment.cwd, name)
        for path in [place] if os.path.exists(place) else sorted(glob.glob(place)) or [place]:
            if _partial_backup.is_sealed_file(path):
                count = _partial_backup.versions_in(environment, path, phrase)
                environment.out(f"Verified {changes.count(count, 'version', 'versions')} of a part in {path}\n")
                continue
            holds = backup.restore(environment, path, phrase=phrase, dry_run=True).holds
            environment.out(f"Verified {changes.holdings(holds.entries, holds.versions, holds.revision)} in {path}\n")
    return 0


def _list(call: Call, environment: Environment) -> int:
    """The copies in the folder: name, size and time, the newest first."""
    import os

    from hooks_cli.features.backup import backup
    from hooks_cli.text.json_writer import object_text
    from hooks_cli.text.units import size_in_words, to_iso

    found: list[dict[str, object]] = []
    for path in backup.copies_in(environment):
        facts = os.stat(path)
        found.append({"path": path, "bytes": facts.st_size, "at": to_iso(facts.st_mtime_ns // 1_000_000)})
    if call.format == "text":
        for copy in found:
            environment.out(
                f"{os.path.basename(str(copy['path']))}\t{size_in_words(int(str(copy['bytes'])))}\t{copy['at']}\n"
            )
        if not found:
            environment.err(f"hooks-cli: no copies in {environment.cwd}")
    else:
        environment.out(object_text({"schema_version": "1", "backups": found, "total": len(found)}) + "\n")
    return 0


def phrase_of(call: Call, environment: Environment, *, new: bool, piped: bool) -> str:
    """The passphrase for a copy, "" when none is asked for; `piped`: from standard input. Raises UsageError (64), InputMissing (66)."""
    import os

    from hooks_cli.commands.options.secret_prompt import Answers
    from hooks_cli.crypto.keys.file import read_private
    from hooks_cli.errors import InputMissing

    path = call.text("password_file")
    if path:
        text = read_private(os.path.join(environment.cwd, path))
        if text is None:
            raise InputMissing(path=path, reason="it does not exist")
        if not text.strip():
            raise UsageError(f"The file {path} holds no passphrase.")
        return text.rstrip("\r\n")
    if not call.flag("passphrase") and not piped:
        return ""
    answers = Answers(environment, piped)
    return answers.new_passphrase("The passphrase of the copy") if new else answers.secret("The passphrase of the copy")


def run(call: Call, environment: Environment) -> int:
    """Make the copy. Raises NotFound (1), OutputExists (73), Tampered (77), UsageError (64)."""
    from hooks_cli.commands import store_access
    from hooks_cli.features.backup import backup, kept_copies
    from hooks_cli.output.progress import Progress, mode_of

    if call.text("schedule"):
        return schedule.answer(call, environment, kept_copies.folder_of(environment))
    if call.text("file") in CHECKING and call.words("copies"):
        return _check(call, environment)
    if call.words("copies"):
        raise UsageError(f"{call.verb.title} takes one file; {call.words('copies')[0]!r} is one too many.")
    if call.flag("list"):
        return _list(call, environment)
    _settle(call, environment)
    phrase = phrase_of(call, environment, new=True, piped=call.flag("stdin"))
    path = file_of(call, environment, "output", "file")
    if "keep" in call.values:
        return _dated(call, environment, path, phrase)
    if _partial_backup.is_part(call):
        return _partial_backup.back_up(call, environment, path or _named(call, environment), phrase)
    store = store_access.for_memory(environment, create=False)
    with Progress(environment, "Backing up", mode=mode_of(call)) as progress:

        def make(name: str) -> backup.BackedUp:
            return backup.back_up(
                store, environment, name, phrase=phrase, force=call.flag("force"), stage=progress.stage
            )

        if path or call.text("name"):
            made = make(path or _named(call, environment))
        else:
            made = backup.under_free_name(lambda: _named(call, environment), make)
    return _told(call, environment, made, store.key.source)


def _dated(call: Call, environment: Environment, path: str, phrase: str) -> int:
    """Write a copy with a dated name, and remove those beside it that are too many. Raises UsageError (64) for a name of its own."""
    import os

    from hooks_cli.commands import store_access
    from hooks_cli.features.backup import backup, kept_copies

    number = call.number("keep", kept_copies.KEPT)
    if number < 1 or path or call.text("name"):
        raise UsageError(
            "--keep takes a number from 1 on, and gives each copy a dated name of its own.",
            hint="Leave the file out. The folder may be named: --dir DIR",
        )
    part = call.text("namespace")
    folder = os.path.join(environment.cwd, call.text("folder")) if call.text("folder") else ""
    name = kept_copies.place(environment, part, backup.ENDING, folder)
    if _partial_backup.is_part(call):
        code = _partial_backup.back_up(call, environment, name, phrase)
    else:
        store = store_access.for_memory(environment, create=False)
        code = _told(call, environment, backup.back_up(store, environment, name, phrase=phrase), store.key.source)
    gone = kept_copies.keep_newest(name, backup.ENDING, number)
    if gone:
        environment.err(f"hooks-cli: the newest {number} are kept; removed: {', '.join(map(os.path.basename, gone))}")
    return code


def _told(call: Call, environment: Environment, made: BackedUp, key_source: str) -> int:
    """Print what was written."""
    from hooks_cli.text.json_writer import object_text

    holds = made.holds
    if call.format == "text":
        needs = f"the passphrase ({made.slots})" if made.slots else f"this store's key ({key_source})"
        environment.out(
            f"Backed up {changes.holdings(holds.entries, holds.versions, holds.revision)} to {made.path}\n"
            f"Verified. To restore it, {needs} is needed.\n"
        )
    else:
        facts: dict[str, object] = {"path": made.path, "slots": made.slots or None, "entries": holds.entries}
        facts |= {"versions": holds.versions, "revision": holds.revision, "bytes": holds.size, "verified": True}
        environment.out(object_text({"schema_version": "1", "backup": facts}) + "\n")
    return 0
