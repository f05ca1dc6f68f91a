"""Recorded events of every agent, the journal that they leave, and the answers that their protocols allow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from hooks_cli.features.agents.protocol import incoming as protocol
from hooks_cli.store.sqlite.store import EmbeddedStore
from hooks_cli.system.sqlite_json import fields

FIXTURES = Path(__file__).parent / "fixtures" / "protocol"


ANSWERS = json.loads((FIXTURES / "answers.schema.json").read_text())["$defs"]


AGENTS = {
    "claude_code": "claude-code",
    "codex": "codex",
    "gemini": "gemini",
    "cursor": "cursor",
    "copilot": "copilot",
    "vscode": "vscode",
}


HIDDEN = "SECRET-TOOL-OUTPUT"


def recorded(agent: str, project: Path) -> list[dict[str, Any]]:
    text = (FIXTURES / f"{agent}.jsonl").read_text().replace("@PROJECT@", str(project))
    return [json.loads(line) for line in text.splitlines()]


def journal(store: EmbeddedStore) -> list[dict[str, Any]]:
    rows = store.query(
        "SELECT e.verb, e.fields, s.name, e.attribution, e.agent, e.call_id, t.name FROM event e "
        "LEFT JOIN session s ON s.id = e.session LEFT JOIN task t ON t.id = e.task ORDER BY e.revision"
    )
    names = ("verb", "fields", "session", "attribution", "agent", "call_id", "task")
    return [dict(zip(names, (row[0], json.loads(row[1]), *row[2:]), strict=True)) for row in rows]


def check_answer(dialect: str, event: dict[str, Any], text: str, told: str = "") -> dict[str, Any]:
    """The answer as an object, after it was held against the schema for its kind of event."""
    what = protocol.read(fields(json.dumps(event), protocol.PATHS, "event"), told)
    assert what.dialect == dialect, (what.dialect, event)
    allowed = ANSWERS[dialect].get(what.kind, ANSWERS[dialect]["other"])
    if not text:
        return {}
    assert text.startswith("{") and text.endswith("}\n") and text.count("\n") == 1
    answer: dict[str, Any] = json.loads(text)
    Draft202012Validator(allowed).validate(answer)
    return answer


def settings_file(environ: dict[str, str], text: str) -> None:
    folder = Path(environ["HOOKS_HOME"]) / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)
