"""Reads a user's search text. Any text is accepted; none raises an error.

A text is read in this order:

1. Words that are globs of addresses (`swarm/*`, `*cache*`) are taken out: they narrow, and are not words. See `is_glob`.
2. What is left asks for everything (empty, `*`, `.*`, `.`): the newest entries are the answer.
3. It uses the syntax of FTS5's queries (https://www.sqlite.org/fts5.html section 3) and is valid: phrases, `prefix*`,
   `^first`, `one + two`, `AND OR NOT`, `NEAR(one two, 5)`, parentheses, and filters on the columns `address`, `tags`
   and `body`. It is written out again from its parts, every string quoted, so that nothing in it can be read otherwise.
4. It is one token (`checkpoint_loop1`, `a/b-c`, `E1234`): a phrase, all of it or nothing.
5. Else it is several words, which are ranked together (`by_words`).

The index is tokenised with `porter unicode61 remove_diacritics 2`: letters and digits make tokens, everything else
parts them; identifiers are in it by their parts too (`text.identifiers`), and Chinese, Japanese and Korean texts by
their characters (`text.cjk`).

>>> understand("base_delay").match
'"base delay"'
>>> [word.match for word in understand("db_failover of postgres").words]
['"db"', '"failover"', '"of"', '"postgres"']
>>> understand("chaos AND address: fail*").match
'"chaos" AND {address} : "fail"*'
>>> query = understand("chaos swarm/perf/*")
>>> query.globs, query.match
(['swarm/perf/*'], '"chaos"')
"""

from __future__ import annotations

from hooks_cli.store.sqlite.search.fts_syntax import MAX_PHRASE, has_token, written
from hooks_cli.store.sqlite.search.fts_syntax import read as read_syntax
from hooks_cli.text.cjk import PART
from hooks_cli.text.identifiers import parts, words_of, writings

EVERYTHING = ("", "*", "**", ".", ".*", "*.*", "%", "**/*")
MAX_WORDS = 64

# The commonest English words: they are in nearly every text, so an entry that has only these is not an answer.
COMMON_WORDS = (
    " a about after all also an and any are as at be because been before but by can could did do does doing each for from had has have "
    "how i if in into is it its just me my no not of on only or other our out over own same should so some such than that the their "
    "them then there these they this those through to too under until up us very was we were what when where which while who why will "
    "with would you your "
)

# Characters that may stand inside one word of a user's, between letters or digits.
_JOINERS = "/_-.:@#'\\&=+~$%\u2019"


class Word:
    """One of several words.

    text    as it was typed; of an identifier one of its parts
    match   what it is looked for by, a MATCH phrase
    plain   it is made of letters and nothing else, so that it may be taken for its neighbour when no entry has it
    common  it is one of `COMMON_WORDS`
    replaced  the word of the index that it was taken for, "" mostly
    """

    __slots__ = ("common", "match", "plain", "replaced", "text")

    def __init__(self, text: str, match: str, *, plain: bool) -> None:
        self.text = text
        self.match = match
        self.plain = plain
        self.common = plain and _common(text)
        self.replaced = ""


class Query:
    """A text understood.

    kind     "everything", "syntax", "phrase", "words", or "nothing" (no letter or digit in it: nothing can match)
    text     what was typed, without the globs
    globs    addresses match one of these; [] when none was typed
    match    of a phrase and of syntax, the MATCH expression
    words    of several words, each; `wholes` the identifiers among them whole, as MATCH phrases; `pairs` the words that were
             typed side by side, as places in `words`
    spoilt   the text looks like query syntax but is not valid, and was taken as words
    cut      more than 64 words; only the first 64 are looked for
    """

    __slots__ = ("cut", "globs", "kind", "match", "pairs", "spoilt", "text", "wholes", "words")

    def __init__(self, kind: str, text: str, match: str = "") -> None:
        self.kind = kind
        self.text = text
        self.match = match
        self.globs: list[str] = []
        self.words: list[Word] = []
        self.wholes: list[str] = []
        self.pairs: list[tuple[int, int]] = []
        self.spoilt = False
        self.cut = False

    @property
    def shown(self) -> str:
        """The expression whose hits a snippet marks; "" for everything and nothing."""
        return self.match or " OR ".join([*[word.match for word in self.words], *self.wholes])


