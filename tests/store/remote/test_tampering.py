"""Nothing of the server's is trusted: what it alters, moves, repeats, leaves out or rolls back is 77, and nothing of it is taken in."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import postgres_server
from tests.machines import Machine, Machines

Spoil = Callable[[Path], None]
PLANTED = ("zebrafish", "quokka", "platypus", "axolotl", "wombat")


@pytest.fixture
def folder(tmp_path: Path) -> Machines:
    """Machines over a log in a folder, whose files a test plays the server with."""
    (tmp_path / "log").mkdir()
    return Machines(tmp_path, f"folder:{tmp_path / 'log'}", {})


def log_of(machines: Machines) -> Path:
    return next((machines.folder / "log").iterdir())


def record(log: Path, seq: int) -> Path:
    return log / "records" / f"{seq:016d}"


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def head(log: Path, **changes: object) -> None:
    path = log / "head"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def swap(one: Path, other: Path) -> None:
    a, b = one.read_bytes(), other.read_bytes()
    one.write_bytes(b)
    other.write_bytes(a)


def bit_of_content(log: Path) -> None:
    flip(record(log, 3), 40)


def bit_of_write_id(log: Path) -> None:
    flip(record(log, 3), 3)


def bit_of_tag(log: Path) -> None:
    flip(record(log, 3), -1)


def two_swapped(log: Path) -> None:
    swap(record(log, 3), record(log, 4))


def one_repeated(log: Path) -> None:
    record(log, 4).write_bytes(record(log, 3).read_bytes())


def one_missing(log: Path) -> None:
    record(log, 3).unlink()


def one_emptied(log: Path) -> None:
    record(log, 3).write_bytes(b"")


def one_cut_short(log: Path) -> None:
    record(log, 3).write_bytes(record(log, 3).read_bytes()[:-20])


def rolled_back(log: Path) -> None:
    head(log, seq=1)


def newest_never_came(log: Path) -> None:
    head(log, seq=9)


@pytest.mark.parametrize(
    "spoil",
    [
        bit_of_content,
        bit_of_write_id,
        bit_of_tag,
        two_swapped,
        one_repeated,
        one_missing,
        one_emptied,
        one_cut_short,
        rolled_back,
        newest_never_came,
    ],
)
def test_an_altered_log_is_77_and_changes_nothing(folder: Machines, spoil: Spoil) -> None:
    a = folder.first()
    b = folder.joined(a)
    a.run("memory", "store", "k/1", "one")
    b.run("remote", "pull")
    if spoil is rolled_back:
        a.run("memory", "store", "k/x", "seen by b")
        b.run("remote", "pull")
    for number in range(2, 5):
        a.run("memory", "store", f"k/{number}", "more")
    spoil(log_of(folder))
    before = b.state()
    for line in (("remote", "pull"), ("memory", "store", "k/9", "x")):
        done = b.run(*line, code=77)
        assert "expected" in done.stderr, done.stderr
        assert done.stdout == ""
    after = b.state()
    if spoil is not newest_never_came:  # what came before the gap was good, and may have been taken in
        assert after["rows"] == before["rows"]
    b.run("memory", "verify")


def test_a_fork_is_noticed_where_the_histories_meet(folder: Machines) -> None:
    a = folder.first()
    b = folder.joined(a)
    c = folder.joined(a)
    for number in range(3):
        a.run("memory", "store", f"k/{number}", "x")
    log = log_of(folder)
    head(log, seq=1)  # the server hides the newest two from c, which never saw them
    c.run("remote", "pull")
    for number in range(4):
        c.run("memory", "store", f"fork/{number}", "y")
    done = a.run("remote", "pull", code=77)
    assert "history" in done.stderr
    b.run("remote", "pull")  # saw neither: it follows the one that it is shown
    assert b.run("memory", "recall", "fork/3").stdout == "y"


def spoil_snapshot_bit(log: Path) -> None:
    flip(next((log / "snapshots").glob("*/0")), 500)


def spoil_snapshot_part(log: Path) -> None:
    next((log / "snapshots").glob("*/0")).unlink()


def spoil_snapshot_number(log: Path) -> None:
    path = next((log / "snapshots").iterdir())
    seq, rest = path.name.split("-", 1)
    path.rename(path.parent / f"{int(seq) + 1:016d}-{rest}")


def spoil_snapshot_ledger(log: Path) -> None:
    path = next((log / "snapshots").iterdir())
    path.rename(path.parent / f"{path.name[:-1]}{'0' if path.name[-1] != '0' else '1'}")


@pytest.mark.parametrize(
    "spoil", [spoil_snapshot_bit, spoil_snapshot_part, spoil_snapshot_number, spoil_snapshot_ledger]
)
def test_an_altered_snapshot_is_77_and_nothing_is_joined(folder: Machines, spoil: Spoil) -> None:
    a = folder.first()
    a.run("memory", "store", "k", "x")
    spoil(log_of(folder))
    b = folder.new()
    key = b.home / "key"
    key.write_text(a.key_file().read_text())
    key.chmod(0o600)
    b.run("remote", "join", folder.address, "--key-file", str(key), code=77)
    assert not list((b.home / "hooks" / "data").glob("projects/*/memory.db"))


def test_what_an_invite_has_seen_must_be_there(folder: Machines, tmp_path: Path) -> None:
    a = folder.first()
    for number in range(3):
        a.run("memory", "store", f"k/{number}", "x")
    invite, identity = invited(a, tmp_path)
    head(log_of(folder), seq=1)
    b = folder.new()
    words = ("--invite", str(invite), "--identity", str(identity), "--expect", fingerprint(a))
    done = b.run("remote", "join", folder.address, *words, code=77)
    assert "as the invite says" in done.stderr
    head(log_of(folder), seq=3)
    b.run("remote", "join", folder.address, *words)
    assert b.run("memory", "recall", "k/2").stdout == "x"


def test_another_key_opens_no_memory(folder: Machines) -> None:
    folder.first()
    b = folder.new()
    key = b.home / "key"
    key.write_text("00" * 32)
    key.chmod(0o600)
    assert (
        "no memory that this key opens"
        in b.run("remote", "join", folder.address, "--key-file", str(key), code=77).stderr
    )


def fingerprint(machine: Machine) -> str:
    found: str = machine.json("key", "show")["key"]["fingerprint"]
    return found


def invited(machine: Machine, place: Path) -> tuple[Path, Path]:
    """An invite that a machine made for a fresh age key, and that key's file."""
    pyrage = pytest.importorskip("pyrage")
    identity = pyrage.x25519.Identity.generate()
    key = place / "age-key"
    key.write_text(f"# a test's key\n{identity}\n")
    machine.run("remote", "invite", str(identity.to_public()), "--output", str(place / "invite.age"))
    return place / "invite.age", key


