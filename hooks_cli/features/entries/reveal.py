"""Decides who may see a sealed value and decrypts it: `--reveal` on a terminal, or by the user's settings."""

from __future__ import annotations

from hooks_cli.errors import AccessDenied
from hooks_cli.model.entry import NOT_SEALED, SEALED_WHOLE, Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore


class RevealRefused(AccessDenied):
    """Sealed values are shown on a terminal only, and standard output is not one. Nothing was shown."""

    hint = "To allow it without one, write in your own config.toml: [memory.security] allow_reveal = true"


class RestoreNeverReveals(AccessDenied):
    """session-restore shows no sealed values: its output goes into a prompt. Nothing was shown."""

    hint = "Read the one value that is needed: memory recall KEY --reveal"


def allow(environment: Environment) -> None:
    """Raise RevealRefused (77) unless this call may show sealed values."""
    if not (environment.is_terminal(1) or environment.settings.flag("memory.security.allow_reveal")):
        raise RevealRefused


def reveal(store: EmbeddedStore, entries: list[Entry]) -> None:
    """Put what is sealed in the entries back in place. Raises Tampered (77) for what does not open."""
    sealed = [entry for entry in entries if entry.raw is not None]
    if not sealed:
        return
    from hooks_cli.crypto import seal
    from hooks_cli.store.sensitive_values import sealer_of

    sealer = sealer_of(store)
    for entry in sealed:
        texts = [text and seal.reveal(sealer, entry.address, entry.revision, text) for text in entry.raw or ()]
        entry.value, entry.metadata, entry.tags, entry.source = texts
        entry.sealed, entry.raw = NOT_SEALED, None


def refuse_sealed(entry: Entry) -> None:
    """Raise Sealed (77) for a value that is not shown without --reveal."""
    if entry.sealed == SEALED_WHOLE:
        from hooks_cli.errors import Sealed

        raise Sealed(address=entry.address)
