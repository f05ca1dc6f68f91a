"""`key show`: prints the place and kind of the key, never the key."""

from __future__ import annotations

from hooks_cli.model.verb import Verb
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "key",
    "show",
    "Show where the key is, its kind and its fingerprint, never the key.",
    examples=("hooks-cli key show",),
    details="Exit 77 when the key cannot be had or does not open the store, with the reason.",
)


def run(call: Call, environment: Environment) -> int:
    """Print the facts. Exit 0, or 77 when there is a problem."""
    from hooks_cli.features.keys.facts import facts

    found = facts(environment)
    code = 0 if found["problem"] is None or (not found["store_exists"] and not found["slots"]) else 77
    if call.format != "text":
        environment.out(object_text({"schema_version": "1", "key": found}) + "\n")
        return code
    lines = [f"store: {found['store']}" + ("" if found["store_exists"] else " (not made yet)")]
    if found["problem"] is not None and code:
        lines.append(f"problem: {found['problem']}")
    elif found["problem"] is not None:
        lines.append("key: none yet; the first use makes a key file")
    else:
        lines.append(f"key: {found['kind']}, from {found['source']}")
        lines.append(f"fingerprint: {found['fingerprint']}")
    if isinstance(found["key_file"], dict):
        lines.append(f"key file: {found['key_file']['path']} (mode {found['key_file']['mode']})")
    for slot in found["slots"] if isinstance(found["slots"], list) else []:
        lines.append(f"slot: {slot['kind']}, added {slot['created_at']}, {slot['id']}")
    if found["unlocked_until"]:
        lines.append(f"unlocked until: {found['unlocked_until']}")
    if found["rotation_unfinished"]:
        lines.append("a key rotation was not completed: run hooks-cli key rotate again")
    environment.out("\n".join(lines) + "\n")
    return code
