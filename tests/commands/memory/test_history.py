"""The verbs on versions through the installed program: history, diff, log, the past, undo, compare-and-set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hooks_cli.text.units import DAY
from tests.conftest import FilledBy, Run, loaded
from tests.stores import START


def fill(run: Run, project: Path) -> None:
    """A store in which `a/x` has three versions, one day apart."""
    for day, value in enumerate(['{"n":1}', '{"n":2,"t":["a"]}', '{"n":2}']):
        run("memory", "store", "a/x", value, "--tags", f"t{day}", env={"HOOKS_NOW": str(START + day * DAY)}, check=True)


@pytest.fixture
def three(filled_by: FilledBy) -> Run:
    return filled_by(fill)


LATER = {"HOOKS_NOW": str(START + 3 * DAY)}


def test_history(three: Run) -> None:
    three("memory", "delete", "a/x", "--session-id", "s1", "--agent", "ada", env=LATER, check=True)
    lines = three("memory", "history", "a/x", env=LATER, check=True).stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["v4", "v3", "v2", "v1"]
    assert lines[0].split("\t")[3:] == ["delete", "deleted", "s1/ada"]
    body = loaded(three("memory", "versions", "a/x", "--json", "--limit", "2", env=LATER, check=True).stdout)
    assert body["current"] is None and body["total"] == 4 and body["truncated"] is True
    assert [v["state"] for v in body["versions"]] == ["deleted", "old"]
    assert body["versions"][1]["tags"] == ["t2"] and body["versions"][1]["size"] == 7
    done = three("memory", "history", "nobody", env=LATER)
    assert (done.returncode, done.stdout) == (1, "")


def test_diff(three: Run) -> None:
    assert three("memory", "diff", "a/x", check=True).stdout == '- /t: ["a"]\n'
    assert three("memory", "diff", "a/x", "1", check=True).stdout == "~ /n: 1 -> 2\n"
    assert three("memory", "diff", "a/x", "v1", "v2", check=True).stdout == '~ /n: 1 -> 2\n+ /t: ["a"]\n'
    assert three("memory", "diff", "a/x", "2", "2", check=True).stdout == ""
    assert '-{"n":1}' in three("memory", "diff", "a/x", "1", "3", "--lines", check=True).stdout
    body = loaded(three("memory", "diff", "a/x", "1", "2", "--json", check=True).stdout)
    assert body["changes"][0] == {"op": "replace", "path": "/n", "old": 1, "new": 2}
    assert three("memory", "diff", "a/x", "one").returncode == 64
    assert three("memory", "diff", "a/x", "1", "9").returncode == 1


def test_log(three: Run) -> None:
    three("hooks", "notify", "--message", "hello", "--session-id", "s1", "--agent", "ada", env=LATER, check=True)
    lines = three("memory", "log", check=True, env=LATER).stdout.splitlines()
    assert len(lines) == 4 and lines[0].startswith("r4\t") and lines[0].endswith("\tnotify\ts1/ada\thello")
    assert three("memory", "log", "--session", "s1", env=LATER, check=True).stdout.count("\n") == 1
    assert three("memory", "log", "--since", "25h", env=LATER, check=True).stdout.count("\n") == 2
    assert three("memory", "log", "--until", "2 days ago", env=LATER, check=True).stdout.count("\n") == 2
    assert three("memory", "log", "--verb", "store", "--reverse", env=LATER, check=True).stdout.startswith("r1\t")
    yesterday = three("memory", "log", "--since", "yesterday", "--until", "today", env=LATER, check=True).stdout
    assert yesterday.startswith("r3\t") and yesterday.count("\n") == 1
    empty = three("memory", "log", "--since", "2025-10-21", env=LATER, check=True)
    assert (
        empty.stdout == "" and " since 2025-10-21T00:00:00.000Z fits" in empty.stderr
    )  # the time as it was understood
    assert three("memory", "log", "b/*", env=LATER, check=True).stdout == ""
    body = loaded(three("memory", "log", "--json", "--limit", "1", env=LATER, check=True).stdout)
    assert body["truncated"] is True and body["log"][0]["fields"]["message"] == "hello"
    assert body["log"][0]["agent"] == "ada"
    assert three("memory", "log", "--since", "whenever").returncode == 64


def test_reading_the_past(three: Run) -> None:
    assert three("memory", "recall", "a/x", "--version", "1", env=LATER, check=True).stdout == '{"n":1}'
    assert three("memory", "recall", "a/x", "--at-revision", "2", env=LATER, check=True).stdout == '{"n":2,"t":["a"]}'
    assert three("memory", "recall", "a/x", "--as-of", "49h", env=LATER, check=True).stdout == '{"n":1}'
    assert (
        three("memory", "recall", "a/x", "--as-of", "2025-10-18T12:00:00Z", env=LATER, check=True).stdout[:7]
        == '{"n":2,'
    )
    gone = three("memory", "recall", "a/x", "--as-of", "2025-10-01", env=LATER)
    assert (gone.returncode, gone.stdout) == (1, "")
    body = loaded(three("memory", "list", "--as-of", "49h", "--json", env=LATER, check=True).stdout)
    assert [(e["key"], e["key_version"]) for e in body["entries"]] == [("a/x", 1)] and body["total"] == 1
    assert three("memory", "recall", "a/*", "--at-revision", "0", env=LATER, check=True).stdout == ""
    for argv in (["--version", "1", "--as-of", "2h"], ["--at-revision", "99"], ["--as-of", "2099-01-01"]):
        assert three("memory", "recall", "a/x", *argv, env=LATER).returncode == 64
    assert three("memory", "recall", "a/x", "--version", "7", env=LATER).returncode == 1


@pytest.mark.parametrize("verb", [["search", "n"], ["export"]])
def test_search_and_export_refuse_the_past(three: Run, verb: list[str]) -> None:
    done = three("memory", *verb, "--as-of", "2h")
    assert done.returncode == 64 and "memory list GLOB --as-of" in done.stderr


def test_undo(three: Run) -> None:
    three("memory", "revert", "a/x", "--version", "1", check=True)
    assert three("memory", "recall", "a/x", check=True).stdout == '{"n":1}'
    three("memory", "rename", "a/x", "b/y", check=True)
    assert three("memory", "recall", "a/x").returncode == 1
    assert three("memory", "recall", "b/y", check=True).stdout == '{"n":1}'
    three("memory", "store", "a/x", "other", check=True)
    assert three("memory", "rename", "b/y", "a/x").returncode == 76
    three("memory", "mv", "b/y", "a/x", "--overwrite", check=True)
    assert three("memory", "undelete", "b/y", check=True).stdout.startswith("Brought back: b/y")
    assert three("memory", "undelete", "b/y").returncode == 1
    assert three("memory", "revert", "a/x").returncode == 64


def test_clear_and_undelete(run: Run, project: Path) -> None:
    for key in ("dev/a", "dev/b", "prod/a", "alone"):
        run("memory", "store", key, "v", "--tags", "x,y" if key == "dev/a" else "x", check=True)
    run("memory", "pin", "dev/b", check=True)
    dry = run("memory", "clear", "--all", "--except", "prod/*,alone", "--dry-run", check=True).stdout
    assert "1 entry" in dry and "dev/a" in dry
    done = run("memory", "clear", "--namespace", "dev/*", "--backup", "saved/dev.json", "--stats", check=True)
    assert "Deleted 1 entry." in done.stdout and "1 pinned entry stays" in done.stderr
    saved = json.loads((project / "saved/dev.json").read_text())
    assert [e["key"] for e in saved["entries"]] == ["dev/a"]
    assert (project / "saved/dev.json").stat().st_mode & 0o777 == 0o600
    assert run("memory", "clear", "--all", "--backup", "saved/dev.json").returncode == 73
    since = done.stdout.split("--since ")[1].strip()
    assert run("memory", "undelete", "*", "--since", since, check=True).stdout.startswith("Brought back 1 entry")
    assert "Deleted 1 entry" in run("memory", "clear", "--tags", "y", check=True).stdout
    assert "Deleted 0 entries" in run("memory", "clear", "--namespace", "prod", "--age", "7d", check=True).stdout
    assert "Deleted 1 entry" in run("memory", "clear", "--namespace", "default", check=True).stdout
    assert "Deleted 1 entry" in run("memory", "clear", "--namespace=prod", check=True).stdout
    assert "no cache" in run("memory", "clear", "--cache", check=True).stdout
    assert run("memory", "clear").returncode == run("memory", "clear", "--stats").returncode == 64
    assert loaded(run("memory", "delete", "dev/*", "--json", check=True).stdout)["kept_pinned"] == 1
    assert run("memory", "delete", "dev/b", check=True).stdout.startswith("Deleted: dev/b")


def test_a_key_that_looks_like_a_glob(run: Run) -> None:
    run("memory", "store", "notes/[agent]", "v", check=True)
    run("memory", "store", "notes/a", "v", check=True)
    run("memory", "delete", "notes/[agent]", check=True)
    assert run("memory", "list", check=True).stdout.startswith("notes/a\t")
    run("memory", "undelete", "notes/[agent]", check=True)
    assert run("memory", "recall", "notes/[agent]", "--as-of", "now", check=True).stdout == "v"


def test_lifetimes(run: Run, project: Path) -> None:
    now = {"HOOKS_NOW": str(START)}
    run("memory", "store", "k", "v", "--ttl", "1h", env=now, check=True)
    run("memory", "touch", "k", "--ttl", "3h", env=now, check=True)
    later = {"HOOKS_NOW": str(START + 2 * 3_600_000)}
    assert run("memory", "recall", "k", env=later, check=True).stdout == "v"
    late = {"HOOKS_NOW": str(START + 4 * 3_600_000)}
    assert run("memory", "recall", "k", env=late).returncode == 1
    assert run("memory", "store", "k", "w", "--if-version", "0", env=late, check=True).stdout.endswith("version 2)\n")
    assert run("memory", "recall", "k", "--version", "1", env=late).returncode == 1
    run("memory", "touch", "k", "--ttl", "none", env=late, check=True)
    assert run("memory", "store", "k", "v", "--ttl", "soon").returncode == 64
    (project / "hooks.toml").write_text('[memory.gc]\nttl = "1h"\n[memory.gc.rules."keep/*"]\nttl = 0\n')
    run("project", "trust", check=True)
    run("memory", "store", "d", "v", env=now, check=True)
    run("hooks", "notify", "--message", "m", "--memory-key", "n", env=now, check=True)
    run("memory", "store", "keep/d", "v", env=now, check=True)
    assert run("memory", "list", env=late, check=True).stdout.split() == ["keep/d", "v", "k", "w"]


def test_compare_and_set(run: Run) -> None:
    run("memory", "store", "k", "1", "--if-version", "0", check=True)
    done = run("memory", "store", "k", "2", "--if-version", "0", "--json")
    assert done.returncode == 76
    error = json.loads(done.stderr)["error"]
    assert error["name"] == "version-conflict" and "version 1" in error["message"] and error["current"] == 1
    for verb in (["patch", "k", "{}"], ["append", "k", "x"], ["delete", "k"], ["revert", "k", "--version", "1"]):
        assert run("memory", *verb, "--if-version", "7").returncode in (65, 76)
    run("memory", "delete", "k", "--if-version", "1", check=True)
    run("memory", "store", "k", "3", "--if-version", "0", check=True)


def test_patch_and_append(run: Run) -> None:
    run("memory", "patch", "j", '{"a":{"b":1},"gone":null}', "--agent", "ada", check=True)
    run("memory", "patch", "j", '{"a":{"b":null,"c":[1]}}', check=True)
    assert run("memory", "recall", "j", check=True).stdout == '{"a":{"c":[1]}}'
    run("memory", "store", "t", "text", "--metadata", '{"m":1}', "--tags", "x", check=True)
    assert run("memory", "patch", "t", "{}").returncode == 65
    assert run("memory", "patch", "j", "{nope").returncode == 65
    assert run("memory", "patch", "j", '{"a":1,"a":2}').returncode == 65
    run("memory", "append", "t", "-", stdin="more\n", check=True)
    run("memory", "append", "t", "end", "--separator", " ", check=True)
    assert run("memory", "recall", "t", check=True).stdout == "text\nmore\n end"
    entry = loaded(run("memory", "recall", "t", "--json", check=True).stdout)["entries"][0]
    assert (entry["metadata"], entry["tags"], entry["event"]) == ({"m": 1}, ["x"], "append")
    run("memory", "store", "l", "[1]", check=True)
    run("memory", "append", "l", '{"n":2}', check=True)
    run("memory", "append", "l", "three", check=True)
    assert run("memory", "recall", "l", check=True).stdout == '[1,{"n":2},"three"]'
    assert run("memory", "append", "j", "x").returncode == 65


def test_sealed_values_are_carried(run: Run) -> None:
    run("memory", "store", "k", '{"api_key":"hunter2hunter2","n":1}', check=True)
    run("memory", "patch", "k", '{"n":2}', check=True)
    run("memory", "rename", "k", "r", check=True)
    assert "hunter2" not in run("memory", "recall", "r", check=True).stdout
    assert "hunter2" not in run("memory", "history", "r", "--json", check=True).stdout
    run("memory", "delete", "r", check=True)
    run("memory", "undelete", "r", check=True)
    assert run("memory", "diff", "r", "1", "3", check=True).stdout == ""


def test_read_only_agents_change_nothing(run: Run, project: Path) -> None:
    (project / "hooks.toml").write_text('[agents.reader]\nmemory_access = "read-only"\n')
    run("memory", "store", "k", "v", check=True)
    for argv in (["delete", "k"], ["clear", "--all"], ["patch", "k", "{}"], ["pin", "k"], ["destroy", "k"]):
        assert run("memory", *argv, "--agent", "reader").returncode == 77, argv
    assert run("memory", "store", "--batch", "--agent", "reader", stdin='{"key":"a","value":"b"}').returncode == 77
    assert run("memory", "recall", "k", check=True).stdout == "v"


def test_a_conflict_says_what_is_there(run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    there = run("memory", "store", "k", "w", "--if-version", "0")
    assert there.returncode == 76 and "holds something already, version 1" in there.stderr
    run("memory", "delete", "k", check=True)
    nothing = run("memory", "store", "k", "w", "--if-version", "1", "--json")
    error = json.loads(nothing.stderr)["error"]
    assert nothing.returncode == 76 and "holds nothing now" in error["message"] and error["current"] == 0


def test_the_log_prints_what_a_keyed_notice_said(run: Run) -> None:
    run("hooks", "notify", "--message", "all tests\npass", "--memory-key", "n/1", check=True)
    assert "n/1 v1  all tests pass" in run("memory", "log", check=True).stdout


def test_a_diff_of_equal_versions_says_so(run: Run) -> None:
    for _ in range(2):
        run("memory", "store", "k", "v", check=True)
    same = run("memory", "diff", "k", check=True)
    assert same.stdout == "" and "versions 1 and 2 say the same" in same.stderr
    assert "There is no entry at nobody" in run("memory", "diff", "nobody").stderr


def test_a_version_of_a_glob_is_refused(run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    done = run("memory", "recall", "*", "--version", "1")
    assert done.returncode == 64 and "--as-of" in done.stderr
    run("memory", "store", "a[1]*", "v", check=True)
    assert run("memory", "recall", "a[1]*", "--version", "1", check=True).stdout == "v"
