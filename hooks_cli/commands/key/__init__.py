"""The key of the store: where it is, a paper copy, a passphrase, rotation.

Two things are called "changing the key", and they are not the same:

* `key passphrase change` changes what unlocks the data key. It is instant, and rewrites no page of the store. Who has
  an old copy of the slot file and the old passphrase can still unlock the same data key.
* `key rotate` makes a new data key and rewrites every page of the store. Old copies of the store stay readable with the
  old key only; the new store with the new key only. It takes time in proportion to the store.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call


def phrase_for(call: Call, environment: Environment) -> str | None:
    """The passphrase, when the key is behind one: from its source, from standard input, or asked for on the terminal.

    None when no passphrase is needed, or when there is no terminal to ask: the unlocked key may serve then.
    """
    from hooks_cli.commands.options.secret_prompt import Answers
    from hooks_cli.crypto.keys.data_key import explicit_source
    from hooks_cli.crypto.keys.source import decode

    found = explicit_source(environment)
    if found is not None:
        return None if decode(found[2], found[1]) is not None else found[2].rstrip("\r\n")
    if os.path.exists(environment.places.key_path) or not os.path.exists(environment.places.slots_path):
        return None
    if call.flag("stdin") or environment.is_terminal(0):
        return Answers(environment, call.flag("stdin")).secret("The passphrase")
    return None
