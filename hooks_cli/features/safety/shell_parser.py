"""Parses a shell command line: the programs it would run, their arguments, and what feeds their stdin.

This is not a shell. It follows the grammar of POSIX sh and bash (quotes, substitutions, here-documents, pipelines, groups) as far as
is needed to tell what a line *runs* from what it only *mentions*: in `echo "rm -rf /"` the word is text, in
`bash -c "rm -rf /"` it is a program. Nothing is expanded; `$VAR` stays as it is written. Text that is not valid shell is read as far
as it goes, and no text raises anything.

>>> [[c.words for c in p] for p in pipelines("cd x && cat 'a b' | sort -u > out")]
[[['cd', 'x']], [['cat', 'a b'], ['sort', '-u']]]
"""

from __future__ import annotations

MAX_DEPTH = 6
_BLANK = " \t\r"
_SEPARATORS = ";&\n"
_RESERVED = (
    "if",
    "then",
    "elif",
    "else",
    "while",
    "until",
    "do",
    "{",
    "!",
    "time",
    "}",
    "fi",
    "done",
    "esac",
    "coproc",
)


class Simple:
    """One command: its `words` after unquoting, its output `targets` (files of `>` and `>>`), and the text on its stdin.

    `inner` are the commands whose output becomes part of it (`$(…)`, backquotes, `<(…)`), `functions` the names that the line
    had defined up to here.
    """

    __slots__ = ("functions", "inner", "stdin", "targets", "words")

    def __init__(self, functions: tuple[str, ...]) -> None:
        self.words: list[str] = []
        self.targets: list[str] = []
        self.stdin = ""
        self.inner: list[Simple] = []
        self.functions = functions


def pipelines(text: str, depth: int = 0) -> list[list[Simple]]:
    """The pipelines of `text` in order, those inside substitutions too; each is the list of its commands from left to right."""
    return _Reader(text, depth).read()