def understand(text: str) -> Query:
    """Read what a user typed. Takes any str, also with NUL, lone surrogates or 100 kB; raises nothing."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    text = text.replace("\0", " ")
    globs: list[str] = []
    if "*" in text and text.strip() not in EVERYTHING:
        text, globs = _without_globs(text)
    query = _understood(text.strip())
    query.globs = globs
    return query


def is_glob(word: str) -> bool:
    """Whether a word narrows by address: it has a `*` that is not its last character, or one and a `/`.

    `word*` is a word's beginning, and quotes, columns and parentheses are query syntax.

    >>> [is_glob(word) for word in ("swarm/*", "*cache*", "fail*", "a*b", '"a*b"', "address:*x")]
    [True, True, False, True, False, False]
    """
    star = word.find("*")
    if star < 0 or word in EVERYTHING or any(c in word for c in '"(){}:^+,'):
        return False
    return star < len(word) - 1 or "/" in word


def _without_globs(text: str) -> tuple[str, list[str]]:
    if '"' in text or "{" in text or "(" in text:
        return text, []
    kept: list[str] = []
    globs: list[str] = []
    for word in text.split():
        (globs if is_glob(word) else kept).append(word)
    while kept and globs and kept[0] in ("AND", "OR", "NOT"):
        kept.pop(0)
    while kept and globs and kept[-1] in ("AND", "OR", "NOT"):
        kept.pop()
    return " ".join(kept), globs


def _understood(text: str) -> Query:
    if text in EVERYTHING:
        return Query("everything", text)
    expression, spoilt, alternatives = read_syntax(text)
    if expression:
        query = Query("syntax", text, expression)
        query.words = [Word(_as_typed(each), each, plain=False) for each in alternatives]
        return query
    pieces, cut = _words(text)
    if not pieces:
        return Query("nothing", text)
    if len(pieces) == 1:
        query = Query("phrase", text, _phrase(*pieces[0]))
    else:
        query = Query("words", text)
        _take(query, pieces)
        if len(query.words) == 1 and not query.wholes:  # the same word several times
            query = Query("phrase", text, query.words[0].match)
    query.spoilt, query.cut = spoilt, cut
    return query


def _as_typed(match: str) -> str:
    return match.strip("()").split(" OR ")[-1].strip('"').replace(PART, "")


def _phrase(word: str, star: bool) -> str:
    """One token as an expression: in each of its writings."""
    if star or not _is_token(word):
        return written(word, star)
    return " OR ".join([written(phrase, False) for phrase in writings(word)])


def _is_token(word: str) -> bool:
    return " " not in word


def _take(query: Query, pieces: list[tuple[str, bool]]) -> None:
    """Give a query of several words its words, wholes and pairs."""
    places: dict[str, int] = {}
    before = -1
    for word, star in pieces:
        single = _is_token(word) and not star
        for part in identifier_parts(word) if single else [word]:
            match = written(part, star)
            key = match.lower()
            if key not in places:
                places[key] = len(query.words)
                plain = single and part == word and word.isalpha()
                query.words.append(Word(part, match, plain=plain))
            at = places[key]
            if before >= 0 and before != at:
                query.pairs.append((before, at))
            before = at
        if single and len(identifier_parts(word)) > 1:
            query.wholes += [written(phrase, False) for phrase in writings(word)]


def identifier_parts(word: str) -> list[str]:
    """The words that one token is made of: `retry_baseDelay` is retry, base and Delay."""
    return [part for each in words_of(word) for part in parts(each)] or [word]


# --- words ------------------------------------------------------------------------------------------------------------
def _words(text: str) -> tuple[list[tuple[str, bool]], bool]:
    """The distinct words as (phrase, prefix), and whether there were more than `MAX_WORDS`. `"quoted"` is one word."""
    found: list[tuple[str, bool]] = []
    seen: set[tuple[str, bool]] = set()
    operators: list[tuple[str, bool]] = []
    for word in _pieces(text):
        if word in seen:
            continue
        seen.add(word)
        if word[0] in ("AND", "OR", "NOT") and not word[1]:
            operators.append(word)
            continue
        if len(found) == MAX_WORDS:
            return found, True
        found.append(word)
    return found or operators, False


def _pieces(text: str) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    position, end = 0, len(text)
    while position < end and len(pieces) <= 4 * MAX_WORDS:
        c = text[position]
        if c == '"':
            close = text.find('"', position + 1)
            if 0 < close - position <= MAX_PHRASE:
                if has_token(text[position + 1 : close]):
                    pieces.append((text[position + 1 : close], False))
                position = close + 1
                continue
        if not c.isalnum():
            position += 1
            continue
        start = position
        limit = min(end, start + MAX_PHRASE)
        while position < limit and (text[position].isalnum() or text[position] in _JOINERS or _mark(text[position])):
            position += 1
        word = text[start:position]
        star = position < end and text[position] == "*" and (word[-1].isalnum() or word[-1] in "_-")
        pieces.append((word.rstrip(_JOINERS), star))
    return pieces


def _mark(c: str) -> bool:
    # Combining accents belong to the letter before them; the tokenizer strips them.
    return "\u0300" <= c <= "\u036f"


def _common(word: str) -> bool:
    return f" {word.lower()} " in COMMON_WORDS
