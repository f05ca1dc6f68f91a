"""The hooks verbs that prompts use beside the six of the design document: what each keeps, and what it prints."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from hooks_cli.cli.catalogue import every_verb
from tests.conftest import PROGRAM, TIMEOUT_SECONDS, Completed, Run

EVENT = {
    "session_id": "event-session",
    "hook_event_name": "PostToolUse",
    "tool_name": "Edit",
    "tool_input": {"file_path": "a.js", "command": "npm test", "pattern": "needle"},
    "prompt": "Do it",
    "message": "It waits",
    "task_id": "t-7",
}


def events(run: Run, verb: str = "") -> list[dict[str, object]]:
    """The journal's newest events first, each its fields with verb, session and agent."""
    words = ["memory", "log", "--format", "ndjson"]
    done = run(*words, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [event for event in found if not verb or event["verb"] == verb]


def body(done: Completed) -> dict[str, object]:
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_pre_edit_tells_what_is_known_of_the_file(run: Run, project: Path) -> None:
    (project / "a.js").write_text("let x = 1\n")
    done = run("hooks", "pre-edit", "--file", "a.js", "--load-context", "true", check=True)
    assert "Nothing is stored about a.js yet." in done.stdout
    run("hooks", "post-edit", "a.js", "--memory-key", "swarm/a", "--agent", "coder-1", check=True)
    run("memory", "store", "decisions/x", "We keep src out of a.js for now", check=True)
    run("memory", "store", "unrelated", "nothing to do with it", check=True)
    done = run("hooks", "pre-edit", "./a.js", "--load-context", check=True)
    assert "post-edit by coder-1" in done.stdout
    assert "| let x = 1" in done.stdout and "| We keep src out" in done.stdout and "unrelated" not in done.stdout
    assert all(line.startswith(("Coming", "  2", "[memory ", "| ", ": ")) for line in done.stdout.splitlines())
    told = body(run("hooks", "pre-edit", str(project / "a.js"), "--load-context", "--json", check=True))
    assert told["context"]["keys"][0] == "swarm/a"  # type: ignore[index]


def test_pre_edit_keeps_what_the_file_was(run: Run, project: Path) -> None:
    (project / "a.js").write_text("before\n")
    run("hooks", "pre-edit", "-f", "a.js", "-o", "refactor", "--memory-key", "before/a", "--backup", check=True)
    assert run("memory", "recall", "before/a", check=True).stdout == "before\n"
    run("hooks", "pre-write", "new.js", "--prepare-directory", check=True)
    assert not (project / "new.js").exists()


@pytest.mark.parametrize(
    ("command", "rule"),
    [("rm -rf /", "delete-tree"), ("git reset --hard", "git"), ("ls -la", ""), ("echo 'rm -rf /'", "")],
)
def test_pre_command_warns_of_what_destroys(run: Run, command: str, rule: str) -> None:
    done = run("hooks", "pre-command", "--command", command, "--validate-safety", "true", check=True)
    assert ("WARNING: destructive command" in done.stdout) == bool(rule)
    told = body(run("hooks", "pre-bash", "-c", command, "--validate-safety", "--json", check=True))
    safety = told["safety"]
    assert isinstance(safety, dict) and safety["destructive"] == bool(rule)
    assert run("hooks", "pre-command", command, check=True).stdout.startswith("Command recorded")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-e", "0"], "(succeeded)"),
        (["--exit-code", "2"], "(failed, exit 2)"),
        (["--success", "false"], "(failed)"),
        (["--success", "", "--exit-code", ""], "recorded (revision"),
        (["--exit-code", "$TOOL_EXIT_CODE"], "recorded (revision"),
    ],
)
def test_post_command_says_how_it_ended(run: Run, words: list[str], told: str) -> None:
    done = run("hooks", "post-command", "--command", "npm test", *words, "--track-metrics", check=True)
    assert told in done.stdout


def test_searches_are_recorded_and_the_memory_asked(run: Run) -> None:
    run("memory", "store", "auth/jwt", "Tokens live for an hour", check=True)
    done = run("hooks", "pre-search", "--query", "tokens", "--check-memory", "--cache-results", check=True)
    assert "auth/jwt" in done.stdout
    assert "Nothing in the memory matches." in run("hooks", "pre-search", "-q", "zebra", "--check-memory").stdout
    assert run("hooks", "post-search", "needle", "--results", "3", check=True).stdout.startswith("Search recorded")


def test_session_start_opens_binds_and_restores(run: Run) -> None:
    done = run("hooks", "session-start", "-s", "dev-1", check=True)
    assert done.stdout.startswith("Session started: dev-1 ")
    run("memory", "store", "k", "known", "--session-id", "dev-1", check=True)
    assert "| known" in run("hooks", "session-start", "--session-id", "dev-1", "--restore-context", check=True).stdout
    one = body(run("hooks", "session-start", "--json", check=True))
    two = body(run("hooks", "session-start", "--json", check=True))
    assert one["session_id"] != two["session_id"] != "dev-1"


