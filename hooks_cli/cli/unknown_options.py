"""What becomes of an undeclared option of a memory verb: a metadata field, a filter, a note on stderr, or an error.

Which verbs, and what they make of such an option, is said by `Verb.strangers`:

    metadata   `store` keeps it as a field of the entry's metadata
    narrow     `search`, `list` and `export` take it for a condition on that field
    note       a verb that only shows something goes on without it, and says so, unless it asks for a part (`asks_for_less`)
    ""         an error: a verb that removes, replaces or takes in must not guess

A misspelt option is an error everywhere: `--namespcae` must not become a field. Loaded only when such an option is met.
"""

from __future__ import annotations

from hooks_cli.text.edit_distance import distance
from hooks_cli.text.json_writer import Raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call, Option, Verb


# `--min-score 3` and `--size-gt 3` compare; all else is equal or not.
_PREFIXES = {"min-": ">=", "max-": "<="}
_SUFFIXES = {
    "-gte": ">=", "-lte": "<=", "-gt": ">", "-lt": "<", "-above": ">", "-below": "<", "-over": ">", "-under": "<",
    "-min": ">=", "-max": "<=",
}  # fmt: skip
_ONLY = "-only"
# What is about the way of searching or showing, and never a condition, though it has a value.
_IDLE = """
    algorithm alpha boost budget columns context-lines cursor display fields include intent lang language max-chars max-length max-tokens
    mode output-format precision preview rank-by ranking response-format seed snippet-length strategy style template timezone truncate
    view weights width
""".split()  # noqa: SIM905
# What another view of the answer, or a part of it, is called elsewhere.
_VIEWS = ("changed", "explain", "graph", "grep", "kind", "modified", "oneline", "patch", "stat")
LONGEST_FIELD = 64


def is_misspelt(name: str, flags: Iterable[str]) -> bool:
    """Whether an option (kebab case, without dashes) is so near a declared one that it is more likely a slip than another word.

    >>> is_misspelt("namespcae", ["--namespace"]), is_misspelt("agent-type", ["--agent-id"]), is_misspelt("keys", ["--key"])
    (True, False, True)
    """
    if len(name) < 2:
        return True
    for flag in flags:
        known = flag.lstrip("-")
        if len(known) < 2:
            continue
        allowed = 1 if max(len(known), len(name)) < 6 else 2
        if abs(len(known) - len(name)) <= allowed and distance(name, known) <= allowed:
            return True
    return False


def takes_next(
    verb: Verb, rest: list[str], values: dict[str, object], plain: list[str], flags: dict[str, Option]
) -> bool | None:
    """Whether the first word of `rest` is the value of the undeclared option before it; None if that cannot be told.

    `values` and `plain` are what was read so far. A word that may be the verb's own argument is left to it; `store`, where a wrong
    guess would keep something else than was meant, does not guess.
    """
    following = rest[0]
    if following[:1] == "-" and not following[1:2].isdigit():
        return False
    given = [name for name in values if name.endswith("_option") or name in ("file", "stdin")]
    for word in rest:
        option = flags.get(word.partition("=")[0])
        if option is not None and (option.name.endswith("_option") or option.name in ("file", "stdin", "output")):
            given.append(option.name)
    if verb.strangers == "metadata":
        named = "value_option" in given or "file" in given or "stdin" in given
        named = named or all(positional.name in values for positional in verb.positionals)
        return True if named or len(plain) + ("key_option" in given) > 1 else None
    if verb.strangers == "note" and verb.name not in ("recall", "history", "show"):
        return True
    if given or len(plain) >= len(verb.positionals) or is_number(following):
        return True
    if verb.name in ("list", "export"):
        return is_number(following) or not any(sign in following for sign in "/*.")
    return _argument_follows(rest, flags)


def _argument_follows(rest: list[str], flags: dict[str, Option]) -> bool:
    """Whether behind the first word there is another one that is not an option's value."""
    for at, word in enumerate(rest[1:]):
        before = rest[at]
        if word[:1] == "-":
            continue
        option = flags.get(before)
        if before[:1] != "-" or "=" in before or (option is not None and option.kind == "switch"):
            return True
    return False


