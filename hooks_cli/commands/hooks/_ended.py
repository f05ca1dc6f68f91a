"""How something ended by the options of a hooks call: --success WORD, and where its figures are written."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call


def success(call: Call, environment: Environment, name: str = "success") -> tuple[bool | None, str | None]:
    """Whether --success (or the option `name`) says that it succeeded, None for unknown, and the word where it means neither.

    One line on stderr tells of such a word.
    """
    said = call.values.get(name)
    if said is None or isinstance(said, bool):
        return said if said is None else bool(said), None
    from hooks_cli.features.journal.outcomes import is_success

    word = str(said)
    state = is_success(word)
    if state is not None:
        return state, None
    environment.err(
        f"hooks-cli: {call.verb.title}: --{name} {word[:80]!r} means neither success nor failure; kept as it is, the outcome is unknown"
    )
    return None, word


def asks_for_metrics(call: Call) -> bool:
    """Whether --export-metrics, bare or with a file, or --metrics-file asks for a file of figures."""
    return bool(call.values.get("export_metrics")) or bool(call.text("metrics_file"))


def metrics_path(call: Call) -> str:
    """The file that --metrics-file or --export-metrics names, "" for the program's own place: bare, or `$NAME` that no shell filled."""
    path = call.text("metrics_file") or call.text("export_metrics")
    return "" if path[:1] == "$" else path
