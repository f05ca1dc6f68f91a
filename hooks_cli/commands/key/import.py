"""`key import`: restores the key from its paper form."""

from __future__ import annotations

from hooks_cli.commands.options import shared
from hooks_cli.errors import InputMissing
from hooks_cli.model.verb import Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "key",
    "import",
    "Bring a key back from its paper form (or 64 hex digits), and make it the store's key file.",
    options=(
        shared.file("Read it from a file instead of standard input or the terminal."),
        shared.force("Replace another key file; the new key must open the store, if there is one."),
    ),
    examples=("hooks-cli key import", "hooks-cli key import --file paper.txt"),
    details="A slip is found by the checksums, with its line (65). A key that does not open the store changes nothing (77).",
)


def run(call: Call, environment: Environment) -> int:
    """Import. Raises PaperKeyWrong (65), WrongKey (77), CannotCreate (73), KeySourceError (78)."""
    from hooks_cli.commands.options.secret_prompt import Answers
    from hooks_cli.crypto.keys import paper
    from hooks_cli.crypto.keys.data_key import fingerprint
    from hooks_cli.features.keys.manage import bring_back

    if call.text("file"):
        text = _read(environment, call.text("file"))
    else:
        text = Answers(environment, False).text("Type the five lines of the key")
    word = "".join(text.split())
    is_hex = len(word) == 64 and not word.strip("0123456789abcdefABCDEF")
    raw = bytes.fromhex(word) if is_hex else paper.parse(paper.body(text))
    path = bring_back(environment, raw, call.flag("force"))
    print_ = fingerprint(raw)
    if call.format != "text":
        environment.out(object_text({"schema_version": "1", "imported": {"path": path, "fingerprint": print_}}) + "\n")
    else:
        environment.out(f"The key (fingerprint {print_}) is in {path}.\n")
    return 0


def _read(environment: Environment, path: str) -> str:
    import os

    try:
        with open(os.path.join(environment.cwd, path), encoding="utf-8", errors="replace") as file:
            return file.read(64 * 1024)
    except (OSError, ValueError) as error:
        raise InputMissing(path=path, reason=getattr(error, "strerror", None) or str(error)) from error