@pytest.mark.parametrize("verb", ["mcp-initialized", "agent-spawned", "task-orchestrated", "neural-trained"])
def test_an_orchestrators_events_are_kept_with_all_they_say(run: Run, verb: str) -> None:
    done = run(
        "hooks", verb, "--name", "n1", "--whatever", "w", "--memory-key", "told/it", "--metadata", '{"a":1}', check=True
    )
    assert done.stdout.startswith("Stored successfully: told/it")
    kept = json.loads(run("memory", "recall", "told/it", check=True).stdout)
    assert kept["whatever"] == "w" and "n1" in kept.values()


def test_metrics_are_true(run: Run) -> None:
    assert run("hooks", "metrics", check=True).stdout.startswith("Total entries: 0\n")
    run("memory", "store", "a", "1", check=True)
    run("memory", "store", "b", "2", check=True)
    run("memory", "store", "b", "3", check=True)
    run("hooks", "pre-task", "--description", "t", "--task-id", "t1", "--session-id", "s", check=True)
    run("hooks", "post-task", "--task-id", "t1", "--success", "true", check=True)
    for code in ("0", "1", "1"):
        run("hooks", "post-command", "-c", "x", "-e", code, check=True)
    told = body(run("hooks", "metrics", "--json", check=True))
    assert told["total_entries"] == 2 and told["events"] == 5 and told["tasks_succeeded"] == 1
    assert told["by_verb"] == {"post-command": 3, "post-task": 1, "pre-task": 1}
    assert told["commands"] == {"failed": 2, "succeeded": 1}
    of_session = body(run("hooks", "metrics", "--session-id", "s", "--format", "json", check=True))
    assert of_session["tasks"] == 1 and of_session["closed_at"] is None
    assert run("hooks", "metrics", "--session-id", "nobody").returncode == 1
    assert run("hooks", "metrics", "s", "--category", "edit").returncode == 64
    run("hooks", "notify", "--message", "m", "--agent-id", "other", check=True)
    of_agent = body(run("hooks", "metrics", "--agent", "other", "--json", check=True))
    assert (of_agent["events"], of_agent["agents"], of_agent["by_verb"]) == (1, 1, {"notify": 1})
    later = {"HOOKS_NOW": "2099-01-01T00:00:00Z"}
    assert body(run("hooks", "metrics", "--period", "week", "--json", env=later, check=True))["events"] == 0
    assert "Total entries: 2\n" in run("hooks", "metrics", "--format", "table", check=True).stdout


def test_list_names_every_hooks_verb(run: Run) -> None:
    listed = [hook["name"] for hook in body(run("hooks", "list", "--json", check=True))["hooks"]]  # type: ignore[index,attr-defined]
    assert listed == sorted(verb.name for verb in every_verb() if verb.group == "hooks")
    assert "no effect on hooks list" in run("hooks", "list", "--zork", check=True).stderr


def test_validate_config_finds_verbs_that_do_not_exist(run: Run, project: Path) -> None:
    assert run("hooks", "validate-config", check=True).stdout.startswith("Valid: ")
    (project / ".claude").mkdir()
    settings = project / ".claude/settings.json"
    line = "npx claude-flow@alpha hooks {} --file x"
    settings.write_text(json.dumps({"hooks": {"PreToolUse": [{"hooks": [{"command": line.format("pre-edit")}]}]}}))
    assert "pre-edit" in run("hooks", "validate-config", "--verbose", check=True).stdout
    settings.write_text(json.dumps({"hooks": [line.format("frob")]}))
    done = run("hooks", "validate-config")
    assert done.returncode == 78 and "hooks frob" in done.stdout
    settings.write_text("{")
    done = run("hooks", "validate-config")
    assert done.returncode == 78 and "not valid JSON" in done.stdout and "line 1, column 2" in done.stdout
    # Comments and trailing commas are as welcome here as to `setup`, and what setup writes is looked at.
    settings.write_text('{ // mine\n "hooks": {},\n}')
    run("hooks", "validate-config", check=True)
    run("setup", "copilot", check=True)
    own = project / ".github/hooks/hooks-cli.json"
    own.write_text(own.read_text().replace("hooks event", "hooks evnt"))
    done = run("hooks", "validate-config")
    assert done.returncode == 78 and str(own) in done.stdout and "hooks evnt" in done.stdout


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (["post-edit", "--file", ""], "file", "a.js"),
        (["pre-edit"], "file", "a.js"),
        (["pre-command", "--command", ""], "command", "npm test"),
        (["post-command"], "command", "npm test"),
        (["pre-search"], "query", "needle"),
        (["pre-task"], "description", "Do it"),
        (["notify", "--message="], "message", "It waits"),
        (["post-task", "--analyze-performance", "true"], "task_id", "t-7"),
    ],
)
def test_a_missing_value_comes_from_the_agents_event(run: Run, words: list[str], field: str, value: str) -> None:
    done = run("hooks", *words, stdin=json.dumps(EVENT), check=True)
    assert "recorded as missing" not in done.stderr
    event = events(run)[0]
    assert event["fields"][field] == value  # type: ignore[index]
    assert event["session_id"] == "event-session"


