"""The verbs on versions through the installed program: history, diff, log, the past, undo, compare-and-set, watch and wait."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli.model.times import DAY
from hooks_cli.operations import batch
from hooks_cli.operations.carrying import Who
from hooks_cli.operations.remembering import store_value
from tests.conftest import PROGRAM, Run
from tests.stores import START, Place, check


def loaded(text: str) -> Any:
    body = json.loads(text)
    assert body["schema_version"] == "1"
    return body


@pytest.fixture
def three(run: Run) -> Run:
    """A store in which `a/x` has three versions, one day apart."""
    for day, value in enumerate(['{"n":1}', '{"n":2,"t":["a"]}', '{"n":2}']):
        run("memory", "store", "a/x", value, "--tags", f"t{day}", env={"HOOKS_NOW": str(START + day * DAY)}, check=True)
    return run


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


def test_destroying_a_glob_needs_a_yes(run: Run) -> None:
    for key in ("x/a", "x/b"):
        run("memory", "store", key, "v", check=True)
    done = run("memory", "destroy", "x/*")
    assert done.returncode == 64 and "--yes" in done.stderr
    assert "2 entries" in run("memory", "destroy", "x/*", "--dry-run", check=True).stdout
    body = loaded(run("memory", "destroy", "x/*", "--yes", "--json", check=True).stdout)
    assert body["total"] == 2
    assert run("memory", "undelete", "x/a").returncode == 1
    assert run("memory", "destroy", "nobody").returncode == 1


# --- gc through the program --------------------------------------------------------------------------------------------
def test_gc_explains(run: Run, project: Path) -> None:
    (project / "hooks.toml").write_text("[memory.gc]\n")
    for age in (91, 1):
        now = {"HOOKS_NOW": str(START - age * DAY)}
        run("memory", "store", f"n/{age}", "v", env=now, check=True)
        run("memory", "store", "perf/baseline", "v", "--metadata", '{"git_commit":"abc"}', env=now, check=True)
    env = {"HOOKS_NOW": str(START)}
    before = run("memory", "list", env=env, check=True).stdout
    dry = run("memory", "gc", "--dry-run", env=env, check=True).stdout
    assert "drop\tn/91\tv1\t91 days old, more than 90 days\n" in dry
    assert "keep\tperf/baseline\tv1\tbaseline 2 of 5 of commit abc\n" in dry
    assert run("memory", "list", env=env, check=True).stdout == before
    body = loaded(run("memory", "gc", "--explain", "perf/baseline", "--json", env=env, check=True).stdout)
    assert [(d["key_version"], d["keep"]) for d in body["decisions"]] == [(2, True), (1, True)]
    assert run("memory", "gc", "--explain", "nobody", env=env).returncode == 1
    assert "Collected 1 version" in run("memory", "cleanup", "--older-than", "30d", env=env, check=True).stdout
    assert run("memory", "cleanup", "--days", "30", env=env, check=True).stdout == "Nothing is due.\n"
    for argv in (["--days", "0"], ["--days", "1", "--older-than", "2d"], ["--threshold", "9"], ["--schedule", "x"]):
        assert run("memory", "gc", *argv, env=env).returncode == 64, argv
    for size in ("10MB", "0.9"):
        assert "nothing was collected" in run("memory", "gc", "--threshold", size, env=env, check=True).stdout
    for argv in (["--aggressive", "--stats"], ["--defrag-only"], ["--incremental"], ["--expired-only"], ["-n", "temp"]):
        run("memory", "gc", *argv, env=env, check=True)


def test_gc_at_session_end(run: Run, project: Path) -> None:
    def end(settings: str) -> str:
        (project / "hooks.toml").write_text(settings)
        done = run("hooks", "session-end", "--session-id", "s", env={"HOOKS_NOW": str(START + 200 * DAY)}, check=True)
        return done.stdout + done.stderr

    run("memory", "store", "old", "v", env={"HOOKS_NOW": str(START)}, check=True)
    assert "ollect" not in end("")
    assert "held off" in end("[memory.gc]\n")
    run("memory", "store", "new", "v", env={"HOOKS_NOW": str(START + 198 * DAY)}, check=True)
    assert "ollect" not in end("[memory.gc]\nenabled = false\n")
    assert "Collected 1 version" in end("[memory.gc]\nmax_age_days = 90\n")
    assert run("memory", "recall", "old").returncode == 1


# --- many processes ----------------------------------------------------------------------------------------------------
INCREMENT = """
import sys
from hooks_cli.environment import Environment
from hooks_cli.errors import VersionConflict
from hooks_cli.operations.remembering import store_value
from hooks_cli.store import entries
from hooks_cli.store.embedded import open_store
environment = Environment.from_process()
store = open_store(environment)
for _ in range(50):
    while True:
        entry = entries.read(store, "counter", environment.now())
        value, version = (int(entry.value), entry.version) if entry else (0, 0)
        try:
            store_value(store, environment, "counter", str(value + 1), if_version=version)
            break
        except VersionConflict:
            continue
