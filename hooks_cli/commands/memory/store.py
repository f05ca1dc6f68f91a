"""`memory store`: stores a value at an address."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import shared
from hooks_cli.commands.options.about import ABOUT_OPTIONS, metadata_of
from hooks_cli.commands.options.about import NAMES as ABOUT_NAMES
from hooks_cli.errors import InputMissing, InvalidText, MissingArgument, UsageError
from hooks_cli.features.entries.write import StoreRequest, store_value, written_json, written_line
from hooks_cli.model import address as addresses
from hooks_cli.model.entry import MAX_VALUE_BYTES
from hooks_cli.model.verb import Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Written
    from hooks_cli.model.verb import Call

VALUE_OPTIONS = (
    Option(
        "value_option",
        ("--value", "-v", "--data", "--content"),
        "The value, instead of the second argument.",
        metavar="TEXT",
    ),
    shared.file("Take the value from a file.", "--value-file"),
    shared.stdin("Take the value from standard input (so does the value `-`)."),
)

VERB = Verb(
    "memory",
    "store",
    "Keep a value at an address; the value before it stays as an older version.",
    options=(
        shared.STORE_PATH,
        Option(
            "key_option", ("--key", "-k", "--memory-key"), "The address, instead of the first argument.", metavar="KEY"
        ),
        shared.namespace("The namespace N: the address is N/KEY."),
        *VALUE_OPTIONS,
        shared.metadata("A JSON object kept with the value."),
        shared.tags("Tags, separated by commas; may be repeated.", "-t"),
        shared.ttl(
            "The entry expires after this: seconds, or 90m, 12h, 7d.",
            "--expires",
            "--expires-in",
            "--expire",
            "--expiry",
        ),
        Option("redact", ("--redact", "--secure"), "Seal the whole value: shown only with --reveal.", "switch"),
        Option(
            "if_version",
            ("--if-version", "--cas"),
            "Write only if this is the current version (0: no entry), else exit 76 and print the current one.",
            "integer",
            metavar="N",
        ),
        Option("if_absent", ("--if-not-exists",), "The same as --if-version 0.", "switch"),
        Option(
            "keep_existing",
            ("--no-clobber", "--skip-existing"),
            "Write only if there is no entry; else keep it, say so and exit 0.",
            "switch",
        ),
        Option("append", ("--append",), "Add to the end of the value: memory append.", "switch"),
        shared.dry_run("Check everything, say what would be stored, and store nothing."),
        *ABOUT_OPTIONS,
        Option(
            "batch",
            ("--batch",),
            'Store many entries, all or none: one JSON object a line, {"key": …, "value": …}, in a FILE or on standard input.',
            "switch",
        ),
        shared.PROGRESS,
        *shared.ATTRIBUTION,
    ),
    positionals=(
        Positional("key", "The address."),
        Positional("words", "The value; several words are joined by spaces.", many=True),
    ),
    examples=(
        'claude-flow memory store "coordination/task-123" "Assigned API development to coder-1, testing to tester-1"',
        'git diff | claude-flow memory store "review/diff" -',
    ),
    details=(
        "Beside --content the key is optional: TEXT is stored at notes/<digest>, with --type discovery at "
        "discovery/<digest>. With a key and no value, the value is read from standard input, if there is any. A "
        "line of --batch may also have namespace, metadata, tags, ttl, and if_version (cas) or if_not_exists. "
        "Either all lines are stored or none; other writers wait until then."
    ),
    hot=True,
    aliases=("add", "put", "save", "set", "update", "write"),
    strangers="metadata",
    actions=(),
)


_CONDITIONS = frozenset(("if_absent", "keep_existing", "append", "dry_run"))

# Where a value may come from, besides the arguments.
_SOURCES = (("file", "--file"), ("stdin", "--stdin"), ("value_option", "--value"))


def address_of(call: Call, what: str = "a key") -> str:
    """The address that a call names by argument or by --key, with its namespace. Raises MissingArgument (64)."""
    option, argument, namespace = call.texts("key_option", "key", "namespace")
    if not (option or argument):
        raise MissingArgument(verb=call.verb.title, what=f"{what}: {call.verb.title} KEY")
    return addresses.join(namespace, option or argument)


def value_of(call: Call, environment: Environment) -> str:
    """The value that a call gives by argument, option, file or standard input.

    Raises MissingArgument, or UsageError for two of them (64), InvalidText or TooLarge (65), InputMissing (66).
    """
    values = call.values
    words = call.words("words")
    if values.get("key_option") and "key" in values:
        words = [call.text("key"), *words]  # `store --key K VALUE`: the first argument is the value
    sources = [flag for name, flag in _SOURCES if values.get(name)]
    if len(sources) + bool(words and words != ["-"]) > 1:
        given = [*sources, *(["an argument"] if words else [])]
        raise UsageError(
            f"{call.verb.title}: the value is given twice, by {given[0]} and by {given[1]}. Nothing was stored."
        )
    if values.get("file"):
        return _decoded(_file(environment, call.text("file")), "The file")
    if values.get("stdin") or words == ["-"] or values.get("value_option") == "-":
        return _decoded(environment.read_stdin(MAX_VALUE_BYTES), "The standard input")
    if "value_option" in call.values:
        return call.text("value_option")
    if not words:
        piped = _piped(environment)
        if piped and _is_event(piped):
            raise MissingArgument(
                verb=call.verb.title,
                what=f"a value: the agent's event on standard input is none. To keep it: {call.verb.title} KEY --stdin",
            )
        if piped:
            return _decoded(piped, "The standard input")
        if call.flag("batch"):
            raise MissingArgument(
                verb=call.verb.title,
                what=f"its entries from --file or standard input: {call.verb.title} --batch --file FILE",
            )
        raise MissingArgument(
            verb=call.verb.title, what=f"a value: {call.verb.title} KEY VALUE (or --value, --file, --stdin)"
        )
    return " ".join(words)


def _piped(environment: Environment) -> bytes:
    """What is piped in without --stdin; a pipe that stays silent for a second has nothing for us."""
    import os
    import stat

    try:
        kind = os.fstat(0).st_mode
    except OSError:
        return b""
    if not (stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind) or stat.S_ISREG(kind)):
        return b""
    return environment.read_stdin(MAX_VALUE_BYTES, 1_000)


def _is_event(piped: bytes) -> bool:
    """Whether it is the event that an agent sends to its hooks: a JSON object with `hook_event_name`."""
    if b'"hook_event_name"' not in piped or piped.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return False
    import json

    try:
        found = json.loads(piped.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and isinstance(found.get("hook_event_name"), str)


def _made_address(call: Call, environment: Environment, value: str) -> str:
    """An address for a value that came without one: what it is about, and its digest, so that the same value has the same one."""
    from hooks_cli.features.journal.file_capture import digest_of

    prefix = call.text("about_type") or call.text("about_category") or "notes"
    address = addresses.join(call.text("namespace"), f"{prefix}/{digest_of(value.encode('utf-8', 'replace'))[:12]}")
    environment.err(f"hooks-cli: no key was given; the value is kept at {address}")
    return address


def _file(environment: Environment, path: str) -> bytes:
    import os

    try:
        with open(os.path.join(environment.cwd, path), "rb") as file:
            return file.read(MAX_VALUE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InputMissing(path=path, reason=getattr(error, "strerror", None) or str(error)) from error


def _decoded(content: bytes, what: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise InvalidText(what=what, reason=f"byte {error.start + 1} is not UTF-8") from None


def run(call: Call, environment: Environment) -> int:
    """Store the value. Raises MissingArgument (64), InputMissing (66), VersionConflict (76), DataError (65)."""
    values = call.values
    if "store_path" in values:
        from hooks_cli.commands.options import store_path

        store_path.apply(call, environment)
    names = [name for name in ("key", "key_option", "value_option", "words") if name in values]
    if values.get("batch") is True and (not names or names == ["key"]):
        from hooks_cli.commands.memory import _store_batch

        path = _store_batch.source(call, environment)
        if path is not None:
            return _store_batch.run(call, environment, path)
        # with a key, it is a batch of one
    value_given = "value_option" in values or "file" in values or values.get("stdin") is True
    if values.get("key_option") or values.get("key") is not None:
        address = address_of(call)
        value = value_of(call, environment)
    elif value_given and "key_option" not in values:
        value = value_of(call, environment)
        address = _made_address(call, environment, value)
    else:
        raise MissingArgument(verb=call.verb.title, what=f"a key: {call.verb.title} KEY")
    if not _CONDITIONS.isdisjoint(call.values):
        from hooks_cli.commands.memory import _conditional_store

        return _conditional_store.run(call, environment, address, value)
    written = write(call, environment, address, value)
    environment.out(written_line(written) if call.format == "text" else written_json(written))
    return 0


def write(call: Call, environment: Environment, address: str, value: str) -> Written:
    """Write the value with all that the call says of it. Raises VersionConflict (76), DataError (65)."""
    store = store_access.for_memory(environment)
    plain = not call.unknown and ABOUT_NAMES.isdisjoint(call.values)
    metadata = "" if plain else metadata_of(call, store, environment)
    return store_value(store, environment, StoreRequest.of(call, address, value, metadata))
