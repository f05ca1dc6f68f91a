"""Joining a shared memory: invites, merging what a project had, rotation and joining again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.machines import Machine, Machines


def invited(machine: Machine, place: Path) -> tuple[Path, Path]:
    """An invite that a machine made for a fresh age key, and that key's file."""
    pyrage = pytest.importorskip("pyrage")
    identity = pyrage.x25519.Identity.generate()
    key, invite = place / "age-key", place / "invite.age"
    key.write_text(f"# a test's key\n{identity}\n")
    machine.run("remote", "invite", str(identity.to_public()), "--output", str(invite), "--force")
    return invite, key


def test_an_invite_is_for_one_key_and_one_fingerprint(machines: Machines, tmp_path: Path) -> None:
    a = machines.first()
    invite, identity = invited(a, tmp_path)
    assert invite.stat().st_mode & 0o777 == 0o600
    assert machines.address.encode() not in invite.read_bytes()
    b = machines.new()
    words = ("remote", "join", machines.address, "--invite", str(invite), "--identity", str(identity))
    unasked = b.run(*words, code=64)
    assert "--expect" in unasked.stderr
    b.run(*words, "--expect", "0000000000000000", code=64)
    other = tmp_path / "other-key"
    other.write_text(f"{pytest.importorskip('pyrage').x25519.Identity.generate()}\n")
    b.run("remote", "join", machines.address, "--invite", str(invite), "--identity", str(other), code=77)
    fingerprint = unasked.stderr.rpartition("--expect ")[2].strip()
    b.run(*words, "--expect", fingerprint)
    assert b.run("memory", "recall", "first/entry").stdout == "written before it was shared"
    b.run("memory", "store", "k", "from b")
    machines.equal()


def test_a_memory_that_is_there_is_merged_or_set_aside_never_lost(machines: Machines) -> None:
    a = machines.first()
    key = machines.folder / "key"
    key.write_text(a.key_file().read_text())
    key.chmod(0o600)
    words = ("remote", "join", machines.address, "--key-file", str(key))
    b, c = machines.new(), machines.new()
    for machine in (b, c):
        machine.run("memory", "store", "own/1", f"of {machine.name}")
        machine.run("memory", "store", "first/entry", f"another of {machine.name}")
        refused = machine.run(*words, code=76)
        assert "--merge" in refused.stderr
    b.run(*words, "--merge")
    assert b.run("memory", "recall", "own/1").stdout == f"of {b.name}"
    assert len(a.json("memory", "history", "first/entry", "--fresh")["versions"]) >= 2
    done = c.run(*words, "--replace")
    aside = next(line for line in done.stdout.splitlines() if "before" in line).split(": ")[1]
    old_key = next(line for line in done.stdout.splitlines() if line.startswith("Its key")).split(": ")[1]
    assert Path(aside).exists()
    assert Path(old_key).exists()
    assert c.run("memory", "recall", "own/1").stdout == f"of {b.name}"
    machines.equal()


def test_a_rotation_shuts_the_others_out_until_they_are_invited_again(machines: Machines) -> None:
    a = machines.first()
    b = machines.joined(a)
    b.run("memory", "store", "k", "before")
    for point in ("remote-log-ended", "remote-key-rotated"):
        a.run("remote", "rotate", env={"HOOKS_FAILPOINT": point}, code=None)
        a.run("remote", "rotate")
        a.run("memory", "store", "k", f"after {point}")
    ended = b.run("memory", "store", "k", "x", code=77)
    assert "remote join" in ended.stderr
    assert b.run("memory", "recall", "k").stdout == "before"
    key = machines.folder / "key"
    key.write_text(a.key_file().read_text())
    key.chmod(0o600)
    b.run("remote", "join", machines.address, "--key-file", str(key), "--replace")
    assert b.run("memory", "recall", "k").stdout == "after remote-key-rotated"
    machines.equal()


def test_a_memory_is_shared_once(machines: Machines) -> None:
    a = machines.first()
    machines.joined(a)
    assert "remote status" in a.run("remote", "create", machines.address, code=76).stderr
    a.run("remote", "leave")
    a.run("memory", "store", "k", "alone")
    assert "joined it" in a.run("remote", "create", machines.address, code=76).stderr
