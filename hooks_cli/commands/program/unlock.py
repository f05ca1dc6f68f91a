"""`unlock`: caches the key behind a passphrase, so that its derivation runs once for each login."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import DataError, UsageError
from hooks_cli.model.verb import Option, Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

DEFAULT_FOR = "8h"

VERB = Verb(
    "",
    "unlock",
    "Unlock the store's passphrase for a while, so that agents need not give it.",
    options=(
        Option("for_", ("--for",), f"How long: 30m, 8h, 2d ({DEFAULT_FOR}); at most 30d.", metavar="DURATION"),
        shared.stdin(),
    ),
    examples=("hooks-cli unlock --for 8h",),
    details=(
        "The key is kept in the Linux kernel's keyring, or, without one, in a 0600 file under XDG_RUNTIME_DIR (in "
        "memory, removed at logout); never on a disk. Other programs of the same user can read it during that "
        "time. `hooks-cli lock` forgets it."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Unlock. Raises WrongPassphrase (77), NotFound (1) without a passphrase, Unavailable (69) without a safe place, UsageError (64) for
    a time that is none or a key that needs no unlocking, DataError (65) for a time that is too long."""
    from hooks_cli.commands.key import phrase_for
    from hooks_cli.commands.options.secret_prompt import Answers
    from hooks_cli.crypto.keys.slots import stamp
    from hooks_cli.crypto.keys.unlock_cache import LONGEST_SECONDS
    from hooks_cli.features.keys import manage
    from hooks_cli.text.units import parse_duration

    seconds = parse_duration(call.text("for_", DEFAULT_FOR), "--for") // 1000
    if not 1 <= seconds <= LONGEST_SECONDS:
        raise DataError("--for is from one second to 30 days.", hint="For example: --for 8h")
    manage.require_slots(environment)
    phrase = phrase_for(call, environment)
    if phrase is None:
        if environment.variables.get("MEMORY_ENCRYPTION_KEY"):
            raise UsageError("The key is given as it is: there is nothing to unlock.")
        phrase = Answers(environment, call.flag("stdin")).secret("The passphrase")
    where, until = manage.unlock(environment, phrase, seconds)
    if call.format != "text":
        environment.out(
            object_text({"schema_version": "1", "unlocked": {"where": where, "until": stamp(until * 1000)}}) + "\n"
        )
    else:
        environment.out(f"Unlocked until {stamp(until * 1000)}, in {where}. To end it sooner: hooks-cli lock\n")
    return 0
