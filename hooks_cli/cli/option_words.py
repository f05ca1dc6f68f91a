"""Classifies the words of a command line (option, value, `--`) and holds the state of the line read so far."""

from __future__ import annotations

from hooks_cli.model.verb import FALSE_WORDS, TRUE_WORDS, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.verb import Verb

HELP_FLAGS = ("--help", "-h")
LONGEST_INTEGER = 18


class Mistake:
    """Why a line is not a call. `kind` is one of

    help (no mistake: the help was asked for), unknown (`flag` is not declared), missing (`flag` stands without a value),
    choice (`word` is none of the option's choices), integer, switch (`word` is not a value for it), extra (`word` is one too many),
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
    """Whether a word begins with a dash and is not a negative number."""
    return word[:1] == "-" and not word[1:2].isdigit()
