"""`key export`: prints the key in its paper form."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import AccessDenied
from hooks_cli.model.verb import Option, Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call


class ExportRefused(AccessDenied):
    """The key is shown on a terminal only, and standard output is not one. Nothing was shown."""

    hint = "If it is meant to go there: hooks-cli key export --yes"


VERB = Verb(
    "key",
    "export",
    "Print the key in a form to write down: five lines with checksums.",
    options=(
        Option("yes", ("--yes", "-y"), "Print the key even if standard output is not a terminal.", "switch"),
        Option("hex", ("--hex",), "As 64 hex digits, for MEMORY_ENCRYPTION_KEY, instead of the paper form.", "switch"),
        shared.stdin(),
    ),
    examples=("hooks-cli key export", "hooks-cli key export --yes | lp"),
    details=(
        "Without the key the store cannot be read, not even by you. Keep the paper away from the machine. `key "
        "import` reads it."
    ),
)


def run(call: Call, environment: Environment) -> int:
    """Print the key. Raises ExportRefused (77), KeyMissing (77), KeySourceError (78)."""
    if not (call.flag("yes") or environment.is_terminal(1)):
        raise ExportRefused
    from hooks_cli.commands.key import phrase_for
    from hooks_cli.crypto.keys import paper
    from hooks_cli.crypto.keys.data_key import fingerprint
    from hooks_cli.features.keys.manage import present_key

    key = present_key(environment, phrase_for(call, environment))
    if call.format != "text":
        shown = key.raw.hex() if call.flag("hex") else paper.form(key.raw)
        body = {
            "store": environment.places.store_stem,
            "fingerprint": fingerprint(key.raw),
            "hex" if call.flag("hex") else "paper": shown,
        }
        environment.out(object_text({"schema_version": "1", "key": body}) + "\n")
        return 0
    if call.flag("hex"):
        environment.out(key.raw.hex() + "\n")
        return 0
    environment.out(
        f"hooks-cli key of {environment.places.store_stem} (fingerprint {fingerprint(key.raw)})\n{paper.form(key.raw)}\n"
    )
    return 0
