"""`Finding`, the result of one check of `doctor`: a level, a message, a hint."""

from __future__ import annotations

from hooks_cli.errors import HooksError

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass


OK, NOTE, WARNING, ERROR = "ok", "note", "warning", "error"
LEVELS = (OK, NOTE, WARNING, ERROR)


class Finding:
    """What a check found: its name, the level, one line, how to mend it ("" when there is nothing to), and an
    error's exit code.
    """

    __slots__ = ("check", "code", "level", "mend", "text")

    def __init__(self, check: str, level: str, text: str, mend: str = "", code: int = 0) -> None:
        self.check = check
        self.level = level
        self.text = text
        self.mend = mend
        self.code = code


def of_error(check: str, error: HooksError) -> Finding:
    """An error as a finding."""
    return Finding(check, ERROR, str(error), error.hint_text, error.exit_code)
