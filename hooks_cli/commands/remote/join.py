"""`remote join`: makes this project's memory a replica of a shared one."""

from __future__ import annotations

import sys

from hooks_cli.commands.options import shared
from hooks_cli.errors import InputMissing, MissingArgument, UsageError
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.features.remote.invite import Invite
    from hooks_cli.features.remote.join import Joined
    from hooks_cli.model.verb import Call

LARGEST_INVITE = 64 * 1024

VERB = Verb(
    "remote",
    "join",
    "Join a shared memory: download its newest snapshot, and what was written since.",
    options=(
        Option("invite", ("--invite",), "The invite that a colleague made for your public key.", metavar="FILE"),
        Option(
            "identity",
            ("--identity", "-i"),
            "Your private key that opens it (default: ~/.ssh/id_ed25519, ~/.ssh/id_rsa, ~/.config/age/keys.txt).",
            metavar="FILE",
        ),
        Option(
            "expect",
            ("--expect",),
            "The fingerprint that your colleague told you; needed without a terminal.",
            metavar="FINGERPRINT",
        ),
        Option("key_file", ("--key-file",), "Instead of an invite: a file with the memory's key.", metavar="FILE"),
        Option("store", ("--store",), "With --key-file, the id of one of several memories.", metavar="ID"),
        Option(
            "merge", ("--merge",), "Bring what this project has now into the shared memory, as new versions.", "switch"
        ),
        Option("replace", ("--replace",), "Set the memory that this project has now aside.", "switch"),
        shared.PROGRESS,
    ),
    positionals=(
        Positional("address", "The server: postgresql://USER@HOST/DATABASE, or postgresql:///?service=NAME."),
    ),
    examples=(
        "hooks-cli remote join postgresql://bob@db.example.org/memory --invite invite.age",
        "hooks-cli remote join postgresql://ci@db/memory --key-file /run/secrets/memory.key",
    ),
    details=(
        "An invite does not prove who wrote it: compare the fingerprint with what your colleague tells you. The downloaded store is "
        "checked row by row against its ledger, and against the state that the invite names."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Join. Raises UsageError (64), InputMissing (66), ExtraMissing (69), MemoryNotEmpty (76), LogTampered or WrongKey (77)."""
    address = call.text("address")
    if not address:
        raise MissingArgument(verb=call.verb.title, what="the server: postgresql://USER@HOST/DATABASE")
    if bool(call.text("invite")) == bool(call.text("key_file")):
        raise UsageError("remote join needs one of --invite FILE and --key-file FILE.")
    if call.flag("merge") and call.flag("replace"):
        raise UsageError("remote join: --merge and --replace exclude each other.")
    from hooks_cli.features.remote import join, merge
    from hooks_cli.output.progress import Progress, mode_of

    here = join.versions_here(environment)
    if here and not (call.flag("merge") or call.flag("replace")):
        raise join.MemoryNotEmpty(versions=here)
    seen = None
    if call.text("invite"):
        invite = _invited(call, environment)
        key, store_id, seen = invite.key, invite.store_id, (invite.seq, invite.ledger)
    else:
        key = _key_of(call, environment)
        store_id = join.find_store(address, key, call.text("store"))
    exported = merge.export(environment) if here and call.flag("merge") else None
    with Progress(environment, "Joining", mode=mode_of(call), unit="parts") as progress:
        joined = join.join(environment, address, key, store_id, seen, lambda part, parts: progress.advance(1))
    merged = merge.take_in(environment, exported) if exported is not None else None
    if call.format != "text":
        body: dict[str, object] = {"store_id": store_id.hex(), "entries": joined.entries, "versions": joined.versions}
        body |= {"revision": joined.revision, "set_aside": joined.aside or None, "old_key": joined.old_key or None}
        body |= {"merged": merged}
        environment.out(object_text({"schema_version": "1", "joined": body}) + "\n")
        return 0
    _tell(environment, joined, merged)
    return 0


def _tell(environment: Environment, joined: Joined, merged: int | None) -> None:
    environment.out(f"Joined: {joined.entries:,} entries, {joined.versions:,} versions, revision {joined.revision}.\n")
    if joined.aside:
        environment.out(f"What was here before: {joined.aside}\n")
    if joined.old_key:
        environment.out(f"Its key: {joined.old_key}\n")
    if merged is not None:
        environment.out(f"Merged {merged:,} versions of it into the shared memory.\n")


def _invited(call: Call, environment: Environment) -> Invite:
    """The opened invite, once the user has agreed to its fingerprint."""
    import os

    from hooks_cli.crypto import age_files
    from hooks_cli.features.remote import invite

    path = os.path.join(environment.cwd, call.text("invite"))
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_INVITE)
    except OSError as error:
        raise InputMissing(path=call.text("invite"), reason=error.strerror or str(error)) from None
    identity = call.text("identity")
    identities = age_files.identities_of(
        os.path.join(environment.cwd, identity) if identity else "", environment.folders.home
    )
    found = invite.read(content, identities, call.text("invite"))
    environment.err(
        f"hooks-cli: the invite is to the memory {found.store_id.hex()} ({found.project}), at record {found.seq} with ledger "
        f"{found.ledger.hex()[:16]}; its key has the fingerprint {found.fingerprint}"
    )
    expected = call.text("expect")
    if expected:
        if (
            expected.replace(":", "").replace(" ", "").lower()
            != found.fingerprint.replace(":", "").replace(" ", "").lower()
        ):
            raise UsageError(
                f"The invite's key has the fingerprint {found.fingerprint}, not {expected}. Nothing was joined.",
                hint="Ask your colleague again; the file may be another person's.",
            )
    elif not environment.is_terminal(0) or not environment.is_terminal(2):
        raise UsageError(
            "remote join: without a terminal, --expect says which fingerprint the invite must have. Nothing was joined.",
            hint=f"Compare it with what your colleague tells you: --expect {found.fingerprint}",
        )
    else:
        environment.flush()
        sys.stderr.write("Does your colleague name the same fingerprint? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise UsageError("Nothing was joined.")
    return found


def _key_of(call: Call, environment: Environment) -> bytes:
    """The key in --key-file: 64 hex digits, base64, or the paper form."""
    import os

    from hooks_cli.crypto.keys import paper, source
    from hooks_cli.crypto.keys.file import read_private

    path = os.path.join(environment.cwd, call.text("key_file"))
    text = read_private(path)
    if text is None:
        raise InputMissing(path=call.text("key_file"), reason="it does not exist")
    raw = source.decode(text, call.text("key_file"))
    return raw if raw is not None else paper.parse(paper.body(text))
