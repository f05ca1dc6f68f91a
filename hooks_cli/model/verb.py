"""The declaration of a verb (`Verb`, `Option`, `Positional`) and the parsed `Call`.

A declaration is plain data. `words.read` reads the words behind a verb from it, for both parsers: `fast_lane` for the plain case
with nothing but `sys`, `click_app` for all else. The rules:

* `--name value` and `--name=value` are the same; `--` ends the options; what is not an option is a positional.
* An option looks like one: `-x`, `--name`, `--name=…`, its name of ASCII letters, digits and `-_.:`. Other words that begin with a
  dash (`-`, `-5`, `- an item`, `---`) are plain words. `--help` and `-h` ask for the verb's page, unless the verb declares them.
* A `switch` stands bare (True) or takes `true|false|yes|no|on|off|1|0` (any case) as its value, in either spelling.
* A `text`, `integer`, `choice` or `many` option takes the next word whatever it begins with, unless that word is one of the verb's
  own flags (or `--flag=…` of one), in which case the value is missing: recorded in `Call.missing` by a lenient verb, exit 64
  otherwise.
* A lenient verb takes an empty word behind a switch for a value that is missing (`--success "$UNSET"`).
* An `optional` option stands bare (True), or takes the next word that does not begin like an option: True or False for the words that
  mean them, else the text (`session-end --summary`, `session-end --summary "What was done"`).
* A `choice` whose value is missing or not one of its choices is an error (64); a lenient verb takes the flag for a bare unknown
  switch instead, and a word that is not a switch's value stays where it is (prompts write `post-edit --format` for "format the code").
* An `integer` that is not a whole number, or a switch with another value behind `=`, is an error (64); a lenient verb records it in
  `Call.unknown` as it was written, or in `Call.missing` when it is empty.
* `many` options may be repeated and give a list. Otherwise the last one wins.
* `--camelCase` is read as `--camel-case` when the latter is known.
* A lenient verb (all of `hooks`) keeps options it does not know in `Call.unknown` as (name without dashes, value or "true"):
  the next word is its value unless that word begins with `-` and a non-digit. A verb that is not lenient refuses them (64), and a
  lenient one does so when `--strict` is given. The options in `cli.foreign_options` (another program's internals) are neither refused nor
  told as unknown: they stand in `Call.unknown` too, and as they were typed in `Call.foreign`.
* An option that says "do not", "only if" or "add to" (`model.write_conditions`) and is not declared is read as the one that the verb
  declares for it, or refused (64) by a memory verb that writes; a hooks verb keeps it in `Call.unknown`, and obeys it.
* Plain words fill the positionals in their order. A positional that has the name of an option is skipped when that option was
  given (`store --key K VALUE`). Words that are left over are refused (64); a lenient verb keeps them in `Call.unknown` as
  ("argument", word).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


TRUE_WORDS = ("true", "yes", "on", "1")
FALSE_WORDS = ("false", "no", "off", "0")


class Option:
    """One option: `name` is its key in `Call.values`; `flags` its spellings, the canonical one first."""

    __slots__ = ("choices", "flags", "help", "hidden", "kind", "metavar", "name")

    def __init__(
        self,
        name: str,
        flags: tuple[str, ...],
        help: str = "",
        kind: str = "text",
        metavar: str = "",
        choices: tuple[str, ...] = (),
        hidden: bool = False,
    ) -> None:
        """`kind` is one of text, switch, integer, choice, many, optional; any other than a choice may have `choices`, too, for
        the shell to complete. `hidden` keeps it out of the short help only.
        """
        self.name = name
        self.flags = flags
        self.help = help
        self.kind = kind
        self.metavar = metavar
        self.choices = choices
        self.hidden = hidden


class Positional:
    """One positional argument; `many` takes all that are left. Presence is checked by the operation, not by the parser.

    `choices` are what a shell is told that it may be.
    """

    __slots__ = ("choices", "help", "many", "name")

    def __init__(self, name: str, help: str = "", many: bool = False, choices: tuple[str, ...] = ()) -> None:
        self.name = name
        self.help = help
        self.many = many
        self.choices = choices


class Verb:
    """One verb. Its module has `VERB = Verb(…)`, or several in `VERBS` by name, and `run(call, environment) -> int` (the exit code)."""

    __slots__ = (
        "actions",
        "aliases",
        "details",
        "examples",
        "group",
        "hot",
        "lenient",
        "name",
        "options",
        "positionals",
        "prose",
        "records",
        "strangers",
        "summary",
    )

    def __init__(
        self,
        group: str,
        name: str,
        summary: str,
        options: tuple[Option, ...] = (),
        positionals: tuple[Positional, ...] = (),
        examples: tuple[str, ...] = (),
        details: str = "",
        aliases: tuple[str, ...] = (),
        hot: bool = False,
        lenient: bool | None = None,
        records: bool | None = None,
        strangers: str = "",
        prose: bool = False,
        actions: tuple[str, ...] | None = None,
    ) -> None:
        """`group` is hooks, memory, key, …, or "" for a verb that stands alone. `examples` are whole shell lines.

        `records` says whether the verb keeps an event, and with it the options that it does not know: all lenient ones do, unless told.
        `strangers` says what a memory verb makes of them (`cli.unknown_options`); `prose`, that words behind an arrow, a dash or another
        sign are not arguments but a sentence about the line (`memory stats → Shows the figures`). `actions` are more words for it behind
        `memory usage --action`, which also takes its name and its aliases; None when that option cannot mean it. Words for a verb are put
        into `cli.verb_words` by `scripts/make-verb-words`.
        """
        self.group = group
        self.name = name
        self.summary = summary
        own = {flag for option in options for flag in option.flags}
        of_group = {"hooks": HOOKS_OPTIONS, "memory": MEMORY_OPTIONS}.get(group, ())
        shared = of_group + UNIVERSAL_OPTIONS
        # A verb's own spelling wins: `memory export --format sqlite` is not the universal --format.
        self.options = options + tuple(o for o in shared if not own.intersection(o.flags))
        self.positionals = positionals
        self.examples = examples
        self.details = details
        self.aliases = aliases
        self.actions = actions
        self.hot = hot
        self.lenient = group == "hooks" if lenient is None else lenient
        self.records = self.lenient if records is None else records
        self.strangers = strangers
        self.prose = prose

    @property
    def title(self) -> str:
        """The verb as a user types it after the program's name: `memory store`."""
        return f"{self.group} {self.name}".strip()


