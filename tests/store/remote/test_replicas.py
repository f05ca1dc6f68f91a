"""Machines that share one memory: what one writes the others have, through the verbs that users type."""

from __future__ import annotations

import json
import time

import pytest

from tests.machines import Machines


def test_what_one_machine_writes_the_others_read(machines: Machines) -> None:
    a = machines.first()
    a.run("memory", "store", "k/1", "from a", "--tags", "x,y")
    b = machines.joined(a)
    assert b.run("memory", "recall", "first/entry").stdout == "written before it was shared"
    b.run("memory", "store", "k/1", "from b")
    assert "version 3" in a.run("memory", "store", "k/1", "from a again").stdout
    b.run("remote", "pull")
    assert b.run("memory", "recall", "k/1").stdout == "from a again"
    assert [row["key_version"] for row in b.json("memory", "history", "k/1")["versions"]] == [3, 2, 1]
    machines.equal()


def test_the_verbs_mean_the_same_over_a_replica(machines: Machines) -> None:
    a = machines.first()
    b = machines.joined(a)
    lines = "".join(json.dumps({"key": f"bulk/{i}", "value": f"bulk text {i}"}) + "\n" for i in range(300))
    a.run("memory", "store", "--batch", stdin=lines)
    machines.equal()
    b.run("hooks", "pre-task", "--description", "build it", "--session-id", "s1")
    a.run("hooks", "notify", "--message", "seen it", "--memory-key", "n/1", "--session-id", "s1")
    b.run("hooks", "post-task", "--task-id", "t9", "--session-id", "s1")
    b.run("hooks", "session-end", "--session-id", "s1")
    machines.equal()
    a.run("memory", "delete", "bulk/3")
    b.run("memory", "undelete", "bulk/3")
    b.run("memory", "append", "bulk/5", "and more")
    a.run("memory", "rename", "bulk/6", "moved/6")
    b.run("memory", "pin", "bulk/7")
    a.run("memory", "touch", "bulk/7", "--ttl", "5d")
    b.run("memory", "destroy", "bulk/4", "--yes")
    a.run("memory", "clear", "bulk/1*", "--yes")
    state = machines.equal()
    cleared = next(row for row in state["rows"]["head"] if "'bulk/10'" in row)
    assert cleared.split(", ")[3] == "0"  # not live any more
    assert "bulk/250" in b.run("memory", "search", "text 250").stdout
    a.run("memory", "gc", "--aggressive")
    b.run("memory", "gc", "--max-age", "1s")
    a.run("memory", "store", "api_keys/x", "ghp_0123456789abcdefghijABCDEFGHIJ012345")
    machines.equal()
    assert b.run("memory", "recall", "api_keys/x", code=77).stdout == ""
    exported = a.run("memory", "export", "--format", "ndjson", "-").stdout
    (b.project / "import.ndjson").write_text(exported)
    b.run("memory", "import", "import.ndjson", code=None)
    machines.equal()


def test_compare_and_set_sees_other_machines_and_is_tried_again(machines: Machines) -> None:
    a = machines.first()
    b = machines.joined(a)
    a.run("memory", "store", "counter", "1", "--if-version", "0")
    conflict = b.run("memory", "store", "counter", "1", "--if-version", "0", code=76)
    assert "version 1" in conflict.stderr
    # The failed try has taken in what it lacked: the next one can succeed without a pull.
    assert b.run("memory", "recall", "counter").stdout == "1"
    b.run("memory", "store", "counter", "2", "--if-version", "1")
    machines.equal()


def test_a_reading_verb_asks_no_server(machines: Machines) -> None:
    a = machines.first()
    a.environ["HOOKS_REMOTE_URL"] = "folder:/nowhere"
    assert a.run("memory", "recall", "first/entry").stdout == "written before it was shared"
    failed = a.run("memory", "store", "x", "1", code=75)
    assert "cannot be reached" in failed.stderr
    assert "stored" not in failed.stdout.lower()
    assert a.run("memory", "recall", "x", code=1).stdout == ""
    assert a.run("remote", "status", code=75).returncode == 75


def test_leaving_keeps_an_ordinary_store(machines: Machines) -> None:
    a = machines.first()
    b = machines.joined(a)
    b.run("remote", "leave")
    b.run("memory", "store", "own/1", "mine alone")
    b.run("remote", "status", code=77)
    assert b.run("memory", "recall", "own/1").stdout == "mine alone"
    a.run("remote", "pull")
    assert a.run("memory", "recall", "own/1", code=1).stdout == ""
    assert [machine["left"] for machine in a.json("remote", "status")["remote"]["machines"]].count(True) == 1


@pytest.mark.parametrize("size", [100, 9 * 1024 * 1024, 40 * 1024 * 1024])
def test_a_write_of_any_size_arrives_whole(machines: Machines, size: int) -> None:
    a = machines.first()
    b = machines.joined(a)
    text = "word " * (size // 5)
    a.run("memory", "store", "big", "-", stdin=text)
    b.run("remote", "pull")
    assert b.run("memory", "recall", "big").stdout == text
    machines.equal()


def test_a_verb_that_needs_a_server_says_where_it_is_unknown(machines: Machines) -> None:
    a = machines.first()
    for path in (a.home / "hooks" / "config" / "keys").glob("*.remote"):
        path.unlink()
    failed = a.run("memory", "store", "x", "1", code=78)
    assert "HOOKS_REMOTE_URL" in failed.stderr
    a.run("memory", "store", "x", "1", env={"HOOKS_REMOTE_URL": machines.address})


def test_tls_and_a_password_from_its_file(tls_machines: Machines) -> None:
    a = tls_machines.first()
    b = tls_machines.joined(a)
    b.run("memory", "store", "k", "through TLS")
    tls_machines.equal()
    refused = a.run("memory", "store", "k", "x", code=77, env={"PGPASSFILE": "/dev/null"})
    assert "password" in refused.stderr
    address = tls_machines.address.replace("@", ":secret@", 1)
    said = tls_machines.new().run("remote", "join", address, "--key-file", str(a.key_file()), code=64)
    assert "secret" not in said.stderr


def test_waiting_and_watching_see_other_machines(machines: Machines) -> None:
    a = machines.first()
    b = machines.joined(a)
    waiting = b.start("memory", "wait", "k/1", "--timeout", "60")
    watching = b.start("memory", "watch", "k/*", "--once", "--timeout", "60")
    time.sleep(1.5)  # both begin with what comes next
    a.run("memory", "store", "k/1", "seen elsewhere")
    assert waiting.wait(60) == 0
    said = waiting.communicate()[0]
    assert "seen elsewhere" in said or "k/1" in said
    assert "k/1" in watching.communicate(timeout=30)[0]
