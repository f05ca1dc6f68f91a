"""Standard age files: what `memory export --recipient` writes, `age` opens, and `memory import` reads; files of the old form, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run

pyrage = pytest.importorskip("pyrage")


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    """A private age key in a file; its public key in `age.pub` beside it."""
    made = pyrage.x25519.Identity.generate()
    (tmp_path / "age.key").write_text(f"# made for a test\n{made}\n")
    (tmp_path / "age.pub").write_text(f"{made.to_public()}\n")
    return tmp_path / "age.key"


def test_an_export_for_a_public_key_is_a_standard_age_file(run: Run, project: Path, identity: Path) -> None:
    run("memory", "store", "k", "a value", check=True)
    public = identity.with_name("age.pub")
    run("memory", "export", "out.ndjson.age", "--format", "ndjson", "--encrypt", "--recipient", str(public), check=True)
    content = (project / "out.ndjson.age").read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n")
    own = pyrage.x25519.Identity.from_str(identity.read_text().split()[-1])
    assert b"a value" in pyrage.decrypt(content, [own])
    run("memory", "delete", "k", check=True)
    run("memory", "import", "out.ndjson.age", "--on-conflict", "overwrite", "--identity", str(identity), check=True)
    assert run("memory", "recall", "k").stdout == "a value"


def test_another_key_or_none_opens_nothing(run: Run, project: Path, identity: Path) -> None:
    run("memory", "store", "k", "a value", check=True)
    run(
        "memory",
        "export",
        "out.age",
        "--format",
        "json",
        "--recipient",
        identity.with_name("age.pub").read_text().strip(),
        check=True,
    )
    other = identity.with_name("other")
    other.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    assert run("memory", "import", "out.age", "--identity", str(other)).returncode == 77
    assert run("memory", "import", "out.age").returncode == 66
    altered = bytearray((project / "out.age").read_bytes())
    altered[-5] ^= 1
    (project / "out.age").write_bytes(altered)
    assert run("memory", "import", "out.age", "--identity", str(identity)).returncode == 77
    assert run("memory", "export", "x", "--recipient", "age1nonsense").returncode == 64


def test_a_passphrase_makes_an_age_file(run: Run, project: Path) -> None:
    run("memory", "store", "k", "a value", check=True)
    (project / "phrase").write_text("correct horse battery\n")
    (project / "phrase").chmod(0o600)
    run("memory", "export", "out.age", "--format", "json", "--encrypt", "--password-file", "phrase", check=True)
    content = (project / "out.age").read_bytes()
    assert b"a value" in pyrage.passphrase.decrypt(content, "correct horse battery")
    assert run("memory", "import", "out.age").returncode == 77
    run("memory", "import", "out.age", "--password-file", "phrase", check=True)
    both = run("memory", "export", "y", "--recipient", "age1x", "--password-file", "phrase")
    assert both.returncode == 64
