"""The edited files of a report: those edited most, told from a journal of any size in bounded memory."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hooks_cli.features.report.gather_files import most_edited
from tests.conftest import Run


@given(st.lists(st.integers(0, 30).map("f{}".format), max_size=200), st.integers(1, 12), st.integers(1, 9))
def test_the_most_edited_are_found_however_few_are_counted_at_once(paths: list[str], limit: int, at_once: int) -> None:
    """Whatever the shares are that the files are counted in, the answer is that of counting them all at once."""
    told = [(path, 1000 - number) for number, path in enumerate(paths)]
    last = dict(reversed(told))
    expected = sorted(((n, last[path], path) for path, n in Counter(paths).items()), reverse=True)[:limit]
    assert most_edited(lambda: iter(told), limit, at_once) == (expected, len(set(paths)), len(paths))


def test_a_long_list_says_how_many_more_there_are(run: Run, project: Path) -> None:
    """An export with 620 edits of 510 files is the quickest way to a journal of that size."""
    run("hooks", "post-edit", "--file", "x.py", "--session-id", "s", check=True)
    run("memory", "export", "one.ndjson", check=True)
    lines = [json.loads(line) for line in (project / "one.ndjson").read_text().splitlines()]
    event = next(line for line in lines if line.get("record") == "event" and line["verb"] == "post-edit")
    more = [
        {
            **event,
            "revision": 100 + n,
            "fields": {**event["fields"], "file": f"f{n if n < 510 else 7}.py"},
            "agent": f"a{n}",
        }
        for n in range(620)
    ]
    header = [line for line in lines if line.get("record") == "header"]
    (project / "many.ndjson").write_text("".join(json.dumps(line) + "\n" for line in header + more))
    run("memory", "import", "many.ndjson", check=True, env={"HOOKS_STORE": str(project / "other.db")})
    env = {"HOOKS_STORE": str(project / "other.db")}
    done = json.loads(run("report", "--json", "--output", "r.html", env=env, check=True).stdout)
    assert (done["figures"]["files"], done["figures"]["edits"]) == (510, 620)
    page = (project / "r.html").read_text()
    assert "510 files, 620 edits." in page and "10 more are not shown" in page
    assert page.index("f7.py") < page.index("f509.py")
    assert "and at least 47 more" in page
