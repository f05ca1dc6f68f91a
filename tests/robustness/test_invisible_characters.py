"""Characters that cannot be seen: every line that the program prints shows them as escapes; a value read alone stays as it is."""

from __future__ import annotations

import pytest

from tests.conftest import Run

# Tags, soft hyphen, invisible operators, Mongolian vowel separator, private use, a joiner, a filler, a bidirectional override.
UNSEEN = "\U000e0061\u00ad\u2061\u2064\u180e\ue000\u034f\u3164\u202e"
NAME = "a".join(UNSEEN)
KEY = f"k/x{NAME}y"
VALUE = f"v{NAME} redis"
LINES = [
    ["memory", "store", KEY, VALUE + " again"],
    ["memory", "append", KEY, "more"],
    ["memory", "list"],
    ["memory", "recall", "k/*"],
    ["memory", "search", "redis"],
    ["memory", "log"],
    ["memory", "tree"],
    ["memory", "show", KEY],
    ["memory", "history", KEY],
    ["memory", "diff", KEY, "1", "2"],
    ["memory", "namespaces"],
    ["session", "list"],
    ["session", "show", f"s{NAME}"],
    ["task", "list"],
    ["monitor", "--once"],
    ["hooks", "session-restore", "--session-id", f"s{NAME}"],
    ["memory", "gc", "--dry-run"],
    ["memory", "delete", KEY],
]


def unseen(text: str) -> list[str]:
    return [c for c in UNSEEN if c in text]


@pytest.fixture
def filled(run: Run) -> Run:
    run("memory", "store", KEY, VALUE, check=True)
    run("memory", "store", KEY, VALUE + " two", check=True)
    run("hooks", "pre-task", "--description", VALUE, "--session-id", f"s{NAME}", "--task-id", f"t{NAME}", check=True)
    run("hooks", "notify", "--message", VALUE, "--session-id", f"s{NAME}", "--agent-id", f"g{NAME}", check=True)
    return run


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:2]))
def test_a_line_shows_them(filled: Run, line: list[str]) -> None:
    done = filled(*line)
    assert done.returncode == 0, done.stderr
    assert unseen(done.stdout) == [] and unseen(done.stderr) == []


def test_a_watched_change_shows_them(filled: Run) -> None:
    done = filled("memory", "watch", "--since", "0", "--once", "--timeout", "5")
    assert done.stdout and unseen(done.stdout) == []


def test_a_value_that_is_read_alone_is_what_was_stored(filled: Run) -> None:
    assert filled("memory", "recall", KEY).stdout == VALUE + " two"
