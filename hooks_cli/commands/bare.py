"""A verb that needs an argument, given none at all: `memory store` alone. Prompts mention verbs like that, and want to know how they go.

The verb's page is the answer then, and nothing else is done: 0. Whoever pipes something into it has forgotten the key: that is an
error (64), because what came would be lost.
"""

from __future__ import annotations

import os
import stat

from hooks_cli.errors import HooksError, MissingArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment


def explain(call: Call, environment: Environment, what: str) -> int:
    """Print the verb's page. Raises MissingArgument (64) when something was given or piped in; `what` is missing."""
    given = [name for name in call.values if name not in ("json", "output_format")]
    if given or call.format != "text" or _something_comes(environment):
        raise MissingArgument(verb=call.verb.title, what=what)
    from hooks_cli.interpreter import complete

    complete()
    from hooks_cli.output import help_page

    environment.out("\n".join(text for _, text in help_page.verb_page(call.verb)) + "\n")
    environment.err(f"hooks-cli: {call.verb.title} was given nothing, and did nothing; this is how it is called")
    return 0


def _something_comes(environment: Environment) -> bool:
    try:
        kind = os.fstat(0).st_mode
        if not (stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind) or stat.S_ISREG(kind)):
            return False
        return bool(environment.read_stdin(1 << 26, 50))
    except OSError:
        return False
    except HooksError:
        return True
