"""The word rules of `spec`, once: from a verb's declaration and the words behind it to a `Call`, or to the `Mistake` in them.

Both parsers use this function, so they cannot understand the same line differently. It is pure, and it needs nothing but `spec`.

>>> from hooks_cli.cli.spec import Option, Positional, Verb
>>> verb = Verb("", "keep", "Keep.", (Option("limit", ("--limit",), kind="integer"),), (Positional("key"),))
>>> call = read(verb, ["a", "--limit=3"])
>>> call.values == {"limit": 3, "key": "a"}
True
>>> read(verb, ["a", "--limti", "3"]).kind
'unknown'
"""

from __future__ import annotations

from hooks_cli.cli.spec import FALSE_WORDS, FORMAT_WORDS, TRUE_WORDS, Call, Option, Verb

HELP_FLAGS = ("--help", "-h")
LONGEST_INTEGER = 18


class Mistake:
    """Why a line is not a call. `kind` is one of

    help (no mistake: the help was asked for), unknown (`flag` is not declared), missing (`flag` stands without a value),
    choice (`word` is none of the option's choices), integer, switch (`word` is no value for it), extra (`word` is one too many),
    unclear (`word` may be the value of `flag`, which is not declared, or an argument).
    """

    __slots__ = ("flag", "kind", "option", "verb", "word")

    def __init__(self, kind: str, flag: str = "", word: str = "", option: Option | None = None) -> None:
        self.kind = kind
        self.flag = flag
        self.word = word
        self.option = option
        self.verb: Verb | None = None  # the verb whose words they are, where the line named another one


def read(verb: Verb, words: list[str], alias: str = "") -> Call | Mistake:
    """Read the words behind the verb's name by the rules at the top of `spec`. `alias` is the word typed for the verb."""
    flags = {flag: option for option in verb.options for flag in option.flags}
    values: dict[str, object] = {}
    unknown: list[tuple[str, str]] = []
    missing: list[str] = []
    plain: list[str] = []
    foreign: list[str] = []
    stranger: Mistake | None = None
    at, end = 0, len(words)
    while at < end:
        word = words[at]
        at += 1
        if word == "--":
            plain += words[at:]
            break
        if not looks_like_option(word):
            plain.append(word)
            continue
        if word in HELP_FLAGS and word not in flags:
            return Mistake("help")
        flag, joined, value = word.partition("=")
        following = words[at] if at < end and not joined else None
        option = _declared(flag, flags)

        if option is None:
            from hooks_cli.model.foreign_options import kind_of

            kind = kind_of(verb.group, kebab(flag).lstrip("-"))
            taken: bool | None = False
            if kind:
                foreign.append(flag)
            else:
                stranger = stranger or Mistake("unknown", flag)
                if not verb.lenient:
                    from hooks_cli.model import strangers

                    if not verb.strangers or strangers.is_misspelt(kebab(flag).lstrip("-"), flags):
                        return Mistake("unknown", flag)
                    if following is not None:
                        taken = strangers.takes_next(verb, words[at:], values, plain, flags)
                        if taken is None:
                            return Mistake("unclear", flag, following)
            if not joined:
                value = "true"
                if following is not None and (
                    _is_value_of(kind, following, verb, values, plain) if kind or verb.lenient else taken
                ):
                    value = following
                    at += 1
            unknown.append(((flag if kind or verb.lenient else kebab(flag)).lstrip("-"), value))
            continue

        if option.kind == "optional":
            if not joined and (following is None or _begins_like_option(following)):
                values[option.name] = True
                continue
            given = value if following is None else following
            at += following is not None
            state = switch_value(given)
            if given:
                values[option.name] = given if state is None else state
            elif verb.lenient:
                missing.append(option.name)
            else:
                return Mistake("missing", flag, option=option)
            continue

        if option.kind == "switch":
            if not joined and (
                following is None or (switch_value(following) is None and (following or not verb.lenient))
            ):
                values[option.name] = True
                continue
            given = value if following is None else following
            at += following is not None
            state = switch_value(given)
            if state is not None:
                values[option.name] = state
            elif not verb.lenient:
                return Mistake("switch", flag, given, option)
            elif given:
                unknown.append((flag.lstrip("-"), given))
            else:
                missing.append(option.name)
            continue

        if not joined and (following is None or (following[:1] == "-" and _is_flag(following, flags))):
            if not verb.lenient:
                return Mistake("missing", flag, option=option)
            if option.kind == "choice":
                unknown.append((flag.lstrip("-"), "true"))
            else:
                missing.append(option.name)
            continue
        given = value if following is None else following
        at += following is not None

        if option.kind == "many":
            held = values.setdefault(option.name, [])
            assert isinstance(held, list)
            held.append(given)
        elif option.kind == "choice" and given not in option.choices:
            if given.lower() in option.choices:
                values[option.name] = given.lower()
            elif option.name == "output_format" and given.lower() in FORMAT_WORDS:
                values[option.name] = FORMAT_WORDS[given.lower()]
            elif not verb.lenient:
                return Mistake("choice", flag, given, option)
            elif joined or switch_value(given) is not None:
                unknown.append((flag.lstrip("-"), given))
            else:
                at -= 1  # the flag stood bare; the word stays where it is
                unknown.append((flag.lstrip("-"), "true"))
        elif option.kind == "integer":
            number = integer_value(given)
            if number is not None:
                values[option.name] = number
            elif not verb.lenient:
                return Mistake("integer", flag, given, option)
            elif given:
                unknown.append((flag.lstrip("-"), given))
            else:
                missing.append(option.name)
        else:
            values[option.name] = given

    if verb.prose and plain:
        first = next((place for place, word in enumerate(plain) if _is_sign(word)), None if verb.positionals else 0)
        if first is not None:
            unknown += [("argument", word) for word in plain[first:]]
            plain = plain[:first]
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
    unknown += [("argument", word) for word in plain]
    if unknown and values.get("strict") is True:
        if plain:
            stranger = stranger or Mistake("extra", word=plain[0])
        for name, _ in unknown:
            flag = ("--" if len(name) > 1 else "-") + name
            if stranger is None and name != "argument" and flag not in foreign:
                stranger = Mistake("unknown", flag)
        if stranger is not None:
            return stranger
    absent = [name for name in dict.fromkeys(missing) if name not in values]
    return Call(verb, values, unknown, absent, alias, foreign)


