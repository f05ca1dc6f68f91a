"""What a memory verb makes of options that nobody declared (`model.strangers`): fields to keep, or conditions; always told."""

from __future__ import annotations

from hooks_cli.model import strangers
from hooks_cli.model.json_text import Raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment


def of(call: Call) -> list[tuple[str, str]]:
    """(name in kebab case, value or "true") of the options that nobody knows."""
    return [
        (name, value)
        for name, value in call.unknown
        if name != "argument" and ("--" if len(name) > 1 else "-") + name not in call.foreign
    ]


def fields(call: Call, environment: Environment) -> dict[str, object]:
    """The fields of the metadata that `store` keeps of them, told on stderr."""
    found: dict[str, object] = {}
    for name, value in of(call):
        kept = Raw(value) if value in ("true", "false") or strangers.is_number(value) else value
        found[strangers.field_of(name)] = kept
    if found:
        listed = ", ".join(found)
        environment.err(f"hooks-cli: {_flags(call)} of {call.verb.title}; kept as metadata: {listed}")
    return found


def conditions(call: Call, environment: Environment) -> list[tuple[str, str, str]]:
    """What they ask of the metadata, as `store.narrowing.Narrowing.facts`, told on stderr with those that ask for nothing."""
    found, idle = [], []
    for name, value in of(call):
        asked = strangers.condition_of(name, value)
        if asked is None:
            idle.append(f"--{name}")
        else:
            found.append(asked)
    if found:
        listed = " and ".join([f"{field} {how} {value}" for field, how, value in found])
        environment.err(f"hooks-cli: {_flags(call)} of {call.verb.title}; only entries with metadata {listed}")
    if idle:
        say = "has" if len(idle) == 1 else "have"
        environment.err(
            f"hooks-cli: {', '.join(idle)} {say} no effect on {call.verb.title}: nothing was left out for it"
        )
    return found


def _flags(call: Call) -> str:
    names = [f"--{name}" for name, _ in of(call)]
    return ", ".join(dict.fromkeys(names)) + (" is no option" if len(names) == 1 else " are no options")
