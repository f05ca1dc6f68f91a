"""Identifiers as words: `baseDelay`, `BaseDelay2` and `base_delay` are found by their parts and in each other's writing.

The index has an identifier whose parts its case tells in parts, with `PART` between them, and once more whole. A query's word is looked
for in each of the writings that `writings` gives.
"""

from __future__ import annotations

from hooks_cli.text.cjk import PART

BETWEEN = PART + PART
MAX_CHARACTERS = 64
# The parts of an identifier are this long on average, or more. Digests and base64 have shorter ones and stay whole.
MIN_AVERAGE = 2.5

# Letters and digits of ASCII make words, everything else in ASCII parts them. One character stays one character.
_SEPARATED = {code: " " for code in range(128) if not chr(code).isalnum()}


def words_of(text: str) -> list[str]:
    """The words as the tokenizer parts them at ASCII characters.

    >>> words_of("src/userService.ts: E1234")
    ['src', 'userService', 'ts', 'E1234']
    """
    return text.translate(_SEPARATED).split()


def parts(word: str) -> list[str]:
    """The parts that case and digits tell of one word, or the word alone when it is not an identifier of several.

    >>> parts("parseHTTPResponse2"), parts("URLs"), parts("E1234"), parts("aGVsbG8gd29ybGQ")
    (['parse', 'HTTP', 'Response', '2'], ['URLs'], ['E1234'], ['aGVsbG8gd29ybGQ'])
    """
    if not _is_mixed(word) or len(word) > MAX_CHARACTERS:
        return [word]
    found = _cut(word)
    return found if len(found) * MIN_AVERAGE <= len(word) else [word]


def _is_mixed(word: str) -> bool:
    return not (word.islower() or word.isupper() or word.istitle() or word.isdigit())


def _cut(word: str) -> list[str]:
    found = []
    begin = 0
    last = len(word) - 1
    for at in range(1, last + 1):
        before, c = word[at - 1], word[at]
        if c.isdigit() != before.isdigit():
            boundary = True
        elif not c.isupper():
            boundary = False
        elif not before.isupper():
            boundary = True
        else:  # the last capital of several begins a word: HTTPResponse, but not URLs
            boundary = at < last and word[at + 1].islower() and not (at + 1 == last and word[last] == "s")
        if boundary:
            found.append(word[begin:at])
            begin = at
    return [*found, word[begin:]]


def split_identifiers(text: str) -> tuple[str, list[str]]:
    """The text with `BETWEEN` inside each identifier, and these identifiers whole, each once.

    >>> split_identifiers("the baseDelay of it")[0].replace(PART, "|")
    'the base||Delay of it'
    """
    if text.islower() or text.isupper():
        return text, []
    spaced = text.translate(_SEPARATED)
    whole: dict[str, str] = {}
    for word in set(spaced.split()):
        if not (word.islower() or word.istitle() or word.isupper() or word.isdigit()):
            split = parts(word)
            if len(split) > 1:
                whole[word] = BETWEEN.join(split)
    if not whole:
        return text, []
    pieces: list[str] = []
    taken = position = 0
    for word in spaced.split(" "):
        end = position + len(word)
        if word in whole:
            pieces += [text[taken:position], whole[word]]
            taken = end
        position = end + 1
    pieces.append(text[taken:])
    return "".join(pieces), sorted(whole)


def writings(word: str) -> list[str]:
    """The phrases under which the index may have one word of a query, the most likely first.

    >>> writings("baseDelay2"), writings("base_delay2"), writings("swarm/chaos-1"), writings("E1234")
    (['base Delay 2', 'base Delay2', 'baseDelay2'], ['base delay2', 'base delay 2'], ['swarm chaos 1', 'swarm chaos1'], ['E1234'])
    """
    plain = words_of(word) or [word]
    split = [part for each in plain for part in parts(each)]
    found = [" ".join(split)]
    if len(split) > 1:
        found.append(_glued(split))
        found.append(" ".join([part for each in split for part in _cut_digits(each)]))
        if len(plain) == 1:
            found.append(word)
    return list(dict.fromkeys(found))


def _glued(split: list[str]) -> str:
    """With each number behind a word at that word: `base delay2`."""
    glued = split[0]
    for at, part in enumerate(split[1:]):
        glued += part if part.isdigit() and split[at].isalpha() else f" {part}"
    return glued


def _cut_digits(word: str) -> list[str]:
    return _cut(word) if word.isalnum() and not word.isdigit() and word.isascii() else [word]
