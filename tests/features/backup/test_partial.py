"""memory backup of a namespace, export --encrypt, and taking both back; --schedule, --list, validate."""

from __future__ import annotations

import io
import json
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooks_cli.crypto.sealed_file import PIECE, SealedWriter, opened
from hooks_cli.errors import AccessDenied, DataError
from tests.conftest import PROGRAM, FilledBy, Run

KEY = (bytes(range(32)), "the key file")


def fill(run: Run, project: Path) -> None:
    (project / "phrase").write_text("a long enough phrase\n")
    (project / "phrase").chmod(0o600)
    for key, value in (("swarm/a", "one"), ("swarm/b", "two"), ("other", "x")):
        run("memory", "store", key, value, check=True)


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def values(run: Run) -> dict[str, str]:
    return {e["key"]: e["data"] for e in json.loads(run("memory", "list", "--json", check=True).stdout)["entries"]}


def test_a_namespace_comes_back_as_it_was(filled: Run, project: Path) -> None:
    done = filled("memory", "backup", "--namespace", "swarm", "--output", "backup.json", check=True)
    assert "Backed up 2 entries (2 versions) of a part" in done.stdout and "this store's key is needed" in done.stdout
    content = (project / "backup.json").read_bytes()
    assert b"swarm/a" not in content and stat.S_IMODE((project / "backup.json").stat().st_mode) == 0o600
    filled("memory", "store", "swarm/a", "changed", check=True)
    filled("memory", "delete", "swarm/b", check=True)
    filled("memory", "store", "swarm/c", "new", check=True)
    filled("memory", "store", "other", "y", check=True)
    done = filled("memory", "restore", "--namespace", "swarm", "--input", "backup.json", check=True)
    assert done.stdout.startswith("Restored 2 versions of a part")
    assert values(filled) == {"swarm/a": "one", "swarm/b": "two", "swarm/c": "new", "other": "y"}
    assert filled("memory", "recall", "swarm/a", "--version", "2", check=True).stdout == "changed"
    again = json.loads(filled("memory", "restore", "backup.json", "--json", check=True).stdout)["restore"]
    assert again["versions"] == 0 and filled("memory", "verify").returncode == 0


def test_a_part_comes_into_a_fresh_store_by_its_passphrase(filled: Run, project: Path) -> None:
    filled("memory", "backup", "--namespace", "swarm", "-o", "part", "--password-file", "phrase", check=True)
    other = project.parent / "other"
    other.mkdir()
    (other / "hooks.toml").write_text("")
    part = str(project / "part")
    assert filled("memory", "restore", part, cwd=other).returncode == 77
    filled("memory", "restore", part, "--password-file", str(project / "phrase"), cwd=other, check=True)
    assert filled("memory", "recall", "swarm/b", cwd=other, check=True).stdout == "two"


def test_the_whole_is_no_part(filled: Run, project: Path) -> None:
    filled("memory", "backup", "--namespace", "all", "--output", "whole", check=True)
    done = filled("memory", "restore", "whole", "--namespace", "swarm")
    assert done.returncode == 64 and "is not restored by itself" in done.stderr
    filled("memory", "store", "other", "y", check=True)
    filled("memory", "restore", "whole", "--strategy", "replace", check=True)
    assert values(filled)["other"] == "x"
    assert filled("memory", "restore", "whole", "--strategy", "sideways").returncode == 64


def test_merging_takes_an_export_in(filled: Run) -> None:
    filled("memory", "export", "all.json", check=True)
    filled("memory", "delete", "other", check=True)
    assert filled("memory", "restore", "all.json").returncode == 65
    filled("memory", "restore", "all.json", "--strategy", "overwrite", check=True)
    assert values(filled)["other"] == "x"


def test_copies_are_listed_verified_and_found(filled: Run, project: Path) -> None:
    filled("memory", "backup", check=True)
    filled("memory", "backup", check=True)  # in the same second, very likely
    listed = json.loads(filled("memory", "backup", "--list", "--json", check=True).stdout)
    assert listed["total"] == 2
    done = filled("memory", "backup", "validate", "memory-*.backup", check=True)
    assert done.stdout.count("Verified 3 entries") == 2
    filled("memory", "store", "other", "y", check=True)
    filled("memory", "restore", "--snapshot", "latest", check=True)
    assert values(filled)["other"] == "x"
    Path(listed["backups"][0]["path"]).write_bytes(b"\1" * 8192)
    assert filled("memory", "backup", "validate", "memory-*.backup").returncode == 77


def test_what_a_copy_cannot_be_is_refused(filled: Run) -> None:
    assert filled("memory", "backup", "--encrypt", "false").returncode == 64
    assert filled("memory", "backup", "--scope", "session").returncode == 64
    assert filled("memory", "backup", "a", "b").returncode == 64
    assert filled("memory", "restore", "latest").returncode == 66
    done = filled(
        "memory", "backup", "--scope", "all", "--encrypt", "true", "--format", "compressed", "-o", "c", check=True
    )
    assert "--format compressed has no effect" in done.stderr


def test_an_encrypted_export_is_read_by_import(filled: Run, project: Path) -> None:
    sealed = ["--encrypt", "aes256", "--password-file", "phrase"]
    filled("memory", "export", "secure.json.enc", "--namespace", "swarm/*", *sealed, "--compress", "gzip", check=True)
    assert b"swarm/a" not in (project / "secure.json.enc").read_bytes()
    filled("memory", "destroy", "swarm/*", "--yes", check=True)
    assert filled("memory", "import", "secure.json.enc").returncode == 77
    words = ["--decrypt", "aes256", "--password-file", "phrase", "--decompress", "gzip", "--validate"]
    done = filled("memory", "import", "--file", "secure.json.enc", *words, "--namespace", "back", check=True)
    assert "Imported 2 entry versions" in done.stdout and values(filled)["back/swarm/a"] == "one"


