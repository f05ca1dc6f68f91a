"""`setup`: hooks go into settings files without touching anything else in them, and come out again without a trace."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hooks_cli.features.agents import marked_block
from hooks_cli.features.agents.catalogue import AGENTS
from hooks_cli.features.agents.hook_handlers import FLAT, is_ours
from hooks_cli.features.agents.json_tree import parse
from tests.agent_settings import ours
from tests.conftest import PROGRAM, ROOT, Run

FIXTURES = ROOT / "tests" / "fixtures" / "settings"


FILES = sorted(FIXTURES.glob("*.json"))


EVENTS = [event for event, _ in AGENTS["claude-code"].events]


def text_of(path: Path) -> str:
    return path.read_bytes().decode()


def theirs(value: dict[str, Any]) -> dict[str, Any]:
    """The settings as they would be without us."""
    kept = {}
    for event, groups in value.get("hooks", {}).items():
        left = [g for g in groups if not any(is_ours(h) for h in g.get("hooks", [g]))]
        if left or not groups:
            kept[event] = left
    return {**{k: v for k, v in value.items() if k != "hooks"}, **({"hooks": kept} if kept else {})}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_real_file_gets_the_hooks_and_nothing_else(run: Run, project: Path, path: Path) -> None:
    folder = project / ".claude"
    folder.mkdir()
    file = folder / "settings.json"
    shutil.copy(path, file)
    file.chmod(0o640)
    before = text_of(path)
    done = run("setup", "claude-code", check=True)
    after = text_of(file)
    assert str(file) in done.stdout and "settings.json.hooks-cli-backup" in done.stdout
    assert text_of(folder / "settings.json.hooks-cli-backup") == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    value, was = parse(after, "after").value, parse(before, "before").value
    assert isinstance(value, dict) and isinstance(was, dict)
    assert sorted({event for event, _ in ours(value)}) == sorted(EVENTS) and len(ours(value)) == len(EVENTS)
    expected = theirs(was)
    expected.get("hooks", {}).pop("SessionStart", None)
    assert theirs(value) == expected
    assert [key for key in value if key != "hooks"] == [key for key in was if key != "hooks"]
    # not a line of theirs is lost or changed, but for a comma behind one
    kept = {line.rstrip(", \r") for line in after.splitlines()}
    if "\n" in before:
        lost = [line for line in before.splitlines() if line.rstrip(", \r") not in kept]
        assert [line.strip() for line in lost] in ([], ['"SessionStart": [], // nothing yet'])
        assert ("\r\n" in after) == ("\r\n" in before) and after.count("\r\n") in (0, after.count("\n"))
    else:
        assert "\n" not in after
    # again: nothing happens
    again = run("setup", "claude-code", check=True)
    assert text_of(file) == after and "as it should be" in again.stdout
    assert run("setup", "claude-code", "--check").returncode == 0
    # and out again, byte for byte
    run("setup", "claude-code", "--remove", check=True)
    cleaned = text_of(file)
    if path.stem == "commented":
        before = before.replace('\t\t"SessionStart": [], // nothing yet\r\n', "\t\t // nothing yet\r\n")
        assert parse(cleaned, "x").value == theirs(value)
        assert "// nothing yet" in cleaned and "// loud" in cleaned and "// the end" in cleaned
    else:
        assert cleaned == before
    assert run("setup", "claude-code", "--check").returncode == 1
    assert not (project / "CLAUDE.md").exists()


def test_a_new_project(run: Run, project: Path) -> None:
    run("setup", "claude-code", check=True)
    file = project / ".claude" / "settings.json"
    value = json.loads(file.read_text())
    assert list(value) == ["hooks"] and [event for event, _ in ours(value)] == EVENTS
    start = value["hooks"]["SessionStart"]
    assert start == [{"hooks": [{"type": "command", "command": "hooks-cli hooks event || true", "timeout": 10}]}]
    assert file.read_text().startswith('{\n  "hooks": {\n    "SessionStart": [\n      {\n')
    text = (project / "CLAUDE.md").read_text()
    assert text.startswith(marked_block.MARKDOWN[0]) and "hooks-cli memory search" in text
    assert not list(project.glob("**/*backup*"))
    run("setup", "claude-code", "--remove", check=True)
    assert not file.exists() and not (project / "CLAUDE.md").exists()
    assert run("setup", "claude-code", "--remove", check=True).stdout.count("as it should be") == 2


def test_what_is_written_works(run: Run, project: Path, environ: dict[str, str]) -> None:
    """The command in the file, run as the agent runs it."""
    run("setup", "claude-code", check=True)
    value = json.loads((project / ".claude" / "settings.json").read_text())
    command = value["hooks"]["UserPromptSubmit"][0]["hooks"][0]["command"]
    event = json.dumps({"session_id": "s", "hook_event_name": "UserPromptSubmit", "prompt": "x"}).encode()
    done = subprocess.run(["sh", "-c", command], input=event, env=environ, cwd=project, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    # Copilot CLI reads the file too and would refuse every tool call where the program is not installed
    gone = subprocess.run(
        ["/bin/sh", "-c", command], input=event, env={"PATH": "/nowhere"}, cwd=project, capture_output=True
    )
    assert (gone.returncode, gone.stdout) == (0, b"")


@pytest.mark.parametrize("name", sorted(AGENTS))
def test_every_agent(run: Run, project: Path, home: Path, name: str) -> None:
    agent = AGENTS[name]
    for scope, flags, root in (("project", [], project), ("user", ["--user"], home)):
        settings_file = root / agent.settings[scope]
        if scope == "project":
            dry = run("setup", name, *flags, "--dry-run", check=True)
            assert dry.stdout.startswith("--- ") and not settings_file.exists()
            assert run("setup", name, *flags, "--check").returncode == 1
        run("setup", name, *flags, check=True)
        value = json.loads(settings_file.read_text())
        assert [event for event, _ in ours(value)] == [event for event, _ in agent.events]
        assert ("version" in value) == (agent.shape == FLAT)
        if scope == "project":
            assert run("setup", name, *flags, "--check").returncode == 0
            assert run("setup", name, *flags, "--dry-run", check=True).stdout.endswith("nothing would change\n")
        report = json.loads(run("setup", name, *flags, "--json", check=True).stdout)
        assert report["complete"] is True and report["files"][0]["path"] == str(settings_file)
        named = agent.instructions[scope]
        assert not named or marked_block.is_there((root / named).read_text(), marked_block.MARKDOWN)
        run("setup", name, *flags, "--remove", check=True)
        assert not settings_file.exists() and not (named and (root / named).exists())
    both = run("setup", name, "--user", "--project")
    assert both.returncode == 64


def test_instructions_shared_by_agents_stay_while_one_needs_them(run: Run, project: Path) -> None:
    (project / "AGENTS.md").write_text("# Ours\n\nRules.\n")
    run("setup", "codex", check=True)
    run("setup", "cursor", check=True)
    with_passage = (project / "AGENTS.md").read_text()
    run("setup", "codex", "--remove", check=True)
    assert (project / "AGENTS.md").read_text() == with_passage
    run("setup", "cursor", "--remove", check=True)
    assert (project / "AGENTS.md").read_text() == "# Ours\n\nRules.\n"


def test_another_agents_broken_file_stands_in_nobodys_way(run: Run, project: Path) -> None:
    run("setup", "cursor", check=True)
    (project / ".codex").mkdir()
    broken = project / ".codex" / "hooks.json"
    broken.write_text("{ broken")
    assert run("setup", "codex").returncode == 65
    run("setup", "cursor", "--remove", check=True)
    assert not (project / ".cursor/hooks.json").exists() and not (project / "AGENTS.md").exists()
    # As long as it may still be wired, its instructions stay.
    run("setup", "cursor", check=True)
    broken.write_text('{ broken "hooks-cli hooks event"')
    run("setup", "cursor", "--remove", check=True)
    assert "hooks-cli:begin" in (project / "AGENTS.md").read_text() and broken.read_text().startswith("{ broken")


def test_instructions_may_be_left_alone(run: Run, project: Path) -> None:
    run("setup", "gemini", "--instructions", "false", check=True)
    assert (project / ".gemini" / "settings.json").exists() and not (project / "GEMINI.md").exists()


def test_older_handlers_of_ours_are_replaced(run: Run, project: Path) -> None:
    folder = project / ".claude"
    folder.mkdir()
    old = {"type": "command", "command": "/opt/old/bin/hooks-cli hooks event --fail-open", "timeout": 5}
    other = {"type": "command", "command": "hooks-cli hooks notify --message hi"}
    value = {"hooks": {"Stop": [{"hooks": [other, old]}], "Gone": [{"matcher": "x", "hooks": [old]}]}}
    (folder / "settings.json").write_text(json.dumps(value, indent=2))
    run("setup", "claude-code", check=True)
    after = json.loads((folder / "settings.json").read_text())
    assert "Gone" not in after["hooks"] and "/opt/old" not in json.dumps(after)
    assert after["hooks"]["Stop"][0] == {"hooks": [other]} and len(ours(after)) == len(EVENTS)


def test_a_link_is_followed_and_kept(run: Run, project: Path, tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = tmp_path / "dotfiles" / "settings.json"
    real.write_text("{}\n")
    (project / ".claude").mkdir()
    (project / ".claude" / "settings.json").symlink_to(real)
    run("setup", "claude-code", check=True)
    assert (project / ".claude" / "settings.json").is_symlink() and len(ours(json.loads(real.read_text()))) == len(
        EVENTS
    )
    assert (project / ".claude" / "settings.json.hooks-cli-backup").read_text() == "{}\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays(run: Run, project: Path) -> None:
    (project / ".claude").mkdir()
    file = project / ".claude" / "settings.json"
    file.write_text("{}")
    os.chown(file, 1234, 4321)
    run("setup", "claude-code", check=True)
    for path in (file, Path(f"{file}.hooks-cli-backup")):
        assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1',
        "[]",
        '{"hooks": []}',
        '{"hooks": {"Stop": {}}}',
        '{"a": 1} x',
        "{'a': 1}",
        '{"a" 1}',
        '"x"',
        '{"a": /* }',
        "\xff",
    ],
)
def test_what_cannot_be_understood_is_left_alone(run: Run, project: Path, text: str) -> None:
    folder = project / ".claude"
    folder.mkdir()
    (folder / "settings.json").write_bytes(text.encode("latin-1"))
    done = run("setup", "claude-code")
    assert done.returncode == 65 and "settings.json" in done.stderr and "Nothing was changed" in done.stderr
    assert (folder / "settings.json").read_bytes() == text.encode("latin-1")
    assert sorted(os.listdir(folder)) == ["settings.json"] and not (project / "CLAUDE.md").exists()


def test_user_scope_knows_where_agents_were_moved(run: Run, tmp_path: Path) -> None:
    moved = tmp_path / "claude config"
    run("setup", "claude-code", "--user", env={"CLAUDE_CONFIG_DIR": str(moved)}, check=True)
    value = json.loads((moved / "settings.json").read_text())
    assert value["hooks"]["Stop"][0]["hooks"][0]["command"] == f"{PROGRAM} hooks event || true"
    assert (moved / "CLAUDE.md").exists()


def test_what_was_written_here_alone_leaves_nothing_behind(run: Run, project: Path) -> None:
    before = sorted(path.name for path in project.iterdir())
    for agent in ("claude-code", "codex", "gemini", "cursor", "copilot"):
        run("setup", agent, check=True)
        run("setup", agent, "--remove", check=True)
    assert not list(project.glob("**/*backup*"))
    assert sorted(path.name for path in project.iterdir() if path.is_file()) == [n for n in before if "." in n[1:]]


def test_comments_are_no_nothing(run: Run, project: Path) -> None:
    file = project / ".gemini" / "settings.json"
    file.parent.mkdir()
    file.write_text("// mine\n{}\n")
    run("setup", "gemini", check=True)
    run("setup", "gemini", "--remove", check=True)
    assert "// mine" in file.read_text()
