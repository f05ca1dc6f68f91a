npx claude-flow@alpha hooks pre-task \
    --description "Initialize hyper-advanced test swarm" \
    --session-id "hyper-swarm-001"
----
npx claude-flow@alpha hooks post-edit \
    --file "swarm_topology.json" \
    --memory-key "swarm/topology/hyper-advanced-001" \
    --metadata '{"agents":5,"layers":["orchestration","chaos","performance"]}'
----
npx claude-flow@alpha hooks session-restore \
    --session-id "hyper-swarm-001"
----
npx claude-flow@alpha hooks post-edit \
    --file "service_topology.toml" \
    --memory-key "swarm/orchestration/topology" \
    --metadata '{"services":["api","db","cache"],"edges":[["db","api"],["cache","api"]]}'
----
npx claude-flow@alpha hooks session-restore \
    --session-id "hyper-swarm-001"
----
npx claude-flow@alpha hooks post-edit \
    --file "chaos_experiments.toml" \
    --memory-key "swarm/chaos/experiments" \
    --metadata '{"experiments":["db_failover","network_partition"]}'
----
npx claude-flow@alpha hooks session-restore \
    --session-id "hyper-swarm-001"
----
npx claude-flow@alpha hooks notify \
    --message "Baseline captured: p50=45ms, p95=120ms" \
    --memory-key "swarm/performance/baseline" \
    --metadata '{"p50_ms":45,"p95_ms":120,"p99_ms":250}'
----
npx claude-flow@alpha hooks session-restore \
    --session-id "hyper-swarm-001"
----
npx claude-flow@alpha hooks post-edit \
    --file "generated_tests/" \
    --memory-key "swarm/intelligence/generated_tests" \
    --metadata '{"count":5,"confidence":0.92}'
----
npx claude-flow@alpha hooks session-restore \
    --session-id "hyper-swarm-001"
----
npx claude-flow@alpha hooks notify \
    --message "Auto-remediated 3 transient failures" \
    --memory-key "swarm/self_healing/remediations" \
    --metadata '{"auto_fixed":3,"manual_required":0}'
----
npx claude-flow@alpha hooks post-task \
    --task-id "hyper-advanced-swarm" \
    --session-id "hyper-swarm-001"
----
npx claude-flow@alpha hooks session-end \
    --session-id "hyper-swarm-001" \
    --export-metrics true
----
npx claude-flow@alpha hooks pre-task \
  --description "Initialize hyper-advanced memory" \
  --session-id "hyper-memory-001"
----
npx claude-flow@alpha hooks post-edit \
  --file "docs/architecture/hyper_advanced_framework.md" \
  --memory-key "swarm/architect/hyper_advanced_design" \
  --metadata '{
    "version": "2.0.0",
    "layers": ["orchestration", "intelligence", "chaos", "performance", "self_healing"],
    "confidence": "high"
  }'
----
npx claude-flow@alpha hooks post-edit \
  --file "docs/architecture/plugin_system.md" \
  --memory-key "swarm/architect/plugin_architecture" \
  --metadata '{
    "plugin_types": ["orchestration", "intelligence", "chaos", "performance", "self_healing"],
    "trait_count": 4
  }'
----
npx claude-flow@alpha hooks post-edit \
  --file "docs/architecture/integration_patterns.md" \
  --memory-key "swarm/architect/integration_patterns" \
  --metadata '{
    "pattern_count": 8,
    "patterns": ["layered_composition", "progressive_enhancement", "swarm_coordination"]
  }'
----
npx claude-flow@alpha hooks notify \
  --message "Learned pattern: api_user_registration from 1000 traces" \
  --memory-key "swarm/intelligence/patterns/api_user_registration" \
  --metadata '{
    "source": "production_traces",
    "trace_count": 1000,
    "confidence": 0.92,
    "span_topology": {
      "root": "api.register",
      "children": ["db.insert", "cache.set", "email.send"]
    }
  }'
----
npx claude-flow@alpha hooks notify \
  --message "Baseline captured for scenario_01_minimal" \
  --memory-key "swarm/performance/baselines/scenario_01_minimal" \
  --metadata '{
    "git_commit": "abc123",
    "p50_ms": 45,
    "p95_ms": 120,
    "p99_ms": 250,
    "cpu_avg_percent": 25,
    "memory_peak_mb": 256
  }'
----
npx claude-flow@alpha hooks notify \
  --message "Chaos experiment: db_failover completed" \
  --memory-key "swarm/chaos/experiments/db_failover_results" \
  --metadata '{
    "fault": "container_kill",
    "target": "postgres_primary",
    "failover_time_ms": 4200,
    "recovery_time_ms": 8500,
    "success_rate_during": 0.96,
    "success_rate_after": 1.0
  }'
----
npx claude-flow@alpha hooks notify \
  --message "Auto-remediated transient_network_error" \
  --memory-key "swarm/self_healing/remediations/transient_network" \
  --metadata '{
    "pattern": "transient_network_error",
    "remediation": "retry_with_exponential_backoff",
    "attempts": 3,
    "success": true,
    "total_duration_ms": 350
  }'
----
npx claude-flow@alpha hooks post-task \
  --task-id "hyper-advanced-architecture" \
  --session-id "hyper-memory-001"
----
npx claude-flow@alpha hooks session-end \
  --session-id "hyper-memory-001" \
  --export-metrics true
----
npx claude-flow@alpha hooks session-restore \
  --session-id "hyper-coder-001"
----
npx claude-flow@alpha hooks session-restore \
  --session-id "hyper-tester-001"
----
npx claude-flow@alpha hooks session-restore \
  --session-id "hyper-perf-001"
----
npx claude-flow@alpha hooks session-restore \
  --session-id "hyper-chaos-001"
----
npx claude-flow@alpha hooks session-restore \
  --session-id "hyper-healing-001"
