"""`memory search` through the installed program: what is found, in which order, what is printed, and how it is looked up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hooks_cli.environment import Environment
from hooks_cli.features.search.query import understand
from hooks_cli.features.search.results_view import marked
from hooks_cli.features.search.search import Request, search_store
from hooks_cli.model.entry import Draft
from hooks_cli.store.sqlite.rows import entry_writes, lists
from hooks_cli.store.sqlite.rows.filters import Filters
from hooks_cli.store.sqlite.search import word_index
from hooks_cli.store.sqlite.store import EmbeddedStore, open_store
from tests.conftest import FilledBy, Run


def fill(run: Run, project: Path) -> None:
    """A store as a small swarm leaves it."""
    for key, value, *more in (
        ("swarm/performance/baseline", "Baseline captured: p50=45ms, p95=120ms", "--tags", "perf,baseline"),
        ("swarm/chaos/experiments/db_failover", "Killed the primary; failover took 4.2 s", "--tags", "chaos"),
        ("notes/failover", "Ask the team about the plan", "--agent", "coder-1"),
        ("docs/long", "word " * 3000 + "needle in the haystack " + "word " * 3000),
        (
            "docs/json",
            '{"authentication": "oauth2", "cache": true}',
            "--metadata",
            '{"confidence": 0.92, "by": "metabot"}',
        ),
        ("notes/数据", "数据库连接失败,请重试"),
    ):
        run("memory", "store", key, value, *more, check=True)


@pytest.fixture
def filled(filled_by: FilledBy) -> Run:
    return filled_by(fill)


def keys(run: Run, *argv: str) -> list[str]:
    done = run("memory", "search", *argv, check=True)
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def test_a_line_has_address_score_and_the_part_with_the_hit(filled: Run) -> None:
    done = filled("memory", "search", "baseline", "--context", "project", check=True)
    assert done.stdout == "swarm/performance/baseline\t1.00\t**Baseline** captured: p50=45ms, p95=120ms\n"
    assert done.stderr == ""
    (line,) = filled("memory", "search", "needle", check=True).stdout.splitlines()
    assert "**needle** in the haystack" in line and len(line) < 400


def test_address_and_tags_weigh_more_than_the_value(filled: Run) -> None:
    filled("memory", "store", "other/key", "failover " * 3, check=True)
    assert keys(filled, "failover")[-1] == "other/key"
    filled("memory", "store", "t/1", "a text about gardening and other things", check=True)
    filled("memory", "store", "t/2", "something else altogether", "--tags", "gardening", check=True)
    assert keys(filled, "gardening") == ["t/2", "t/1"]


def test_at_equal_score_the_newer_comes_first(run: Run) -> None:
    for name in ("a", "b", "c"):
        run("memory", "store", f"k/{name}", "the same words", check=True)
    assert keys(run, "same words") == ["k/c", "k/b", "k/a"]


def test_entries_with_more_of_the_words_come_first(filled: Run) -> None:
    done = filled("memory", "search", "failover primary", check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert rows[0][:2] == ["swarm/chaos/experiments/db_failover", "1.00"]
    assert [row[0] for row in rows[1:]] == ["notes/failover"] and 0.4 < float(rows[1][1]) < 0.6


@pytest.mark.parametrize(
    "argv", [["-q", "baseline"], ["--query", "baseline"], ["--text=baseline"], ["--pattern", "baseline"]]
)
def test_other_spellings_of_the_query(filled: Run, argv: list[str]) -> None:
    assert keys(filled, *argv) == ["swarm/performance/baseline"]
    done = filled("memory", "query", "baseline", "-n", "swarm", "-t", "keyword", check=True)
    assert done.stdout.startswith("swarm/performance/baseline\t")


def test_nothing_found_is_an_answer(filled: Run) -> None:
    done = filled("memory", "search", "zebra")
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing found" in done.stderr
    done = filled("memory", "search", "zebra", "--json")
    assert json.loads(done.stdout) == {
        "schema_version": "1",
        "query": "zebra",
        "matched": "phrase",
        "results": [],
        "total": 0,
        "truncated": False,
        "replaced": {},
        "unknown": [],
    }


def test_where_there_is_no_store_nothing_is_found_and_none_is_made(run: Run, home: Path) -> None:
    done = run("memory", "search", "x")
    assert (done.returncode, done.stdout) == (0, "")
    assert not (home / "hooks").joinpath("data").exists()


def test_json_tells_all(filled: Run) -> None:
    body = json.loads(filled("memory", "search", "swarm", "--limit", "1", "--json", check=True).stdout)
    assert (body["total"], body["truncated"], len(body["results"])) == (2, True, 1)
    (result,) = body["results"]
    assert result["score"] == 1 and result["key"].startswith("swarm/") and result["key_version"] == 1
    assert result["created_at"].endswith("Z") and isinstance(result["tags"], list)
    lines = filled("memory", "search", "swarm", "--format", "ndjson", check=True).stdout.splitlines()
    assert [json.loads(line)["key"] for line in lines] == keys(filled, "swarm")


def test_metadata_and_other_scripts_are_found(filled: Run) -> None:
    assert keys(filled, "metabot") == ["docs/json"]
    assert keys(filled, "oauth2") == ["docs/json"]
    assert keys(filled, "连接失败") == ["notes/数据"]
    (line,) = filled("memory", "search", "连接", check=True).stdout.splitlines()
    assert line.split("\t")[2] == "数据库**连接**失败,请重试"


def test_filters(filled: Run, project: Path) -> None:
    assert keys(filled, "failover", "--namespace", "notes") == ["notes/failover"]
    assert keys(filled, "failover", "-n", "notes,swarm/*") == keys(filled, "failover")
    assert keys(filled, "failover", "--tags", "chaos,perf") == ["swarm/chaos/experiments/db_failover"]
    assert keys(filled, "failover", "--tags", "chaos", "--tags", "perf") == []
    assert keys(filled, "failover", "--agent", "coder-1") == ["notes/failover"]
    assert keys(filled, "oauth2", "--kind", "json") == ["docs/json"]
    assert keys(filled, "oauth2", "--kind", "text") == []
    assert len(keys(filled, "failover", "--since", "1h")) == 2
    assert keys(filled, "failover", "--until", "1h") == []
    assert keys(filled, "--tags", "chaos") == ["swarm/chaos/experiments/db_failover"]
    assert keys(filled, "*", "--limit", "1") == ["notes/数据"]
    assert keys(filled, "failover", "--limit", "1", "--offset", "1") == keys(filled, "failover")[1:]
    filled("hooks", "notify", "--message", "failover again", "--memory-key", "n/1", "--session-id", "s-1", check=True)
    assert keys(filled, "failover", "--session", "s-1") == ["n/1"]
    assert keys(filled, "failover", "--session", "latest") == ["n/1"]
    assert keys(filled, "failover", "--session", "nobody") == []
    assert keys(filled, "failover", "--kind", "notify") == ["n/1"]
    done = filled("memory", "search", "failover", "--context", "session", env={"HOOKS_SESSION_ID": "s-1"}, check=True)
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["n/1"]


def test_a_score_is_the_share_of_the_query(filled: Run) -> None:
    body = json.loads(filled("memory", "search", "failover OR word OR team", "--json", check=True).stdout)
    scores = [result["score"] for result in body["results"]]
    assert all(0 < score < 1 for score in scores) and len(scores) == 3
    assert len(keys(filled, "failover OR word OR team", "--min-score", "1")) == 0
    assert keys(filled, "failover OR word OR team", "--min-score", "0.5") == ["notes/failover"]
    assert len(keys(filled, "failover OR word OR team", "--threshold", "0")) == 3
    assert filled("memory", "search", "x", "--min-score", "best").returncode == 64
    assert filled("memory", "search", "x", "--min-score", "2").returncode == 64


def test_count_only_is_a_bare_integer(filled: Run) -> None:
    assert filled("memory", "search", "failover", "--count-only", check=True).stdout == "2\n"
    assert filled("memory", "search", "zebra", "--count-only", check=True).stdout == "0\n"
    assert filled("memory", "search", "failover zebra", "--count-only", "--any", check=True).stdout == "2\n"
    assert filled("memory", "search", "--tags", "chaos", "--count-only", check=True).stdout == "1\n"


def test_what_is_gone_is_not_found(run: Run) -> None:
    run("memory", "store", "k", "first words", check=True)
    run("memory", "store", "k", "second wording", check=True)
    assert keys(run, "first") == []
    assert keys(run, "second") == ["k"]
    run("memory", "store", "short", "ephemeral", "--ttl", "60", env={"HOOKS_NOW": "2025-01-01T00:00:00Z"}, check=True)
    assert keys(run, "ephemeral") == []
    assert run("memory", "search", "ephemeral", "--count-only").stdout == "0\n"


def test_sealed_values_are_neither_found_nor_shown(run: Run) -> None:
    run("memory", "store", "service/credentials", "hunter2secretword", check=True)
    run("memory", "store", "service/config", '{"user": "bob", "tokens": "hunter2secretword"}', check=True)
    assert keys(run, "hunter2secretword") == []
    done = run("memory", "search", "service", "--json", check=True)
    assert "hunter2" not in done.stdout and len(json.loads(done.stdout)["results"]) == 2


def test_all_projects(filled: Run, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "hooks.toml").write_text("")
    filled("memory", "store", "elsewhere/failover", "a failover in another project", cwd=other, check=True)
    assert keys(filled, "elsewhere") == []
    done = filled("memory", "search", "failover", "--context", "all", check=True)
    found = [tuple(line.split("\t")[:2]) for line in done.stdout.splitlines()]
    assert ("other", "elsewhere/failover") in found and ("project", "notes/failover") in found and len(found) == 3
    body = json.loads(filled("memory", "search", "elsewhere", "--context", "all", "--json", check=True).stdout)
    assert [(r["project"], r["key"]) for r in body["results"]] == [("other", "elsewhere/failover")] and body[
        "total"
    ] == 1


def test_another_projects_store_that_does_not_open_is_told_and_left_out(
    filled: Run, tmp_path: Path, home: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "hooks.toml").write_text("")
    filled("memory", "store", "elsewhere", "failover", cwd=other, check=True)
    for key in (home / "hooks/config/keys").glob("other-*.key"):
        key.unlink()
    done = filled("memory", "search", "failover", "--context", "all", check=True)
    assert len(done.stdout.splitlines()) == 2
    assert "project other was left out" in done.stderr


def test_a_query_that_is_no_valid_syntax_is_taken_as_words_and_that_is_told(filled: Run) -> None:
    done = filled("memory", "search", 'failover AND "primary', check=True)
    assert done.stdout.startswith("swarm/chaos/experiments/db_failover\t")
    assert "taken as words" in done.stderr
    for text in ("'", "(", "a:b", "-x", "NEAR(", "\\", "😀", "%", "quality score > 9", "JWT.*coordination"):
        assert filled("memory", "search", "--", text).returncode == 0, text


def test_hostile_text_cannot_steer_the_terminal_or_break_the_line(run: Run) -> None:
    run("memory", "store", "k", "evil \x1b[2J \x02 fake \x03 \u202e tab\tline\nnext \U000e0041", check=True)
    (line,) = run("memory", "search", "evil", check=True).stdout.splitlines()
    assert line.count("\t") == 2
    assert "\x1b" not in line and "\u202e" not in line and "\x02" not in line and "\U000e0041" not in line
    assert "**evil**" in line and line.count("**") == 2


@given(st.text(max_size=600))
def test_a_marked_snippet_is_one_line_with_its_marks_closed(text: str) -> None:
    shown = marked(text.replace("**", "").replace("*", ""))
    assert shown.count("**") % 2 == 0
    assert "\n" not in shown and "\x02" not in shown and "\x03" not in shown


# --- how it is looked up ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[EmbeddedStore, Environment]:
    """A store with 6,000 entries: a word in all, one in every tenth, one in a single old entry."""
    folder = tmp_path_factory.mktemp("large")
    environment = Environment({"HOOKS_HOME": str(folder / "h"), "CLAUDE_PROJECT_DIR": str(folder), "HOME": str(folder)})
    store = open_store(environment)
    with store.writing() as tx:
        for n in range(6_000):
            text = f"common {'tenth' if n % 10 == 0 else 'other'} {'unique' if n == 7 else ''} number{n}"
            entry_writes.put(tx, Draft(f"key/{n % 50}/{n}", text, tags='["even"]' if n % 2 == 0 else None))
    return store, environment


def test_a_rare_word_finds_an_old_entry_beside_a_common_one(large: tuple[EmbeddedStore, Environment]) -> None:
    store, environment = large
    result = search_store(store, environment, Request("common unique gardening", 10))
    assert result.matched == "words" and result.unknown == ["gardening"]
    assert [hit.entry.address for hit in result.hits] == ["key/7/7"]


def test_of_very_many_matches_the_newest_are_ranked_and_it_says_so(large: tuple[EmbeddedStore, Environment]) -> None:
    store, environment = large
    request = Request("common", 3)
    request.counted = True
    result = search_store(store, environment, request)
    assert result.total == 6_000
    assert all(hit.entry.revision > 2_000 for hit in result.hits)
    assert any("newest 4000" in note for note in result.notes)


def plan(store: EmbeddedStore, sql: str, params: tuple[object, ...]) -> list[str]:
    return [row[3] for row in store.query("EXPLAIN QUERY PLAN " + sql, params)]


def test_no_search_scans_a_table(large: tuple[EmbeddedStore, Environment]) -> None:
    store, environment = large
    filters = [Filters() for _ in range(5)]
    filters[1].globs = ["key/1/*", "other/*"]
    filters[2].session = 1
    filters[3].tags = [["even"]]
    filters[4].agent, filters[4].since, filters[4].kind = "a", 1, "json"
    for one, few in [*((each, False) for each in filters), (filters[1], True), (filters[2], True)]:
        sql, params = word_index.ranked_sql(understand("tenth").match, one, environment.now(), False, few)
        steps = plan(store, sql + " LIMIT 10", params)
        for step in steps:
            if step.startswith("SCAN"):
                # The index's own matches, a subquery's result, and the few tags of one entry; never a table of the store.
                assert "VIRTUAL TABLE INDEX" in step or step.startswith(("SCAN (subquery", "SCAN t ")), steps
        # What a session wrote is found by its index, and the matches are compared with that list alone.
        assert not few or one.globs or any("entry_session" in step for step in steps), steps


def test_a_search_reads_no_more_rows_than_it_prints(
    large: tuple[EmbeddedStore, Environment], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, environment = large
    rows: list[int] = []
    query = EmbeddedStore.query

    def counting(self: EmbeddedStore, sql: str, params: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        found = query(self, sql, params)
        rows.append(len(found))
        return found

    monkeypatch.setattr(EmbeddedStore, "query", counting)
    assert len(search_store(store, environment, Request("tenth", 10)).hits) == 10
    assert sum(rows) <= 40 and len(rows) <= 20
    rows.clear()
    assert len(lists.newest(store, "*", environment.now(), 10)) == 10
    assert sum(rows) <= 12


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=40)
    | st.lists(st.sampled_from(["common", "tenth", "AND", "OR", "NOT", '"', "(", ")", "*", "key/1"])).map(" ".join)
)
def test_no_query_fails(large: tuple[EmbeddedStore, Environment], text: str) -> None:
    store, environment = large
    result = search_store(store, environment, Request(text, 3))
    assert len(result.hits) <= 3
    for hit in result.hits:
        assert 0 <= hit.score <= 1


def test_fields_of_the_metadata_narrow(run: Run) -> None:
    for key, metadata in (
        ("k/a", '{"type":"decision","confidence":0.9,"stats":{"runs":12},"ok":true}'),
        ("k/b", '{"type":"pattern","confidence":0.4}'),
        ("k/c", "{}"),
        ("k/d", '{"confidence":"high","success_rate":0.97}'),
    ):
        run("memory", "store", key, "something to find", "--metadata", metadata, check=True)
    for argv, found in (
        (["--type", "decision"], ["k/a"]),
        (["--type", "DECISION"], ["k/a"]),
        (["--type", "all"], ["k/a", "k/b", "k/c", "k/d"]),
        (["--filter", "type:pattern"], ["k/b"]),
        (["--filter", "confidence>0.5"], ["k/a"]),
        (["--filter", "confidence:>=0.9"], ["k/a"]),
        (["--filter", "confidence<0.9", "--filter", "type=pattern"], ["k/b"]),
        (["--filter", "success_rate:>0.85"], ["k/d"]),
        (["--filter", "confidence:high"], ["k/d"]),
        (["--filter", "stats.runs:12"], ["k/a"]),
        (["--filter", "ok:true"], ["k/a"]),
        (["--filter", "none:x"], []),
        (["--min-confidence", "0.7"], ["k/a", "k/c", "k/d"]),
        (["--max-age", "1"], ["k/a", "k/b", "k/c", "k/d"]),
        (["--time-range", "last-7d"], ["k/a", "k/b", "k/c", "k/d"]),
    ):
        assert sorted(keys(run, "find", *argv)) == found, argv
        if "--filter" not in argv or found:
            listed = run("memory", "list", *argv, check=True).stdout.splitlines()
            assert sorted(line.split("\t")[0] for line in listed) == found, argv
    assert keys(run, "--filter", "something here", "--filter", "type:pattern") == ["k/b"]
    assert run("memory", "search", "--filter", 'zebra"lion:tiger').returncode == 64
    assert keys(run, "find", "--value-search", "something", "--sort-by", "createdAt") == ["k/d", "k/c", "k/b", "k/a"]
    assert run("memory", "search", "find", "--sort-by", "colour").returncode == 64
    assert run("memory", "search", "find", "--min-confidence", "sure").returncode == 64


def test_a_page_without_results_is_not_nothing_found(run: Run) -> None:
    run("memory", "store", "a", "needle", check=True)
    for words in (["--limit", "0"], ["--offset", "5"]):
        done = run("memory", "search", "needle", *words, check=True)
        assert (done.stdout, done.stderr.count("leave none of them")) == ("", 1)
        assert json.loads(run("memory", "search", "needle", *words, "--json", check=True).stdout)["total"] == 1
    done = run("memory", "search", "x" * 5000, check=True)
    assert done.stderr.startswith("hooks-cli: nothing found for 'xxx") and len(done.stderr) < 300
