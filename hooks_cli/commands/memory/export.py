"""`memory export`: get memory out, as a file or on standard output."""

from __future__ import annotations

from hooks_cli.cli.spec import PROGRESS_OPTION, Option, Positional, Verb
from hooks_cli.commands import past_reading
from hooks_cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment
    from hooks_cli.model.selection import Selection
    from hooks_cli.operations.exporting import Exported, Request

FORMS = ("json", "ndjson", "csv", "tsv", "markdown", "sqlite", "parquet")
OTHER_WORDS = {"jsonl": "ndjson", "md": "markdown", "db": "sqlite", "sqlite3": "sqlite", "json-pretty": "json"}

VERB = Verb(
    "memory",
    "export",
    "Write memory out as JSON, NDJSON, CSV, TSV, Markdown, SQLite or Parquet.",
    options=(
        Option("form", ("--format",), "json, ndjson, csv, tsv, markdown, sqlite or parquet; else as the file is named, else json.",
               metavar="FORM"),
        Option("output", ("--output", "-o", "--file"), "The file; - is standard output.", metavar="FILE"),
        Option("file_or_form", ("-f",), "A form when it is one, else the file.", metavar="FORM|FILE", hidden=True),
        Option("stdout", ("--stdout",), "Write to standard output.", "switch"),
        Option("project", ("--project", "-p"), "current, a project's name or path, or all.", metavar="PROJECT"),
        Option("all", ("--all",), "Everything: all namespaces, all versions.", "switch"),
        Option("namespace", ("--namespace", "-n"), "Only this namespace; may be a glob.", metavar="N"),
        Option("pattern", ("--pattern", "--key"), "Only the addresses that this glob matches.", metavar="GLOB"),
        Option("exclude", ("--exclude", "--exclude-namespace"), "Not the addresses that this glob matches; repeatable.", "many",
               metavar="GLOB"),
        Option("since", ("--since", "--from"), "Only what was written from then on: a date, 2h, 7d.", metavar="TIME"),
        Option("until", ("--until", "--to"), "Only what was written before.", metavar="TIME"),
        Option("tags", ("--tags", "--tag"), "Only entries that have all these tags.", "many", metavar="TAGS"),
        Option("session", ("--session-id", "--session", "-s"), "Only what was written in this session.", metavar="ID"),
        Option("agent", ("--agent-id", "--agent"), "Only what this agent wrote.", metavar="NAME"),
        Option("versions", ("--versions",), "head: what the addresses hold now; all: with their history. json, ndjson and sqlite "
               "have all by default, so that they can be imported again; the others head.", "choice", choices=("head", "all")),
        past_reading.REFUSED_OPTION,
        Option("redact", ("--redact",), "Leave out sealed values and whatever looks like a secret.", "switch"),
        Option("metadata", ("--include-metadata",), "With the metadata (the default); false leaves it out.", "switch"),
        Option("compress", ("--compress", "--gzip", "--compression"), "Compress with gzip; so does a name that ends in .gz.", "switch"),
        Option("pretty", ("--pretty",), "Indent the JSON.", "switch"),
        Option("force", ("--force", "--overwrite"), "Replace a file that is there already.", "switch"),
        Option("report", ("--stats", "--verbose"), "Say what was written, also when it goes to standard output.", "switch"),
        PROGRESS_OPTION,
    ),
    positionals=(Positional("words", "The file, instead of --output.", many=True),),
    examples=(
        "claude-flow memory export --project current --format sqlite",
        'claude-flow memory export backup.json --namespace "swarm/*"',
        "hooks-cli memory export --format ndjson --since 7d - | gzip > week.ndjson.gz",
    ),
    details="Text goes to standard output unless a file is named; sqlite and parquet go to memory-<project>.<form> in the current "
    "folder, and the path is printed. Files are made whole, readable by their owner only; one that is there already stays unless --force. "
    "Sensitive values stay sealed: what is written in their place can be opened by this store alone.",
)  # fmt: skip