def test_without_a_passphrase_only_this_store_opens_it(filled: Run, project: Path) -> None:
    filled("memory", "export", "mine.enc", "--encrypt", check=True)
    filled("memory", "import", "mine.enc", check=True)
    other = project.parent / "other"
    other.mkdir()
    (other / "hooks.toml").write_text("")
    assert filled("memory", "import", str(project / "mine.enc"), cwd=other).returncode == 77
    assert filled("memory", "export", "x", "--encrypt", "rot13").returncode == 64
    assert filled("memory", "export", "x.sqlite", "--encrypt").returncode == 64
    done = filled("memory", "export", "y", "--encrypt", "--encrypt-key", "a phrase in plain sight", check=True)
    assert "seen by others" in done.stderr


@settings(max_examples=25)
@given(
    st.integers(0, 3 * PIECE).flatmap(lambda size: st.binary(min_size=size, max_size=size)), st.integers(1, 2 * PIECE)
)
def test_a_sealed_file_opens_to_what_was_written(content: bytes, step: int) -> None:
    assert opened(io.BytesIO(sealed_bytes(content, step)), "f", "", lambda: KEY).read() == content


def sealed_bytes(content: bytes, step: int = PIECE) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, "", lambda: KEY)
    for at in range(0, len(content), step):
        writer.write(content[at : at + step])
    writer.finish()
    return file.getvalue()


@pytest.mark.parametrize("size", [10, PIECE, PIECE + 1, 2 * PIECE + 5])
def test_no_altered_sealed_file_opens(size: int) -> None:
    whole = sealed_bytes(b"x" * size)
    line = whole.index(b"\n") + 1
    sealed = PIECE + 16
    pieces = [whole[at : at + sealed] for at in range(line, len(whole), sealed)]
    altered = [whole[:-1], whole + b"x", whole[:line], whole.replace(b'"salt":"', b'"salt":"A', 1)]
    altered += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (line, len(whole) // 2, len(whole) - 1)]
    if len(pieces) > 1:
        altered += [
            whole[:line] + b"".join(part) for part in (pieces[:-1], pieces[::-1], pieces[1:], [*pieces, pieces[-1]])
        ]
    for content in altered:
        with pytest.raises((AccessDenied, DataError, ValueError)):
            opened(io.BytesIO(content), "f", "", lambda: KEY).read()
    with pytest.raises(AccessDenied):
        opened(io.BytesIO(whole), "f", "", lambda: (bytes(32), "another key")).read()


def test_a_schedule_is_the_line_for_cron(filled: Run, project: Path) -> None:
    done = filled("memory", "gc", "--schedule", "weekly-sunday-3am", "--aggressive", "--namespace", "a b%", check=True)
    assert (
        done.stdout
        == f"0 3 * * 0 cd {project} && HOOKS_HOME={project.parent}/home/hooks {PROGRAM} memory gc --namespace 'a b\\%' --aggressive\n"
    )
    assert "nothing was done now" in done.stderr
    body = json.loads(filled("memory", "backup", "--schedule", "0 2 * * 1", "--json", check=True).stdout)
    assert body["schedule"]["cron"] == "0 2 * * 1" and not list(project.glob("*.backup"))
    for wrong in ("soon", "daily-25:00", "", "weekly-someday", "61 1 * * * *"):
        assert filled("memory", "gc", "--schedule", wrong or "x").returncode == 64


def test_garbage_that_is_not_there(filled: Run) -> None:
    assert "The store is what was written" in filled("memory", "cleanup", "--corrupted-only", check=True).stdout
    done = filled("memory", "cleanup", "--remove-orphaned", "--remove-duplicates", "--stale", check=True)
    assert done.stdout == "Nothing to delete.\n" and "no effect" in done.stderr


def test_a_scheduled_line_works_night_after_night(run: Run, project: Path, home: Path) -> None:
    """As cron runs it: another folder, cron's PATH, nothing of this environment but HOME."""
    run("memory", "store", "k", "v", check=True)
    lines = [
        run("memory", verb, *words, "--schedule", "daily", "--keep", "2", check=True).stdout
        for verb, words in (("backup", ["nightly.backup"]), ("export", ["all.ndjson", "--format", "ndjson"]))
    ]
    lines.append(run("memory", "gc", "--schedule", "weekly", check=True).stdout)
    for line in lines:
        command = line.split(" ", 5)[5].replace("\\%", "%")
        for night in range(3):
            variables = {"HOME": str(home), "PATH": "/usr/bin:/bin", "HOOKS_NOW": f"2026-01-0{night + 1}T03:00:00Z"}
            done = subprocess.run(["/bin/sh", "-c", command], cwd="/", env=variables, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in (home / "hooks").rglob("copies/*"))
    dated = [f"2026010{night}-030000.{ending}" for ending in ("backup", "ndjson") for night in (2, 3)]
    assert len(names) == 4 and sorted(name[name.index("2026") :] for name in names) == sorted(dated)
    assert [path.name for path in project.iterdir()] == ["hooks.toml"]
    assert "the last scheduled copy is" in run("doctor").stdout


def test_keep_names_its_files_itself(run: Run) -> None:
    run("memory", "store", "k", "v", check=True)
    for argv in (["backup", "f.backup", "--keep", "2"], ["backup", "--keep", "0"], ["export", "f.json", "--keep", "2"]):
        assert run("memory", *argv).returncode == 64
