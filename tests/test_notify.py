"""`hooks notify`: a message for the journal and, with a key, for the other agents."""

from __future__ import annotations

import json

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
