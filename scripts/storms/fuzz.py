"""`scripts/stress fuzz [--quick] [--seed N]`: hostile input for every reader, at least 200,000 cases, the count printed.

Readers: both command line parsers (and that they agree), the two settings files, the readers of foreign files, search queries
(run against a real word index), the agents' events, the classifier of commands, the brief. What may leave a reader is its
answer or a HooksError with a documented exit code; anything else is a finding, printed with the seed that makes it again.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hooks_cli.cli import click_app, fast_lane
from hooks_cli.errors import HooksError
from hooks_cli.features.agents.protocol import incoming
from hooks_cli.features.agents.protocol.meaning import meaning
from hooks_cli.features.restore import brief
from hooks_cli.features.safety import judge
from hooks_cli.features.search import query
from hooks_cli.features.transfer import importers  # noqa: F401  (the package has to be there before its modules)
from hooks_cli.features.transfer.importers import detect
from hooks_cli.model.verb import Call
from hooks_cli.settings import files
from hooks_cli.system.apsw_import import apsw

FIXTURES = Path(__file__).parent.parent.parent / "tests" / "fixtures"
CODES = {1, 64, 65, 66, 69, 73, 74, 75, 76, 77, 78, 130}
# (share of the cases, name); they sum up to one.
WANTED = 200_000
QUICK = 6_000
ODD = [
    '\x00', '\x1b[31m', '\u202e', '\u2066', '\ufeff', '\ud800', '\U0010ffff', "é", "漢字", "🙂", "../", "./",
    "//", "'", '"', '\\', "`", "$(x)", '\n', '\r\n', '\t', "%s", "{}", "{", "[", "]", "*", "?", "-", "--",
    "=", ",", ":", "NEAR(", "AND", "OR", "NOT", "^", "+", "1e999", "NaN", "-0",
    "null", "true", "<script>", "=cmd|' /C calc'!A0", "9" * 30,
    "a" * 300,
]  # fmt: skip
VERBS = [
    "hooks notify", "hooks post-edit", "hooks pre-task", "hooks post-task", "hooks session-restore",
    "hooks session-end", "hooks event", "hook pre-command", "hooks pre-edit", "memory store",
    "memory recall", "memory search", "memory query", "memory list", "memory usage", "memory export",
    "memory gc", "memory delete", "memory import", "key show", "shims path", "project list", "doctor",
    "nothing", "",
]  # fmt: skip
FLAGS = [
    "--message", "--memory-key", "--metadata", "--file", "--task-id", "--taskId", "--session-id", "-s", "-m",
    "-k", "--key", "--value", "--namespace", "--format", "--json", "--limit", "--strict", "--help",
    "--unknown-thing", "--export-metrics", "--success=false", "--limit=abc", "--ttl", "--tags",
    "--if-version", "--action", "--redact", "--", "-", "true", "false", "json", "store", "10", "-5",
    "--limit=", "--=x", "---",
]  # fmt: skip


def text(chance: random.Random, longest: int = 8) -> str:
    """Some odd pieces put together."""
    return "".join(
        chance.choice(ODD) if chance.random() < 0.6 else chance.choice("abz09 ")
        for _ in range(chance.randrange(longest))
    )


def line(chance: random.Random) -> None:
    """A command line: both parsers, which must agree."""
    words = chance.choice(VERBS).split()
    for _ in range(chance.randrange(7)):
        words.append(chance.choice(FLAGS) if chance.random() < 0.6 else text(chance))
    if any(word in ("--help", "-h", "help", "--version", "completion") for word in words) or len(words) < 2:
        return
    fast = fast_lane.parse(words)
    if fast is not None or chance.random() < 0.05:
        slow = click_app.parse(words)
        if fast is not None:
            assert isinstance(slow, Call) and fast.same(slow), f"the parsers disagree about {words!r}"


def mutated(chance: random.Random, content: bytes) -> bytes:
    """Bytes changed, cut, doubled or put in."""
    data = bytearray(content)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(5)
        if kind == 0 and at < len(data):
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at : at + chance.randrange(1, 40)]
        elif kind == 2:
            data[at:at] = text(chance).encode("utf-8", "surrogatepass")
        elif kind == 3:
            data[at:at] = data[at : at + chance.randrange(1, 200)]
        else:
            del data[at:]
    return bytes(data)


TOML = b"""[memory]
version = "2.0.0"
max_size = "500MB"
[memory.gc]
enabled = true
max_age_days = 90
keep_baselines_per_commit = 5
[memory.gc.rules."swarm/*"]
max_versions = 3
[memory.security]
encryption_key = "${MEMORY_ENCRYPTION_KEY}"
sensitive_keys = ["api_keys", "credentials"]
[restore.roles]
tester = ["swarm/intelligence/patterns/*"]
[agents.coder]
memory_access = "read-only"
"""


def settings(chance: random.Random, folder: Path) -> None:
    """Both settings files."""
    user, project = folder / "config.toml", folder / "hooks.toml"
    for path in (user, project):
        path.write_bytes(mutated(chance, TOML))
        path.chmod(0o600)
    files.read(str(user), str(project))


SOURCES = [
    path
    for path in sorted(FIXTURES.rglob("*"))
    if path.is_file() and path.suffix in (".json", ".jsonl", ".ndjson", ".csv", ".md", ".db")
]


def foreign(chance: random.Random, folder: Path) -> None:
    """A file that somebody wants imported."""
    source = chance.choice(SOURCES)
    path = folder / f"source{source.suffix}"
    content = source.read_bytes()
    path.write_bytes(mutated(chance, content[: 200_000 if source.suffix == ".db" else 20_000]))
    for number, _ in enumerate(detect.open_source(str(path)).records):
        if number > 2_000:
            break


QUERY_WORDS = ["chaos", "baseline*", '"a b"', "address:"]
SHELL_WORDS = ["rm -rf", "git push --force", "echo", "|", "&&", ";", "sh -c", "$(", ")", "<<EOF"]


def search(chance: random.Random, index: apsw.Connection) -> None:
    """A query, run against a word index."""
    words = " ".join(text(chance, 4) if chance.random() < 0.7 else chance.choice(QUERY_WORDS) for _ in range(4))
    understood = query.understand(words)
    for match in (understood.match, understood.any):
        if match:
            index.execute("SELECT rowid FROM search WHERE search MATCH ? LIMIT 3", (match,)).fetchall()


def value(chance: random.Random, depth: int = 0) -> object:
    """Any JSON value."""
    kind = chance.randrange(7 if depth < 3 else 5)
    if kind < 3:
        return text(chance)
    if kind == 3:
        return chance.choice([None, True, False, 0, -1, 2**70, 1.5, 1e300])
    if kind == 4:
        return ""
    if kind == 5:
        return [value(chance, depth + 1) for _ in range(chance.randrange(3))]
    return {text(chance, 3): value(chance, depth + 1) for _ in range(chance.randrange(3))}


NAMES = [
    "session_id", "hook_event_name", "tool_name", "tool_input", "tool_response", "prompt", "source",
    "reason", "cwd", "message", "agent_id", "sessionId", "toolName", "toolArgs", "conversation_id",
    "command", "file_path", "workspace_roots", "turn_id", "timestamp",
]  # fmt: skip
EVENTS = [
    "SessionStart", "PreToolUse", "PostToolUse", "Stop", "SessionEnd", "BeforeTool", "afterFileEdit",
    "preToolUse", "UserPromptSubmit", "?",
]  # fmt: skip


def event(chance: random.Random) -> None:
    """An agent's event: its fields, its meaning."""
    fields: dict[str, object] = {name: value(chance) for name in chance.sample(NAMES, chance.randrange(len(NAMES)))}
    if chance.random() < 0.8:
        fields["hook_event_name"] = chance.choice(EVENTS)
    if chance.random() < 0.5:
        fields["tool_input"] = {"file_path": value(chance), "command": value(chance)}
    body = json.dumps(fields)
    if chance.random() < 0.3:
        body = mutated(chance, body.encode()).decode("utf-8", "replace")
    from hooks_cli.system import sqlite_json

    meaning(incoming.read(sqlite_json.fields(body, incoming.PATHS, "The event")))


