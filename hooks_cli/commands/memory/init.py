"""`memory init`: makes the store and its key; if they exist, it says so and changes nothing."""

from __future__ import annotations

import os

from hooks_cli.commands import store_access
from hooks_cli.commands.options import shared
from hooks_cli.features.entries import statistics
from hooks_cli.model.verb import Option, Verb
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "init",
    "Make the project's store and its key; an existing one is left as it is.",
    options=(
        Option("path", ("--path", "-p", "--store"), "Make it there instead (as HOOKS_STORE names it).", metavar="FILE"),
        Option(
            "backend",
            ("--backend", "-b", "--engine", "--type"),
            "Only for prompts that give it: the store is always encrypted SQLite, which one line says.",
            metavar="NAME",
        ),
        shared.force("Harmless: nothing is ever overwritten here.", "-f"),
    ),
    examples=("npx claude-flow@alpha memory init", "npx claude-flow@alpha memory init --reasoningbank"),
    prose=True,
    details="No command needs it: the first write makes the store. To empty one: memory clear --all.",
    actions=(),
)


def run(call: Call, environment: Environment) -> int:
    """Make the store. Raises CannotCreate (73), NetworkFileSystem (69), KeySourceError (78)."""
    if call.text("path"):
        environment.variables = {**environment.variables, "HOOKS_STORE": call.text("path")}
    backend = call.text("backend")
    if backend and backend not in ("sqlite", "sqlite3"):
        environment.err(f"hooks-cli: --backend (--type) {backend} has no effect: the store is encrypted SQLite")
    if call.flag("force") and os.path.exists(environment.places.store_path):
        environment.err("hooks-cli: --force overwrites nothing here; to empty the memory: memory clear --all")
    new = not os.path.exists(environment.places.store_path)
    store = store_access.for_memory(environment)
    figures = statistics.health(store, environment)
    if call.format != "text":
        environment.out(changes.json_object({"created": new, **figures}))
        return 0
    closed = "encrypted" if figures["encrypted"] else "NOT encrypted"
    if new:
        environment.out(f"Memory initialized: {store.path} ({closed}; key: {store.key.source})\n")
    else:
        environment.out(
            f"Memory is there already: {store.path} ({closed})\nTotal entries: {figures['total_entries']}\n"
        )
    if call.text("path"):
        environment.out(f"To use it: export HOOKS_STORE='{store.path}'\n")
    return 0
