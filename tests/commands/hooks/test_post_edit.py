"""`hooks post-edit`: the file's facts, and under a memory key its text where that may be kept."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from tests.conftest import Run


def kept(run: Run, path: str | Path, key: str = "k") -> dict[str, object]:
    """The envelope that a post-edit of a path leaves."""
    done = run("hooks", "post-edit", "--file", str(path), "--memory-key", key)
    assert done.returncode == 0, done.stderr
    return json.loads(run("memory", "recall", key, "--json", check=True).stdout)["entries"][0]


def test_the_text_of_a_file_inside_the_project(run: Run, project: Path) -> None:
    (project / "notes.md").write_text("# Notes\n\nÄ text.\n")
    envelope = kept(run, "notes.md")
    assert envelope["data"] == "# Notes\n\nÄ text.\n"
    digest = "sha256:" + hashlib.sha256("# Notes\n\nÄ text.\n".encode()).hexdigest()
    assert envelope["source"] == {"path": "notes.md", "kind": "file", "size": 18, "digest": digest}
    assert run("memory", "recall", "k").stdout == "# Notes\n\nÄ text.\n"


def test_json_is_shown_as_json_and_kept_as_it_is(run: Run, project: Path) -> None:
    (project / "t.json").write_text('{\n  "agents": 5\n}\n')
    assert kept(run, "t.json")["data"] == {"agents": 5}
    assert run("memory", "recall", "k").stdout == '{\n  "agents": 5\n}\n'
    line = run("memory", "recall", "*", "--format", "ndjson", check=True).stdout
    assert line.count("\n") == 1


def test_a_missing_file(run: Run) -> None:
    assert kept(run, "gone.txt")["source"] == {"path": "gone.txt", "kind": "missing"}
    assert run("memory", "recall", "k", check=True).stdout == ""


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("gone.txt", None, "was not there"),
        ("logo.png", b"\x89PNG\0", "was not UTF-8 text"),
        ("long.txt", b"x" * 70_000, "was too large"),
        (".env", b"TOKEN=1", "is a key file by its name"),
        ('a","kind":"missing".md', b"text", ""),
    ],
)
def test_who_reads_an_entry_without_text_is_told_why(
    run: Run, project: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (project / name).write_bytes(content)
    done = run("hooks", "post-edit", "--file", name, "--memory-key", "k", "--session-id", "s", check=True)
    recalled = run("memory", "recall", "k", check=True)
    brief = run("hooks", "session-restore", "--session-id", "s", check=True).stdout
    if not reason:
        assert (done.stderr, recalled.stderr, recalled.stdout) == ("", "", "text")
        assert ", which" not in brief
        return
    assert reason in done.stderr and done.stderr.count("\n") == 1
    assert recalled.stdout == "" and reason in recalled.stderr
    assert f"from {name}, which {reason}" in brief


def test_a_value_given_in_the_file_s_place_needs_no_excuse(run: Run) -> None:
    done = run("hooks", "post-edit", "--file", "gone.txt", "--memory-key", "k", "--value", "v", check=True)
    assert (done.stdout.startswith("Stored"), done.stderr) == (True, "")


def test_a_folder_is_listed(run: Run, project: Path) -> None:
    (project / "d" / "sub").mkdir(parents=True)
    (project / "d" / "b.txt").write_text("")
    (project / "d" / "a.txt").write_text("")
    envelope = kept(run, "d/")
    assert envelope["data"] == "a.txt\nb.txt\nsub/"
    assert envelope["source"] == {"path": "d/", "kind": "folder", "names": 3}


def test_a_large_folder_is_listed_up_to_a_thousand(run: Run, project: Path) -> None:
    (project / "d").mkdir()
    for number in range(1005):
        (project / "d" / f"{number:04}").write_text("")
    lines = str(kept(run, "d")["data"]).splitlines()
    assert len(lines) == 1001 and "not listed" in lines[-1]


def test_digest_only(run: Run, project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("outside")
    (project / "link.txt").symlink_to(outside)
    (project / "big.txt").write_text("x" * 65_537)
    (project / "just.txt").write_text("x" * 65_536)
    (project / "b.bin").write_bytes(b"\xff\xfe\x00")
    (project / "nul.txt").write_bytes(b"a\0b")
    for name in (".env", ".env.local", "id_rsa", "server.pem", "tls.key", "credentials"):
        (project / name).write_text("SECRET=1")
    found = {name: kept(run, name, f"k/{number}") for number, name in enumerate(os.listdir(project))}
    kinds = {name: envelope["source"]["kind"] for name, envelope in found.items()}  # type: ignore[index]
    assert kinds["link.txt"] == "outside" and kinds["big.txt"] == "large" and kinds["just.txt"] == "file"
    assert kinds["b.bin"] == kinds["nul.txt"] == "binary"
    assert all(
        kinds[name] == "secret" for name in (".env", ".env.local", "id_rsa", "server.pem", "tls.key", "credentials")
    )
    for name, kind in kinds.items():
        assert found[name]["data"] == "" or kind == "file"
        assert found[name]["source"]["digest"].startswith("sha256:")  # type: ignore[index]
    assert kept(run, outside)["data"] == ""


@pytest.mark.parametrize("special", ["fifo", "/dev/zero", "/dev/stdin"])
def test_what_is_no_file_is_never_opened(run: Run, project: Path, special: str) -> None:
    if special == "fifo":
        os.mkfifo(project / "fifo")
    envelope = kept(run, special)
    assert envelope["source"]["kind"] in ("special", "missing")  # type: ignore[index]
    assert envelope["data"] == ""


def test_without_a_key_it_is_an_event(run: Run, project: Path) -> None:
    (project / "a.py").write_text("x")
    assert run("hooks", "post-edit", "--file", "a.py", check=True).stdout == "Edit recorded: a.py (revision 1)\n"


@pytest.mark.parametrize("words", [[], ["--file", ""], ["--file"]])
def test_without_a_file(run: Run, words: list[str]) -> None:
    done = run("hooks", "post-edit", *words)
    assert done.returncode == 0 and "--file" in done.stderr


def test_an_invalid_address_keeps_the_event_and_is_65(run: Run) -> None:
    done = run("hooks", "post-edit", "--file", "a", "--memory-key", "swarm//x")
    assert done.returncode == 65 and "empty segment" in done.stderr
    assert "swarm//x" in run("memory", "log", "--json", check=True).stdout


def test_a_name_that_is_no_utf8(run: Run, project: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        (project / name).write_text("x")
    except OSError:
        pytest.skip("the file system has no such names")
    done = run("hooks", "post-edit", "--file", name, "--memory-key", "k")
    assert done.returncode in (0, 65) and "Traceback" not in done.stderr