store.close()
"""


def test_sixteen_processes_count_to_800_and_a_watcher_sees_each_step(
    run: Run, environ: dict[str, str], project: Path
) -> None:
    run("memory", "store", "other", "x", check=True)
    watch = [PROGRAM, "memory", "watch", "counter", "--since", "0", "--format", "ndjson", "--timeout", "120"]
    watcher = subprocess.Popen(watch, env=environ, cwd=project, stdout=subprocess.PIPE, text=True)
    workers = [
        subprocess.Popen([sys.executable, "-c", INCREMENT], env=environ, cwd=project, stderr=subprocess.PIPE, text=True)
        for _ in range(16)
    ]
    assert watcher.stdout is not None
    seen = []
    for line in watcher.stdout:
        seen.append(json.loads(line))
        if seen[-1]["entry"]["data"] == "800":
            break
    watcher.terminate()
    watcher.wait()
    for worker in workers:
        _, err = worker.communicate(timeout=60)
        assert worker.returncode == 0, err
    assert run("memory", "recall", "counter", check=True).stdout == "800"
    assert [(line["entry"]["key_version"], line["entry"]["data"]) for line in seen] == [
        (n, str(n)) for n in range(1, 801)
    ]
    revisions = [line["revision"] for line in seen]
    assert revisions == sorted(set(revisions))
    again = run("memory", "watch", "counter", "--since", str(revisions[700]), "--once", "--json", check=True).stdout
    assert json.loads(again)["entry"]["data"] == "702"


def test_wait_for_another(run: Run, environ: dict[str, str], project: Path) -> None:
    run("memory", "store", "k", "old", check=True)
    assert run("memory", "wait", "k", check=True).stdout == "old"
    waiting = subprocess.Popen(
        [PROGRAM, "memory", "wait", "k", "--newer-than", "1", "--timeout", "60"],
        env=environ,
        cwd=project,
        stdout=subprocess.PIPE,
        text=True,
    )
    time.sleep(0.3)
    run("memory", "store", "k", "new", check=True)
    assert waiting.communicate(timeout=60)[0] == "new"
    done = run("memory", "wait", "nobody", "--timeout", "0.2s")
    assert (done.returncode, done.stdout) == (1, "")


def test_watch_ends_with_its_time(run: Run) -> None:
    run("memory", "store", "a/x", "1", check=True)
    out = run("memory", "watch", "a/*", "--since", "0", "--timeout", "0.3s", check=True).stdout
    assert out.split("\t")[0] == "r1" and out.endswith("stored\ta/x v1\t1\n")
    assert run("memory", "watch", "--since", "9").returncode == 64


def test_a_watch_is_in_nobodys_way_and_survives_a_restore(run: Run, environ: dict[str, str], project: Path) -> None:
    run("memory", "store", "a", "1", check=True)
    run("memory", "backup", "copy.backup", check=True)
    watch = [PROGRAM, "memory", "watch", "--since", "0", "--timeout", "60", "--format", "ndjson"]
    watcher = subprocess.Popen(watch, env=environ, cwd=project, stdout=subprocess.PIPE, text=True)
    assert watcher.stdout is not None
    lines = watcher.stdout
    assert json.loads(lines.readline())["entry"]["data"] == "1"
    run("memory", "store", "a", "2", check=True)
    assert json.loads(lines.readline())["entry"]["data"] == "2"
    run("memory", "restore", "copy.backup", check=True)
    time.sleep(0.5)
    run("memory", "store", "a", "3", check=True)
    assert json.loads(lines.readline())["entry"]["data"] == "3"
    watcher.terminate()
    watcher.wait()


# --- batches -----------------------------------------------------------------------------------------------------------
def test_batch(run: Run) -> None:
    rows = [
        {"key": "a", "value": "text"},
        {"key": "b", "value": {"n": [1, 2.5, "é"]}, "metadata": {"version": "3", "m": 1}, "tags": ["x", "y"]},
        {"namespace": "n", "key": "c", "data": 5, "ttl": "1h", "tags": "p,q"},
        {"key": "a", "value": "again"},
        {"key": "s", "value": "my key is ghp_0123456789abcdefghijABCDEFGHIJ012345"},
    ]
    text = "\n".join(json.dumps(row) for row in rows) + "\n\n"
    now = {"HOOKS_NOW": str(START)}
    assert "5 entries (revision 5)" in run("memory", "store", "--batch", stdin=text, env=now, check=True).stdout
    found = {e["key"]: e for e in loaded(run("memory", "list", "--json", env=now, check=True).stdout)["entries"]}
    assert (found["a"]["data"], found["a"]["key_version"]) == ("again", 2)
    assert (
        found["b"]["data"] == {"n": [1, 2.5, "é"]} and found["b"]["version"] == "3" and found["b"]["tags"] == ["x", "y"]
    )
    assert (found["n/c"]["data"], found["n/c"]["tags"]) == ("5", ["p", "q"]) and found["n/c"]["expires_at"]
    assert "ghp_" not in found["s"]["data"]
    body = loaded(
        run("memory", "store", "--batch", "true", "--json", "-n", "q", stdin='{"key":"k","value":"v"}').stdout
    )
    assert body["stored"]["total"] == 1
    assert run("memory", "recall", "q/k", check=True).stdout == "v"
    assert loaded(run("memory", "store", "--batch", "--json", stdin="", check=True).stdout)["stored"]["total"] == 0
    assert "1 entry" in run("memory", "store", "--batch", "-", stdin='{"key":"dash","value":"v"}', check=True).stdout
    assert run("memory", "recall", "dash", check=True).stdout == "v"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not valid JSON"), ("[]", "not a JSON object"), ('{"key":"a"}', "value"), ('{"value":"a"}', "key"),
        ('{"key":"../a","value":""}', "address"), ('{"key":"a","value":"x","colour":1}', "colour"),
        ('{"key":"a","value":"x","metadata":[]}', "metadata"), ('{"key":"a","value":"\\u0000"}', "NUL"),
        ('{"key":"a","value":"\\ud800"}', "UTF-8"), ('{"key":"a","value":{"n":1e999}}', "number"),
        ('{"key":"a","value":"x","ttl":"soon"}', "duration"), ('{"key":"a","value":"x","tags":[1]}', "tags"),
    ],
)  # fmt: skip
def test_a_bad_line_refuses_the_batch(run: Run, line: str, told: str) -> None:
    done = run("memory", "store", "--batch", stdin='{"key":"good","value":"x"}\n' + line)
    assert done.returncode == 65 and "Line 2:" in done.stderr and told in done.stderr
    assert run("memory", "list", check=True).stdout == ""


def test_a_conflict_refuses_the_batch(run: Run) -> None:
    rows = '{"key":"a","value":"1","if_version":0}\n{"key":"a","value":"2","if_version":1}\n'
    run("memory", "store", "--batch", stdin=rows, check=True)
    assert run("memory", "store", "--batch", stdin=rows).returncode == 76
    assert run("memory", "recall", "a", check=True).stdout == "2"


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b/c", "d"]),
        st.sampled_from(["text", '{"n":1}', '{"token":"hunter2hunter2"}', "[]", "[no json"]),
        st.sampled_from([None, {"m": 1}, {"version": "2"}]),
        st.sampled_from([None, ["x"], ["x", "y"]]),
    ),
    max_size=12,
)


@settings(max_examples=12, deadline=None)
@given(ROWS)
def test_a_batch_writes_what_single_writes_would(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("batch")
    one, many = Place(folder / "one"), Place(folder / "many")
    lines = []
    for key, value, metadata, tags in rows:
        store_value(
            one.store,
            one.environment,
            key,
            value,
            metadata=json.dumps(metadata, separators=(",", ":")) if metadata else "",
            tags=tags or "",
        )
        lines.append((json.dumps({"key": key, "value": value, "metadata": metadata, "tags": tags}).encode(), 0))
    batch.store_lines(many.store, many.environment, iter(lines), Who())
    for store in (one.store, many.store):
        check(store)
    for table, columns in (
        ("head", "id, address, revision, version, live, pinned, expires"),
        ("entry", "revision, head, version, at, kind, sealed, expires, agent, event, data_version, tags, metadata"),
        ("entry", "CASE sealed WHEN 0 THEN value END"),
        ("state", "revision, live"),
        ("search", "rowid"),
    ):
        assert one.store.query(f"SELECT {columns} FROM {table} ORDER BY 1") == many.store.query(
            f"SELECT {columns} FROM {table} ORDER BY 1"
        )
    one.close()
    many.close()
