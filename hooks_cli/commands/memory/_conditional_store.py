"""`memory store` with a condition: --if-not-exists, --no-clobber, --append, --dry-run. Loaded on demand."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.memory import store as store_verb
from hooks_cli.commands.options import address_options
from hooks_cli.commands.options.about import metadata_of
from hooks_cli.errors import UsageError, VersionConflict
from hooks_cli.features.entries import dry_run
from hooks_cli.features.entries.draft import make_draft
from hooks_cli.features.entries.write import written_json, written_line
from hooks_cli.output import changes
from hooks_cli.output.listing import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Written
    from hooks_cli.model.verb import Call

# What --append leaves as it is.
_STAYS = ("metadata", "tags", "ttl", "redact")


def run(call: Call, environment: Environment, address: str, value: str) -> int:
    """Store the value as far as the condition allows.

    Raises UsageError (64) for conditions that exclude each other, VersionConflict (76) for --if-not-exists where something is.
    """
    absent, keep, append = call.flag("if_absent"), call.flag("keep_existing"), call.flag("append")
    asked = call.values.get("if_version")
    chosen = [
        flag
        for flag, given in (
            ("--if-version", asked not in (None, 0)),
            ("--if-not-exists", absent or asked == 0),
            ("--no-clobber", keep),
            ("--append", append),
        )
        if given
    ]
    if len(chosen) > 1 and chosen != ["--if-version", "--append"]:
        raise UsageError(f"{call.verb.title}: {chosen[0]} and {chosen[1]} exclude each other. Nothing was stored.")
    if absent or keep:
        call.values["if_version"] = 0
    if append:
        return _append(call, environment, address, value)
    dry = call.flag("dry_run")
    try:
        written = (
            _rehearsed(call, environment, address, value)
            if dry
            else store_verb.write(call, environment, address, value)
        )
    except VersionConflict as conflict:
        if not keep:
            raise
        return _kept(call, environment, address, conflict)
    if dry:
        _say_what_would_be(call, environment, written, value)
    else:
        environment.out(written_line(written) if call.format == "text" else written_json(written))
    return 0


def _append(call: Call, environment: Environment, address: str, value: str) -> int:
    given = [
        o.flags[0] for o in call.verb.options if (o.name in _STAYS or o.name[:6] == "about_") and o.name in call.values
    ]
    if call.flag("dry_run"):
        given.append("--dry-run")
    if call.strange:
        given += ["--" + name for name, _ in call.unknown if name != "argument" and "--" + name not in call.foreign]
    if given:
        raise UsageError(
            f"{call.verb.title} --append takes no {given[0]}: it adds to the value alone. Nothing was stored."
        )
    from hooks_cli.features.entries import patch

    store = store_access.for_memory(environment)
    expected = address_options.if_version(call)
    written = patch.append(store, environment, address, value, address_options.who(call), if_version=expected)
    environment.out(changes.one("Stored successfully", "stored", written, call.format != "text"))
    return 0


def _kept(call: Call, environment: Environment, address: str, conflict: VersionConflict) -> int:
    """Say that the version that is there stays."""
    version = conflict.details["current"]
    if call.format != "text":
        environment.out(changes.json_object({"stored": False, "kept": {"key": address, "key_version": version}}))
    else:
        environment.out(f"Kept: {one_line(address, 1024)} (version {version}), nothing stored\n")
    return 0


def _rehearsed(call: Call, environment: Environment, address: str, value: str) -> Written:
    """What the write would make. The store itself is made where there is none, and nothing in it."""
    store = store_access.for_memory(environment)
    metadata, tags = metadata_of(call, store, environment), call.words("tags")
    draft = make_draft(store, address, value, metadata=metadata, tags=tags, redact=call.flag("redact"))
    expected = address_options.if_version(call)
    return dry_run.rehearse(
        store, environment, draft, ttl=call.text("ttl"), agent=call.text("agent"), if_version=expected
    )


def _say_what_would_be(call: Call, environment: Environment, written: Written, value: str) -> None:
    size = len(value.encode())
    if call.format != "text":
        would = {"key": written.address, "key_version": written.version, "bytes": size}
        environment.out(changes.json_object({"stored": False, "would_store": would, "dry_run": True}))
    else:
        what = f"{one_line(written.address, 1024)} (version {written.version}, {size:,} B)"
        environment.out(f"Would store: {what}; nothing was stored\n")