def looks_like_option(word: str) -> bool:
    """Whether a word is an option (`-x`, `--name`, `--name=…`) and not a text that begins with a dash (`-`, `-5`, `- item`)."""
    if word[:1] != "-" or word == "--":
        return False
    name = word.partition("=")[0]
    name = name[2:] if name[:2] == "--" else name[1:]
    if not name[:1].isalpha() or not name.isascii():
        return False
    return name.replace("-", "").replace("_", "").replace(".", "").replace(":", "").isalnum()


def _is_sign(word: str) -> bool:
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


def _declared(flag: str, flags: dict[str, Option]) -> Option | None:
    option = flags.get(flag)
    if option is None and flag[:2] == "--" and not flag.islower():
        option = flags.get(kebab(flag))
    return option


def _is_flag(word: str, flags: dict[str, Option]) -> bool:
    return word in HELP_FLAGS or _declared(word.partition("=")[0], flags) is not None


def _is_value_of(kind: str, word: str, verb: Verb, values: dict[str, object], plain: list[str]) -> bool:
    """Whether the word behind an option that is not declared is its value; `kind` as `foreign_options.kind_of` has it."""
    if kind == "switch":
        return switch_value(word) is not None
    if _begins_like_option(word):
        return False
    if kind == "family" and len(plain) < len(verb.positionals):
        # `query --use-embedding TEXT` has no value, `query TEXT --embedding-kind small` has one.
        return any(name.endswith("_option") for name in values)
    return True


def _begins_like_option(word: str) -> bool:
    return word[:1] == "-" and not word[1:2].isdigit()
