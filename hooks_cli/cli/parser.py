"""Parses a verb's arguments by its declaration: returns a `Call`, or the `Mistake` in them.

Both parsers use this function, so they cannot understand the same line differently. It is pure, and it needs only `model.verb`.

>>> from hooks_cli.model.verb import Option, Positional, Verb
>>> verb = Verb("", "keep", "Keep.", (Option("limit", ("--limit",), kind="integer"),), (Positional("key"),))
>>> call = read(verb, ["a", "--limit=3"])
>>> call.values == {"limit": 3, "key": "a"}
True
>>> read(verb, ["a", "--limti", "3"]).kind
'unknown'
"""

from __future__ import annotations

from hooks_cli.model.verb import FALSE_WORDS, FORMAT_WORDS, TRUE_WORDS, Call, Option, Verb

HELP_FLAGS = ("--help", "-h")
LONGEST_INTEGER = 18


class Mistake:
    """Why a line is not a call. `kind` is one of

    help (no mistake: the help was asked for), unknown (`flag` is not declared), missing (`flag` stands without a value),
    choice (`word` is none of the option's choices), integer, switch (`word` is no value for it), extra (`word` is one too many),
    unclear (`word` may be the value of `flag`, which is not declared, or an argument), held (`flag` is not declared, and its name says
    that something is not to be written: `model.write_conditions`).
    """

    __slots__ = ("flag", "kind", "option", "verb", "word")

    def __init__(self, kind: str, flag: str = "", word: str = "", option: Option | None = None) -> None:
        self.kind = kind
        self.flag = flag
        self.word = word
        self.option = option
        self.verb: Verb | None = None  # the verb whose words they are, where the line named another one


class Line:
    """What was read so far of one line: `at` is the word that comes next."""

    __slots__ = ("at", "flags", "foreign", "missing", "plain", "stranger", "unknown", "values", "verb", "words")

    def __init__(self, verb: Verb, words: list[str]) -> None:
        self.verb = verb
        self.words = words
        self.at = 0
        self.flags = {flag: option for option in verb.options for flag in option.flags}
        self.values: dict[str, object] = {}
        self.unknown: list[tuple[str, str]] = []
        self.missing: list[str] = []
        self.plain: list[str] = []
        self.foreign: list[str] = []
        self.stranger: Mistake | None = None

    def following(self) -> str | None:
        """The word that comes next, None at the end."""
        return self.words[self.at] if self.at < len(self.words) else None


def looks_like_option(word: str) -> bool:
    """Whether a word is an option (`-x`, `--name`, `--name=…`) and not a text that begins with a dash (`-`, `-5`, `- item`)."""
    if word[:1] != "-" or word == "--":
        return False
    name = word.partition("=")[0]
    name = name[2:] if name[:2] == "--" else name[1:]
    if not name[:1].isalpha() or not name.isascii():
        return False
    return name.replace("-", "").replace("_", "").replace(".", "").replace(":", "").isalnum()


def is_sign(word: str) -> bool:
    """Whether a word is an arrow, a dash or another sign behind which a sentence about the line begins."""
    if word.isascii():
        return word in ("-", "->", "=>", "#", "//", "|")
    return not any(letter.isalnum() or letter.isascii() for letter in word.replace("\ufe0f", ""))


def switch_value(word: str) -> bool | None:
    """True or False for the words that mean them, in any case; None for any other."""
    word = word.lower()
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


def integer_value(word: str) -> int | None:
    """The number of a word of decimal digits with or without a sign, at most 18 digits; None for any other."""
    digits = word[1:] if word[:1] in ("-", "+") else word
    if not digits.isascii() or not digits.isdigit() or len(digits) > LONGEST_INTEGER:
        return None
    return int(word)


def kebab(flag: str) -> str:
    """`--camelCase` as `--camel-case`; runs of capitals stay together (`--sessionID` is `--session-id`)."""
    letters: list[str] = []
    before = ""
    for letter in flag:
        if letter.isupper():
            if before.islower() or before.isdigit():
                letters.append("-")
            letters.append(letter.lower())
        else:
            letters.append(letter)
        before = letter
    return "".join(letters)


def declared_option(flag: str, flags: dict[str, Option]) -> Option | None:
    """The option that a flag names, also in another writing (`--maxAge`); None when it is not declared."""
    option = flags.get(flag)
    if option is None and flag[:2] == "--" and not flag.islower():
        option = flags.get(kebab(flag))
    return option


def is_flag(word: str, flags: dict[str, Option]) -> bool:
    """Whether a word is a declared flag, or asks for help."""
    return word in HELP_FLAGS or declared_option(word.partition("=")[0], flags) is not None


def begins_like_option(word: str) -> bool:
    """Whether a word begins with a dash and is no negative number."""
    return word[:1] == "-" and not word[1:2].isdigit()


def read(verb: Verb, words: list[str], alias: str = "") -> Call | Mistake:
    """Read the words behind the verb's name by the rules at the top of `model.verb`. `alias` is the word typed for the verb."""
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