def test_planted_words_are_nowhere_on_the_server(
    postgres: postgres_server.Server, database: str, tmp_path: Path
) -> None:
    machines = Machines(tmp_path, postgres.socket_address(database), {})
    a = machines.new("wombat-machine")
    a.run("memory", "store", "zebrafish/first", "quokka " * 20)
    a.run("remote", "create", machines.address)
    a.run("memory", "store", "zebrafish/quokka", "platypus-marsupial " * 20, "--metadata", '{"axolotl": 1}')
    a.run("hooks", "pre-task", "--description", "a platypus task", "--session-id", "quokka-session")
    a.run("memory", "destroy", "zebrafish/first", "--yes")
    postgres.sql("postgres", "CHECKPOINT")
    for word in PLANTED:
        found = subprocess.run(["grep", "-rlaiF", word, postgres.folder], capture_output=True, text=True)
        assert found.stdout == "", word
    # The search finds what is there in the clear.
    known = subprocess.run(["grep", "-rlaF", "hooks_cli", postgres.folder], capture_output=True, text=True)
    assert known.stdout != ""


def test_destroyed_bytes_leave_the_server(postgres: postgres_server.Server, database: str, tmp_path: Path) -> None:
    machines = Machines(tmp_path, postgres.socket_address(database), {})
    a = machines.first()
    b = machines.joined(a, "behind")
    a.run("memory", "store", "secret", "x" * 5000)
    before = postgres.sql(database, "SELECT max(octet_length(sealed)) FROM hooks_cli.record")
    assert int(before) > 5000
    done = a.run("memory", "destroy", "secret", "--yes", "--json")
    body = json.loads(done.stdout)
    assert body["gone_from_server"] is True
    assert len(body["machines_behind"]) == 1
    assert postgres.sql(database, "SELECT count(*) FROM hooks_cli.record") == "0"
    b.run("memory", "store", "k", "goes on, by way of the snapshot")
    machines.equal()
    a.run("memory", "store", "secret", "y" * 5000)
    later = a.run("memory", "destroy", "secret", "--yes", "--no-compact")
    assert "not on the server yet" in later.stderr
    assert postgres.sql(database, "SELECT count(*) FROM hooks_cli.record") != "0"
    a.run("remote", "pull")
    assert postgres.sql(database, "SELECT count(*) FROM hooks_cli.record") == "0"
    machines.equal()


def test_a_writer_role_cannot_delete(postgres: postgres_server.Server, database: str, tmp_path: Path) -> None:
    machines = Machines(tmp_path, postgres.socket_address(database), {})
    sql = machines.new("administrator").run("remote", "create", "--print-sql").stdout
    machines.all.clear()
    postgres.sql(database, sql)
    user = f"w{os.urandom(4).hex()}"
    postgres.sql(database, f"CREATE ROLE {user} LOGIN; GRANT hooks_cli_writer TO {user}")
    machines.address = machines.address.replace(f"//{database}@", f"//{user}@")
    a = machines.first()
    b = machines.joined(a)
    b.run("memory", "store", "k", "x")
    a.run("memory", "destroy", "k", "--yes")
    machines.equal()
    for statement in (
        "DELETE FROM hooks_cli.record",
        "UPDATE hooks_cli.record SET seq = 1",
        "DELETE FROM hooks_cli.log",
    ):
        with pytest.raises(AssertionError, match="permission denied"):
            postgres.sql(database, f"SET ROLE {user}; {statement}")