def command(chance: random.Random) -> None:
    """A shell command to judge."""
    judge.dangers(" ".join(chance.choice([*SHELL_WORDS, text(chance)]) for _ in range(6)))


def restored(chance: random.Random) -> None:
    """A brief of hostile entries: within its budget, and no line passes for one of the frame's."""
    items = [
        brief.Item(
            text(chance) or "a",
            1,
            n + 1,
            n * 1000,
            text(chance, 200),
            metadata=json.dumps(value(chance)),
            agent=text(chance),
            session=text(chance),
        )
        for n in range(chance.randrange(5))
    ]
    budget = chance.randrange(brief.MINIMUM_BUDGET, 4_000)
    subject = brief.Subject("project", 10_000, text(chance), "")
    made = brief.build_unforgeable(subject, items, chance.randbytes, budget=budget)
    assert len(made.text) <= budget, "over the budget"
    mark = made.text[: made.text.index("]") + 1]
    assert all(shown.startswith((mark, "| ", ": ", "|", ":")) for shown in made.text.splitlines()), (
        "a line without a prefix"
    )


def main() -> int:
    """Run all readers in turn."""
    wanted = QUICK if "--quick" in sys.argv else WANTED
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else int(time.time())
    index = apsw.Connection(":memory:")
    index.execute(
        "CREATE VIRTUAL TABLE search USING fts5(address, tags, body, tokenize='porter unicode61 remove_diacritics 2')"
    ).fetchall()
    index.execute("INSERT INTO search VALUES('swarm/chaos', 'a', 'chaos baseline')").fetchall()
    counts: dict[str, int] = {}
    refused = findings = 0
    with tempfile.TemporaryDirectory(prefix="hooks-fuzz-") as scratch:
        folder = Path(scratch)
        readers: list[tuple[str, Callable[[random.Random], None], int]] = [
            ("command lines", line, 30),
            ("queries", lambda chance: search(chance, index), 30),
            ("events", event, 15),
            ("commands", command, 12),
            ("briefs", restored, 5),
            ("settings", lambda chance: settings(chance, folder), 4),
            ("foreign files", lambda chance: foreign(chance, folder), 4),
        ]
        for number in range(wanted):
            chance = random.Random(f"{seed}/{number}")
            name, reader, _ = chance.choices(readers, [share for _, _, share in readers])[0]
            counts[name] = counts.get(name, 0) + 1
            try:
                reader(chance)
            except HooksError as error:
                refused += 1
                assert error.exit_code in CODES, f"exit code {error.exit_code}"
            except Exception as error:
                findings += 1
                print(f"{name}: {type(error).__name__}: {str(error)[:300]!r} (--seed {seed}, case {number})")
                if findings > 20:
                    break
    print(
        f"seed {seed}: {sum(counts.values()):,} cases ({', '.join(f'{n:,} {name}' for name, n in counts.items())}), ",
        end="",
    )
    print(f"{refused:,} refused with a reason, {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
