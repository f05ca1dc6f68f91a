from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from hooks_cli.features.agents.mcp_clients import CLIENTS
from tests.conftest import PROGRAM, Run

ENTRY = {"type": "stdio", "command": "hooks-cli", "args": ["mcp", "start"]}


def test_a_project_gets_the_bare_name_and_removal_leaves_nothing(run: Run, project: Path) -> None:
    assert run("setup", "mcp", "--check").returncode == 1
    run("setup", "mcp", check=True)
    assert json.loads((project / ".mcp.json").read_text()) == {"mcpServers": {"claude-flow": ENTRY}}
    assert run("setup", "mcp", "--check").returncode == 0
    run("setup", "mcp", "--remove", check=True)
    assert not (project / ".mcp.json").exists()


def test_a_dry_run_changes_nothing(run: Run, project: Path) -> None:
    assert '"claude-flow"' in run("setup", "mcp", "--dry-run", check=True).stdout
    assert not (project / ".mcp.json").exists()


def test_a_user_gets_the_absolute_path(run: Run, home: Path) -> None:
    run("setup", "mcp", "--user", check=True)
    entry = json.loads((home / ".claude.json").read_text())["mcpServers"]["claude-flow"]
    assert entry == {**ENTRY, "command": str(PROGRAM)}


@pytest.mark.parametrize("scope", ["--project", "--user"])
@pytest.mark.parametrize("name", list(CLIENTS))
def test_every_client_gets_its_entry_and_loses_it_again(
    run: Run, home: Path, project: Path, name: str, scope: str
) -> None:
    client = CLIENTS[name]
    placed = client.places[scope[2:]]
    if not placed:
        assert run("setup", "mcp", name, scope).returncode == 64
        return
    path = (project if scope == "--project" else home) / placed
    path.parent.mkdir(parents=True, exist_ok=True)
    before = (
        '# mine\nmodel = "x"\n'
        if client.form == "toml"
        else '{\n    // mine\n    "other": [1, 2],\n    "servers": {}\n}\n'
    )
    path.write_text(before)
    run("setup", "mcp", name, scope, check=True)
    text = path.read_text()
    assert text != before and run("setup", "mcp", name, scope, "--check").returncode == 0
    if client.form == "toml":
        entry = tomllib.loads(text)["mcp_servers"]["claude-flow"]
    else:
        entry = json.loads(text.replace("// mine", ""))[client.table]["claude-flow"]
    assert entry["args"][:2] == ["mcp", "start"]
    run("setup", "mcp", name, scope, "--remove", check=True)
    left = path.read_text()
    if client.form == "toml" or client.table == "servers":
        assert left == before
    else:
        assert "// mine" in left and "claude-flow" not in left


def test_without_a_name_the_clients_that_are_in_use_are_written(run: Run, project: Path) -> None:
    (project / ".cursor").mkdir()
    (project / ".codex").mkdir()
    run("setup", "mcp", check=True)
    assert (project / ".cursor/mcp.json").exists() and (project / ".codex/config.toml").exists()
    assert not (project / ".vscode").exists() and not (project / ".gemini").exists()


def test_another_servers_entry_is_taken_over_with_force_alone(run: Run, project: Path) -> None:
    before = '{"mcpServers": {"claude-flow": {"command": "npx", "args": ["claude-flow@alpha", "mcp", "start"]}, "x": {"command": "y"}}}'
    (project / ".mcp.json").write_text(before)
    refused = run("setup", "mcp")
    assert refused.returncode == 73 and "npx claude-flow@alpha mcp start" in refused.stderr
    assert run("setup", "mcp", "--remove").returncode == 0
    assert (project / ".mcp.json").read_text() == before
    run("setup", "mcp", "--force", check=True)
    assert json.loads((project / ".mcp.json").read_text())["mcpServers"] == {
        "x": {"command": "y"},
        "claude-flow": ENTRY,
    }


@pytest.mark.parametrize("text", ["{", "[]", '{"mcpServers": []}'])
def test_a_file_that_is_not_understood_is_left_alone(run: Run, project: Path, text: str) -> None:
    (project / ".mcp.json").write_text(text)
    assert run("setup", "mcp").returncode == 65
    assert (project / ".mcp.json").read_text() == text


def test_an_unknown_client_is_refused(run: Run) -> None:
    assert run("setup", "mcp", "emacs").returncode == 64
