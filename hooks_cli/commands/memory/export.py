"""`memory export`: writes entries to a file or to standard output."""

from __future__ import annotations

from hooks_cli.commands.options import point_in_time, schedule, shared
from hooks_cli.commands.options.encryption import SEALING_OPTIONS, seal_of
from hooks_cli.commands.options.filters import NARROWING_OPTIONS, facts, times
from hooks_cli.errors import UsageError
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.transfer.export import Exported, Request
    from hooks_cli.model.selection import Selection
    from hooks_cli.model.verb import Call

FORMS = ("json", "ndjson", "csv", "tsv", "markdown", "yaml", "xml", "sqlite", "parquet")
OTHER_WORDS = {
    "jsonl": "ndjson", "md": "markdown", "db": "sqlite", "sqlite3": "sqlite", "json-pretty": "json", "pretty-json": "json",
    "enhanced-json": "json", "full-json": "json", "yml": "yaml", "compressed": "json", "gzip": "json", "gz": "json",
    "text": "markdown", "txt": "markdown", "binary": "sqlite",
}  # fmt: skip
COMPRESSED = ("compressed", "gzip", "gz")

# The filters that a search has, too; times, tags, session and agent are the export's own.
_NARROWING = (
    "about_type", "about_category", "about_domain", "about_scope", "about_owner", "about_partition", "about_status", "between",
    "max_age", "filters", "key_pattern", "size_over", "size_under",
)  # fmt: skip

VERB = Verb(
    "memory",
    "export",
    "Write memory out as JSON, NDJSON, CSV, TSV, Markdown, YAML, XML, SQLite or Parquet.",
    options=(
        Option("form", ("--format",), f"{', '.join(FORMS)}; else as the file is named, else json.",
               metavar="FORM", choices=FORMS),
        shared.output("The file; - is standard output.", "--file", "--destination"),
        Option("backup", ("--backup",), "The same; without a file it is memory-<project>-<time>.<form> in the current folder.", "optional",
               metavar="[FILE]"),
        Option("file_or_form", ("-f",), "A form when it is one, else the file.", metavar="FORM|FILE", hidden=True),
        Option("stdout", ("--stdout",), "Write to standard output.", "switch"),
        Option("project", ("--project", "-p"), "current, a project's name or path, or all.", metavar="PROJECT"),
        Option("all", ("--all",), "Everything: all namespaces, all versions.", "switch"),
        shared.namespace("Only this namespace; may be a glob."),
        Option("pattern", ("--pattern", "--key"), "Only the addresses that this glob matches.", metavar="GLOB"),
        shared.exclude("Not the addresses that this glob matches, "
               "nor this namespace; several with commas."),
        shared.since("Only what was written from then on: a date, 2h, 7d.", "--from"),
        shared.until("Only what was written before.", "--to"),
        shared.tags("Only entries that have all these tags."),
        shared.session_id("Only what was written in this session.", name="session"),
        shared.agent("Only what this agent wrote."),
        Option("versions", ("--versions",), "head: what the addresses hold now; all: with their history. json, ndjson and sqlite "
               "have all by default, so that they can be imported again; the others head.", "choice", choices=("head", "all")),
        Option("all_versions", ("--all-versions", "--include-history", "--with-history"), "The same as --versions all.", "switch"),
        *[option for option in NARROWING_OPTIONS if option.name in _NARROWING],
        point_in_time.REFUSED_OPTION,
        Option("redact", ("--redact",), "Leave out sealed values and whatever looks like a secret.", "switch"),
        Option("metadata", ("--include-metadata",), "With the metadata (the default); false leaves it out.", "switch"),
        Option("data", ("--metadata-only",), "Without the values: addresses, times, tags and metadata.", "switch"),
        *SEALING_OPTIONS,
        Option("compress", ("--compress", "--gzip", "--compression"), "Compress with gzip; so does a name that ends in .gz.", "switch"),
        Option("pretty", ("--pretty",), "Indent the JSON.", "switch"),
        shared.force("Replace a file that is there already.", "--overwrite"),
        Option("report", ("--stats", "--verbose"), "Say what was written, also when it goes to standard output.", "switch"),
        shared.SCHEDULE,
        schedule.KEEP_OPTION,
        shared.PROGRESS,
    ),
    positionals=(Positional("words", "The file, instead of --output.", many=True),),
    strangers="narrow",
    examples=(
        "claude-flow memory export --project current --format sqlite",
        'claude-flow memory export backup.json --namespace "swarm/*"',
        "hooks-cli memory export --format ndjson --since 7d - | gzip > week.ndjson.gz",
    ),
    details=("Text formats go to standard output unless a file is named; sqlite and parquet go to "
"memory-<project>.<format> in the current folder, and the path is printed. A file is complete or absent, "
"readable by its owner only, and never overwritten without --force. With --encrypt the file opens with "
"the passphrase, or without one with this store's key; memory import --decrypt reads it. Sensitive values "
"stay sealed: only this store can open them."),
    actions=(),
)  # fmt: skip


