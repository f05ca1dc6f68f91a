"""`remote status`: lists the machines that share this memory, and how far each has read."""

from __future__ import annotations

from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "remote",
    "status",
    "Show the server, the machines that share this memory, how far each one is, and what it takes there.",
    examples=("hooks-cli remote status", "hooks-cli remote status --json"),
    details="Without the server it shows what is known here, and why the server cannot be reached, and ends with 75.",
)


def run(call: Call, environment: Environment) -> int:
    """Show it; 75 when the server cannot be asked. Raises NotShared (77), NotFound (1)."""
    import json

    from hooks_cli.features.remote import membership
    from hooks_cli.output.envelope import moment

    facts = membership.status(environment)
    times = {"as_of": facts["as_of"] and moment(facts["as_of"])}
    machines = [machine | {"seen_at": moment(machine["seen_at"])} for machine in facts.get("machines", [])]
    code = 75 if "error" in facts else 0
    if call.format != "text":
        body = facts | times | ({"machines": machines} if machines else {})
        environment.out(json.dumps({"schema_version": "1", "remote": body}, ensure_ascii=False) + "\n")
        return code
    environment.out("".join(f"{line}\n" for line in _lines(facts | times, machines)))
    if code:
        environment.err(f"hooks-cli: {facts['error']}")
    return code


def _lines(facts: dict[str, Any], machines: list[dict[str, Any]]) -> list[str]:
    lines = [f"server    {facts['address'] or 'not known here'}", f"memory    {facts['store_id']}"]
    lines.append(f"here      record {facts['record']}, as of {facts['as_of'] or 'the snapshot'}")
    lines.append(f"relay     {'running' if facts['relay'] else 'not running'}")
    server = facts.get("server")
    if server:
        state = "ended: its key was rotated" if server["ended"] else f"{server['behind']} not taken in here"
        lines.append(f"log       record {server['record']} ({state}), format {server['format']}")
        lines.append(
            f"size      {server['log_records']:,} records with {server['log_bytes']:,} bytes after record {server['floor']}, "
            f"snapshots {server['snapshot_bytes']:,} bytes"
        )
    for machine in machines:
        mark = " (this machine)" if machine["this"] else " (has left)" if machine["left"] else ""
        lines.append(
            f"machine   {machine['name']}{mark}: record {machine['record']}, {machine['behind']} behind, seen {machine['seen_at']}"
        )
    return lines
