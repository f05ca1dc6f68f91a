"""What a tool is: its name, words, arguments and the function that answers; its JSON schema; and how arguments are read.

An argument that is an option of a verb has that option's words and kind (`of`), so that a tool and its verb say the same. The schema
stays in the subset that all clients take: a top `type: object`, typed `items`, one type each, no `$ref`. Reading is lenient: camelCase
names, other spellings, numbers as text, and a JSON value where text is wanted.
"""

from __future__ import annotations

from hooks_cli.cli import verb_lookup
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.model.verb import FALSE_WORDS, TRUE_WORDS
from hooks_cli.text import json_exact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hooks_cli.features.store_opening import Store
    from hooks_cli.mcp.call_environment import CallEnvironment
    from hooks_cli.model.verb import Option

    Answer = dict[str, Any]
    Run = Callable[["Request"], Answer]

# The JSON types of an option's kinds.
_KINDS = {"switch": "boolean", "integer": "integer", "many": "array", "text": "string", "optional": "string"}
# No tool reaches anything but the project's memory.
_CLOSED = {"openWorldHint": False}


class Argument:
    """One argument. `kind` is a JSON type (string, integer, number, boolean, array of strings, object); `of` is (group, verb, option) whose
    words it has when it has none of its own; `aliases` are further names for it."""

    __slots__ = ("aliases", "choices", "kind", "name", "of", "words")

    def __init__(
        self,
        name: str,
        words: str = "",
        kind: str = "",
        *,
        of: tuple[str, str, str] | None = None,
        aliases: str = "",
        choices: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.words = words
        self.kind = kind
        self.of = of
        self.aliases = tuple(aliases.split())
        self.choices = choices

    def option(self) -> Option | None:
        """The declared option that it stands for. Raises LookupError when its verb does not declare it."""
        if self.of is None:
            return None
        group, verb, name = self.of
        declared = verb_lookup.declared(group, verb)
        return next(option for option in (declared.options if declared is not None else ()) if option.name == name)

    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        option = self.option()
        words = self.words or (option.help if option is not None else "")
        found: dict[str, Any] = {"type": self.kind or _kind_of(option)}
        if self.choices:
            found["enum"] = list(self.choices)
        if found["type"] == "array":
            found["items"] = {"type": "string"}
        if words:
            found["description"] = words
        return found


def _kind_of(option: Option | None) -> str:
    return "string" if option is None else _KINDS.get(option.kind, "string")


class Tool:
    """One tool. `run` takes a `Request` and returns the answer's fields; `reads` says that it writes nothing; `hooks`, that it opens the
    store as hooks verbs do; `stores`, that a store is made when there is none."""

    __slots__ = ("arguments", "by_name", "destroys", "hooks", "name", "reads", "required", "run", "stores", "words")

    def __init__(
        self,
        name: str,
        words: str,
        arguments: tuple[Argument, ...],
        run: Run,
        *,
        required: tuple[str, ...] = (),
        reads: bool = False,
        destroys: bool = False,
        hooks: bool = False,
    ) -> None:
        self.name = name
        self.words = words
        self.arguments = arguments
        self.run = run
        self.required = required
        self.reads = reads
        self.destroys = destroys
        self.hooks = hooks
        self.stores = not reads
        self.by_name = {word: one for one in arguments for word in (*one.aliases, one.name)}

    def described(self) -> dict[str, Any]:
        """The tool as `tools/list` has it."""
        return {
            "name": self.name,
            "description": self.words,
            "inputSchema": {
                "type": "object",
                "properties": {one.name: one.schema() for one in self.arguments},
                "required": list(self.required),
            },
            # A tool that only reads destroys nothing, so that it need not be said.
            "annotations": ({"readOnlyHint": True} if self.reads else {"destructiveHint": self.destroys}) | _CLOSED,
        }


class Request:
    """One call of a tool: the arguments as they were read, those that nobody knows, the open store and the call's environment."""

    __slots__ = ("environment", "given", "store", "tool", "unknown")

    def __init__(self, tool: Tool, arguments: dict[str, Any], environment: CallEnvironment) -> None:
        """Read the arguments. Raises UsageError (64) for one of the wrong type."""
        self.tool = tool
        self.environment = environment
        self.store: Store | None = None
        self.given: dict[str, Any] = {}
        self.unknown: dict[str, Any] = {}
        for name, value in arguments.items():
            if value is None:
                continue
            known = tool.by_name.get(name) or tool.by_name.get(snake(name))
            if known is None:
                self.unknown[name] = value
            elif known.name not in self.given or name == known.name:
                self.given[known.name] = _read(known, value, tool)

    @property
    def open_store(self) -> Store:
        """The store of a tool that has one in any case."""
        assert self.store is not None
        return self.store

    def text(self, name: str, default: str = "") -> str:
        """A text argument."""
        value = self.given.get(name, default)
        return value if isinstance(value, str) else default

    def needed(self, name: str) -> str:
        """A text argument that must be there and not empty. Raises MissingArgument (64)."""
        value = self.text(name)
        if not value:
            raise MissingArgument(verb=self.tool.name, what=f"the argument {name}", hint=_known_names(self.tool))
        return value

    def count(self, name: str, default: int, most: int) -> int:
        """A number of things, between 0 and `most`. Raises UsageError (64) for a negative one."""
        value = self.given.get(name)
        if not isinstance(value, int):
            return default
        if value < 0:
            raise UsageError(f"{self.tool.name}: {name} cannot be negative; {value} is.")
        return min(value, most)

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes or no."""
        value = self.given.get(name, default)
        return value if isinstance(value, bool) else default

    def note(self, text: str) -> None:
        """Say something beside the answer."""
        self.environment.err(text)


def snake(name: str) -> str:
    """A name in camelCase or kebab-case in snake_case.

    >>> snake("filePath"), snake("session-id")
    ('file_path', 'session_id')
    """
    return "".join(["_" + c.lower() if c.isupper() else "_" if c == "-" else c for c in name]).lstrip("_")


def as_text(value: object) -> str:
    """Any JSON value as text: text as it is, anything else as its JSON."""
    if isinstance(value, str):
        return value
    return json_exact.value_text(value)


def _read(argument: Argument, value: object, tool: Tool) -> object:
    kind = argument.kind or _kind_of(argument.option())
    if argument.choices:
        word = as_text(value).strip().lower()
        if word not in argument.choices:
            raise UsageError(
                f"{tool.name}: {argument.name} is one of {', '.join(argument.choices)}; {as_text(value)[:60]!r} is not."
            )
        return word
    if kind == "string":
        return as_text(value)
    if kind == "array":
        return [as_text(item) for item in value] if isinstance(value, list) else [as_text(value)]
    if kind == "object":
        return value if isinstance(value, str) else as_text(value)
    if kind == "boolean":
        word = as_text(value).strip().lower()
        if word in TRUE_WORDS or word in FALSE_WORDS:
            return word in TRUE_WORDS
        raise UsageError(f"{tool.name}: {argument.name} is true or false; {word[:60]!r} is not.")
    return _number(argument, value, tool, whole=kind == "integer")


def _number(argument: Argument, value: object, tool: Tool, *, whole: bool) -> int | float:
    number: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str):
        try:
            number = int(value) if value.strip().lstrip("+-").isdigit() else float(value)
        except (ValueError, OverflowError):
            number = None
    if number is None or number - number != 0 or (whole and number != int(number)):
        raise UsageError(f"{tool.name}: {argument.name} is a number; {as_text(value)[:60]!r} is not.")
    return int(number) if whole else number


def _known_names(tool: Tool) -> str:
    return f"{tool.name} takes: {', '.join(one.name for one in tool.arguments)}"
