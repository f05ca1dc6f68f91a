"""`remote invite`: writes the key of this memory into a file for one colleague."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import MissingArgument, UsageError
from hooks_cli.model.verb import Positional, Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "remote",
    "invite",
    "Write an invite for one colleague: an age file that only that colleague's private key opens.",
    options=(
        shared.output("Write it to this file (0600) instead of standard output."),
        shared.force("Overwrite the file."),
    ),
    positionals=(Positional("recipients", "age1…, an SSH public key, or a file that holds one of them.", many=True),),
    examples=(
        "hooks-cli remote invite ~/keys/bob.pub --output bob.age",
        "hooks-cli remote invite age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kdmqxkhcqk9vmqx > bob.age",
    ),
    details=(
        "It contains the memory's key and its present state, but no server address and no password. Tell your "
        "colleague the fingerprint in another way than the file. Everyone who joined has the key: to remove a "
        "colleague, run hooks-cli remote rotate."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Invite. Raises MissingArgument or UsageError (64), ExtraMissing (69), NotShared (77), and the server's errors."""
    import os

    from hooks_cli.crypto import age_files
    from hooks_cli.features.remote import invite, membership
    from hooks_cli.system.output_file import FileSink

    words = call.words("recipients")
    if not words:
        raise MissingArgument(verb=call.verb.title, what="a public key: age1…, ssh-ed25519 …, or a file with one")
    if words[0].startswith("ssh-") and len(words) in (2, 3) and not words[1].startswith(("age1", "ssh-")):
        words = [" ".join(words)]  # an SSH key that the shell took apart
    known = [word if word.startswith(("age1", "ssh-")) else os.path.join(environment.cwd, word) for word in words]
    if not call.text("output") and (environment.is_terminal(1) or call.format != "text"):
        raise UsageError("An invite is a binary file.", hint="Name it: --output FILE, or redirect the output.")
    store = membership.shared_store(environment)
    content, made = invite.write(store, environment, age_files.recipients_of(known))
    if call.text("output"):
        path = os.path.join(environment.cwd, call.text("output"))
        with FileSink(path, call.flag("force")) as sink:
            sink.write(content)
    else:
        environment.out_bytes(content)
    if call.format != "text":
        facts = {"path": call.text("output"), "fingerprint": made.fingerprint, "store_id": made.store_id.hex()}
        environment.out(object_text({"schema_version": "1", "invite": facts | {"record": made.seq}}) + "\n")
    else:
        environment.err(f"hooks-cli: tell your colleague the fingerprint, by another way: {made.fingerprint}")
    return 0
