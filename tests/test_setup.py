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
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli.errors import HooksError
from hooks_cli.integrations.setup import passage
from hooks_cli.integrations.setup.agents import AGENTS
from hooks_cli.integrations.setup.handlers import FLAT, NESTED, Hook, is_ours, with_hooks, without_hooks
from hooks_cli.integrations.setup.json_edit import add, find, remove
from hooks_cli.integrations.setup.json_read import NotJson, parse
from tests.conftest import Run

FIXTURES = Path(__file__).parent / "fixtures" / "settings"
FILES = sorted(FIXTURES.glob("*.json"))
EVENTS = [event for event, _ in AGENTS["claude-code"].events]


def text_of(path: Path) -> str:
    return path.read_bytes().decode()


def ours(value: dict[str, Any]) -> list[tuple[str, str]]:
    """(event, matcher) of each handler of ours."""
    found = []
    for event, groups in value.get("hooks", {}).items():
        for group in groups:
            for handler in group.get("hooks", [group]):
                if is_ours(handler):
                    found.append((event, group.get("matcher", "")))
    return found


def theirs(value: dict[str, Any]) -> dict[str, Any]:
    """The settings as they would be without us."""
    kept = {}
    for event, groups in value.get("hooks", {}).items():
        left = [g for g in groups if not any(is_ours(h) for h in g.get("hooks", [g]))]
        if left or not groups:
            kept[event] = left
    return {**{k: v for k, v in value.items() if k != "hooks"}, **({"hooks": kept} if kept else {})}


# --- three (and one more) real-looking settings files ------------------------------------------------------------------------
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
    assert text.startswith(passage.MARKDOWN[0]) and "hooks-cli memory search" in text
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
        assert not named or passage.is_there((root / named).read_text(), passage.MARKDOWN)
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
    assert value["hooks"]["Stop"][0]["hooks"][0]["command"] == "hooks-cli hooks event || true"
    assert (moved / "CLAUDE.md").exists()


# --- the shell ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("shell", "file"), [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", ".config/fish/conf.d/hooks-cli.fish")]
)
def test_shell(run: Run, home: Path, environ: dict[str, str], shell: str, file: str) -> None:
    start = home / file
    start.parent.mkdir(parents=True, exist_ok=True)
    start.write_text("# mine\nalias ll='ls -l'\n")
    assert run("setup", "shell", shell, "--check").returncode == 1
    run("setup", "shell", shell, check=True)
    text = start.read_text()
    assert text.startswith("# mine\nalias ll='ls -l'\n") and run("setup", "shell", shell, "--check").returncode == 0
    run("setup", "shell", shell, check=True)
    assert start.read_text() == text
    shims = Path(environ["HOOKS_HOME"]) / "data" / "shims"
    assert sorted(os.listdir(shims)) == ["bunx", "npx", "pnpm", "ruflo"]
    if shutil.which(shell):
        script = "command -v npx; . ~/.bashrc; command -v npx" if shell == "bash" else f". '{start}'; command -v npx"
        shown = subprocess.run([shell, "-c", script], env=environ, capture_output=True, text=True)
        assert shown.stdout.splitlines()[-1] == str(shims / "npx"), shown
    run("setup", "shell", shell, "--remove", check=True)
    assert start.read_text() == "# mine\nalias ll='ls -l'\n"


def test_shell_is_the_users_own_or_an_error(run: Run, home: Path) -> None:
    run("setup", "shell", env={"SHELL": "/usr/bin/zsh"}, check=True)
    assert (home / ".zshrc").exists()
    run("setup", "shell", "--remove", env={"SHELL": "/usr/bin/zsh"}, check=True)
    assert not (home / ".zshrc").exists()
    for shell in ("/bin/tcsh", ""):
        assert run("setup", "shell", env={"SHELL": shell}).returncode == 64


def test_the_projects_wrapper(run: Run, project: Path, environ: dict[str, str], tmp_path: Path) -> None:
    run("setup", "shell", "--wrapper", check=True)
    wrapper = project / "claude-flow"
    done = subprocess.run(
        [wrapper, "memory", "store", "k", "a b"], env=environ, cwd=project, capture_output=True, text=True
    )
    assert done.stdout.startswith("Stored successfully: k")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "npx").write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    (tmp_path / "bin" / "npx").chmod(0o755)
    path = f"{tmp_path / 'bin'}:{environ['PATH']}"
    other = subprocess.run([wrapper, "swarm", "a b"], env={**environ, "PATH": path}, capture_output=True, text=True)
    assert other.stdout == "-y|claude-flow@alpha|swarm|a b|"
    assert run("setup", "shell", "--wrapper", "--check").returncode == 0
    run("setup", "shell", "--wrapper", "--remove", check=True)
    assert not wrapper.exists()
    wrapper.write_text("#!/bin/sh\necho theirs\n")
    refused = run("setup", "shell", "--wrapper")
    assert refused.returncode == 73 and wrapper.read_text().endswith("theirs\n")
    run("setup", "shell", "--wrapper", "--remove", check=True)
    assert wrapper.exists()
    run("setup", "shell", "--wrapper", "--force", check=True)
    assert os.access(wrapper, os.X_OK) and "theirs" in (project / "claude-flow.hooks-cli-backup").read_text()