class _Reader:
    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.depth = depth
        self.at = 0
        self.found: list[list[Simple]] = []
        self.pipeline: list[Simple] = []
        self.functions: tuple[str, ...] = ()
        self.command = Simple(())
        self.awaited: list[tuple[str, bool, Simple]] = []  # here-documents whose bodies come after this line

    def read(self) -> list[list[Simple]]:
        text = self.text
        while self.at < len(text):
            char = text[self.at]
            if char in _BLANK:
                self.at += 1
            elif char == "\\" and text[self.at + 1 : self.at + 2] == "\n":
                self.at += 2
            elif char == "#":
                self._skip_line()
            elif char in "<>" or (char == "&" and text[self.at + 1 : self.at + 2] == ">"):
                self._redirection()
            elif char == "|":
                self._bar()
            elif char in _SEPARATORS:
                self._separator(char)
            elif char in "()":
                self._parenthesis(char)
            else:
                self._word()
        self._end_pipeline()
        return self.found

    def _end_command(self) -> None:
        command = self.command
        while command.words and command.words[0] in _RESERVED:
            del command.words[0]
        if command.words or command.targets or command.inner:
            self.pipeline.append(command)
        self.command = Simple(self.functions)

    def _end_pipeline(self) -> None:
        self._end_command()
        if self.pipeline:
            self.found.append(self.pipeline)
        self.pipeline = []

    def _skip_line(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def _bar(self) -> None:
        if self.text.startswith("||", self.at):
            self.at += 2
            self._end_pipeline()
            return
        self.at += 2 if self.text.startswith("|&", self.at) else 1
        self._end_command()

    def _separator(self, char: str) -> None:
        self.at += 1
        self._end_pipeline()
        if char == "\n" and self.awaited:
            self._here_documents()

    def _parenthesis(self, char: str) -> None:
        self.at += 1
        words = self.command.words
        if char == "(" and len(words) in (1, 2) and self.text[self.at : self.at + 16].lstrip(_BLANK).startswith(")"):
            self.at = self.text.index(")", self.at) + 1  # name() or function name(): what follows is its body
            self.functions = (*self.functions, words[-1])
            self.command = Simple(self.functions)
            return
        self._end_pipeline()

    def _redirection(self) -> None:
        text, start = self.text, self.at
        if text.startswith(("<(", ">("), start):
            self.at = start + 1
            self.command.words.append(self._substitution(text[start]))
            return
        for operator in ("<<<", "<<-", "<<", "<>", "<&", "&>>", "&>", ">>", ">|", ">&", "<", ">"):
            if text.startswith(operator, start):
                break
        self.at = start + len(operator)
        while self.at < len(text) and text[self.at] in _BLANK:
            self.at += 1
        target = self._bare_word()
        if operator in ("<<", "<<-"):
            self.awaited.append((target, operator == "<<-", self.command))
        elif operator == "<<<":
            self.command.stdin += target
        elif ">" in operator and not (operator == ">&" and target.isdigit()) and target:
            self.command.targets.append(target)

    def _here_documents(self) -> None:
        for mark, strip, command in self.awaited:
            lines = []
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                line = self.text[self.at : end]
                self.at = end + 1
                if strip:
                    line = line.lstrip("\t")
                if line == mark:
                    break
                lines.append(line)
            command.stdin += "\n".join(lines)
        self.awaited = []

    def _word(self) -> None:
        start = self.at
        word = self._bare_word()
        if self.at < len(self.text) and self.text[self.at] in "<>" and self.text[start : self.at].isdigit():
            return  # the number of a file descriptor, as in 2>file
        if self.at == start:
            self.at += 1  # nothing that a word may begin with; go on behind it
            return
        self.command.words.append(word)

    def _bare_word(self) -> str:
        """The next word with its quotes taken off; commands substituted in it go into `command.inner`."""
        text, parts = self.text, []
        while self.at < len(text):
            char = text[self.at]
            if char in " \t\r\n;&|()<>":
                break
            self.at += 1
            if char == "'":
                parts.append(self._until("'"))
            elif char == '"':
                parts.append(self._double_quoted())
            elif char == "\\":
                if text[self.at : self.at + 1] != "\n":
                    parts.append(text[self.at : self.at + 1])
                self.at += 1
            else:
                parts.append(self._expanded(char))
        return "".join(parts)

    def _until(self, mark: str) -> str:
        end = self.text.find(mark, self.at)
        end = len(self.text) if end < 0 else end
        taken = self.text[self.at : end]
        self.at = end + 1
        return taken

    def _double_quoted(self) -> str:
        text, parts = self.text, []
        while self.at < len(text):
            char = text[self.at]
            self.at += 1
            if char == '"':
                break
            if char == "\\":
                follows = text[self.at : self.at + 1]
                parts.append(follows if follows in '"\\$`' else "" if follows == "\n" else "\\" + follows)
                self.at += 1
            else:
                parts.append(self._expanded(char))
        return "".join(parts)

    def _expanded(self, char: str) -> str:
        """What a character that was just read stands for: a substitution it begins, or itself."""
        return self._backquoted() if char == "`" else self._dollar() if char == "$" else char

    def _dollar(self) -> str:
        """What follows a `$`: a substituted command, `$((…))`, `${…}`, `$'…'`, or a plain name."""
        text = self.text
        if text.startswith("((", self.at):
            end = text.find("))", self.at)
            end = len(text) if end < 0 else end + 2
            taken, self.at = text[self.at : end], end
            return "$" + taken
        if text.startswith("(", self.at):
            return self._substitution("$")
        if text.startswith("{", self.at):
            return "$" + self._until("}") + "}"
        if text.startswith("'", self.at):
            self.at += 1
            return self._until("'").replace("\\n", "\n").replace("\\t", "\t")
        return "$"

    def _substitution(self, sign: str) -> str:
        """At `(`: read the commands up to its `)`; the word keeps the text as it stands."""
        start = self.at + 1
        end = _closing(self.text, start)
        self.at = end + 1
        self._inside(self.text[start:end])
        return f"{sign}({self.text[start:end]})"

    def _backquoted(self) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] != "`":
            self.at += 2 if self.text[self.at] == "\\" else 1
        inner = self.text[start : self.at]
        self.at += 1
        self._inside(inner.replace("\\`", "`"))
        return f"`{inner}`"

    def _inside(self, text: str) -> None:
        if self.depth >= MAX_DEPTH:
            return
        for pipeline in pipelines(text, self.depth + 1):
            self.found.append(pipeline)
            self.command.inner.extend(pipeline)


def _closing(text: str, at: int) -> int:
    """Where the `)` stands that closes a `(` before `at`, quotes minded; the end of the text when there is none."""
    depth = 1
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif char in "'\"":
            quote = at + 1
            while quote < len(text) and text[quote] != char:
                quote += 2 if text[quote] == "\\" and char == '"' else 1
            at = quote
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if not depth:
                return at
        at += 1
    return len(text)
