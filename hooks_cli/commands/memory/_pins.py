"""Shared implementation of `memory pin` and `memory unpin`."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options
from hooks_cli.errors import NotFound
from hooks_cli.features.entries import pins
from hooks_cli.model import address as addresses
from hooks_cli.output import changes
from hooks_cli.output.listing import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call


def change(call: Call, environment: Environment, pinned: bool) -> int:
    """Pin the address or unpin it, and say so. Raises NotFound (1)."""
    address = address_options.address(call)
    store = store_access.for_changing(environment)
    try:
        changed = pins.set_pinned(store, environment, address, pinned, address_options.who(call))
    except NotFound as error:
        if addresses.is_glob(address):
            error.hint_text = (
                f"A pin is for one address. What fits a glob is kept by a rule in the settings (hooks-cli config path): "
                f'[memory.gc.rules."{address}"] keep = true'
            )
        raise
    if call.format != "text":
        environment.out(changes.json_object({"key": address, "pinned": pinned, "changed": changed}))
        return 0
    word = "pinned" if pinned else "unpinned"
    environment.out(f"{word.capitalize() if changed else f'Already {word}'}: {one_line(address, 1024)}\n")
    return 0
