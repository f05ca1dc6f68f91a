"""Prints a list in the requested form: JSON, NDJSON, a terminal table, or plain lines."""

from __future__ import annotations

from hooks_cli.output import changes, theme

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    from rich.console import Console

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

    Row = TypeVar("Row")


def show(
    call: Call,
    environment: Environment,
    name: str,
    rows: Sequence[Row],
    *,
    as_object: Callable[[Row], dict[str, Any]],
    line: Callable[[Row], str],
    view: Callable[[Console], None],
) -> None:
    """Print `rows`, which JSON calls `name`. `line` is a row's plain line with its line break; `view` shows all of them to a person."""
    if call.format == "json":
        environment.out(changes.json_object({name: [as_object(row) for row in rows], "total": len(rows)}))
    elif call.format == "ndjson":
        environment.out("".join(changes.json_object(as_object(row)) for row in rows))
    elif rows and theme.on(call, environment):
        view(theme.console(environment))
    else:
        environment.out("".join(line(row) for row in rows))
        if not rows:
            environment.err(f"hooks-cli: no {name} fit what was asked for")
