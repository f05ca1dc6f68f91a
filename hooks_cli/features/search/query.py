"""Turns a user's search text into an FTS5 MATCH expression. Any text is accepted; none raises an error.

A text is read in this order:

1. It asks for everything (empty, `*`, `.*`, `.`): no expression at all, the newest entries are the answer.
2. It uses the syntax of FTS5's queries (https://www.sqlite.org/fts5.html section 3) and is valid: phrases, `prefix*`,
   `^first`, `one + two`, `AND OR NOT`, `NEAR(one two, 5)`, parentheses, and filters on the columns `address`, `tags`
   and `body`. It is written out again from its parts, every string quoted, so that nothing in it can be read otherwise,
   and it is the only expression tried.
3. Else it is words: one expression that wants all of them, another that is content with any.

The index is tokenised with `porter unicode61 remove_diacritics 2`: letters and digits make tokens, everything else
parts them, so `api_user_registration`, `db-failover` and `swarm/performance/baseline` are found by each of their parts.
A query's word that has parts is a phrase, so it is found whole first; the second expression tries its parts too. Texts
without spaces between words (Chinese, Japanese, Korean) would be one token a sentence; `unspaced.separated` parts
their characters, here and in what is indexed.

>>> understand("db_failover of postgres").match
'"db_failover" "of" "postgres"'
>>> understand("db_failover of postgres").any
'"db_failover" OR "postgres" OR "db" OR "failover"'
>>> understand("chaos AND address: swarm/*").match
'"chaos" "address" "swarm"'
>>> understand("chaos AND address: fail*").match
'"chaos" AND {address} : "fail"*'
"""

from __future__ import annotations

from hooks_cli.store.sqlite.search.fts_syntax import MAX_PHRASE, has_token, written
from hooks_cli.store.sqlite.search.fts_syntax import read as read_syntax

EVERYTHING = ("", "*", "**", ".", ".*", "*.*", "%", "**/*")
MAX_WORDS = 64

# The commonest English words: they are in nearly every text, so an entry that has only these is no answer, and looking
# them up in a large store is the whole cost of the question. Used for the "any word" expression alone.
COMMON_WORDS = (
    " a about an and are as at be been but by can could did do does for from had has have how i if in is it its me my "
    "of on or our should so that the their them then there these they this those to us was we were what when where "
    "which who why will with would you your "
)

# Characters that may stand inside one word of a user's, between letters or digits.
_JOINERS = "/_-.:@#'\\&=+~$%\u2019"


class Query:
    """A text understood.

    kind    "everything", "syntax", "words", or "nothing" (no letter or digit in it: nothing can match)
    match   the MATCH expression to try first; "" for everything and nothing
    terms   what to look for any of when the first finds nothing, as MATCH phrases; [] when there is nothing to fall back on
    any     the terms as one MATCH expression; "" without terms
    spoilt  the text looks like query syntax but is not valid, and was taken as words
    cut     more than 64 words; only the first 64 are looked for
    """

    __slots__ = ("cut", "kind", "match", "spoilt", "terms")

    def __init__(
        self, kind: str, match: str = "", terms: list[str] | None = None, spoilt: bool = False, cut: bool = False
    ) -> None:
        self.kind = kind
        self.match = match
        self.terms = terms or []
        self.spoilt = spoilt
        self.cut = cut

    @property
    def any(self) -> str:
        """All terms in one expression."""
        return " OR ".join(self.terms)


def understand(text: str) -> Query:
    """Read what a user typed. Takes any str, also with NUL, lone surrogates or 100 kB; raises nothing."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    text = text.replace("\0", " ")
    if text.strip() in EVERYTHING:
        return Query("everything")
    expression, spoilt = read_syntax(text)
    if expression:
        return Query("syntax", expression)
    phrases, cut = _words(text)
    if not phrases:
        return Query("nothing")
    together = " ".join(written(phrase, star) for phrase, star in phrases)
    either = _either(phrases)
    return Query("words", together, either if either != [together] else [], spoilt, cut)


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


def _either(phrases: list[tuple[str, bool]]) -> list[str]:
    telling = [p for p in phrases if not _common(p[0])] or phrases
    parts: list[tuple[str, bool]] = []
    for phrase, _ in telling:
        split = "".join(c if c.isalnum() or _mark(c) else " " for c in phrase).split()
        if len(split) > 1:
            parts += [(part, False) for part in split if not _common(part)]
    distinct = list(dict.fromkeys(telling + parts))[: 2 * MAX_WORDS]
    return [written(phrase, star) for phrase, star in distinct]
