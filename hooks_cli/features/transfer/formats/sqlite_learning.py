"""SQL for the numeric tables of the SQLite export: metrics, dependencies, cross-run learning.

A baseline and a success rate come from all versions of an address: that is what "across runs" means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_LIVE = "e.newest = 1 AND e.state = 'live' AND (e.expires_at IS NULL OR e.expires_at > :now)"
# The object that has an entry's numbers: its metadata, or its data when the metadata is empty and that is an object.
_NUMBERS = (
    "CASE WHEN coalesce(e.metadata, '{}') <> '{}' THEN e.metadata "
    "WHEN json_valid(e.data) AND json_type(e.data) = 'object' THEN e.data ELSE '{}' END"
)
_LAST_SEGMENT = "replace(key, rtrim(key, replace(key, '/', '')), '')"


def statements(where: Mapping[str, str]) -> Iterator[str]:
    """The statements in order. `where` gives for each table the condition on `e.key` of its addresses."""
    yield f"""INSERT OR IGNORE INTO performance_metrics
        (key, metric, value, git_commit, session_id, agent, captured_at, revision, project)
      SELECT e.key, m.fullkey, m.atom, e.metadata ->> '$.git_commit', e.session_id, e.agent, e.created_at, e.revision, e.project
      FROM (SELECT e.*, {_NUMBERS} AS numbers FROM entries e WHERE e.state = 'live' AND {where["performance_metrics"]}) e,
        json_tree(e.numbers) m WHERE m.type IN ('integer', 'real') ORDER BY e.revision"""
    yield "UPDATE performance_metrics SET metric = replace(ltrim(metric, '$.'), '\"', '')"
    yield f"""INSERT INTO agent_interactions(verb, agent, session_id, key, message, at, revision, project)
      SELECT event, agent, session_id, key, data, created_at, revision, project FROM entries WHERE rowid IN (
        SELECT e.rowid FROM entries e WHERE e.state = 'live' AND {where["agent_interactions"]} AND NOT EXISTS(
          SELECT 1 FROM agent_interactions a WHERE a.revision = e.revision AND a.project IS e.project))"""
    yield f"""INSERT OR IGNORE INTO dependencies(source, target, kind, key, seen_at, revision, project)
      SELECT d.value ->> 0, d.value ->> 1, 'edge', e.key, e.created_at, e.revision, e.project
      FROM (SELECT e.*, {_NUMBERS} AS numbers FROM entries e WHERE {_LIVE} AND {where["dependencies"]}) e,
        json_each(e.numbers, '$.edges') d WHERE d.type = 'array' ORDER BY e.revision"""
    yield f"""INSERT OR IGNORE INTO dependencies(source, target, kind, key, seen_at, revision, project)
      SELECT NULL, s.value, 'service', e.key, e.created_at, e.revision, e.project
      FROM (SELECT e.*, {_NUMBERS} AS numbers FROM entries e WHERE {_LIVE} AND {where["dependencies"]}) e,
        json_each(e.numbers, '$.services') s WHERE s.type = 'text' ORDER BY e.revision"""
    yield f"""INSERT OR IGNORE INTO dependencies(source, target, kind, key, seen_at, revision, project)
      SELECT e.data ->> '$.from', e.data ->> '$.to', e.data ->> '$.relationType', e.key, e.created_at, e.revision, e.project
      FROM entries e WHERE {_LIVE} AND {where["dependencies"]} AND json_valid(e.data) AND json_type(e.data, '$.to') = 'text'"""
    yield f"""INSERT OR IGNORE INTO dependencies(source, target, kind, key, seen_at, revision, project)
      SELECT NULL, e.data, 'note', e.key, e.created_at, e.revision, e.project FROM entries e
      WHERE {_LIVE} AND {where["dependencies"]} AND NOT EXISTS(SELECT 1 FROM dependencies d WHERE d.key = e.key)"""
    yield from _learning(where)


def _learning(where: Mapping[str, str]) -> Iterator[str]:
    # frequency: what was measured, else the pattern's share of all traces that patterns were learned from.
    yield f"""INSERT OR IGNORE INTO test_patterns
        (pattern_hash, span_topology, frequency, first_seen, last_seen, success_rate)
      WITH versions AS (
        SELECT e.key, e.project, e.newest, e.created_at, e.metadata AS m, json_extract(e.metadata, '$.success') AS success
        FROM entries e WHERE e.state = 'live' AND {where["test_patterns"]}),
      heads AS (SELECT * FROM versions WHERE newest = 1)
      SELECT coalesce(m ->> '$.pattern_hash', fingerprint(coalesce(m ->> '$.span_topology', '') || key || coalesce(project, ''))),
        m -> '$.span_topology',
        coalesce(m ->> '$.frequency', 1.0 * (m ->> '$.trace_count') / (SELECT sum(m ->> '$.trace_count') FROM heads)),
        (SELECT min(created_at) FROM versions v WHERE v.key = h.key AND v.project IS h.project), created_at,
        coalesce(m ->> '$.success_rate',
          (SELECT avg(success) FROM versions v WHERE v.key = h.key AND v.project IS h.project))
      FROM heads h ORDER BY created_at DESC"""
    yield f"""INSERT INTO failure_patterns(error_type, symptom_spans, root_cause, remediation, success_rate)
      WITH versions AS (
        SELECT e.key, e.project, e.newest, e.metadata AS m, json_extract(e.metadata, '$.success') AS success
        FROM entries e WHERE e.state = 'live' AND {where["failure_patterns"]})
      SELECT coalesce(m ->> '$.error_type', m ->> '$.pattern', {_LAST_SEGMENT}), m -> '$.symptom_spans',
        m ->> '$.root_cause', m ->> '$.remediation',
        coalesce(m ->> '$.success_rate',
          (SELECT avg(success) FROM versions v WHERE v.key = h.key AND v.project IS h.project))
      FROM versions h WHERE newest = 1 AND coalesce(
        m ->> '$.error_type', m ->> '$.pattern', m ->> '$.remediation', m ->> '$.root_cause') IS NOT NULL"""
    # The newest capture of each test and commit, whatever became of the address since.
    yield f"""INSERT OR REPLACE INTO performance_baselines
      SELECT coalesce(m ->> '$.test_name', {_LAST_SEGMENT}), coalesce(m ->> '$.git_commit', ''),
        coalesce(m ->> '$.p50_latency_ms', m ->> '$.p50_ms'), coalesce(m ->> '$.p95_latency_ms', m ->> '$.p95_ms'),
        coalesce(m ->> '$.p99_latency_ms', m ->> '$.p99_ms'), created_at,
        m ->> '$.n', m ->> '$.p95_low_ms', m ->> '$.p95_high_ms'
      FROM (SELECT e.key, e.created_at, e.revision, {_NUMBERS} AS m FROM entries e
        WHERE e.state = 'live' AND {where["performance_baselines"]})
      WHERE coalesce(m ->> '$.p50_latency_ms', m ->> '$.p50_ms', m ->> '$.p95_latency_ms', m ->> '$.p95_ms',
        m ->> '$.p99_latency_ms', m ->> '$.p99_ms') IS NOT NULL ORDER BY created_at, revision"""
