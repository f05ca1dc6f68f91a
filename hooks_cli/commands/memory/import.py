"""`memory import`: reads entries from an export or from another program's memory."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.commands.options.encryption import OPENING_OPTIONS
from hooks_cli.errors import DataError, InputMissing, MissingArgument, UsageError
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.transfer.imports import Choices, Imported
    from hooks_cli.model.verb import Call

# Other words for the strategies.
STRATEGY_WORDS = {
    "skip": "skip", "keep": "skip", "newest": "newest", "merge": "newest", "intelligent": "newest",
    "overwrite": "overwrite", "update": "overwrite", "replace": "overwrite", "rename": "rename",
}  # fmt: skip
SHOWN = 20

VERB = Verb(
    "memory",
    "import",
    "Import an export, claude-flow's memory, an MCP memory file, or a folder of Markdown.",
    options=(
        Option("file", ("--file", "-f", "--input", "-i", "--files", "--path"), "The file or folder; several with commas; - is standard "
               "input.", "many", metavar="FILE"),
        shared.stdin("Read standard input."),
        shared.namespace("Put all under this namespace; a glob instead takes only what it matches."),
        Option("pattern", ("--pattern",), "Only the addresses that this glob matches; repeatable.", "many", metavar="GLOB"),
        shared.exclude("Not the addresses that this glob matches, "
               "nor this namespace; several with commas."),
        shared.tags("Only entries that have all these tags."),
        Option("project", ("--project", "-p"), "From an export of several projects: only this one.", metavar="NAME"),
        Option("conflict", ("--on-conflict", "--conflict-resolution", "--conflict"), "When an address has another history here: skip keeps "
               "ours (the default), newest takes theirs when it was written later, overwrite takes theirs, rename puts theirs "
               "at KEY.imported. What was here stays as an older version.", metavar="WAY"),
        Option("strategy", ("--merge-strategy", "--strategy"), "The same as --on-conflict.", metavar="WAY"),
        Option("merge", ("--merge", "-m"), "The same as --on-conflict newest.", "switch"),
        Option("overwrite", ("--overwrite",), "The same as --on-conflict overwrite.", "switch"),
        Option("skip", ("--skip-existing", "--skip-duplicates", "--no-overwrite"), "The same as --on-conflict skip.", "switch"),
        shared.dry_run("Say what would be done, and do nothing."),
        Option("backup", ("--backup",), "Make a copy of the store first, as memory backup does; its path is told on stderr.", "switch"),
        Option("form", ("--format",), "What the file must be (json, ndjson, csv, tsv, sqlite, markdown); without it, what it is.",
               metavar="FORM"),
        Option("strict", ("--strict",), "Take nothing at all when anything is refused.", "switch"),
        Option("validate", ("--validate", "--validation"), "Refuse what does not fit the schema of its address.", "switch"),
        Option("report", ("--stats", "--verbose"), "Name everything that was refused or left out.", "switch"),
        *OPENING_OPTIONS,
        Option("decompress", ("--decompress",), "The file is gzipped, which is seen by itself.", "optional",
               metavar="gzip", hidden=True),
        shared.PROGRESS,
        shared.AGENT,
    ),
    positionals=(Positional("words", "Files or folders.", many=True),),
    examples=(
        "claude-flow memory import backup.json",
        "hooks-cli memory import .swarm/memory.db --dry-run",
        'hooks-cli memory import memory/memory-store.json --namespace "old"',
    ),
    details=("The format is detected by content; gzip is unpacked, and files of export --encrypt are opened. Each file "
"is one transaction: all of it or nothing. Times, tags, metadata and versions are kept. Entries that "
"exist already are skipped, so a second import changes nothing. Entries deleted here since are restored "
"only from a file that this store itself wrote. Exit 65 if a record was refused; the other records are "
"imported, unless --strict."),
    actions=(),
)  # fmt: skip


def _paths(call: Call, environment: Environment) -> list[str]:
    given = [*call.words("file"), *call.words("words")] + (["-"] if call.flag("stdin") else [])
    paths = [path for text in given for path in _parts(text, environment)]
    if not paths:
        raise MissingArgument(verb=call.verb.title, what=f"a file: {call.verb.title} FILE")
    return list(dict.fromkeys(paths))


def _parts(text: str, environment: Environment) -> list[str]:
    """The one file of that name where there is one, even with commas in it; else the files of a list with commas."""
    import os

    if "," not in text or os.path.lexists(os.path.join(environment.cwd, text)):
        return [text]
    return [part.strip() for part in text.split(",") if part.strip()]


def _check_form(form: str, kind: str, path: str) -> None:
    """Raise DataError (65) when the file is not of the form that was asked for."""
    words = {
        "csv": "(csv)",
        "tsv": "(tsv)",
        "sqlite": "(sqlite)",
        "ndjson": "(ndjson)",
        "markdown": "Markdown",
        "md": "Markdown",
    }
    plain = not any(word in kind for word in words.values()) and not kind.endswith("memory.db")
    if form and not (
        words.get(form, "?") in kind or (form == "json" and plain) or (form == "sqlite" and "memory.db" in kind)
    ):
        raise DataError(f"{path} is {kind}, not {form}.")


def _choices(call: Call) -> Choices:
    from hooks_cli.features.transfer.imports import Choices
    from hooks_cli.model import address as addresses

    words = [call.text(name) for name in ("conflict", "strategy")]
    words += ["newest"] if call.flag("merge") else []
    words += ["skip"] if call.flag("skip") else []
    words += ["overwrite"] if call.flag("overwrite") else []
    ways = []
    for word in words:
        if word and word.lower() not in STRATEGY_WORDS:
            raise UsageError(f"--on-conflict has no way {word}.", hint="It has: skip, newest, overwrite, rename.")
        ways += [STRATEGY_WORDS[word.lower()]] if word else []
    if len(set(ways)) > 1 and set(ways) != {"newest", "overwrite"}:
        raise UsageError(f"--on-conflict cannot be {' and '.join(dict.fromkeys(ways))} at once.")
    namespace = call.text("namespace").removesuffix("/")
    is_filter = addresses.is_glob(namespace)
    return Choices(
        ways[-1] if ways else "skip",
        "" if is_filter or namespace in ("all", "default") else namespace,
        tuple(call.words("pattern") + ([addresses.under(namespace)] if is_filter else [])),
        addresses.left_alone(call.words("exclude")),
        tuple(tag.strip() for text in call.words("tags") for tag in text.split(",") if tag.strip()),
        call.text("project"),
        call.flag("dry_run"),
        call.flag("strict"),
        call.flag("validate"),
    )


def run(call: Call, environment: Environment) -> int:
    """Import each file. Returns 65 when anything was refused. Raises DataError (65), InputMissing (66), UsageError (64)."""
    import os
    import sys
    from contextlib import closing

    from hooks_cli.commands import store_access
    from hooks_cli.commands.options.encryption import unsealing
    from hooks_cli.features import attribution
    from hooks_cli.features.backup import backup
    from hooks_cli.features.transfer import imports
    from hooks_cli.features.transfer.importers.detect import open_source
    from hooks_cli.output.progress import Progress, mode_of
    from hooks_cli.text.json_writer import object_text

    if call.text("decompress") not in ("", "gzip", "gz", "auto"):
        raise UsageError(f"{call.verb.title} --decompress knows gzip alone, not {call.text('decompress')}.")
    unseal = unsealing(call, environment)
    paths, choices = _paths(call, environment), _choices(call)
    attribution.check_write(environment, call.text("agent"))
    for path in paths:
        if path != "-" and not os.path.exists(os.path.join(environment.cwd, path)):
            raise InputMissing(path=path, reason="it does not exist")
    store = store_access.for_memory(environment)
    if call.flag("backup") and not choices.dry_run:
        made = backup.under_free_name(
            lambda: backup.default_name(environment),
            lambda name: backup.back_up(store, environment, name),
        )
        environment.err(f"hooks-cli: backed up to {made.path}")
    code = 0
    bodies: list[dict[str, object]] = []
    try:
        for path in paths:
            place = path if path == "-" else os.path.join(environment.cwd, path)
            stdin = sys.stdin.buffer if path == "-" else None
            with closing(open_source(place, stdin, environment.now(), unseal)) as source:
                _check_form(call.text("form").lower(), source.kind, path)
                with Progress(environment, "Importing", mode=mode_of(call), unit="records") as progress:
                    report = imports.import_source(store, environment, source, choices, progress.advance)
            if call.format == "text":
                environment.out(_text(report, path, choices))
                _tell(environment, report, call.flag("report"))
            elif call.format == "ndjson" or len(paths) == 1:
                environment.out(object_text({"schema_version": "1", "imported": _body(report, path, choices)}) + "\n")
            else:
                bodies.append(_body(report, path, choices))
            code = 65 if report.number_refused else code
    finally:
        # What was taken in before an error is told, too.
        if bodies:
            environment.out(object_text({"schema_version": "1", "imports": bodies, "total": len(bodies)}) + "\n")
    return code


def _text(report: Imported, path: str, choices: Choices) -> str:
    counts = report.counts
    new = counts["added"] + counts["renamed"] + counts["brought_back"]
    versions = _some(new, "entry version")
    if report.committed:
        lines = [f"Imported {versions} from {report.kind}: {path}"]
    elif choices.dry_run:
        lines = [f"Would import {versions} from {report.kind}: {path}"]
    else:
        lines = [f"Imported nothing from {report.kind}: {path}"]
        lines.append(f"  --strict takes all or nothing; without it, {versions} would be taken")
    facts = [
        (counts["brought_back"], "of them brought back: they were deleted here since"),
        (counts["there"], "there already"),
        (counts["deleted_here"], "deleted here since, and left so (--on-conflict overwrite brings them back)"),
        (counts["kept_ours"], "have another history here, and ours was kept (--on-conflict newest|overwrite|rename)"),
        (counts["older"], "are older than the history that is kept here"),
        (counts["renamed"], "of them put at KEY.imported"),
        (counts["left"], "left out by the source itself"),
        (counts["not_asked_for"], "not asked for"),
        (len(report.unfit), "do not fit the schema of their address"),
        (report.number_refused, "refused"),
    ]
    facts += [(number, name.removesuffix("s") if number == 1 else name) for name, number in report.others.items()]
    lines += [f"  {number:,} {words}" for number, words in facts if number]
    return "\n".join(lines) + "\n"


def _some(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _tell(environment: Environment, report: Imported, everything: bool) -> None:
    """Name what was refused (and with --verbose what was left out or does not fit) on stderr."""
    lines = [f"refused: {item.what}: {item.why}" for item in report.refused]
    if everything:
        lines += [f"left out: {item.what}: {item.why}" for item in report.left]
        lines += [f"does not fit its schema: {text}" for text in report.unfit]
    shown = lines if everything else lines[:SHOWN]
    for line in shown:
        environment.err(f"hooks-cli: {line}")
    rest = max(report.number_refused, len(lines)) - len(shown)
    if rest > 0:
        environment.err(f"hooks-cli: and {rest:,} more (--verbose)")


def _body(report: Imported, path: str, choices: Choices) -> dict[str, object]:
    """The report of one file for programs."""
    counts = report.counts
    return {
        "file": path,
        "kind": report.kind,
        "dry_run": choices.dry_run,
        "committed": report.committed,
        "added": counts["added"] + counts["renamed"],
        **{
            name: counts[name]
            for name in (
                "renamed",
                "brought_back",
                "there",
                "deleted_here",
                "kept_ours",
                "older",
                "left",
                "not_asked_for",
            )
        },
        **{name: report.others[name] for name in ("sessions", "tasks", "events")},
        "unfit": len(report.unfit),
        "refused": [{"what": item.what, "why": item.why} for item in report.refused],
        "refused_total": report.number_refused,
    }
