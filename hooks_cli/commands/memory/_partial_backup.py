"""Backups of a part of the store: `memory backup --namespace N`, and how `memory restore` imports one.

A whole copy is the store itself, page by page. A part is an export with its history, compressed, and sealed with the store's key or a
passphrase (`crypto.sealed_file`), so that it is as unreadable as the store.
"""

from __future__ import annotations

from hooks_cli.commands.options import encryption, filters, shared
from hooks_cli.model.verb import Option
from hooks_cli.output import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.transfer.imports import Imported
    from hooks_cli.model.verb import Call

_SHARED = ("since", "until", "tags", "about_type", "about_category", "filters")
PART_OPTIONS = (
    shared.namespace("Only this namespace (a glob is allowed); all is the whole store."),
    Option("pattern", ("--pattern",), "Only the addresses that this glob matches.", metavar="GLOB"),
    *[option for option in filters.NARROWING_OPTIONS if option.name in _SHARED],
)


def is_part(call: Call) -> bool:
    """Whether the call is about a part of the store."""
    return call.text("namespace") not in ("", "all", "*") or any(name in call.values for name in ("pattern", *_SHARED))


def back_up(call: Call, environment: Environment, path: str, phrase: str) -> int:
    """Write the part. Raises NotFound (1), UsageError (64), OutputExists (73), StorageFailed or DiskFull (74)."""
    from hooks_cli.features.transfer import export
    from hooks_cli.features.transfer.export_parts import Choices
    from hooks_cli.model import selection
    from hooks_cli.output.progress import mode_of
    from hooks_cli.text.json_writer import object_text

    chosen = selection.Selection(
        selection.pattern_of(call.text("namespace"), call.text("pattern")),
        *filters.times(call, environment),
        tuple(tag.strip() for text in call.words("tags") for tag in text.split(",") if tag.strip()),
        facts=tuple(filters.facts(call, environment)),
    )
    seal = encryption.sealing(environment, phrase)
    request = export.Request("json", path, "", Choices(chosen), call.flag("force"), True, mode_of(call), seal)
    done = export.export(environment, request)
    count = versions_in(environment, done.path, phrase)
    if call.format == "text":
        needs = "the passphrase" if phrase else "this store's key"
        environment.out(
            f"Backed up {_some(done.counts['entries'], count)} of a part of the store to {done.path}\n"
            f"Verified. To take it back (memory restore FILE), {needs} is needed.\n"
        )
    else:
        facts: dict[str, object] = {
            "path": done.path,
            "part": True,
            "entries": done.counts["entries"],
            "versions": count,
            "verified": True,
        }
        environment.out(object_text({"schema_version": "1", "backup": facts}) + "\n")
    return 0


def _some(entries: int, versions: int) -> str:
    """As `changes.holdings` says it of a whole copy."""
    return f"{changes.count(entries, 'entry', 'entries')} ({changes.count(versions, 'version', 'versions')})"


def versions_in(environment: Environment, path: str, phrase: str) -> int:
    """Open the file as a restore would, and count its entries. Raises what reading raises (65, 77)."""
    from contextlib import closing

    from hooks_cli.features.transfer.importers.detect import open_source
    from hooks_cli.model.record import Record

    with closing(open_source(path, unseal=_unseal(environment, phrase))) as source:
        return sum(isinstance(record, Record) for record in source.records)


def _unseal(environment: Environment, phrase: str) -> encryption.Unseal:
    def unseal(file: encryption.File, name: str) -> encryption.File:
        from hooks_cli.crypto.sealed_file import opened

        return opened(file, name, phrase, lambda: encryption.store_key(environment))

    return unseal


def take_in(
    environment: Environment, path: str, phrase: str, strategy: str, namespace: str, *, dry_run: bool
) -> Imported:
    """Take a part, or an export, back into the store; what is there now stays as an older version.

    Raises InputMissing (66), DataError (65), WrongKey or Tampered (77).
    """
    from contextlib import closing

    from hooks_cli.commands import store_access
    from hooks_cli.features.backup import partial
    from hooks_cli.features.transfer import imports
    from hooks_cli.features.transfer.importers.detect import open_source
    from hooks_cli.model import address as addresses

    store = store_access.for_memory(environment)
    pattern = addresses.under(namespace)
    choices = imports.Choices(strategy, patterns=() if pattern == "*" else (pattern,), dry_run=dry_run)
    with closing(open_source(path, None, environment.now(), _unseal(environment, phrase))) as source:
        return partial.restore(store, environment, source, choices)


def is_sealed_file(path: str) -> bool:
    """Whether a file is a sealed one; False when it cannot be read."""
    from hooks_cli.text.sealed_marker import MAGIC, is_sealed

    try:
        with open(path, "rb") as file:
            return is_sealed(file.read(len(MAGIC)))
    except OSError:
        return False