def field_of(name: str) -> str:
    """The field of the metadata that an option means: `--impactScore` and `--impact-score` are impact_score."""
    return name.replace("-", "_")[:LONGEST_FIELD]


def condition_of(name: str, value: str) -> tuple[str, str, str] | None:
    """(field, how, value) that an option (kebab case) asks of the metadata, None when it asks for nothing (a bare switch).

    >>> condition_of("agent-type", "coder"), condition_of("impact-gt", "0.5"), condition_of("conflicts-only", "true")
    (('agent_type', '=', 'coder'), ('impact', '>', '0.5'), ('conflicts', '=', 'true'))
    >>> condition_of("deep", "true")
    """
    if name.endswith(_ONLY) and value == "true":
        return field_of(name.removesuffix(_ONLY)), "=", "true"
    if value in ("true", "false", "") or name in _IDLE or name.startswith(("include-", "show-", "with-", "no-")):
        return None
    name = name.removeprefix("filter-by-").removeprefix("filter-").removesuffix("-filter")
    if is_number(value):
        for prefix, how in _PREFIXES.items():
            if name.startswith(prefix):
                return field_of(name[len(prefix) :]), how, value
        for suffix, how in _SUFFIXES.items():
            if name.endswith(suffix):
                return field_of(name[: -len(suffix)]), how, value
    return field_of(name), "=", value


def asks_for_less(verb: Verb, name: str, value: str | None) -> bool:
    """Whether an undeclared option (kebab case) of a verb that shows something asks for a part or another view: it is not ignored.

    A verb of kind `narrow` makes a condition of an option with a value.
    """
    if (
        verb.strangers not in ("note", "narrow") or verb.name == "namespace"
    ):  # `namespace create N --description D` shows nothing
        return False
    if value is None or value == "true":
        return name in _VIEWS
    return verb.strangers == "note" and condition_of(name, value) is not None


def is_number(text: str) -> bool:
    """Whether a text is a number as JSON writes it, without an exponent: `3`, `-0.5`, not `007` or `1e9`.

    >>> [is_number(text) for text in ("3", "-0.5", "007", "1e9", "", "-", "1.")]
    [True, True, False, False, False, False, False]
    """
    digits = text.removeprefix("-")
    whole, point, rest = digits.partition(".")
    sound = whole.isdigit() and whole.isascii() and (whole == "0" or whole[0] != "0") and len(digits) < 18
    return sound and (not point or (rest.isdigit() and rest.isascii()))


def of(call: Call) -> list[tuple[str, str]]:
    """(name in kebab case, value or "true") of the unknown options."""
    return [
        (name, value)
        for name, value in call.unknown
        if name != "argument" and ("--" if len(name) > 1 else "-") + name not in call.foreign
    ]


def fields(call: Call, environment: Environment) -> dict[str, object]:
    """The fields of the metadata that `store` keeps of them, told on stderr."""
    found: dict[str, object] = {}
    for name, value in of(call):
        kept = Raw(value) if value in ("true", "false") or is_number(value) else value
        found[field_of(name)] = kept
    if found:
        listed = ", ".join(found)
        environment.err(f"hooks-cli: {_flags(call)} of {call.verb.title}; kept as metadata: {listed}")
    return found


def conditions(call: Call, environment: Environment) -> list[tuple[str, str, str]]:
    """What they ask of the metadata, as `store.sqlite.rows.filters.Filters.facts`, told on stderr with those that ask for nothing."""
    found, idle = [], []
    for name, value in of(call):
        asked = condition_of(name, value)
        if asked is None:
            idle.append(f"--{name}")
        else:
            found.append(asked)
    if found:
        listed = " and ".join([f"{field} {how} {value}" for field, how, value in found])
        environment.err(f"hooks-cli: {_flags(call)} of {call.verb.title}; only entries with metadata {listed}")
    if idle:
        say = "has" if len(idle) == 1 else "have"
        environment.err(
            f"hooks-cli: {', '.join(idle)} {say} no effect on {call.verb.title}: nothing was left out for it"
        )
    return found


def _flags(call: Call) -> str:
    names = [f"--{name}" for name, _ in of(call)]
    return ", ".join(dict.fromkeys(names)) + (" is not an option" if len(names) == 1 else " are not options")
