"""Parses a verb's arguments by its declaration: returns a `Call`, or the `Mistake` in them.

Both parsers use this function, so they cannot understand the same line differently. It is pure, and it needs nothing but `spec`.

>>> from hooks_cli.model.verb import Option, Positional, Verb
>>> verb = Verb("", "keep", "Keep.", (Option("limit", ("--limit",), kind="integer"),), (Positional("key"),))
>>> call = read(verb, ["a", "--limit=3"])
>>> call.values == {"limit": 3, "key": "a"}
True
>>> read(verb, ["a", "--limti", "3"]).kind
'unknown'
"""

from __future__ import annotations

from hooks_cli.cli.option_words import (
    HELP_FLAGS,
    Line,
    Mistake,
    begins_like_option,
    declared_option,
    integer_value,
    is_flag,
    is_sign,
    looks_like_option,
    switch_value,
)
from hooks_cli.model.verb import FORMAT_WORDS, Call, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.verb import Verb


def read(verb: Verb, words: list[str], alias: str = "") -> Call | Mistake:
    """Read the words behind the verb's name by the rules at the top of `spec`. `alias` is the word typed for the verb."""
    line = Line(verb, words)
    while line.at < len(words):
        word = words[line.at]
        line.at += 1
        if word == "--":
            line.plain += words[line.at :]
            break
        if not looks_like_option(word):
            line.plain.append(word)
            continue
        if word in HELP_FLAGS and word not in line.flags:
            return Mistake("help")
        flag, joined, text = word.partition("=")
        value = text if joined else None
        option = declared_option(flag, line.flags)
        if option is None:
            from hooks_cli.cli.undeclared_options import read_undeclared

            mistake = read_undeclared(line, flag, value)
        elif option.kind == "optional":
            mistake = _optional(line, option, flag, value)
        elif option.kind == "switch":
            mistake = _switch(line, option, flag, value)
        else:
            mistake = _valued(line, option, flag, value)
        if mistake is not None:
            return mistake
    mistake = _arguments(line)
    if mistake is not None:
        return mistake
    absent = [name for name in dict.fromkeys(line.missing) if name not in line.values]
    return Call(verb, line.values, line.unknown, absent, alias, line.foreign)


# Each of these reads one option whose flag was taken; `value` is what `=` joined to it, None where nothing was.


def _optional(line: Line, option: Option, flag: str, value: str | None) -> Mistake | None:
    """A switch that may have a text."""
    if value is None:
        value = line.following()
        if value is None or begins_like_option(value):
            line.values[option.name] = True
            return None
        line.at += 1
    state = switch_value(value)
    if value:
        line.values[option.name] = value if state is None else state
    elif line.verb.lenient:
        line.missing.append(option.name)
    else:
        return Mistake("missing", flag, option=option)
    return None


def _switch(line: Line, option: Option, flag: str, value: str | None) -> Mistake | None:
    """A switch, bare or with a word for true or false."""
    lenient = line.verb.lenient
    if value is None:
        value = line.following()
        if value is None or (switch_value(value) is None and (value or not lenient)):
            line.values[option.name] = True
            return None
        line.at += 1
    state = switch_value(value)
    if state is None:
        return _misfit(line, option, flag, value)
    line.values[option.name] = state
    return None


def _valued(line: Line, option: Option, flag: str, value: str | None) -> Mistake | None:
    """An option with a value: a text, one of several, a word of a choice, or an integer."""
    joined = value is not None
    if value is None:
        value = line.following()
        if value is None or (value[:1] == "-" and is_flag(value, line.flags)):
            if not line.verb.lenient:
                return Mistake("missing", flag, option=option)
            if option.kind == "choice":
                line.unknown.append((flag.lstrip("-"), "true"))
            else:
                line.missing.append(option.name)
            return None
        line.at += 1
    if option.kind == "many":
        held = line.values.setdefault(option.name, [])
        assert isinstance(held, list)
        held.append(value)
        return None
    if option.kind == "choice" and value not in option.choices:
        return _other_choice(line, option, flag, value, joined)
    if option.kind == "integer":
        number = integer_value(value)
        if number is None:
            return _misfit(line, option, flag, value)
        line.values[option.name] = number
        return None
    line.values[option.name] = value
    return None


def _other_choice(line: Line, option: Option, flag: str, value: str, joined: bool) -> Mistake | None:
    """A word that is not among the choices as it is written."""
    if value.lower() in option.choices:
        line.values[option.name] = value.lower()
    elif option.name == "output_format" and value.lower() in FORMAT_WORDS:
        line.values[option.name] = FORMAT_WORDS[value.lower()]
    elif not line.verb.lenient:
        return Mistake("choice", flag, value, option)
    elif joined or switch_value(value) is not None:
        line.unknown.append((flag.lstrip("-"), value))
    else:
        line.at -= 1  # the flag stood bare; the word stays where it is
        line.unknown.append((flag.lstrip("-"), "true"))
    return None


def _misfit(line: Line, option: Option, flag: str, value: str) -> Mistake | None:
    """A value that the option (a switch, an integer) cannot have: a mistake, which a lenient verb records as it stands."""
    if not line.verb.lenient:
        return Mistake(option.kind, flag, value, option)
    if value:
        line.unknown.append((flag.lstrip("-"), value))
    else:
        line.missing.append(option.name)
    return None


def _arguments(line: Line) -> Mistake | None:
    """Give the words that are not options to the verb's arguments; what is over is prose, kept as unknown, or a mistake."""
    verb, values, plain = line.verb, line.values, line.plain
    if verb.prose and plain:
        first = next((place for place, word in enumerate(plain) if is_sign(word)), None if verb.positionals else 0)
        if first is not None:
            line.unknown += [("argument", word) for word in plain[first:]]
            plain = plain[:first]
    end = _synopsis(line, plain)
    line.unknown += [("argument", word) for word in plain[end:]]
    plain = plain[:end]
    for positional in verb.positionals:
        if not plain:
            break
        if positional.name in values:
            continue  # given as an option: `store --key K VALUE`
        if positional.many:
            values[positional.name], plain = plain, []
        else:
            values[positional.name] = plain.pop(0)
    if plain and not verb.lenient:
        return Mistake("extra", word=plain[0])
    line.unknown += [("argument", word) for word in plain]
    return _refused_by_strict(line) if line.unknown and values.get("strict") is True else None


def _synopsis(line: Line, plain: list[str]) -> int:
    """Where the rest of a usage line begins (`recall KEY [--namespace N]`): not where it may be a value, or choose what goes."""
    verb, values = line.verb, line.values
    named = any(name.endswith("_option") or name == "output" for name in values)
    bare = verb.strangers == "metadata" and "value_option" not in values
    if bare or not (verb.strangers or (verb.lenient and not verb.records)):
        return len(plain)
    for place, word in enumerate(plain):
        begins = word[:2] == "[-" or (word[:1] == "[" and word.lower() in ("[options]", "[flags]", "[args]"))
        if begins and (place or named or verb.lenient or (verb.prose and word[:3] == "[--")):
            return place
    return len(plain)


def _refused_by_strict(line: Line) -> Mistake | None:
    """What --strict does not let pass: the first option or word that the verb does not know."""
    over = [word for name, word in line.unknown if name == "argument"]
    if line.stranger is None and over:
        return Mistake("extra", word=over[0])
    for name, _ in line.unknown:
        flag = ("--" if len(name) > 1 else "-") + name
        if line.stranger is None and name != "argument" and flag not in line.foreign:
            return Mistake("unknown", flag)
    return line.stranger
