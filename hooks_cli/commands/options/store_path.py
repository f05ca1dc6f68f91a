"""`--path FILE.db`: the store that one call of a memory verb uses. Loaded only when the option is given."""

from __future__ import annotations

from hooks_cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

ENDINGS = (".db", ".sqlite", ".sqlite3")


def apply(call: Call, environment: Environment) -> None:
    """Use the store that --path names. A path without a database's ending is what the verb makes of an option that it does not know.

    Raises UsageError (64) where it makes nothing of it, and what `use_store` raises.
    """
    path = call.values.pop("store_path")
    assert isinstance(path, str)
    if path.lower().endswith(ENDINGS):
        from hooks_cli.features.named_store import use_store

        use_store(environment, path)
    elif call.verb.strangers in ("metadata", "narrow"):
        call.unknown.append(("path", path))
    else:
        raise UsageError(
            f"{call.verb.title}: --path {path} names no store: its name ends in {', '.join(ENDINGS)}.",
            hint=f"See: hooks-cli {call.verb.title} --help",
        )
