"""Finds a verb's module by its path: `memory store` is `commands/memory/store.py`. There is no registry.

Each module declares `VERB` (plain data, `model.verb.Verb`) and `run(call, environment) -> exit code`. Names with a dash have an
underscore in the module's name (`pre-task` is `pre_task.py`). Other words for a verb are listed here, so that finding one loads
nothing else; a test holds this table to what the declarations say.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.model.verb import Verb

# Each is a folder; the verbs of `program` stand alone.
GROUPS = ("hooks", "memory", "config", "key", "project", "remote", "session", "setup", "shims", "task", "test", "trace")
GROUP_ALIASES = {"hook": "hooks"}

# (group, other word) -> the verb it means
VERB_ALIASES: dict[tuple[str, str], str] = {
    ("", "--version"): "version",
    ("", "-V"): "version",
    ("", "-v"): "version",
    ("hooks", "notification"): "notify",
    ("memory", "add"): "store",
    ("memory", "analytics"): "stats",
    ("memory", "analyze"): "stats",
    ("memory", "cat"): "recall",
    ("memory", "cleanup"): "gc",
    ("memory", "compact"): "gc",
    ("memory", "find"): "search",
    ("memory", "health"): "status",
    ("memory", "load"): "recall",
    ("memory", "list-namespaces"): "namespace",
    ("memory", "ls"): "list",
    ("memory", "mv"): "rename",
    ("memory", "move"): "rename",
    ("memory", "namespaces"): "namespace",
    ("memory", "optimize"): "gc",
    ("memory", "purge"): "clear",
    ("memory", "put"): "store",
    ("memory", "query"): "search",
    ("memory", "read"): "recall",
    ("memory", "rebuild"): "reindex",
    ("memory", "rebuild-index"): "reindex",
    ("memory", "remove"): "delete",
    ("memory", "rm"): "delete",
    ("memory", "save"): "store",
    ("memory", "set"): "store",
    ("memory", "update"): "store",
    ("memory", "versions"): "history",
    ("memory", "retrieve"): "recall",
    ("memory", "get"): "recall",
}


# A name behind `hooks` that begins so and is no verb's is an event's (`commands/hooks/custom.py`).
CUSTOM = "custom"
CUSTOM_BEGINNINGS = ("pre-", "post-", "on-", "modify-", "task-", "teammate-")
# The verbs that begin so.
HOOKS_VERBS = (
    "pre-bash", "pre-command", "pre-edit", "pre-search", "pre-task", "pre-write",
    "post-bash", "post-command", "post-edit", "post-search", "post-task", "task-orchestrated",
)  # fmt: skip
# These ask for something that no event can give.
_ASKING = ("list", "status", "metrics", "info", "show", "get", "create", "orchestrate", "assign", "route")

# `memory usage --action WORD` is the verb that is meant.
USAGE_ACTIONS = {
    "store": "store",
    "save": "store",
    "add": "store",
    "put": "store",
    "write": "store",
    "update": "store",
    "set": "store",
    "retrieve": "recall",
    "get": "recall",
    "recall": "recall",
    "read": "recall",
    "load": "recall",
    "search": "search",
    "query": "search",
    "find": "search",
    "list": "list",
    "delete": "delete",
    "remove": "delete",
    "clear": "clear",
    "cleanup": "gc",
    "gc": "gc",
    "optimize": "gc",
    "optimize-storage": "gc",
    "compact": "gc",
    "compress": "gc",
    "history": "history",
    "export": "export",
    "import": "import",
    "backup": "backup",
    "restore": "restore",
    "stats": "stats",
    "status": "status",
    "health": "status",
    "check": "status",
    "analyze": "stats",
    "report": "stats",
    "rebuild": "reindex",
    "rebuild-index": "reindex",
    "reindex": "reindex",
    "validate": "validate",
    "verify": "verify",
    "init": "init",
}


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
    elif group == "hooks" and name.startswith(CUSTOM_BEGINNINGS) and name not in HOOKS_VERBS and _is_event(name):
        name = CUSTOM
    return group, VERB_ALIASES.get((group, name), name)


def _is_event(name: str) -> bool:
    """Whether a name that is no verb's is an event's: no slip of a verb's name, and no question."""
    from hooks_cli.text.edit_distance import distance

    return name.rpartition("-")[2] not in _ASKING and min(distance(name, verb) for verb in HOOKS_VERBS) > 1


def module_name(group: str, name: str) -> str:
    """The module that declares a verb; a name that is no plain lowercase word gives ""."""
    word = name.replace("-", "_")
    if not word.isidentifier() or word.startswith("_") or word != word.lower() or not word.isascii():
        return ""
    return f"hooks_cli.commands.{group or 'program'}.{word}"


def declared(module: str) -> Verb | None:
    """The declaration in a module, loaded if it is not yet; None when there is no such module or it declares no verb."""
    from hooks_cli.model.verb import Verb

    try:
        __import__(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return None
    verb = getattr(sys.modules[module], "VERB", None)
    return verb if isinstance(verb, Verb) else None
