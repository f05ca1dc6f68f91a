"""`memory destroy`: removes content for good."""

from __future__ import annotations

import sys

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options
from hooks_cli.errors import UsageError
from hooks_cli.features.entries import destroy
from hooks_cli.features.remote import compaction
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes
from hooks_cli.output.listing import one_line
from hooks_cli.text.escapes import shell_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "destroy",
    "Remove the content of an address for good, old versions too; it cannot be undone.",
    options=(
        *address_options.KEY_OPTIONS,
        Option("versions", ("--version", "--versions"), "Only this version; may be repeated, or 1,2,5.", "many"),
        Option(
            "events",
            ("--event", "--events"),
            "Instead of an address: what the hook call of this revision said (a message, prompt, command, description; memory log "
            "prints revisions); may be repeated, or 14,15.",
            "many",
            metavar="REV",
        ),
        Option(
            "yes",
            ("--yes", "-y", "--force", "--confirm"),
            "Do not ask: needed for a glob without a terminal.",
            "switch",
        ),
        Option(
            "compact",
            ("--compact",),
            "Of a shared memory: drive the bytes out of the server's log, too, before it is said (the default); --no-compact leaves "
            "that to the next pull or destroy.",
            "switch",
        ),
        Option("no_compact", ("--no-compact",), "The same as --compact false.", "switch"),
        address_options.DRY_RUN,
        *address_options.WHO_OPTIONS,
    ),
    positionals=(Positional("key", "The address, or a glob."),),
    examples=(
        "hooks-cli memory destroy 'secrets/leaked'",
        "hooks-cli memory destroy 'tmp/*' --yes",
        "hooks-cli memory destroy --event 14",
    ),
    details=(
        "The bytes are removed from the database, the word index, the journal and the write-ahead log. memory "
        "history (memory log for a call) still shows that the versions existed, who wrote them and when. Earlier "
        "exports and backups are not changed.\n\nTo find a text: memory search for current values; memory export "
        "--format ndjson | grep TEXT for old versions and hook calls too."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Destroy. Raises NotFound (1), UsageError (64) for a glob without --yes and without a terminal, Busy (75)."""
    if "events" in call.values:
        return _destroy_calls(call, environment)
    pattern = address_options.address(call)
    versions = _numbers(call, "versions", "--version takes version numbers: --version 1,2")
    as_json = call.format != "text"
    store = store_access.for_changing(environment)
    found, one = destroy.chosen(store, pattern)
    targets = destroy.targets(store, found, versions)
    if call.flag("dry_run"):
        addresses = list(dict.fromkeys(target.address for target in targets))
        environment.out(changes.would("destroy", "destroyed", addresses, as_json))
        return 0
    if not found and not as_json:
        environment.err(f"hooks-cli: no entry fits {one_line(pattern, 200)!r}; nothing was destroyed")
        return 0
    if not one and not call.flag("yes") and not _confirmed(environment, pattern, len(found)):
        environment.err("hooks-cli: nothing was destroyed")
        return 0
    done = destroy.destroy(store, environment, targets, address_options.who(call))
    facts = compaction.after_destruction(store, environment, _compacts(call))
    for old, new in destroy.moved_to(store, done):
        environment.err(
            f"hooks-cli: what {one_line(old, 200)} said was moved to {one_line(new, 200)}, and is still there: "
            f"memory destroy {shell_word(new)}"
        )
    if as_json:
        rows = [{"key": d.address, "key_versions": d.versions} for d in done]
        environment.out(changes.json_object({"destroyed": rows, "total": sum(len(d.versions) for d in done), **facts}))
        return 0
    for d in done:
        numbers = ", ".join(map(str, d.versions))
        what = f"version{'s' if len(d.versions) > 1 else ''} {numbers}" if d.versions else "nothing was left"
        environment.out(f"Destroyed: {one_line(d.address, 1024)} ({what})\n")
    return 0


def _destroy_calls(call: Call, environment: Environment) -> int:
    given = [name for name in ("key", "key_option", "namespace", "versions") if name in call.values]
    if given:
        raise UsageError("memory destroy: an address and --event exclude each other: one call for each.")
    revisions = _numbers(call, "events", "--event takes revisions: --event 14,15")
    store = store_access.for_changing(environment)
    if not revisions:
        raise UsageError("memory destroy: --event needs a revision.", hint="See which there are: memory log")
    destroy.refuse_no_calls(store, revisions)
    dry_run = call.flag("dry_run")
    if not dry_run:
        destroy.destroy_calls(store, environment, revisions, address_options.who(call))
    facts = {} if dry_run else compaction.after_destruction(store, environment, _compacts(call))
    if call.format != "text":
        rows = [{"revision": revision} for revision in revisions]
        environment.out(
            changes.json_object(
                {"destroyed": rows, "total": len(rows), **({"dry_run": True} if dry_run else {}), **facts}
            )
        )
        return 0
    verb = "Would destroy" if dry_run else "Destroyed"
    environment.out("".join(f"{verb}: what the call r{revision} said\n" for revision in revisions))
    return 0


def _compacts(call: Call) -> bool:
    """Whether the bytes are to leave the server of a shared memory now."""
    return call.flag("compact", True) and not call.flag("no_compact")


def _numbers(call: Call, name: str, usage: str) -> list[int] | None:
    words = [part.strip().removeprefix("v").removeprefix("r") for word in call.words(name) for part in word.split(",")]
    if not all(word.isascii() and word.isdigit() for word in words):
        raise UsageError(f"memory destroy: {usage}")
    return list(dict.fromkeys(int(word) for word in words)) or None


def _confirmed(environment: Environment, pattern: str, number: int) -> bool:
    fit = "fits" if number == 1 else "fit"
    what = f"{changes.count(number, 'address', 'addresses')} that {fit} {one_line(pattern, 200)!r}"
    if not environment.is_terminal(0) or not environment.is_terminal(2):
        raise UsageError(
            f"memory destroy: {what}: say --yes. Nothing was destroyed.", hint="Look at them first with --dry-run."
        )
    environment.flush()
    sys.stderr.write(f"Destroy the content of {what} for good? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
