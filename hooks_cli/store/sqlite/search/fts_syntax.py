"""Parses FTS5 query syntax and writes it again from its parts; prepares text for the index.

The grammar is that of fts5parse.y (https://www.sqlite.org/fts5.html section 3). What `read` gives, FTS5 accepts: every
string is quoted, columns are those of the index, numbers and nesting stay within FTS5's limits.
"""

from __future__ import annotations

from hooks_cli.text.cjk import separated
from hooks_cli.text.identifiers import parts, words_of, writings

COLUMNS = ("address", "tags", "body")
OPERATORS = ("AND", "OR", "NOT")
MAX_PHRASE = 400  # characters; a longer one is taken as its words
MAX_PHRASES = 96  # NOT nests to the left, and FTS5 allows 256 levels
MAX_DEPTH = 20  # FTS5's parser has room for about 90

_SEPARATORS = " \t\r\n"
_SPECIAL = "(){}:,+*^-"


def written(phrase: str, star: bool) -> str:
    """A phrase as FTS5 reads it, in quotes; `star` asks for words that begin with its last one."""
    return '"' + separated(phrase).replace('"', '""') + ('"*' if star else '"')


def has_token(text: str) -> bool:
    """Whether the tokenizer finds anything in it."""
    return any(c.isalnum() for c in text)


class _Invalid(Exception):
    pass


def read(text: str) -> tuple[str, bool, list[str]]:
    """The text as a canonical FTS5 expression, or "" when it is none; whether it looks as if one was meant; of `a OR b` the operands."""
    tokens = _tokens(text)
    if tokens is None:
        return "", '"' in text, []
    operators = any(kind == "word" and value in OPERATORS for kind, value in tokens)
    if not operators and all(kind in ("word", "*") for kind, _ in tokens):
        return "", False, []  # words, perhaps with prefixes: the way of words does the same and has a second expression
    try:
        parser = _Parser(tokens)
        return parser.whole(), False, parser.alternatives
    except _Invalid:
        return "", operators or '"' in text, []


def _tokens(text: str) -> list[tuple[str, str]] | None:
    """(kind, value) with kind "word", "text" (quoted) or the special character; None for what FTS5 cannot read."""
    tokens: list[tuple[str, str]] = []
    position, end = 0, len(text)
    while position < end:
        c = text[position]
        if c in _SEPARATORS:
            position += 1
        elif c in _SPECIAL:
            tokens.append((c, c))
            position += 1
        elif c == '"':
            value, position = _quoted(text, position + 1)
            if position < 0:
                return None
            tokens.append(("text", value))
        elif _bare(c):
            start = position
            while position < end and _bare(text[position]):
                position += 1
            tokens.append(("word", text[start:position]))
        else:
            return None
        if len(tokens) > 8 * MAX_PHRASES:
            return None
    return tokens


def _quoted(text: str, position: int) -> tuple[str, int]:
    parts = []
    while True:
        close = text.find('"', position)
        if close < 0:
            return "", -1
        parts.append(text[position:close])
        if text[close + 1 : close + 2] != '"':
            return '"'.join(parts), close + 1
        position = close + 2


def _bare(c: str) -> bool:
    return c > "\x7f" or c == "_" or (c.isalnum() and c.isascii())


