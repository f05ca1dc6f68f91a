"""Finds a verb's module by its path: `memory store` is `commands/memory/store.py`.

Each module declares `VERB` (plain data, `model.verb.Verb`) and `run(call, environment) -> exit code`. Names with a dash have an
underscore in the module's name (`pre-task` is `pre_task.py`). Verbs that differ by a few words are declared together, in the `VERBS`
of a module beside them (`commands/hooks/_shell_events.py`). `verb_words` has those and all other words for a verb, made from the
declarations, so that finding a verb loads only its own.
"""

from __future__ import annotations

import sys

from hooks_cli.cli.verb_words import ALIASES, EVENT_LIKE, TABLES, USAGE_ACTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.verb import Verb

# Each is a folder; the verbs of `program` stand alone.
GROUPS = (
    "hooks",
    "memory",
    "config",
    "key",
    "mcp",
    "project",
    "remote",
    "session",
    "setup",
    "shims",
    "task",
    "test",
    "trace",
)
GROUP_ALIASES = {"hook": "hooks"}

# A name behind `hooks` that begins so and is not a verb's is an event's (`commands/hooks/custom.py`).
CUSTOM = "custom"
CUSTOM_BEGINNINGS = ("pre-", "post-", "on-", "modify-", "task-", "teammate-")
# These ask for something that no event can give.
_ASKING = ("list", "status", "metrics", "info", "show", "get", "create", "orchestrate", "assign", "route")


def redirect(group: str, name: str, words: list[str]) -> tuple[str, list[str]]:
    """The verb and the words that `memory usage --action WORD …` stands for; anything else as it is.

    >>> redirect("memory", "usage", ["--action", "store", "--key", "k"])
    ('store', ['--key', 'k'])
    """
    if (group, name) != ("memory", "usage"):
        if (group, name) == ("memory", "recall") and _asks_for_words(words):
            return "search", words  # `memory retrieve --query "how we log in"`
        return name, words
    if words and words[0] in USAGE_ACTIONS and not any(word.partition("=")[0] in ("--action", "-a") for word in words):
        return USAGE_ACTIONS[words[0]], words[1:]  # `memory usage store k v`
    for at, word in enumerate(words):
        if word == "--":
            break
        flag, joined, value = word.partition("=")
        if flag not in ("--action", "-a"):
            continue
        rest = words[:at] + words[at + 1 + (not joined) :]
        action = value if joined else "".join(words[at + 1 : at + 2])
        verb = USAGE_ACTIONS.get(action.lower().replace("_", "-"), "")
        return (verb, rest) if verb else (name, words)
    return name, words


def _asks_for_words(words: list[str]) -> bool:
    """Whether words behind `memory recall` give a --query and no key."""
    flags = [word.partition("=")[0] for word in words]
    return "--query" in flags and not any(flag in flags for flag in ("--key", "-k", "--memory-key", "--pattern"))


def find(group: str, name: str) -> tuple[str, str]:
    """The canonical (group, verb) for what was typed; the verb need not exist.

    `hooks memory …`, `hooks memory-store` and `hooks memory:store`, as many prompts have it, are the memory's own verbs.

    >>> find("hook", "notification"), find("hooks", "memory:retrieve"), find("hooks", "memory")
    (('hooks', 'notify'), ('memory', 'recall'), ('memory', 'usage'))
    """
    group = GROUP_ALIASES.get(group, group)
    if group == "hooks" and name[:6] == "memory" and name[6:7] in ("", "-", ":"):
        group, name = "memory", name[7:] or "usage"
    elif group == "hooks" and name.startswith(CUSTOM_BEGINNINGS) and name not in EVENT_LIKE and _is_event(name):
        name = CUSTOM
    return group, ALIASES.get(group, {}).get(name, name)


def _is_event(name: str) -> bool:
    """Whether a name that is not a verb's is an event's: no slip of a verb's name, and no question."""
    from hooks_cli.text.edit_distance import distance

    return name.rpartition("-")[2] not in _ASKING and min(distance(name, verb) for verb in EVENT_LIKE) > 1


def module_name(group: str, name: str) -> str:
    """The module that declares a verb; a name that is not a plain lowercase word gives ""."""
    if name in TABLES.get(group, ()):
        return TABLES[group][name]
    word = name.replace("-", "_")
    if not word.isidentifier() or word.startswith("_") or word != word.lower() or not word.isascii():
        return ""
    return f"hooks_cli.commands.{group or 'program'}.{word}"


def declared(group: str, name: str) -> Verb | None:
    """The declaration of a verb by its own name, its module loaded if it is not yet; None when there is no such verb."""
    from hooks_cli.model.verb import Verb

    module = module_name(group, name)
    if not module:
        return None
    try:
        __import__(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return None
    found = sys.modules[module]
    verb = found.VERBS[name] if name in TABLES.get(group, ()) else getattr(found, "VERB", None)
    return verb if isinstance(verb, Verb) and verb.name == name else None
