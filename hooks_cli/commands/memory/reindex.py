"""`memory reindex`: rebuilds the word index."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options, shared
from hooks_cli.features import attribution
from hooks_cli.features.search.search import reindex
from hooks_cli.model.verb import Verb
from hooks_cli.output import changes
from hooks_cli.output.progress import Progress, mode_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "reindex",
    "Rebuild the word index from the entries.",
    aliases=("rebuild", "rebuild-index"),
    options=(shared.PROGRESS, *address_options.WHO_OPTIONS),
    examples=("hooks-cli memory reindex", "claude-flow memory usage --action rebuild-index"),
    details=(
        "Every write updates the index, so this is needed only if the index is damaged (see memory verify). It is "
        "one transaction; other writers wait. No entry and no version changes."
    ),
    actions=(),
)


def run(call: Call, environment: Environment) -> int:
    """Rebuild the index. Raises NotFound (1) without a store, ReadOnlyAgent (77), Busy (75)."""
    attribution.check_write(environment, call.text("agent"))
    store = store_access.for_memory(environment, create=False)
    with Progress(environment, "Indexing", mode=mode_of(call), unit="entries") as progress:
        count = reindex(store, progress.advance)
    if call.format != "text":
        environment.out(changes.json_object({"indexed": count}))
    else:
        environment.out(f"Indexed {changes.count(count, 'entry', 'entries')}.\n")
    return 0
