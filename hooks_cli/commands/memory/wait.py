"""`memory wait`: waits until an address has an entry."""

from __future__ import annotations

import time

from hooks_cli.commands.options import address_options, shared
from hooks_cli.errors import NotFound
from hooks_cli.features.entries import read, reveal
from hooks_cli.features.watch import Feed
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import envelope
from hooks_cli.text.units import SECOND, parse_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

DEFAULT_SECONDS = 60

VERB = Verb(
    "memory",
    "wait",
    "Wait until an address holds an entry, and print it.",
    options=(
        *address_options.KEY_OPTIONS,
        shared.timeout(f"At most this long: seconds, or 5m ({DEFAULT_SECONDS})."),
        Option("newer_than", ("--newer-than",), "Until its version is above this one.", "integer", metavar="N"),
    ),
    positionals=(Positional("key", "The address."),),
    examples=('hooks-cli memory wait "swarm/review/result" --timeout 60',),
    details="It prints what memory recall prints, at once when the entry is there already. Exit 1 and nothing on stdout when "
    "the time is up.",
)


def run(call: Call, environment: Environment) -> int:
    """Wait and print. Raises NotFound (1) when the time is up, Sealed (77), MissingArgument or UsageError (64)."""
    address = address_options.address(call)
    text = call.text("timeout", str(DEFAULT_SECONDS))
    seconds = 0.0 if text == "0" else parse_duration(text, "--timeout", bare=SECOND) / 1000
    deadline = time.monotonic() + seconds
    least = call.integer("newer_than", 0)
    feed = Feed(environment, address, None)
    while True:
        feed.mark()
        entry = read.current(feed.store, address, environment.now())
        if entry is not None and entry.version > least:
            break
        if not feed.wait(deadline):
            what = f"No version above {least} was stored" if least else "Nothing was stored"
            raise NotFound(f"{what} at {address} within {seconds:g} s.", address=address)
    reveal.refuse_sealed(entry)
    if call.format == "text":
        environment.value(entry.value or "")
    else:
        version = str(environment.settings.get("memory.version"))
        environment.out(
            envelope.entries_json([entry], 1, version)
            if call.format == "json"
            else envelope.envelope(entry, version) + "\n"
        )
    return 0
