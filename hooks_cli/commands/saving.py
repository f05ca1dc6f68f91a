"""--output, --keys-only and --page: where the answer of a reading verb goes, and how much of it."""

from __future__ import annotations

from hooks_cli.cli.spec import Option
from hooks_cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

OUTPUT_OPTION = Option(
    "output",
    ("--output", "-o", "--save"),
    "Write the answer to this file (0600) instead of printing it.",
    metavar="FILE",
)
READING_OPTIONS = (
    OUTPUT_OPTION,
    Option("keys_only", ("--keys-only", "--keys"), "Print the addresses alone.", "switch"),
    Option("page", ("--page",), "The Nth page of --limit entries.", "integer", metavar="N"),
)


def offset(call: Call, limit: int) -> int:
    """How many entries come before those that are asked for. Raises UsageError (64)."""
    page = call.integer("page", 1)
    if page < 1:
        raise UsageError(f"{call.verb.title} --page begins with 1; {page} is none.")
    return call.number("offset", 0) + (page - 1) * limit


def to_file(call: Call, environment: Environment, answer: Callable[[Call, Environment], int]) -> int:
    """Run `answer` with what it prints going to the file, which is written whole or not at all, and replaces what was there.

    Raises CannotCreate (73), StorageFailed or DiskFull (74).
    """
    import os

    from hooks_cli.private_files import make_parents, write_file

    place = os.path.join(environment.cwd, call.text("output"))
    parts: list[str] = []

    def keep(text: str) -> None:
        parts.append(text)

    environment.__dict__.update(out=keep, value=keep, is_terminal=lambda descriptor: False)
    try:
        code = answer(call, environment)
    finally:
        for name in ("out", "value", "is_terminal"):
            del environment.__dict__[name]
    if code == 0:
        make_parents(place)
        write_file(place, "".join(parts).encode("utf-8", "replace"))
        environment.err(f"hooks-cli: written to {place}")
    return code