# --- the pure part -------------------------------------------------------------------------------------------------------------
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
LAYOUTS = st.sampled_from([{}, {"indent": 2}, {"indent": 4}, {"indent": "\t"}, {"separators": (",", ":")}])


@settings(max_examples=200, deadline=None)
@given(JSON, LAYOUTS, st.booleans())
def test_the_reader_reads_as_json_does(value: Any, layout: dict[str, Any], crlf: bool) -> None:
    text = json.dumps(value, **layout)
    text = text.replace("\n", "\r\n") if crlf else text
    assert parse(text, "x").value == value


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.text(max_size=6), JSON, max_size=5), LAYOUTS, st.text(max_size=6), JSON, st.booleans())
def test_add_and_remove_undo_each_other(
    value: dict[str, Any], layout: dict[str, Any], name: str, new: Any, crlf: bool
) -> None:
    if name in value:
        return
    text = json.dumps(value, ensure_ascii=False, **layout) + "\n"
    text = text.replace("\n", "\r\n") if crlf else text
    more = add(text, (), name, new)
    assert parse(more, "x").value == {**value, name: new}
    assert remove(more, (name,)) == text
    for key in value:
        assert parse(remove(text, (key,)), "x").value == {k: v for k, v in value.items() if k != key}
    for key, inner in value.items():
        if isinstance(inner, list):
            longer = add(text, (key,), "", new)
            assert parse(longer, "x").value == {**value, key: [*inner, new]}
            assert remove(longer, (key, len(inner))) == text


HANDLERS = st.sampled_from(
    [
        {"type": "command", "command": "echo hi"},
        {"type": "command", "command": "hooks-cli hooks notify"},
        {"type": "command", "command": "hooks-cli hooks event"},
        {"type": "command", "command": "/x/claude-flow hook event --json"},
        {"type": "http", "url": "http://localhost"},
    ]
)
GROUPS = st.lists(
    st.fixed_dictionaries({"hooks": st.lists(HANDLERS, min_size=1, max_size=3)}, optional={"matcher": st.just("Bash")}),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["Stop", "PreToolUse", "Other"]), GROUPS, max_size=3), LAYOUTS, st.booleans())
def test_any_settings_end_with_exactly_our_hooks(hooks: dict[str, Any], layout: dict[str, Any], more: bool) -> None:
    value = {"a": 1, **({"hooks": hooks} if hooks else {}), **({"z": [1]} if more else {})}
    text = json.dumps(value, **layout)
    wanted = AGENTS["claude-code"].hooks("hooks-cli")
    after = with_hooks(text, wanted, NESTED, "x")
    result = parse(after, "x").value
    assert isinstance(result, dict)
    assert sorted(ours(result)) == sorted((hook.event, hook.matcher) for hook in wanted)
    assert with_hooks(after, wanted, NESTED, "x") == after
    clean = parse(without_hooks(after, NESTED, "x"), "x").value
    assert isinstance(clean, dict) and ours(clean) == []
    foreign = [h for groups in hooks.values() for g in groups for h in g["hooks"] if not is_ours(h)]
    assert [h for groups in clean.get("hooks", {}).values() for g in groups for h in g["hooks"]] == foreign


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_text_crashes_the_reader(text: str) -> None:
    try:
        with_hooks(text, [Hook("Stop", {"command": "hooks-cli hooks event"})], FLAT, "x")
    except HooksError as error:
        assert error.exit_code == 65


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    with pytest.raises(NotJson):
        parse("[" * 100_000, "x")


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab\n #\r"), max_size=30), st.sampled_from([passage.MARKDOWN, passage.SHELL]))
def test_a_passage_goes_in_and_out(text: str, marks: tuple[str, str]) -> None:
    text = text.replace("\r", "")
    put = passage.put(text, "one\ntwo\n", marks)
    assert passage.put(put, "one\ntwo\n", marks) == put
    renewed = passage.put(put, "three\n", marks)
    assert renewed == passage.put(text, "three", marks)
    taken = passage.take(put, marks)
    assert taken == (text if not text or text.endswith("\n") else text + "\n") or (
        not text.strip() and not taken.strip()
    )


def test_places() -> None:
    root = parse('{"a": [1, {"b": 2}]}', "x")
    node = find(root, ("a", 1, "b"))
    assert node is not None and node.value == 2
    assert find(root, ("a", 5)) is None and find(root, ("a", "x")) is None and find(root, ("a", 0, "b", "c")) is None