def request(call: Call, environment: Environment) -> Request:
    """What the call asks for. Raises UsageError (64)."""
    from hooks_cli.features.transfer import export
    from hooks_cli.features.transfer.export_parts import Choices
    from hooks_cli.output.progress import mode_of

    since_until = times(call, environment)  # takes the second time of --between from the words
    path, form = _path(call), _word(call.text("form"))
    short = call.text("file_or_form")
    if _word(short) in FORMS:
        form = form or _word(short)
    elif short:
        path = path or short
    compress = call.flag("compress") or path.lower().removesuffix(".enc").endswith(".gz")
    compress = compress or call.text("form").lower() in COMPRESSED
    form = form or export.form_of(path) or "json"
    if form not in FORMS:
        raise UsageError(f"memory export has no form {form}.", hint=f"It has: {', '.join(FORMS)}.")
    choices = Choices(
        _selection(call, environment, form, since_until),
        redact=call.flag("redact"),
        metadata=call.flag("metadata", True),
        data=not call.flag("data"),
        pretty=(call.flag("pretty") and form not in ("yaml", "xml"))
        or call.text("form") in ("json-pretty", "pretty-json"),
    )
    if choices.pretty and form != "json":
        raise UsageError("--pretty is for the form json: each of the others has one line for an entry.")
    seal = seal_of(call, environment)
    ending = "." + ("md" if form == "markdown" else form) + (".gz" if compress else "") + (".enc" if seal else "")
    if "keep" in call.values:
        from hooks_cli.features.backup import kept_copies

        if path or call.number("keep", 0) < 1:
            raise UsageError(
                "--keep takes a number from 1 on, and gives each file a dated name of its own.",
                hint="Leave the file out.",
            )
        path = kept_copies.place(environment, "export", ending)
    elif call.flag("backup") and not path:
        from hooks_cli.features.backup import backup

        path = backup.default_name(environment, "export", ending)
    return export.Request(
        form,
        path,
        call.text("project"),
        choices,
        call.flag("force"),
        compress,
        mode_of(call),
        seal,
    )


def _path(call: Call) -> str:
    words = list(call.words("words"))
    if call.flag("compress") and words[-1:] in (["gzip"], ["gz"]):
        words.pop()  # `--compress gzip`
    paths = [
        path for path in (call.text("output"), call.text("backup"), *words, "-" if call.flag("stdout") else "") if path
    ]
    if len(set(paths)) > 1:
        raise UsageError(f"memory export writes one file, not {len(paths)}: {', '.join(paths)}.")
    return paths[0] if paths else ""


def _word(form: str) -> str:
    return OTHER_WORDS.get(form.lower(), form.lower())


def _selection(
    call: Call, environment: Environment, form: str, since_until: tuple[int | None, int | None]
) -> Selection:
    from hooks_cli.features.transfer.export import WITH_HISTORY
    from hooks_cli.model import selection

    everything = call.flag("all")
    if everything and (call.text("namespace") not in ("", "all") or call.text("pattern")):
        raise UsageError("--all means everything, and --namespace or --pattern a part of it. Name one of them.")
    tags = [tag.strip() for text in call.words("tags") for tag in text.split(",") if tag.strip()]
    usual = "all" if everything or call.flag("all_versions") or form in WITH_HISTORY else "head"
    return selection.Selection(
        selection.pattern_of(call.text("namespace"), call.text("pattern")),
        *since_until,
        tuple(tags),
        call.text("session"),
        call.text("agent"),
        call.text("versions") or usual,
        addresses.left_alone(call.words("exclude")),
        tuple(facts(call, environment)),
    )


def run(call: Call, environment: Environment) -> int:
    """Write the export. Raises NotFound (1), UsageError (64), InputMissing (66), ExtraMissing (69), OutputExists (73)."""
    from hooks_cli.features.transfer import export

    if call.text("schedule"):
        from hooks_cli.features.backup import kept_copies

        return schedule.answer(call, environment, kept_copies.folder_of(environment))
    point_in_time.refuse(call, "it writes what there is now, or with --versions all every version")
    wanted = request(call, environment)
    done = export.export(environment, wanted)
    if done.path and "keep" in call.values:
        import os

        from hooks_cli.features.backup import kept_copies

        name = os.path.basename(done.path)
        kept_copies.keep_newest(done.path, name[name.index(".", name.rindex("-")) :], call.number("keep", 1))
    if done.path:
        environment.out(_report(done, call.format))
    elif call.flag("report"):
        environment.err("hooks-cli: " + _sentence(done, "standard output"))
    return 0


def _report(done: Exported, output: str) -> str:
    from hooks_cli.text.json_writer import object_text

    if output == "text":
        return _sentence(done, done.path) + "\n"
    facts: dict[str, object] = {"path": done.path, "form": done.form, "projects": done.projects, **done.counts}
    return object_text({"schema_version": "1", "exported": facts}) + "\n"


def _sentence(done: Exported, place: str) -> str:
    told = dict(done.counts)
    if told.get("versions") == told.get("entries"):
        told.pop("versions", None)  # it says nothing more
    counts = [f"{number:,} {_singular(name) if number == 1 else name}" for name, number in told.items()]
    of = f" of {len(done.projects)} projects" if len(done.projects) > 1 else ""
    return f"Exported {', '.join(counts) or 'nothing'}{of} to {place}"


def _singular(name: str) -> str:
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")
