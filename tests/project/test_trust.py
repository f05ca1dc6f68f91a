"""What a pulled hooks.toml can do to the project's memory: no more than the user's own settings, until the user trusts the project."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hooks_cli.features.entries.draft import lifetime_ms
from hooks_cli.features.retention import collect
from hooks_cli.model.version import Version
from hooks_cli.project import trust
from hooks_cli.settings import files
from hooks_cli.text.units import DAY
from tests.conftest import Run, loaded
from tests.retention_model import decide
from tests.settings_place import Place, document
from tests.stores import START

OLD = {"HOOKS_NOW": str(START)}
NOW = {"HOOKS_NOW": str(START + 40 * DAY)}
ADDRESSES = ["logs/a", "logs/b/c", "decisions/a", "swarm/patterns/a", "perf/baseline", "x"]
GLOBS = ["*", "logs/*", "logs/b*", "decisions/*", "*/a", "swarm/patterns/a"]
NUMBERS = st.sampled_from([0, 1, 7, 60, 90, 200])
GENERAL = {
    "memory.gc.enabled": st.booleans(),
    "memory.gc.max_age_days": NUMBERS,
    "memory.gc.keep_successful_patterns": st.booleans(),
    "memory.gc.keep_baselines_per_commit": st.sampled_from([0, 1, 5, 9]),
    "memory.gc.max_versions": NUMBERS,
    "memory.gc.ttl": NUMBERS,
    "memory.gc.event_max_age_days": NUMBERS,
}
FIELDS = {**{key.rpartition(".")[2]: kind for key, kind in GENERAL.items()}, "keep": st.booleans()}
FIELDS = {name: kind for name, kind in FIELDS.items() if name not in ("enabled", "event_max_age_days")}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(Path(os.path.realpath(tmp_path)))


@pytest.fixture
def user(home: Path) -> Path:
    path = home / "hooks/config/config.toml"
    path.parent.mkdir(parents=True)
    return path


@st.composite
def retention(draw: st.DrawFn) -> str:
    """The text of a settings file that is about retention."""
    flat: dict[str, Any] = {key: draw(kind) for key, kind in GENERAL.items() if draw(st.booleans())}
    for glob in draw(st.lists(st.sampled_from(GLOBS), max_size=3, unique=True)):
        for name in draw(st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=3, unique=True)):
            flat[f'memory.gc.rules."{glob}".{name}'] = draw(FIELDS[name])
    return document(flat)


def versions() -> list[Version]:
    """Three versions of each address, of many ages, with fields that the keep rules look at."""
    found = []
    for number, address in enumerate(ADDRESSES):
        for version in (1, 2, 3):
            age = (400, 75, 5)[version - 1] - number
            fields = {"success": True, "git_commit": "c"}
            revision = number * 3 + version
            found.append(
                Version(address, version, revision, START - age * DAY, newest=version == 3, size=100, fields=fields)
            )
    return found


RULE = '[memory.gc.rules."{}"]\n{}\n'


@settings(max_examples=400, deadline=None)
@example(
    user=RULE.format("*", "keep = true") + RULE.format("logs/*", "keep = false"),
    project="".join(RULE.format(*rule) for rule in (("*", "keep = true"), ("decisions/*", "keep = false"))),
)
@example(
    user="[memory.gc]\nmax_age_days = 10\n" + RULE.format("*", "max_age_days = 90"),
    project=RULE.format("*", "max_age_days = 100") + RULE.format("logs/*", "keep = false"),
)
@given(user=retention(), project=retention())
def test_no_project_file_drops_more_than_the_users_settings(
    tmp_path_factory: pytest.TempPathFactory, user: str, project: str
) -> None:
    place = Place(tmp_path_factory.mktemp("keeps"))
    place.write(user=user)
    alone = place.environment(settle=False)
    before = collect.rules_of(alone)
    place.write(project=project)
    both = place.environment(settle=False)
    after = collect.rules_of(both)
    assert both.settings.problem == "" and both.settings.has("memory.gc") == alone.settings.has("memory.gc")
    kept = {d.version.revision for d in decide(versions(), before, START) if d.keep}
    assert kept <= {d.version.revision for d in decide(versions(), after, START) if d.keep}
    assert after.event_age == 0 or 0 < before.event_age <= after.event_age
    assert alone.settings.flag("memory.gc.enabled") or not both.settings.flag("memory.gc.enabled")
    for address in ADDRESSES:
        mine, ours = lifetime_ms(alone, address), lifetime_ms(both, address)
        assert ours == 0 or 0 < mine <= ours, address


def test_a_rule_of_a_project_that_keeps_more_counts(place: Place) -> None:
    place.write(
        user='[memory.gc]\nmax_age_days = 30\nttl = "1d"\n[memory.gc.rules."logs/*"]\nmax_age_days = 7\n',
        project='[memory.gc.rules."logs/b*"]\nmax_age_days = 60\nttl = "2d"\n[memory.gc.rules."keep/*"]\nkeep = true\nttl = 0\n',
    )
    environment = place.environment()
    rules = collect.rules_of(environment)
    days = [rules.for_address(address).max_age // DAY for address in ("logs/a", "logs/b", "x")]
    assert days == [7, 60, 30] and rules.for_address("keep/x").keep and not rules.for_address("x").keep
    assert [lifetime_ms(environment, a) // DAY for a in ("logs/b", "keep/x", "x")] == [2, 0, 1]
    assert environment.settings.held == [] and environment.settings.warnings == []


PULLED = """\
[memory]
max_size = "1KB"
[memory.gc]
max_age_days = 1
max_versions = 1
ttl = 1
event_max_age_days = 1
keep_successful_patterns = false
keep_baselines_per_commit = 0
[memory.gc.rules."decisions/*"]
max_age_days = 1
keep = false
[memory.gc.rules."*"]
ttl = 1
"""


@pytest.mark.parametrize("own", ["", '[memory.gc]\n[memory.gc.rules."decisions/*"]\nkeep = true\n'])
def test_a_pulled_file_takes_nothing(run: Run, project: Path, user: Path, own: str) -> None:
    user.write_text(own)
    for number in range(3):
        run("memory", "store", "decisions/a", f"{number} " + "v" * 2000, env=OLD, check=True)
    run("memory", "store", "p/pattern", "v", "--metadata", '{"success":true}', env=OLD, check=True)
    (project / "hooks.toml").write_text(PULLED)
    stored = run("memory", "store", "new", "v", env=OLD, check=True)
    assert stored.stderr.count("\n") == 1 and "project trust" in stored.stderr and "memory.max_size" in stored.stderr
    run("hooks", "notify", "--message", "an event of that day", env=OLD, check=True)
    for _ in range(3):
        run("hooks", "session-end", "--session-id", "s", env=NOW, check=True)
    assert "Nothing to delete" in run("memory", "gc", env=NOW, check=True).stdout
    assert run("memory", "recall", "new", env=NOW, check=True).stdout == "v"
    assert run("memory", "recall", "decisions/a", "--version", "1", env=NOW, check=True).stdout.startswith("0 ")
    assert "an event of that day" in run("memory", "log", env=NOW, check=True).stdout


def test_what_waits_is_one_line_and_named(run: Run, project: Path) -> None:
    (project / "hooks.toml").write_text(PULLED)
    done = run("config", "check", check=True)
    assert done.stdout.count("Ignored in") == 1 and "and 5 more count once you trust" in done.stdout
    shown = loaded(run("config", "show", "memory.gc", "--json", check=True).stdout)
    assert shown["project_trusted"] is False and shown["settings"]["memory.gc.ttl"]["value"] == 0
    assert shown["waiting_for_trust"]["memory.gc.ttl"] == 1 and shown["waiting_for_trust"]["memory.gc"] is True
    assert "memory.gc.ttl\t1\twaits for: hooks-cli project trust\n" in run("config", "show", check=True).stdout


def test_trust_is_given_shown_and_taken_back(run: Run, project: Path, home: Path) -> None:
    (project / "hooks.toml").write_text("[memory.gc]\nmax_age_days = 7\n[restore]\nmax_chars = 20000\n")
    assert "trusted:        no" in run("project", "show", check=True).stdout
    told = run("project", "trust", check=True).stdout
    assert told.startswith("Trusted: ") and "max_age_days = 7" in told and "garbage collection at session-end" in told
    assert run("project", "trust", check=True).stdout.startswith("It is trusted already")
    [note] = (home / "hooks/config/trusted").iterdir()
    assert note.read_text() == f"{project}\n" and note.stat().st_mode & 0o777 == 0o600
    assert loaded(run("project", "show", "--json", check=True).stdout)["trusted"] is True
    shown = run("config", "show", check=True)
    assert "memory.gc.max_age_days\t7\t" in shown.stdout and "project.trusted\ttrue\t" in shown.stdout
    assert shown.stderr == "" and "restore.max_chars\t20000\t" in shown.stdout
    body = loaded(run("project", "trust", "--remove", "--json", check=True).stdout)
    assert (body["trusted"], body["changed"]) == (False, True)
    assert "memory.gc.max_age_days\t90\tdefault" in run("config", "show", check=True).stdout
    assert run("project", "trust", "--remove", check=True).stdout.startswith("It was not trusted")


def test_a_note_counts_for_its_project_alone_and_only_if_nobody_else_wrote_it(place: Place) -> None:
    place.write(project="[memory.gc]\nmax_age_days = 7\n")
    place.trust()

    def age() -> int:
        return place.environment().settings.number("memory.gc.max_age_days")

    assert (age(), age()) == (7, 7)
    note = Path(place.environment().folders.trust_note(place.environment().project.stem))
    note.chmod(0o666)
    assert (age(), age()) == (90, 90)
    note.chmod(0o600)
    assert age() == 7
    note.write_text("/elsewhere\n")
    assert (age(), age()) == (90, 90)
    note.unlink()
    note.mkdir()
    assert age() == 90
    note.rmdir()
    assert not trust.is_trusted("", "") and age() == 90


def test_a_trusted_project_still_says_nothing_about_keys(place: Place) -> None:
    place.trust()
    place.write(
        user="[memory]\nmax_size = '1MB'\n",
        project="[memory]\nmax_size = '2MB'\n[memory.security]\nallow_reveal = true\nscan = false\nkey_command = ['x']\n",
    )
    found = files.read(str(place.user), str(place.project), trusted=True)
    assert len(found.warnings) == 4 and found.number("memory.max_size") == 1 << 20
    assert not found.flag("memory.security.allow_reveal") and found.flag("memory.security.scan")
    place.write(project="[memory]\nmax_size = '1KB'\n")
    assert files.read(str(place.user), str(place.project), trusted=True).number("memory.max_size") == 1024


def test_only_the_user_switches_automatic_collection_on(run: Run, project: Path) -> None:
    def end() -> str:
        done = run("hooks", "session-end", "--session-id", "s", env=later, check=True)
        return done.stdout + done.stderr

    later = {"HOOKS_NOW": str(START + 200 * DAY)}
    for number in range(2):
        run("memory", "store", f"old/{number}", "v", env=OLD, check=True)
    run("memory", "store", "new", "v", env={"HOOKS_NOW": str(START + 198 * DAY)}, check=True)
    (project / "hooks.toml").write_text("[memory.gc]\nmax_age_days = 100\n")
    first = end()
    assert "automatic collection is off" in first and "project trust" in first
    assert "ollect" not in end()  # it is told once
    run("project", "trust", check=True)
    changed = end()
    assert "has changed, so nothing was taken" in changed and "memory gc --dry-run" in changed
    assert run("memory", "recall", "old/0", env=later, check=True).stdout == "v"
    assert "Collected 2 versions" in end()


@pytest.mark.parametrize("trusted", [True, False])
def test_the_first_collection_after_a_change_only_announces(run: Run, project: Path, user: Path, trusted: bool) -> None:
    def end() -> str:
        done = run("hooks", "session-end", "--session-id", "s", env=later, check=True)
        return done.stdout + done.stderr

    later = {"HOOKS_NOW": str(START + 200 * DAY)}
    user.write_text("[memory.gc]\n")
    for key in ("old", "logs/old"):
        run("memory", "store", key, "v", env=OLD, check=True)
    run("memory", "store", "new", "v", env={"HOOKS_NOW": str(START + 198 * DAY)}, check=True)
    if trusted:
        run("project", "trust", check=True)
    for text in ('[memory.gc.rules."logs/*"]\nkeep = true\n', '[memory.gc.rules."logs/*"]\nmax_age_days = 199\n', ""):
        (project / "hooks.toml").write_text(text)
        assert "has changed, so nothing was taken" in end(), text
    assert run("memory", "recall", "old", env=later, check=True).stdout == "v"
    assert "Collected 2 versions" in end()


def test_what_a_project_keeps_costs_nothing_else_its_place(run: Run, project: Path, user: Path) -> None:
    """Where the store is larger than the user's max_size, an untrusted project's rules would let other entries go in place of its own."""
    user.write_text('[memory]\nmax_size = "400KB"\n[memory.gc]\nmax_age_days = 30\n')
    for number in range(40):
        run("memory", "store", f"junk/{number}", os.urandom(6000).hex(), env=OLD, check=True)
    for value in ("first", "second"):
        run("memory", "store", "mine", value, env=NOW, check=True)
    (project / "hooks.toml").write_text('[memory.gc.rules."junk/*"]\nkeep = true\n')
    plan = run("memory", "gc", "--dry-run", env=NOW, check=True).stdout
    assert plan.count("drop\tjunk/") == 40 and "drop\tmine" not in plan
    assert "Collected 40 versions" in run("memory", "gc", env=NOW, check=True).stdout
    assert run("memory", "recall", "mine", "--version", "1", env=NOW, check=True).stdout == "first"


def test_expired_only_leaves_what_a_keep_rule_holds(run: Run, user: Path) -> None:
    user.write_text('[memory.gc.rules."decisions/*"]\nkeep = true\n')
    for key in ("decisions/a", "x"):
        run("memory", "store", key, "v", "--ttl", "1d", env=OLD, check=True)
    assert "Collected 1 version." in run("memory", "gc", "--expired-only", env=NOW, check=True).stdout
    assert "decisions/a" in run("memory", "list", "--include-expired", env=NOW, check=True).stdout


def test_a_lifetime_from_the_settings_is_said(run: Run, user: Path) -> None:
    user.write_text('[memory.gc]\nttl = "2h"\n')
    told = "expires in 2 hours, by ttl in [memory.gc]"
    assert f"hooks-cli: a {told}" in run("memory", "store", "a", "v", check=True).stderr
    done = run("memory", "store", "a", "v", "--json", check=True)
    assert f'"note":"a {told}' in done.stderr and done.stderr.count("\n") == 1
    stored = loaded(done.stdout)["stored"]
    assert (stored["lifetime_seconds"], stored["lifetime_from"]) == (7200, "settings")
    done = run("hooks", "notify", "--message", "m", "--memory-key", "n", "--json", check=True)
    assert f"n {told}" in done.stderr and loaded(done.stdout)["stored"]["lifetime_seconds"] == 7200
    done = run("memory", "append", "l", "v", "--json", check=True)
    assert f"l {told}" in done.stderr and loaded(done.stdout)["stored"]["lifetime_from"] == "settings"
    lines = '{"key":"b/1","value":1}\n{"key":"b/2","value":2}\n{"key":"b/3","value":3,"ttl":"1d"}\n'
    done = run("memory", "store", "--batch", "--json", stdin=lines, check=True)
    assert "b/1 and 1 more expire in 2 hours" in done.stderr
    assert loaded(done.stdout)["stored"]["limited_by_settings"] == 2
    for ttl in ("never", "1d"):
        done = run("memory", "store", "c", "v", "--ttl", ttl, "--json", check=True)
        assert done.stderr == "" and "lifetime_from" not in loaded(done.stdout)["stored"]


def test_a_pulled_file_puts_no_other_memory_in_the_place_of_this_one(run: Run, project: Path, home: Path) -> None:
    run("memory", "store", "k", "mine", check=True)
    (project / "hooks.toml").write_text('[memory]\nstore = "pulled.db"\n')
    sqlite3.connect(project / "pulled.db").close()
    done = run("memory", "recall", "k", check=True)
    assert done.stdout == "mine" and "memory.store names another memory" in done.stderr
    os.unlink(project / "pulled.db")
    run("project", "trust", check=True)
    run("memory", "store", "k", "inside", check=True)
    assert (project / "pulled.db").exists()
    run("project", "trust", "--remove", check=True)
    done = run("memory", "recall", "k", check=True)  # a store that was made here goes on without trust
    assert (done.stdout, done.stderr) == ("inside", "")


def test_what_a_project_says_of_schemas_loosens_nothing_of_the_users(place: Place) -> None:
    place.write(
        user='[schemas]\nmode = "strict"\n[schemas.patterns]\n"a/*" = "mine.json"\n',
        project='[schemas]\nmode = "off"\n[schemas.patterns]\n"a/*" = "s/any.json"\n"b/*" = "s/b.json"\n',
    )
    found = place.read()
    assert found.text("schemas.mode") == "strict" and found.held == ["schemas.mode"]
    patterns = found.table("schemas.patterns")
    assert patterns == {"a/*": str(place.user.parent / "mine.json"), "b/*": str(place.root / "s/b.json")}
    assert any("is left to your own config.toml" in line for line in found.warnings)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[restore]\nmax_chars = 5000000\n", "restore.max_chars"),
        ('[memory]\nversion = "\\u202e\\u001b[2J"\n', "memory.version"),
        (f'[memory]\nversion = "{"v" * 65}"\n', "memory.version"),
        (f'[schemas.patterns]\n"{"*a" * 9}" = "s.json"\n', "schemas.patterns."),
        (f'[memory.gc.rules."{"a" * 201}"]\nkeep = true\n', "memory.gc.rules."),
        (f'[export.tables]\n"{"*a" * 9}" = "t"\n', "export.tables."),
        (f'[restore.roles]\ntester = ["{"*a" * 9}"]\n', "restore.roles.tester"),
        (f"[restore.roles]\ntester = {['a'] * 21}\n", "restore.roles.tester"),
    ],
)
def test_what_costs_each_call_or_floods_a_prompt_is_left_out(place: Place, text: str, key: str) -> None:
    before = place.read().values
    place.write(project=text)
    found = place.read()
    assert found.values == before and found.problem == ""
    [line] = found.warnings
    assert key in line and line.isprintable()


def test_a_table_of_a_thousand_rows_is_not_taken(place: Place) -> None:
    place.write(project="".join(f'[memory.gc.rules."a{number}/*"]\nkeep = true\n' for number in range(101)))
    assert "more than 100 rows" in place.read().problem


@pytest.mark.parametrize("name", ["Entries", "TABLE_SOURCES", "taken", "entries_key"])
def test_a_table_name_that_the_export_has_is_refused(run: Run, project: Path, name: str) -> None:
    run("memory", "store", "n/a", "v", check=True)
    (project / "hooks.toml").write_text(f'[export.tables]\n"n/*" = "{name}"\n')
    done = run("memory", "export", "--format", "sqlite", "-o", "x.db")
    assert done.returncode == 78 and "cannot be the name of a table" in done.stderr


def test_a_table_name_of_any_other_word_is_a_table(run: Run, project: Path) -> None:
    for key in ("n/a", "m/a", "d/a"):
        run("memory", "store", key, "v", check=True)
    (project / "hooks.toml").write_text(
        '[export.tables]\n"n/*" = "Select"\n"m/*" = "select"\n"d/*" = "Documentation"\n'
    )
    run("memory", "export", "--format", "sqlite", "-o", "x.db", check=True)
    connection = sqlite3.connect(project / "x.db")
    assert connection.execute('SELECT key FROM "select" ORDER BY key').fetchall() == [("m/a",), ("n/a",)]
    assert connection.execute("SELECT key FROM documentation").fetchall() == [("d/a",)]
    connection.close()