class _Parser:
    """FTS5's grammar (fts5parse.y): OR binds least, then AND, then NOT; words side by side are AND and bind most."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0
        self.phrases = 0
        self.depth = 0
        # Of an expression that is nothing but operands with OR between them, these.
        self.alternatives: list[str] = []

    def kind(self, ahead: int = 0) -> str:
        """The kind of a token: "word", "text", a character, "AND", "OR", "NOT", or "" at the end."""
        if self.at + ahead >= len(self.tokens):
            return ""
        kind, value = self.tokens[self.at + ahead]
        return value if kind == "word" and value in OPERATORS else kind

    def take(self) -> str:
        """The next token's value."""
        self.at += 1
        return self.tokens[self.at - 1][1]

    def expect(self, kind: str) -> str:
        """The next token's value, which must be of this kind."""
        if self.kind() != kind:
            raise _Invalid
        return self.take()

    def whole(self) -> str:
        """The expression, if it takes up the whole text."""
        operands = self.operands()
        if self.kind():
            raise _Invalid
        if len(operands) > 1 and set(operands[1::2]) == {"OR"}:
            self.alternatives = operands[::2]
        return " ".join(operands)

    def expression(self) -> str:
        """Operands and operators in their order: written out as they came, so FTS5 applies its own precedence."""
        return " ".join(self.operands())

    def operands(self) -> list[str]:
        """The same as a list: operand, operator, operand and so on."""
        found = [self.operand()]
        while self.kind() in OPERATORS:
            found += [self.take(), self.operand()]
        return found

    def operand(self) -> str:
        """A parenthesis (perhaps with a column filter), or terms side by side."""
        columns = self.columns()
        if self.kind() == "(":
            return columns + self.parenthesis()
        terms = [columns + self.term()]
        while self.kind() not in ("", ")", *OPERATORS):
            columns = self.columns()
            terms.append(columns + self.term())
        if len(terms) > 1 and any(term.endswith(")") for term in terms):
            return f"({' AND '.join(terms)})"  # parentheses must not stand side by side
        return " ".join(terms)

    def parenthesis(self) -> str:
        """`( expression )`"""
        self.take()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Invalid
        inner = self.expression()
        self.depth -= 1
        self.expect(")")
        return f"({inner})"

    def columns(self) -> str:
        """A column filter, or "" when none stands here."""
        minus = "- " if self.kind() == "-" else ""
        after = 1 if minus else 0
        if self.kind(after) == "{":
            self.at += after + 1
            names = []
            while self.kind() in ("word", "text"):
                names.append(self.take())
            self.expect("}")
        elif self.kind(after) in ("word", "text") and self.kind(after + 1) == ":":
            self.at += after
            names = [self.take()]
        elif minus:
            raise _Invalid
        else:
            return ""
        self.expect(":")
        names = [name.lower() for name in names]
        if not names or any(name not in COLUMNS for name in names):
            raise _Invalid
        return minus + "{" + " ".join(names) + "} : "

    def term(self) -> str:
        """A phrase, `^phrase`, or `NEAR(phrase phrase, distance)`."""
        if self.kind() == "^":
            self.take()
            return "^" + self.phrase()
        if self.kind() == "word" and self.tokens[self.at][1] == "NEAR" and self.kind(1) == "(":
            self.at += 2
            phrases = [self.phrase()]
            while self.kind() in ("word", "text"):
                phrases.append(self.phrase())
            distance = ""
            if self.kind() == ",":
                self.take()
                distance = self.expect("word")
                if not distance.isascii() or not distance.isdigit() or len(distance) > 6:
                    raise _Invalid
                distance = ", " + distance
            self.expect(")")
            return f"NEAR({' '.join(phrases)}{distance})"
        return self.in_each_writing(self.phrase())

    def in_each_writing(self, phrase: str) -> str:
        """A phrase whose identifiers the index may have in parts: `baseDelay` is also looked for as `base delay`."""
        if phrase[-1:] != '"' or '" + "' in phrase:
            return phrase
        text = phrase[1:-1]
        plain = words_of(text)
        if len(plain) == 1:
            found = writings(text)
        else:
            split = " ".join([part for word in plain for part in parts(word)])
            found = [split, text] if split != " ".join(plain) else [text]
        if len(found) == 1:
            return phrase
        self.phrases += len(found) - 1
        return f"({' OR '.join([written(each, False) for each in found])})"

    def phrase(self) -> str:
        """`string`, `string + string`, and a star behind the last. One without a letter or digit could never match."""
        strings = [self.string()]
        while self.kind() == "+":
            self.take()
            strings.append(self.string())
        self.phrases += len(strings)
        if self.phrases > MAX_PHRASES:
            raise _Invalid
        star = self.kind() == "*"
        if star:
            self.take()
        return " + ".join(written(string, False) for string in strings) + ("*" if star else "")

    def string(self) -> str:
        """One bare word or quoted text."""
        if self.kind() not in ("word", "text"):
            raise _Invalid
        value = self.take()
        if not has_token(value) or len(value) > MAX_PHRASE:
            raise _Invalid
        return value
