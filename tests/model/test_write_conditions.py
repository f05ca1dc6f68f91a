"""Options that say "do not", "only if" or "add to": obeyed or refused, and never kept beside a value that was written anyway."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.model.write_conditions import meaning
from tests.conftest import Run, loaded

CONFLICTS = (
    "--if-not-exists", "--ifNotExists", "--if_not_exists", "--if-absent", "--create-only", "--cas=0", "--if-version=0", "--nx",
    "--overwrite=false", "--no-overwrite", "--dont-replace", "--if-none-match=*", "--expected-version=7", "--if-match=7", "--cas=7",
)  # fmt: skip
KEPT = ("--no-clobber", "--noClobber", "--skip-existing", "--skip-if-exists", "--keep-existing")
DRY = ("--dry-run", "--dryRun", "--dry-run=true", "--simulate", "--what-if")
REFUSED = (
    "--upsert=false", "--update=no", "--skip-unchanged", "--no-history", "--dont-write", "--only-if-changed", "--if-exists", "--merge",
    "--unless-locked", "--append-json", "--prepend", "--if-match=abc", "--validate-only", "--must-match-value=3", "--dry-mode",
    "--no-clobber=maybe", "--expected-value=5",
)  # fmt: skip


@pytest.fixture
def held(run: Run) -> Run:
    run("memory", "store", "k", "v1", check=True)
    return run


def unchanged(run: Run) -> bool:
    """Whether `k` is at its first version, and nothing else is there."""
    history = loaded(run("memory", "history", "k", "--json", check=True).stdout)["versions"]
    return len(history) == 1 and run("memory", "list", "--count-only", check=True).stdout == "1\n"


# --- memory store ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "line", [("store", "k", "v2"), ("usage", "--action", "store", "--key", "k", "--value", "v2")], ids=str
)
def test_store_obeys_or_refuses(held: Run, line: tuple[str, ...]) -> None:
    for flags, code in ((CONFLICTS, 76), (KEPT, 0), (DRY, 0), (REFUSED, 64)):
        for flag in flags:
            done = held("memory", *line, flag)
            assert (done.returncode, "kept as metadata" in done.stderr) == (code, False), (flag, done.stderr)
            if flags == KEPT:
                assert done.stdout == "Kept: k (version 1), nothing stored\n"
            if flags == DRY:
                assert done.stdout == "Would store: k (version 2, 2 B); nothing was stored\n"
    assert unchanged(held)


def test_store_where_the_condition_holds(run: Run) -> None:
    for number, flag in enumerate((*CONFLICTS[:12], *KEPT)):
        run("memory", "store", f"free/{number}", "v", flag, check=True)
        assert loaded(run("memory", "recall", f"free/{number}", "--json").stdout)["entries"][0]["metadata"] in (
            None,
            {},
        )
    for flag in ("--cas", "--if-version", "--expected-version", "--if-match"):
        run("memory", "store", "n", "v", "--if-not-exists")
        version = loaded(run("memory", "recall", "n", "--json", check=True).stdout)["entries"][0]["key_version"]
        run("memory", "store", "n", "w", flag, str(version), check=True)
    assert run("memory", "history", "n", check=True).stdout.count("\n") == 5


def test_answers_for_programs(held: Run) -> None:
    kept = loaded(held("memory", "store", "k", "v2", "--no-clobber", "--json", check=True).stdout)
    assert kept["stored"] is False and kept["kept"] == {"key": "k", "key_version": 1}
    dry = loaded(held("memory", "store", "k", "v2", "--dry-run", "--json", check=True).stdout)
    assert dry["stored"] is False and dry["would_store"] == {"key": "k", "key_version": 2, "bytes": 2}


def test_a_condition_that_is_switched_off_asks_for_nothing(run: Run) -> None:
    for flag in (
        "--dry-run=false",
        "--no-clobber=false",
        "--overwrite",
        "--overwrite=true",
        "--if-absent=no",
        "--skip-dups=false",
    ):
        run("memory", "store", "k", "v", flag, check=True)
    entry = loaded(run("memory", "recall", "k", "--json", check=True).stdout)["entries"][0]
    assert entry["key_version"] == 6 and not entry["metadata"]


def test_a_dry_run_checks_what_a_write_checks(held: Run) -> None:
    assert held("memory", "store", "a//b", "v", "--dry-run").returncode == 65
    assert held("memory", "store", "k", "v", "--metadata", "{", "--dry-run").returncode == 65
    assert held("memory", "store", "k", "v", "--ttl", "soon", "--dry-run").returncode == 64
    assert held("memory", "store", "k", "v", "--cas", "7", "--dry-run").returncode == 76
    assert "Kept: k (version 1)" in held("memory", "store", "k", "v", "--no-clobber", "--dry-run", check=True).stdout
    assert unchanged(held)


def test_append_is_memory_append(held: Run) -> None:
    held("memory", "store", "k", "v2", "--append", check=True)
    assert held("memory", "recall", "k", check=True).stdout == "v1\nv2"
    held("memory", "store", "lines", "-", "--append", stdin="one", check=True)
    held("memory", "store", "lines", "--stdin", "--append", stdin="two", check=True)
    assert held("memory", "recall", "lines", check=True).stdout == "one\ntwo"
    for more in (
        ["--tags", "x"],
        ["--ttl", "1h"],
        ["--type", "note"],
        ["--redact"],
        ["--dry-run"],
        ["--no-clobber"],
        ["--team=a"],
    ):
        assert held("memory", "store", "k", "v3", "--append", *more).returncode == 64, more
    assert held("memory", "store", "k", "v3", "--append", "--cas", "1").returncode == 76
    assert held("memory", "store", "k", "v3", "--cas=1", "--if-not-exists").returncode == 64
    assert held("memory", "recall", "k", check=True).stdout == "v1\nv2"


def test_a_batch_obeys_or_refuses(held: Run) -> None:
    def stored(row: dict[str, object], *flags: str) -> int:
        return held(
            "memory", "store", "--batch", *flags, stdin=json.dumps({"key": "k", "value": "v2", **row})
        ).returncode

    for name, value in (("if_version", 0), ("cas", 0), ("if_not_exists", True), ("if_version", 7)):
        assert stored({name: value}) == 76, (name, value)
    for name, wrong in (
        ("if_version", "1"),
        ("cas", True),
        ("cas", -1),
        ("if_not_exists", "yes"),
        ("dry_run", True),
        ("no_clobber", 1),
    ):
        assert stored({name: wrong}) == 65, (name, wrong)
    assert stored({}, "--if-not-exists") == stored({}, "--cas", "0") == 76
    for flag in (
        "--dry-run",
        "--no-clobber",
        "--append",
        "--redact",
        "--ttl=1h",
        "--tags=x",
        "--team=a",
        "--skip-unchanged",
    ):
        assert stored({}, flag) == 64, flag
    assert unchanged(held)
    assert stored({"cas": 1}) == 0 and stored({"cas": 2}, "--if-not-exists") == 0


@pytest.mark.parametrize("verb", ["append k x", "patch k {}", "delete k", "import k.json", "store-pattern --task t"])
def test_other_verbs_that_write_refuse_what_they_do_not_obey(held: Run, verb: str) -> None:
    for flag in (
        "--no-clobber",
        "--if-absent",
        "--create-only",
        "--append",
        "--upsert=false",
        "--replace=no",
        "--only-if-changed",
    ):
        assert held("memory", *verb.split(), flag).returncode == 64, flag
    assert unchanged(held)


def test_restore_without_overwriting_is_refused(held: Run, project: Path) -> None:
    held("memory", "backup", "copy.bak", check=True)
    held("memory", "store", "k", "v2", check=True)
    assert held("memory", "restore", "copy.bak", "--overwrite=false").returncode == 64
    assert held("memory", "recall", "k", check=True).stdout == "v2"


def test_a_version_by_its_other_names(held: Run) -> None:
    held("memory", "store", "j", "{}", check=True)
    for verb in ("append k x", 'patch j {"a":1}', "delete k"):
        for flag in ("--cas=9", "--if-match=9", "--expected-version=9"):
            assert held("memory", *verb.split(), flag).returncode == 76, (verb, flag)
    held("memory", "append", "k", "x", "--cas", "1", check=True)
    assert held("memory", "delete", "*", "--cas", "1").returncode == 64
    assert held("memory", "list", "--count-only", check=True).stdout == "2\n"


# --- hooks … --memory-key ----------------------------------------------------------------------------------------------
VERBS = (
    ("notify", "--message", "m"),
    ("post-edit", "--file", "a.txt"),
    ("pre-edit", "--file", "a.txt"),
    ("post-task", "--task-id", "t", "--result", "r"),
    ("post-command", "--command", "ls"),
    ("pre-search", "--query", "q"),
    ("agent-spawned", "--name", "a"),
    ("pre-deploy", "--description", "d"),
)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_a_hooks_verb_keeps_its_event_and_not_the_entry(held: Run, project: Path, verb: tuple[str, ...]) -> None:
    (project / "a.txt").write_text("text")
    flags = (*CONFLICTS[::4], *KEPT[:2], *DRY[:2], *REFUSED[::3], "--append", "--update-memory=false")
    for flag in flags:
        done = held("hooks", *verb, "--memory-key", "k", flag, "--json")
        assert done.returncode == 0 and done.stderr.count("no entry was written at k") == 1, (flag, done.stderr)
        assert loaded(done.stdout)["stored"] is False, flag
    assert unchanged(held)
    events = loaded(held("memory", "log", "--verb", verb[0], "--limit", "100", "--json", check=True).stdout)["log"]
    assert len(events) == len(flags)


def test_what_the_entry_would_have_kept_stays_with_the_event(held: Run) -> None:
    held(
        "hooks",
        "notify",
        "--message",
        "hello",
        "--memory-key",
        "k",
        "--no-clobber",
        "--metadata",
        '{"a":1}',
        check=True,
    )
    event = loaded(held("memory", "log", "--limit", "1", "--json", check=True).stdout)["log"][0]
    assert event["fields"]["message"] == "hello" and event["fields"]["metadata"] == {"a": 1}


def test_a_hooks_verb_writes_where_the_condition_holds(held: Run, project: Path) -> None:
    (project / "a.txt").write_text("text")
    for number, flag in enumerate(
        (*CONFLICTS[:12], *KEPT, "--skip-tests", "--no-suggestions", "--update-memory=true", "--dry-run=no")
    ):
        done = held("hooks", "post-edit", flag, "a.txt", "--memory-key", f"n/{number}", check=True)
        assert f"Stored successfully: n/{number}" in done.stdout, flag
    held("hooks", "notify", "--message", "m", "--memory-key", "k", "--cas", "1", check=True)
    assert held("memory", "recall", "k", check=True).stdout == "m"


# --- names -------------------------------------------------------------------------------------------------------------
WORDS = ("no", "dont", "do-not", "never", "skip", "only-if", "if", "unless", "dry", "append", "prepend", "merge")


@given(st.sampled_from(WORDS), st.from_regex(r"[a-z]{1,8}(-[a-z]{1,8})?", fullmatch=True))
def test_a_name_that_begins_so_is_never_metadata(word: str, rest: str) -> None:
    assert meaning(f"{word}-{rest}", "") not in ("", "off")


@pytest.mark.parametrize(
    "name", ["team", "impact-score", "notes", "iffy", "current-value", "category-only", "overwritten-by", "merged"]
)
def test_other_names_stay_fields(name: str) -> None:
    assert meaning(name, "") == meaning(name, "x") == ""
