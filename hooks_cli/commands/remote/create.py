"""`remote create`: shares this project's memory through a PostgreSQL server."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import MissingArgument
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "remote",
    "create",
    "Share this project's memory: upload an encrypted snapshot, and write through the server from now on.",
    options=(
        Option(
            "print_sql",
            ("--print-sql",),
            "Print the SQL that an administrator runs to make the tables and the role hooks_cli_writer, and do nothing else.",
            "switch",
        ),
        shared.PROGRESS,
    ),
    positionals=(
        Positional("address", "The server: postgresql://USER@HOST/DATABASE, or postgresql:///?service=NAME."),
    ),
    examples=(
        "hooks-cli remote create postgresql://alice@db.example.org/memory",
        "hooks-cli remote create --print-sql > tables.sql",
    ),
    details=(
        "The server never gets the key: it sees sizes, times and counts. The password comes from ~/.pgpass, PGPASSFILE or a service file, "
        "never from the command line. The tables are made where they are not there yet. The address is kept in your configuration "
        "folder; HOOKS_REMOTE_URL names another one."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Create. Raises MissingArgument (64), ExtraMissing (69), SharedAlready or LogExists (76), and the server's errors (75, 77)."""
    if call.flag("print_sql"):
        from hooks_cli.store.remote.logs.server_tables import ROLES, TABLES

        environment.out(TABLES + ROLES)
        return 0
    if not call.text("address"):
        raise MissingArgument(verb=call.verb.title, what="the server: postgresql://USER@HOST/DATABASE")
    from hooks_cli.features.remote import create
    from hooks_cli.output.progress import Progress, mode_of

    sent = 0
    with Progress(environment, "Uploading", mode=mode_of(call), unit="bytes") as progress:

        def advance(done: int, of: int) -> None:
            nonlocal sent
            progress.advance(done - sent)
            sent = done

        size = create.create(environment, call.text("address"), advance)
    if call.format != "text":
        environment.out(object_text({"schema_version": "1", "created": {"snapshot_bytes": size}}) + "\n")
    else:
        environment.out(f"This memory is shared now ({size:,} bytes uploaded).\n")
        environment.out("Invite a colleague: hooks-cli remote invite PUBLIC-KEY > invite.age\n")
    return 0
