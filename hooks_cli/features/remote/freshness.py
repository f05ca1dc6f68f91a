"""Brings a read of a shared memory up to date with what the relay has pulled, and tells how old the data is.

Without `--fresh` no server is asked: with a relay at hand a read waits 5 ms for it at most, without one it sees what the last write or pull
brought. Hot.
"""

from __future__ import annotations

from hooks_cli.store.remote import position
from hooks_cli.text.units import to_iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.store import EmbeddedStore

# From this age on it is said on standard error, too.
OLD_MS = 60_000
_SCHEMA = '{"schema_version":"1",'


def freshen(store: EmbeddedStore, environment: Environment) -> None:
    """Take in what is at hand, or with `--fresh` what the server has, and have the answer say from when it is.

    Raises the server's errors, with `--fresh` alone."""
    replica = store.replica
    assert replica is not None
    if environment.fresh:
        replica.pull(store)
    heard_at = 0 if environment.fresh else replica.take_what_is_at_hand(store)
    at = max(heard_at, position.as_of(store))
    _say_in_json(environment, at)
    age = environment.now() - at
    if age >= OLD_MS:
        minutes = age // 60_000
        when = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
        environment.err(f"hooks-cli: as of {when} ago; the newest: hooks-cli remote pull, or --fresh")


def _say_in_json(environment: Environment, at: int) -> None:
    """Put `as_of` into the JSON object that the verb prints."""
    plain = environment.out
    said = False

    def out(text: str) -> None:
        nonlocal said
        start = _SCHEMA if text.startswith(_SCHEMA) else '{"schema_version": "1", '
        if not said and text.startswith(start):
            said = True
            text = f'{start}"as_of":"{to_iso(at)}",{text[len(start) :]}'
        plain(text)

    if environment.streams.as_json:
        environment.__dict__["out"] = out
