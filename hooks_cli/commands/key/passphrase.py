"""`key passphrase`: sets, changes or removes the passphrase of the data key."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.model.verb import Positional, Verb
from hooks_cli.output import changes
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

ACTIONS = ("set", "change", "remove")

VERB = Verb(
    "key",
    "passphrase",
    "Protect the data key with a passphrase: set one, change one, or remove one.",
    options=(shared.stdin("Take the passphrases from standard input, a line each: for change the old one first."),),
    positionals=(Positional("action", "set, change or remove."),),
    examples=("hooks-cli key passphrase set", "hooks-cli key passphrase change"),
    details=(
        "set: replaces the key file by a slot that only the passphrase opens; a second `set` adds another slot. "
        "change: exchanges one slot and does not rewrite the store. A person with a copy of the old slot file and "
        "the old passphrase still has the data key; only `key rotate` ends that. remove: removes a slot; after "
        "the last one the key is in a key file again. A passphrase costs about half a second at each call; "
        "`hooks-cli unlock` pays it once for each login."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Do it. Raises MissingArgument, UsageError (64), WrongPassphrase (77), NotFound (1), KeySourceError (78)."""
    from hooks_cli.commands.options.secret_prompt import Answers
    from hooks_cli.features.keys import manage

    action = call.text("action")
    if not action:
        raise MissingArgument(verb=call.verb.title, what="set, change or remove")
    if action not in ACTIONS:
        raise UsageError(f"{call.verb.title} has no {action!r}.", hint="It is one of set, change, remove.")
    answers = Answers(environment, call.flag("stdin"))
    if action == "set":
        current = answers.secret("The present passphrase") if _is_protected(environment) else None
        count = manage.set_passphrase(environment, answers.new_passphrase(), current=current)
        text = f"The passphrase is set; {changes.count(count, 'slot', 'slots')}. Keep a paper copy, too: hooks-cli key export\n"
    elif action == "change":
        old = answers.secret("The old passphrase")
        manage.change_passphrase(environment, old, answers.new_passphrase())
        count, text = 0, "The passphrase is changed. The data key is the same (key rotate makes a new one).\n"
    else:
        count = manage.remove_passphrase(environment, answers.secret("The passphrase to remove"))
        text = f"The passphrase is removed; {changes.count(count, 'slot', 'slots')} left.\n"
        if not count:
            text = f"The passphrase is removed; the key lies in {environment.places.key_path} again.\n"
    if call.format != "text":
        text = object_text({"schema_version": "1", "passphrase": action, "slots": count}) + "\n"
    environment.out(text)
    return 0


def _is_protected(environment: Environment) -> bool:
    import os

    return os.path.exists(environment.places.slots_path) and not os.path.exists(environment.places.key_path)
