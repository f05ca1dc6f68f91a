"""`hooks notify`: a message for the journal and, with a key, for the other agents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run


def test_message_alone(run: Run) -> None:
    assert run("hooks", "notify", "--message", "hello", check=True).stdout == "Notification recorded (revision 1)\n"


def test_with_key_and_metadata(run: Run) -> None:
    metadata = '{"p50_ms": 45, "version": "2.1.0", "nested": {"a": [1, 2.50, "ü"]}}'
    done = run(
        "hooks", "notify", "-m", "Baseline: p50=45ms", "--memory-key", "swarm/x", "--metadata", metadata, check=True
    )
    assert done.stdout == "Stored successfully: swarm/x (revision 1, version 1)\n"
    envelope = json.loads(run("memory", "recall", "swarm/x", "--json", check=True).stdout)["entries"][0]
    assert envelope["metadata"] == json.loads(metadata)
    assert envelope["version"] == "2.1.0" and envelope["event"] == "notify" and envelope["key_version"] == 1
    assert run("memory", "recall", "swarm/x").stdout == "Baseline: p50=45ms"


@pytest.mark.parametrize("metadata", ["{", "[1]", '"text"', "{a:1}", '{"a":1,}', "{'a':1}", '{"a":NaN}', "nonsense"])
def test_metadata_that_is_no_json_object(run: Run, metadata: str) -> None:
    done = run("hooks", "notify", "--message", "m", "--memory-key", "k", "--metadata", metadata)
    assert done.returncode == 65 and done.stdout == "" and "Nothing was stored" in done.stderr
    assert run("memory", "recall", "k").returncode == 1
    assert "notify" not in run("memory", "log", "--json").stdout, "not even an event"


@pytest.mark.parametrize(
    "message", ["-starts with a dash", "--force", "ünïcödé 漢字 🙂", "two\nlines", "a" * 20_000, "'\"\\`$(x)", " "]
)
def test_any_message(run: Run, message: str) -> None:
    done = run("hooks", "notify", f"--message={message}", "--memory-key", "k")
    assert done.returncode == 0, done.stderr
    assert run("memory", "recall", "k", check=True).stdout == message


def test_json_and_errors_as_json(run: Run) -> None:
    told = json.loads(run("hooks", "notify", "--message", "m", "--memory-key", "k", "--json", check=True).stdout)
    assert told["schema_version"] == "1" and told["stored"] == {"key": "k", "revision": 1, "key_version": 1}
    done = run("hooks", "notify", "--message", "m", "--metadata", "{", "--json")
    error = json.loads(done.stderr)["error"]
    assert (done.returncode, done.stdout, error["code"], error["name"]) == (65, "", 65, "invalid-json")


def test_notification_is_another_word(run: Run) -> None:
    assert run("hook", "notification", "-m", "x", "-l", "warning", check=True).stdout.startswith(
        "Notification recorded"
    )


def test_an_overwritten_key_has_two_versions(run: Run) -> None:
    run("hooks", "notify", "--message", "one", "--memory-key", "k", check=True)
    assert "version 2" in run("hooks", "notify", "--message", "two", "--memory-key", "k", check=True).stdout
    assert run("memory", "recall", "k", "--version", "1", check=True).stdout == "one"


@pytest.mark.parametrize(
    ("key", "settings", "code"),
    [
        ("a//b", "", 65),
        ("team/x", '[schemas]\nmode = "strict"\n[schemas.patterns]\n"team/*" = "owner.json"\n', 65),
        ("team/x", '[schemas]\nmode = "strict"\n[schemas.patterns]\n"team/*" = "missing.json"\n', 78),
    ],
)
def test_a_message_whose_entry_is_refused_stays_in_the_journal(
    run: Run, project: Path, key: str, settings: str, code: int
) -> None:
    (project / "hooks.toml").write_text(settings)
    (project / "owner.json").write_text('{"type": "object", "required": ["owner"]}')
    done = run("hooks", "notify", "--message", "the build is red", "--memory-key", key)
    assert done.returncode == code and done.stdout == ""
    (event,) = json.loads(run("memory", "log", "--json", check=True).stdout)["log"]
    assert event["fields"]["message"] == "the build is red" and event["fields"]["memory_key"] == key
    assert event["fields"]["refused"] in done.stderr
    assert run("memory", "list", check=True).stdout == ""


def test_a_refused_message_at_a_sensitive_address_is_kept_nowhere(run: Run) -> None:
    done = run("hooks", "notify", "--message", "pa55phrase", "--memory-key", "app/credentials//db")
    assert done.returncode == 65
    assert "pa55phrase" not in run("memory", "log", "--json", check=True).stdout
