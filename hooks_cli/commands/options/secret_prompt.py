"""Asks for a secret: hidden on the terminal, or as a line of standard input for scripts. Loaded on demand."""

from __future__ import annotations

from hooks_cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

SHORTEST_PASSPHRASE = 8
LONGEST_INPUT = 64 * 1024


class NobodyToAsk(UsageError):
    """{what} is needed, but there is no terminal to ask for it."""

    hint = "Give it on standard input, with --stdin."


class Answers:
    """Gives the secrets that a verb needs, one after the other: from standard input (a line each) or from the terminal."""

    def __init__(self, environment: Environment, from_stdin: bool) -> None:
        self.environment = environment
        self.lines: list[str] | None = None
        if from_stdin:
            self.lines = environment.read_stdin(LONGEST_INPUT).decode("utf-8", "surrogateescape").splitlines()

    def secret(self, what: str) -> str:
        """One secret. Raises NobodyToAsk (64)."""
        if self.lines is not None:
            if not self.lines:
                raise NobodyToAsk(what=what, hint="Standard input has a line for each: " + what)
            return self.lines.pop(0)
        if not self.environment.is_terminal(0):
            raise NobodyToAsk(what=what)
        import getpass

        try:
            return getpass.getpass(what + ": ")
        except EOFError:
            raise NobodyToAsk(what=what) from None

    def new_passphrase(self, what: str = "The new passphrase") -> str:
        """A passphrase that is being set: long enough, and on a terminal given twice. Raises UsageError (64)."""
        phrase = self.secret(what)
        if len(phrase) < SHORTEST_PASSPHRASE:
            raise UsageError(f"A passphrase has at least {SHORTEST_PASSPHRASE} characters. Nothing was changed.")
        from hooks_cli.crypto.keys.source import decode

        if decode(phrase, "the passphrase") is not None:
            raise UsageError("This passphrase has the form of a raw key and would be read as one. Nothing was changed.")
        if self.lines is None and self.secret("The same once more") != phrase:
            raise UsageError("The two were not the same. Nothing was changed.")
        return phrase

    def text(self, what: str) -> str:
        """All that is left of standard input, or lines from the terminal until an empty one. Raises NobodyToAsk (64)."""
        if self.lines is not None:
            return "\n".join(self.lines)
        if not self.environment.is_terminal(0):
            return self.environment.read_stdin(LONGEST_INPUT).decode("utf-8", "surrogateescape")
        self.environment.err(f"{what}, then an empty line:")
        typed = []
        try:
            while line := input():
                typed.append(line)
        except EOFError:
            pass
        return "\n".join(typed)
