"""The verbs. A verb exists because its module exists: `memory store` is `commands/memory/store.py`.

Each module declares `VERB` (plain data, `cli.spec.Verb`) and `run(call, environment) -> exit code`. Names with a dash have an
underscore in the module's name (`pre-task` is `pre_task.py`). Other words for a verb are listed here, so that finding one loads
nothing else; a test holds this table to what the declarations say.
"""

from __future__ import annotations

GROUP_ALIASES = {"hook": "hooks"}

# (group, other word) -> the verb it means
VERB_ALIASES: dict[tuple[str, str], str] = {
    ("hooks", "notification"): "notify",
    ("memory", "cleanup"): "gc",
    ("memory", "mv"): "rename",
    ("memory", "move"): "rename",
    ("memory", "query"): "search",
    ("memory", "remove"): "delete",
    ("memory", "rm"): "delete",
    ("memory", "versions"): "history",
    ("memory", "retrieve"): "recall",
    ("memory", "get"): "recall",
}


def find(group: str, name: str) -> tuple[str, str]:
    """The canonical (group, verb) for what was typed; the verb need not exist."""
    group = GROUP_ALIASES.get(group, group)
    return group, VERB_ALIASES.get((group, name), name)


def module_name(group: str, name: str) -> str:
    """The module that declares a verb; a name that is no plain lowercase word gives ""."""
    word = name.replace("-", "_")
    if not word.isidentifier() or word.startswith("_") or word != word.lower() or not word.isascii():
        return ""
    return f"hooks_cli.commands.{group or 'program'}.{word}"