def request(call: Call, environment: Environment) -> Request:
    """What the call asks for. Raises UsageError (64)."""
    from hooks_cli.operations import exporting
    from hooks_cli.operations.export_parts import Choices
    from hooks_cli.output.progress import mode_of

    path, form = _path(call), _word(call.text("form"))
    short = call.text("file_or_form")
    if _word(short) in FORMS:
        form = form or _word(short)
    elif short:
        path = path or short
    compress = call.flag("compress") or path.lower().endswith(".gz")
    form = form or exporting.form_of(path) or "json"
    if form not in FORMS:
        raise UsageError(
            f"memory export has no form {form}.", hint=f"It has: {', '.join(FORMS)}. JSON is valid YAML, too."
        )
    choices = Choices(
        _selection(call, environment, form),
        redact=call.flag("redact"),
        metadata=call.flag("metadata", True),
        pretty=call.flag("pretty") or call.text("form") == "json-pretty",
    )
    if choices.pretty and form != "json":
        raise UsageError("--pretty is for the form json: each of the others has one line for an entry.")
    return exporting.Request(form, path, call.text("project"), choices, call.flag("force"), compress, mode_of(call))


def _path(call: Call) -> str:
    words = list(call.words("words"))
    if call.flag("compress") and words[-1:] in (["gzip"], ["gz"]):
        words.pop()  # `--compress gzip`
    paths = [path for path in (call.text("output"), *words, "-" if call.flag("stdout") else "") if path]
    if len(set(paths)) > 1:
        raise UsageError(f"memory export writes one file, not {len(paths)}: {', '.join(paths)}.")
    return paths[0] if paths else ""


def _word(form: str) -> str:
    return OTHER_WORDS.get(form.lower(), form.lower())


def _selection(call: Call, environment: Environment, form: str) -> Selection:
    from hooks_cli.model import selection
    from hooks_cli.model.times import parse_time
    from hooks_cli.operations.exporting import WITH_HISTORY

    everything = call.flag("all")
    if everything and (call.text("namespace") not in ("", "all") or call.text("pattern")):
        raise UsageError("--all means everything, and --namespace or --pattern a part of it. Name one of them.")
    now = environment.now()
    times = [parse_time(call.text(name), now, f"--{name}") if call.text(name) else None for name in ("since", "until")]
    tags = [tag.strip() for text in call.words("tags") for tag in text.split(",") if tag.strip()]
    usual = "all" if everything or form in WITH_HISTORY else "head"
    return selection.Selection(
        selection.pattern_of(call.text("namespace"), call.text("pattern")),
        times[0],
        times[1],
        tuple(tags),
        call.text("session"),
        call.text("agent"),
        call.text("versions") or usual,
        tuple(call.words("exclude")),
    )


def run(call: Call, environment: Environment) -> int:
    """Write the export. Raises NotFound (1), UsageError (64), InputMissing (66), ExtraMissing (69), OutputExists (73)."""
    from hooks_cli.operations import exporting

    past_reading.refuse(call, "it writes what there is now, or with --versions all every version")
    wanted = request(call, environment)
    done = exporting.export(environment, wanted)
    if done.path:
        environment.out(_report(done, call.format))
    elif call.flag("report"):
        environment.err("hooks-cli: " + _sentence(done, "standard output"))
    return 0


def _report(done: Exported, output: str) -> str:
    from hooks_cli.model.json_text import object_text

    if output == "text":
        return _sentence(done, done.path) + "\n"
    facts: dict[str, object] = {"path": done.path, "form": done.form, "projects": done.projects, **done.counts}
    return object_text({"schema_version": "1", "exported": facts}) + "\n"


def _sentence(done: Exported, place: str) -> str:
    counts = [f"{number:,} {_singular(name) if number == 1 else name}" for name, number in done.counts.items()]
    of = f" of {len(done.projects)} projects" if len(done.projects) > 1 else ""
    return f"Exported {', '.join(counts) or 'nothing'}{of} to {place}"


def _singular(name: str) -> str:
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")
