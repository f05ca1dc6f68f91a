"""The tables of the SQLite export: the records, and the tables of docs/tables.md.

`SOURCES` is the one table that says which addresses fill which table; `[export.tables]` in the settings adds to it, and
`docs/tables.md` explains it. What a row is made from is in `export_fill`.
"""

from __future__ import annotations

# The records, column by column. `record` is the whole JSON object; the other columns are members of it.
RECORDS: dict[str, tuple[str, ...]] = {
    "entries": (
        "key TEXT NOT NULL", "version TEXT", "revision INTEGER", "key_version INTEGER", "created_at TIMESTAMP",
        "state TEXT", "session_id TEXT", "guessed INTEGER", "agent TEXT", "event TEXT", "tags JSON", "metadata JSON",
        "source JSON", "expires_at TIMESTAMP", "pinned INTEGER", "trace_id TEXT", "sealed TEXT", "redacted INTEGER",
        "origin TEXT", "machine TEXT", "imported TEXT", "review TEXT", "mark JSON", "relations JSON",
        "project TEXT", "data TEXT",
    ),
    "sessions": (
        "session_id TEXT", "opened_at TIMESTAMP", "closed_at TIMESTAMP", "opened_by TEXT", "agent TEXT", "project TEXT",
        "record JSON",
    ),
    "tasks": (
        "task_id TEXT", "session_id TEXT", "agent TEXT", "description TEXT", "opened_at TIMESTAMP",
        "closed_at TIMESTAMP", "outcome TEXT", "project TEXT", "record JSON",
    ),
    "events": (
        "revision INTEGER", "at TIMESTAMP", "verb TEXT", "session_id TEXT", "agent TEXT", "task_id TEXT", "key TEXT",
        "fields JSON", "project TEXT", "record JSON",
    ),
}  # fmt: skip
# Besides: what the export is, and which addresses filled which table. `newest` marks the last version of each key.
OF_THE_EXPORT = {
    "export_info": "name TEXT PRIMARY KEY, value TEXT",
    "table_sources": "table_name TEXT, glob TEXT, UNIQUE(table_name, glob)",
}
NEWEST = "newest INTEGER NOT NULL DEFAULT 0"

# What the time of an entry is called in a table.
TIMES = {
    "swarm_state": "updated_at", "decision_tree": "decided_at", "neural_patterns": "learned_at", "code_patterns": "edited_at",
    "error_patterns": "seen_at", "project_context": "updated_at", "documentation": "written_at",
}  # fmt: skip
_ENTRY = (
    "key TEXT, data TEXT, metadata JSON, session_id TEXT, agent TEXT, {0} TIMESTAMP, revision INTEGER, project TEXT"
)

# The twelve tables of the hive-mind memory.
HIVE = {
    "swarm_state": f"id INTEGER PRIMARY KEY, kind TEXT, status TEXT, {_ENTRY.format('updated_at')}, UNIQUE(project, key)",
    "agent_interactions": """id INTEGER PRIMARY KEY, verb TEXT, agent TEXT, session_id TEXT, key TEXT, message TEXT,
        at TIMESTAMP, revision INTEGER, project TEXT, UNIQUE(project, revision)""",
    "task_history": """id INTEGER PRIMARY KEY, task_id TEXT, description TEXT, session_id TEXT, agent TEXT,
        started_at TIMESTAMP, finished_at TIMESTAMP, duration_ms INTEGER, outcome TEXT, project TEXT""",
    "decision_tree": f"""id INTEGER PRIMARY KEY, decision TEXT, rationale TEXT, alternatives JSON, confidence TEXT,
        {_ENTRY.format("decided_at")}, UNIQUE(project, key)""",
    "performance_metrics": """id INTEGER PRIMARY KEY, key TEXT, metric TEXT, value REAL, git_commit TEXT, session_id TEXT,
        agent TEXT, captured_at TIMESTAMP, revision INTEGER, project TEXT, UNIQUE(project, revision, metric)""",
    "neural_patterns": f"""id INTEGER PRIMARY KEY, pattern TEXT, confidence TEXT, success INTEGER,
        {_ENTRY.format("learned_at")}, UNIQUE(project, key)""",
    "code_patterns": f"""id INTEGER PRIMARY KEY, file TEXT, language TEXT, digest TEXT, {_ENTRY.format("edited_at")},
        UNIQUE(project, key)""",
    "error_patterns": f"""id INTEGER PRIMARY KEY, error TEXT, solution TEXT, success INTEGER, {_ENTRY.format("seen_at")},
        UNIQUE(project, key)""",
    "project_context": f"id INTEGER PRIMARY KEY, {_ENTRY.format('updated_at')}, UNIQUE(project, key)",
    "file_changes": """id INTEGER PRIMARY KEY, file TEXT, digest TEXT, size INTEGER, kind TEXT, reason TEXT, key TEXT,
        session_id TEXT, agent TEXT, changed_at TIMESTAMP, revision INTEGER, project TEXT, UNIQUE(project, revision)""",
    "dependencies": """id INTEGER PRIMARY KEY, source TEXT, target TEXT, kind TEXT, key TEXT, seen_at TIMESTAMP,
        revision INTEGER, project TEXT, UNIQUE(project, key, source, target, kind)""",
    "documentation": f"""id INTEGER PRIMARY KEY, title TEXT, file TEXT, {_ENTRY.format("written_at")},
        UNIQUE(project, key)""",
}