def test_a_verb_that_has_all_it_needs_leaves_stdin_alone(project: Path, environ: dict[str, str]) -> None:
    script = 'while read -r file; do hooks-cli hooks post-edit --file "$file" >/dev/null; echo "$file"; done'
    done = subprocess.run(
        ["sh", "-c", script], input="a\nb\nc\n", text=True, cwd=project, env=environ, capture_output=True, check=True
    )
    assert done.stdout == "a\nb\nc\n"


@pytest.mark.parametrize("content", [b"", b"not json", b"[1]", b"{broken", b"\xff\xfe", b'"text"'])
def test_what_is_no_event_is_no_harm(run: Run, content: bytes) -> None:
    done = run("hooks", "post-edit", "--file", "", stdin=content, check=True)
    assert "no value for --file; recorded as missing" in done.stderr


def test_a_silent_pipe_is_not_waited_for(project: Path, environ: dict[str, str]) -> None:
    reading, writing = os.pipe()
    ours, theirs = socket.socketpair()
    try:
        for stdin in (reading, theirs.fileno()):
            done = subprocess.run(
                [PROGRAM, "hooks", "session-end"],
                stdin=stdin,
                cwd=project,
                env=environ,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,  # it would be for ever
            )
            assert done.returncode == 0
    finally:
        os.close(reading)
        os.close(writing)
        ours.close()
        theirs.close()


def test_options_of_another_program_are_attributes_without_a_word(run: Run) -> None:
    done = run("hooks", "post-edit", "a.js", "--train-neural", "true", "--updateMemory", "--zork", "5", check=True)
    assert done.stderr == "hooks-cli: recorded the unknown option --zork\n"
    fields = events(run)[0]["fields"]
    assert fields["attributes"] == {"train-neural": "true", "updateMemory": "true", "zork": "5"}  # type: ignore[index]
    assert run("hooks", "post-edit", "a.js", "--train-neural", "--strict").returncode == 0
    assert run("hooks", "post-edit", "a.js", "--zork", "--strict").returncode == 64


def test_a_verb_nobody_knows_is_64_with_the_nearest_name(run: Run) -> None:
    done = run("hooks", "post-edti", "--file", "x")
    assert done.returncode == 64 and "post-edit" in done.stderr
    assert run("hook", "notification", "-m", "x", check=True).stdout.startswith("Notification recorded")


@pytest.mark.parametrize(
    "value", ["-5 degrees", "--flag-like", "- item", "é ☃ 𝄞 \u202e", "a\nb\tc", "'quoted' \"too\""]
)
def test_values_come_through_as_they_are(run: Run, value: str) -> None:
    run("hooks", "notify", "--message", value, "--memory-key", "v", check=True)
    assert run("memory", "get", "v", check=True).stdout == value


def test_xargs_and_here_documents(run: Run, project: Path, environ: dict[str, str]) -> None:
    script = """
    printf '%s\\0' 'rm -rf build' 'ls' | xargs -0 -I {} claude-flow hooks pre-command --command '{}' --validate-safety true
    claude-flow hooks notify --message "$(cat <<'EOF'
two
lines
EOF
)" --memory-key here/doc
    claude-flow memory recall here/doc | head -1
    claude-flow memory list | head -1 >/dev/null
    """
    done = subprocess.run(["sh", "-ec", script], cwd=project, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Command recorded") == 2 and done.stdout.count("WARNING") == 1
    assert done.stdout.endswith("two\n") and "Broken" not in done.stderr


def test_other_spellings_that_prompts_use(run: Run, project: Path) -> None:
    run("hooks", "pre-task", "--agent-id", "coder-003", "--task", "OAuth2 support", "--session-id", "s", check=True)
    run("hooks", "notify", "--severity", "critical", "--message", "m", check=True)
    fields = {str(event["verb"]): event["fields"] for event in events(run)}
    assert fields["pre-task"]["description"] == "OAuth2 support"  # type: ignore[index]
    assert fields["notify"]["level"] == "critical"  # type: ignore[index]
    run("hooks", "session-end", "--session-id", "s", "--export-path", "out/metrics.json", check=True)
    assert json.loads((project / "out/metrics.json").read_text())
    whole = run("hooks", "metrics", check=True)
    assert run("hooks", "metrics", "--last", "24h", check=True).stdout == whole.stdout
    told = run("hooks", "metrics", "--period", "<period>", check=True)
    assert told.stdout == whole.stdout and "all is counted" in told.stderr
    assert run("hooks", "metrics", "--period", "soon").returncode == 64
