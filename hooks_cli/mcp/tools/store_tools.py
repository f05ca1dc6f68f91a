"""Tools about the memory as a whole: namespaces, copies, exports, what is there, and undeleting."""

from __future__ import annotations

from hooks_cli.errors import UsageError
from hooks_cli.features.attribution import Caller
from hooks_cli.mcp.tools import answers, paths
from hooks_cli.mcp.tools.arguments import AGENT, KEY, NAMESPACE, SESSION
from hooks_cli.mcp.tools.memory_search import tell_unknown
from hooks_cli.mcp.tools.tool import Argument, Tool
from hooks_cli.model import address as addresses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.mcp.tools.tool import Answer, Request

ACTIONS = ("list", "create", "info", "delete")
FORMS = ("json", "ndjson", "csv", "markdown")


def namespace(request: Request) -> Answer:
    """List namespaces with their number of entries. None has to be made, and none is deleted here."""
    from hooks_cli.features.entries import statistics

    tell_unknown(request)
    action = request.text("action", "list")
    name = request.text("namespace")
    if action == "delete":
        raise UsageError(
            "memory_namespace deletes nothing.",
            hint=f"A user can: hooks-cli memory clear --namespace {name or 'N'} --dry-run",
        )
    fields: Answer = {"success": True, "action": action, "namespace": name}
    if action == "create":
        addresses.check(addresses.join(name, "key"))
        return {
            **fields,
            "created": False,
            "usable": True,
            "message": "A namespace is there as soon as something is stored in it.",
        }
    now = request.environment.now()
    found = {} if request.store is None else statistics.namespaces(request.store, now, addresses.under(name))
    return answers.with_items(fields, "namespaces", sorted(found.items()), _namespace, 0, False, request.tool.name)


def _namespace(row: tuple[str, tuple[int, int]]) -> Answer:
    name, (entries, size) = row
    return {"namespace": name, "entries": entries, "value_bytes": size}


def backup(request: Request) -> Answer:
    """Write a verified, encrypted copy of the store. Nothing that is there is overwritten."""
    from hooks_cli.features.backup import backup as backups
    from hooks_cli.system.private_files import make_folder
    from hooks_cli.system.python_startup import complete

    complete()
    tell_unknown(request)
    environment = request.environment
    make_folder(environment.folders.exports)
    name = request.text("path") or backups.default_name(environment).rsplit("/", 1)[-1]
    made = backups.back_up(request.open_store, environment, paths.new_file(environment, name))
    return {
        "success": True,
        "path": made.path,
        "entries": made.holds.entries,
        "versions": made.holds.versions,
        "revision": made.holds.revision,
        "encrypted": True,
    }


def export(request: Request) -> Answer:
    """Write entries to a file in the clear; what is sealed, or looks like a secret, is taken out."""
    from hooks_cli.features.transfer import export as exports
    from hooks_cli.features.transfer.export_parts import Choices
    from hooks_cli.model import selection
    from hooks_cli.output.progress import OFF
    from hooks_cli.system.private_files import make_folder
    from hooks_cli.system.python_startup import complete

    complete()
    tell_unknown(request)
    environment = request.environment
    make_folder(environment.folders.exports)
    path = request.text("path")
    form = request.text("format") or exports.form_of(path) or "json"
    if not path:
        path = f"memory-export-{environment.now()}.{'md' if form == 'markdown' else form}"
    wanted = selection.Selection(
        selection.pattern_of(request.text("namespace"), request.text("pattern")), versions="head"
    )
    made = exports.export(
        environment,
        exports.Request(form, paths.new_file(environment, path), "", Choices(wanted, redact=True), progress=OFF),
    )
    return {"success": True, "path": made.path, "format": made.form, "redacted": True, **made.counts}


def persist(request: Request) -> Answer:
    """Say that everything that was answered is on the disk; there is nothing left to do."""
    from hooks_cli.store.sqlite.rows.history import newest_revision

    tell_unknown(request)
    revision = 0 if request.store is None else newest_revision(request.store)
    return {"success": True, "persisted": True, "executed": False, "revision": revision, "message": PERSISTED}


PERSISTED = "Nothing to do: each answered write is on the disk already."


def undelete(request: Request) -> Answer:
    """Bring back what was deleted at an address."""
    from hooks_cli.features.entries import delete as deletion

    tell_unknown(request)
    address = addresses.join(request.text("namespace"), request.needed("key"))
    who = Caller(request.text("session_id"), request.text("agent"))
    written = deletion.undelete(request.open_store, request.environment, address, who)
    return {"success": True, "address": address, "revision": written.revision, "version": written.version}


PATH = Argument("path", "A new file inside the project, or a bare name for the export folder.", aliases="file output")

TOOLS = (
    Tool(
        "memory_namespace",
        "List namespaces with their number of entries.",
        (Argument("action", choices=ACTIONS), NAMESPACE),
        namespace,
        reads=True,
    ),
    Tool("memory_backup", "Write an encrypted copy of the memory to a new file.", (PATH,), backup),
    Tool(
        "memory_export",
        "Write entries to a new file in the clear, without what is sealed.",
        (PATH, Argument("format", choices=FORMS), NAMESPACE, Argument("pattern", "A glob of addresses.")),
        export,
    ),
    Tool("memory_persist", "Answers that everything is on the disk already.", (SESSION,), persist, reads=True),
    Tool(
        "memory_undelete", "Bring back a deleted entry.", (KEY, NAMESPACE, AGENT, SESSION), undelete, required=("key",)
    ),
)