class Call:
    """A parsed command line, the same whichever parser made it."""

    __slots__ = ("alias", "foreign", "missing", "unknown", "values", "verb")

    def __init__(
        self,
        verb: Verb,
        values: dict[str, object],
        unknown: list[tuple[str, str]],
        missing: list[str],
        alias: str = "",
        foreign: list[str] | None = None,
    ) -> None:
        """`values` maps option and positional names to str, int, bool or list[str]; what was not given is absent.

        `missing` lists the names of options that stood without a value; `alias` is the word the user typed for the verb; `foreign`
        those flags in `unknown` that named another program's internals.
        """
        self.verb = verb
        self.values = values
        self.unknown = unknown
        self.missing = missing
        self.alias = alias or verb.name
        self.foreign = foreign or []
        # What the operation has to refuse of it although the rest is kept: an error to raise after the commit.

    @property
    def strange(self) -> bool:
        """Whether there is an unknown option in it (`cli.unknown_options`)."""
        return any(n != "argument" and ("--" if len(n) > 1 else "-") + n not in self.foreign for n, _ in self.unknown)

    def text(self, name: str, default: str = "") -> str:
        """The value of a text option or positional, or `default`."""
        value = self.values.get(name, default)
        return value if isinstance(value, str) else default

    def texts(self, *names: str) -> tuple[str, ...]:
        """The values of these text options or positionals, "" for each that is not given."""
        values = self.values
        return tuple([value if isinstance(value := values.get(name), str) else "" for name in names])

    def integer(self, name: str, default: int) -> int:
        """The value of an integer option, or `default`."""
        value = self.values.get(name, default)
        return value if isinstance(value, int) else default

    def number(self, name: str, default: int) -> int:
        """The value of an integer option that counts something, or `default`. Raises UsageError (64) for a negative one."""
        value = self.integer(name, default)
        if value < 0:
            from hooks_cli.errors import UsageError

            raise UsageError(f"{self.verb.title} --{name.replace('_', '-')} cannot be negative; {value} is.")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """The value of a switch, or `default`."""
        value = self.values.get(name, default)
        return value if isinstance(value, bool) else default

    def words(self, name: str) -> list[str]:
        """The values of a `many` option or positional, or []."""
        value = self.values.get(name)
        return value if isinstance(value, list) else []

    @property
    def format(self) -> str:
        """text, json or ndjson (export formats live in the export verb's own option)."""
        return "json" if self.values.get("json") is True else self.text("output_format", "text")

    def same(self, other: Call) -> bool:
        """Whether two parsers understood the same: what the property test compares."""
        mine = (self.verb.title, self.values, self.unknown, self.missing, self.alias, self.foreign)
        return mine == (other.verb.title, other.values, other.unknown, other.missing, other.alias, other.foreign)


def fails_open(call: Call, variables: Mapping[str, str]) -> bool:
    """Whether a hooks call was told to exit 0 whatever happens: --fail-open, or HOOKS_FAIL_OPEN=1."""
    state = variables.get("HOOKS_FAIL_OPEN", "")
    return call.flag("fail_open", state.lower() in TRUE_WORDS if state else False)


# What prompts call the output formats elsewhere.
FORMAT_WORDS = {
    "table": "text",
    "plain": "text",
    "pretty": "text",
    "human": "text",
    "summary": "text",
    "detailed": "text",
    "compact": "text",
    "simple": "text",
    "short": "text",
    "full": "text",
    "raw": "text",
    "list": "text",
    "markdown": "text",
    "md": "text",
    "yaml": "json",
    "yml": "json",
    "json-pretty": "json",
    "jsonl": "ndjson",
}

UNIVERSAL_OPTIONS = (
    Option(
        "output_format", ("--format",), "Output as text, json or ndjson.", "choice", choices=("text", "json", "ndjson")
    ),
    Option("json", ("--json",), "The same as --format json.", "switch"),
)

MEMORY_OPTIONS = (
    Option(
        "strict",
        ("--strict",),
        "Refuse options that are not known, whatever could be made of them.",
        "switch",
        hidden=True,
    ),
    Option(
        "accept_rollback",
        ("--accept-rollback",),
        "Read a store that was rolled back or altered, after you have looked into it.",
        "switch",
        hidden=True,
    ),
    Option(
        "fresh",
        ("--fresh",),
        "Of a shared memory: ask the server before reading, as a write always does.",
        "switch",
        hidden=True,
    ),
)

HOOKS_OPTIONS = (
    Option("strict", ("--strict",), "Refuse options that are not known instead of recording them.", "switch"),
    Option("fail_open", ("--fail-open",), "Exit 0 whatever happens; what cannot be kept now is queued.", "switch"),
)
