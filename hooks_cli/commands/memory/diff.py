"""`memory diff`: shows what changed between two versions of an address."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options, shared
from hooks_cli.errors import NotFound, UsageError
from hooks_cli.features.entries import delete, missing, reveal
from hooks_cli.features.entries.versions import AddressVersions
from hooks_cli.model.entry import JSON
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes
from hooks_cli.text.diff import Change, json_diff, line_diff, show_changes
from hooks_cli.text.escapes import escaped
from hooks_cli.text.json_exact import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.entry import Entry
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "diff",
    "Show what changed between two versions of an address.",
    options=(
        *address_options.KEY_OPTIONS,
        Option("lines", ("--lines",), "Compare JSON line by line too.", "switch"),
        shared.REVEAL,
    ),
    positionals=(
        Positional("key", "The address."),
        Positional("versions", "One version (compared with the current one) or two; none: the last two.", many=True),
    ),
    examples=('hooks-cli memory diff "swarm/performance/baseline" 1 3',),
    details=(
        "Two JSON documents are compared by member (+ added, - removed, ~ changed, with JSON Pointers), other "
        "values by line. Without --reveal, sealed values are compared in their masked form."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Print the difference, nothing when there is none. Raises NotFound (1), UsageError (64)."""
    address = address_options.address(call)
    numbers = _numbers(call)
    if call.flag("reveal"):
        reveal.allow(environment)
    store = store_access.for_memory(environment, create=False)
    old, new = _pair(store, address, numbers, environment.now())
    if call.flag("reveal"):
        reveal.reveal(store, [old, new])
    structural = old.kind == new.kind == JSON and not call.flag("lines")
    if call.format != "text":
        body = {"key": address, "from": old.version, "to": new.version}
        if structural:
            rows = [change._asdict() for change in _changes(old, new)]
            environment.out(changes.json_object({**body, "changes": rows}))
        else:
            environment.out(changes.json_object({**body, "diff": _lines(old, new)}))
        return 0
    if (old.kind, old.value) == (new.kind, new.value):
        environment.err(f"hooks-cli: versions {old.version} and {new.version} say the same")
    lines = show_changes(_changes(old, new)) if structural else _lines(old, new)
    environment.out("".join(escaped(line) + "\n" for line in lines))
    return 0


def _numbers(call: Call) -> list[int]:
    words = call.words("versions")
    if call.text("key_option") and "key" in call.values:
        words = [call.text("key"), *words]
    if len(words) > 2 or not all(word.lstrip("v").isdigit() and word.isascii() for word in words):
        raise UsageError("memory diff takes one or two version numbers: memory diff KEY 1 3")
    return [int(word.lstrip("v")) for word in words]


def _pair(store: Store, address: str, numbers: list[int], now: int) -> tuple[Entry, Entry]:
    if len(numbers) == 2:
        first, second = (delete.readable_version(store, address, number, now) for number in numbers)
        return first, second
    readable = [
        e for e in AddressVersions(store, address).entries if e.kind < 2 and (e.expires is None or e.expires > now)
    ]
    if numbers and readable:
        return delete.readable_version(store, address, numbers[0], now), readable[0]
    if not readable:
        raise missing.of(store, address, now)
    if len(readable) < 2:
        raise NotFound(f"There are no two versions of {address} to compare.", hint=f"See: memory history '{address}'")
    return readable[1], readable[0]


def _changes(old: Entry, new: Entry) -> list[Change]:
    return json_diff(read(old.value or ""), read(new.value or ""))


def _lines(old: Entry, new: Entry) -> list[str]:
    names = [f"{entry.address} v{entry.version}" for entry in (old, new)]
    return line_diff(old.value or "", new.value or "", *names)