# The three tables of cross-run learning. The document's `test_name PRIMARY KEY` would allow one commit for each test, and
# its own query for regressions would always be empty: the key is the test with the commit.
LEARNING = {
    "test_patterns": """id INTEGER PRIMARY KEY, pattern_hash TEXT UNIQUE, span_topology JSON, frequency REAL,
        first_seen TIMESTAMP, last_seen TIMESTAMP, success_rate REAL""",
    "failure_patterns": """id INTEGER PRIMARY KEY, error_type TEXT, symptom_spans JSON, root_cause TEXT, remediation TEXT,
        success_rate REAL""",
    "performance_baselines": """test_name TEXT NOT NULL, git_commit TEXT NOT NULL, p50_latency_ms REAL, p95_latency_ms REAL,
        p99_latency_ms REAL, captured_at TIMESTAMP, n INTEGER, p95_low_ms REAL, p95_high_ms REAL,
        PRIMARY KEY(test_name, git_commit)""",
}

OTHER = f"id INTEGER PRIMARY KEY, {_ENTRY.format('created_at')}, UNIQUE(project, key)"

# Which addresses fill which table.
SOURCES: dict[str, tuple[str, ...]] = {
    "swarm_state": ("swarm/topology/*", "swarm/status", "swarm/*/status", "hive/*"),
    "agent_interactions": ("coordination/*", "swarm/*/messages/*"),
    "task_history": (),
    "decision_tree": ("swarm/architect/*", "decisions/*", "*/decisions/*", "decision/*"),
    "performance_metrics": ("swarm/performance/*", "swarm/chaos/*", "sessions/*/metrics"),
    "neural_patterns": ("swarm/intelligence/*", "patterns/*", "neural/*"),
    "code_patterns": ("code/*", "*/code/*"),
    "error_patterns": ("swarm/self_healing/*", "errors/*", "*/errors/*"),
    "project_context": ("project/*", "context/*", "requirements/*", "sparc/*"),
    "file_changes": (),
    "dependencies": ("swarm/orchestration/*", "dependencies/*", "relations/*"),
    "documentation": ("docs/*", "documentation/*"),
    "test_patterns": ("swarm/intelligence/patterns/*",),
    "failure_patterns": ("swarm/self_healing/failure_patterns*", "swarm/self_healing/remediations*"),
    "performance_baselines": ("swarm/performance/baseline", "swarm/performance/baselines/*"),
}

# The three queries of the same document, word for word, for `memory insights`.
COMMON_PATTERNS = """
  SELECT * FROM test_patterns
  WHERE frequency > 0.05
  ORDER BY frequency DESC
  LIMIT 10
"""
SUCCESSFUL_REMEDIATIONS = """
  SELECT * FROM failure_patterns
  WHERE success_rate > 0.8
  ORDER BY success_rate DESC
"""
REGRESSIONS = """
  SELECT
    test_name,
    p95_latency_ms as current_p95,
    (SELECT p95_latency_ms FROM performance_baselines
     WHERE test_name = pb.test_name AND git_commit = :baseline_commit) as baseline_p95
  FROM performance_baselines pb
  WHERE git_commit = :current_commit
    AND current_p95 > baseline_p95 * 1.15
"""
PATTERN_COLUMNS = ("id", "pattern_hash", "span_topology", "frequency", "first_seen", "last_seen", "success_rate")
REMEDIATION_COLUMNS = ("id", "error_type", "symptom_spans", "root_cause", "remediation", "success_rate")
REGRESSION_COLUMNS = ("test_name", "current_p95", "baseline_p95", "basis")
# What is known of the samples behind the latencies of a commit.
SAMPLES = (
    "SELECT test_name, p95_latency_ms, n, p95_low_ms, p95_high_ms FROM performance_baselines WHERE git_commit = :commit"
)
# The commits that baselines were captured for, the newest first.
COMMITS = """
  SELECT git_commit FROM performance_baselines WHERE git_commit <> ''
  GROUP BY git_commit ORDER BY max(captured_at) DESC, max(rowid) DESC
"""
