"""Makes `hooks_cli/cli/verb_words.py` from the verbs' declarations, so that finding a verb loads none but its own."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import hooks_cli.commands
from hooks_cli.cli.verb_lookup import CUSTOM_BEGINNINGS
from hooks_cli.model.verb import Verb

FILE = Path(__file__).parents[2] / "hooks_cli" / "cli" / "verb_words.py"
HEAD = '''"""The words of all verbs, made from their declarations by `scripts/make-verb-words`. Do not edit."""

# group -> other word -> the verb
ALIASES = {
'''


def declarations() -> dict[str, list[tuple[str, Verb]]]:
    """For each group ("" for the verbs that stand alone) its (module, declaration), by the verb's name."""
    found: dict[str, list[tuple[str, Verb]]] = {}
    for folder in sorted(Path(hooks_cli.commands.__path__[0]).iterdir()):
        group = "" if folder.name == "program" else folder.name
        for file in sorted(folder.glob("*.py")):
            if file.stem == "__init__" or folder.name == "options":
                continue
            name = f"hooks_cli.commands.{folder.name}.{file.stem}"
            module = importlib.import_module(name)
            verbs = getattr(module, "VERBS", {}).values() if file.stem[0] == "_" else [module.VERB]
            found.setdefault(group, []).extend((name, verb) for verb in verbs)
    return {group: sorted(verbs, key=lambda pair: pair[1].name) for group, verbs in found.items()}


def page() -> str:
    """The module's text."""
    groups = declarations()
    text = HEAD
    for group, verbs in groups.items():
        text += _rows(group, [(word, verb.name) for _, verb in verbs for word in verb.aliases])
    text += "}\n\n# group -> verb -> the module that declares it among others in its `VERBS`\nTABLES = {\n"
    for group, verbs in groups.items():
        text += _rows(group, [(verb.name, name) for name, verb in verbs if name.rpartition(".")[2].startswith("_")])
    text += "}\n\n# The hooks verbs with the beginning of an event's name (`verb_lookup.CUSTOM_BEGINNINGS`)\nEVENT_LIKE = (\n"
    text += "".join(f'    "{verb.name}",\n' for _, verb in groups["hooks"] if verb.name.startswith(CUSTOM_BEGINNINGS))
    text += ")\n\n# What `memory usage --action WORD` may say -> the verb\nUSAGE_ACTIONS = {\n"
    for _, verb in groups["memory"]:
        if verb.actions is not None:
            text += "".join(f'    "{word}": "{verb.name}",\n' for word in (verb.name, *verb.aliases, *verb.actions))
    return text + "}\n"


def _rows(group: str, pairs: list[tuple[str, str]]) -> str:
    """The entry of a group in a table, "" for one without pairs."""
    rows = "".join(f'        "{key}": "{value}",\n' for key, value in pairs)
    return f'    "{group}": {{\n{rows}    }},\n' if rows else ""


def main() -> int:
    """Write the module, or with --check say whether it is stale (exit 1)."""
    made = page()
    if FILE.exists() and FILE.read_text() == made:
        return 0
    if "--check" in sys.argv[1:]:
        print(f"{FILE.name} is stale; run scripts/make-verb-words", file=sys.stderr)
        return 1
    FILE.write_text(made)
    print(f"written: {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
