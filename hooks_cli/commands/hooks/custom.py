"""`hooks custom NAME`: records an event with a name of your own. `hooks pre-deploy` and `hooks post-review` are short
forms.

Settings files and prompts name events of their own. A hooks verb refuses nothing that it can keep, so these are kept under their names,
and standard error says that nothing else is done. What asks for an answer (`hooks route`, `hooks session-list`) is none of them.
"""

from __future__ import annotations

from hooks_cli.cli.verb_lookup import CUSTOM
from hooks_cli.commands.hooks import _plain_events, _stdin_event
from hooks_cli.commands.options import shared
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.model.verb import Call, Option, Positional, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment

LONGEST = 64
_SHAPE = _plain_events.verb(
    CUSTOM,
    "Keep an event of a name of your own; hooks pre-deploy, post-review, on-error … are its short form.",
    (
        Option("description", ("--description", "--message", "-d", "-m"), "What happened.", metavar="TEXT"),
        shared.file("The file that it is about."),
        Option("command", ("--command", "-c"), "The shell command that it is about.", metavar="TEXT"),
        Option("task_id", ("--task-id", "-i"), "The task that it is about.", metavar="ID"),
    ),
    "hooks-cli hooks custom pre-deploy --description 'to staging'",
)
VERB = Verb(
    "hooks",
    CUSTOM,
    _SHAPE.summary,
    options=_SHAPE.options,
    positionals=(Positional("name", "The event's name: small letters, digits and dashes."),),
    examples=(*_SHAPE.examples, "npx claude-flow@alpha hooks pre-deploy --description 'to staging'"),
    details="`hooks NAME` without `custom` does the same if NAME begins with pre-, post-, on-, modify-, task- or teammate-, and is not "
    "a misspelt verb. One line on stderr then says that the call was recorded as an event.",
    hot=True,
)


def run(call: Call, environment: Environment) -> int:
    """Records the event. Raises MissingArgument and UsageError (64), InvalidJson and InvalidAddress (65)."""
    short = call.alias not in ("", CUSTOM)
    name = call.alias if short else call.text("name")
    if not name:
        raise MissingArgument(verb=call.verb.title, what="a name: hooks custom NAME")
    if not _is_name(name):
        raise UsageError(
            f"{call.verb.title}: {name[:LONGEST]!r} is not a name for an event.",
            hint=f"At most {LONGEST} small letters, digits and dashes, beginning with a letter.",
        )
    _stdin_event.complete(call, environment, "file", "command", "description")
    words = call.unknown
    if short:
        if call.text("name"):
            words = [("argument", call.text("name")), *words]
        environment.err(
            f"hooks-cli: there is no hooks verb {name}: kept as an event of that name, nothing else is done"
        )
    values = {key: value for key, value in call.values.items() if key != "name"}
    named = Verb("hooks", name, VERB.summary, options=_SHAPE.options)
    return _plain_events.run(Call(named, values, words, call.missing, call.alias, call.foreign), environment)


def _is_name(name: str) -> bool:
    bare = name.replace("-", "")
    fits = len(name) <= LONGEST and name.isascii() and name == name.lower() and name[0].isalpha()
    return fits and bare.isalnum() and "--" not in name and not name.endswith("-")
