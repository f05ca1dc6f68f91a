"""Options of claude-flow that have no meaning here, and the note on each (docs/compatibility.md is made from it).

A hooks verb records them as attributes of its event, without a word about it. A memory verb accepts them with one line on stderr
that they have no effect, because a prompt must not fail for `--reasoningbank`. A verb that declares an option of the same name
means something by it, and the declaration wins. Loaded only when an option is not declared.

Kinds: `switch` stands bare or takes true/false; `text` takes the next word.
"""

from __future__ import annotations

SWITCH, TEXT = "switch", "text"

# What the options of a line named in the other program -> the switches, the options with a value. For memory verbs.
MEMORY: dict[str, tuple[str, str]] = {
    "which storage engine is used: there is one, and it holds all namespaces": (
        "reasoningbank rb basic auto agentdb embed vector upsert collective global encrypted local-embeddings no-embeddings "
        "encrypt sync sync-cluster replicate distributed all-namespaces",
        "backend engine embeddings embedding-model embedding-provider db-path model provider replicas consistency",
    ),
    "vector indexes and similarity of meaning: by meaning only memory search --semantic compares": (
        "hnsw use-hnsw build-hnsw enable-hnsw build-index vectorize auto-vectorize include-vectors include-embeddings semantic "
        "vector-search similarity smart fuzzy ranked rerank neural use-neural quantize",
        "dimension dimensions quantization min-similarity similarity-threshold min-relevance search-type method",
    ),
    "reasoning patterns and trajectories": (
        "trajectory include-trajectories include-links include-context include-metadata",
        "cognitive-pattern cognitive-type reasoning-pattern links steps trajectory-id min-confidence",
    ),
    "how work is spread over threads, caches and the network": (
        "parallel concurrent async real-time realtime performance cache no-cache stream optimize compress compact",
        "workers threads concurrency cache-size compression compression-level priority batch-size size interval timeout",
    ),
    "garbage: memory gc deletes what the rules allow; there are no duplicates and no orphans": (
        "stale remove-orphaned orphaned remove-duplicates deduplicate dedupe compact-indices compact-indexes rebuild-indexes "
        "verify-integrity compress-eligible vacuum",
        "remove-unaccessed",
    ),
    "how a copy is made: every copy is whole, and checked": (
        "incremental emergency full auto-restore cleanup-old ignore-errors",
        "",
    ),
    "verbosity: every command says what it did": (
        "verbose debug detailed quiet silent pretty highlight progress color no-color trends health embeddings-stats live "
        "recursive table raw long short brief full-output",
        "log-level verbosity compare depth",
    ),
    "confirmation and checks: nothing is asked, every write is checked": (
        "yes confirm interactive verify validate validate-schema force",
        "",
    ),
}

# An option of a memory verb with one of these words in its name is of that kind too, whatever else it says.
MEMORY_WORDS = (
    "hnsw",
    "reasoningbank",
    "agentdb",
    "vector",
    "vectors",
    "vectorize",
    "embed",
    "embedding",
    "embeddings",
    "neural",
    "cognitive",
    "trajectory",
    "trajectories",
    "similarity",
    "quantize",
    "quantization",
    "swarm",
    "cluster",
    "topology",
    "flash",
    "wasm",
    "gpu",
    "sona",
    "ewc",
)

# For hooks verbs: all are recorded with the event.
HOOKS: dict[str, tuple[str, str]] = {
    "learning": (
        "train-neural train-patterns analyze-performance analyze-quality analyze-output analyze-impact analyze generate-insights "
        "extract-success-patterns auto-extract-patterns auto-vectorize update-reputation optimize-models predict-outcome "
        "check-patterns optimize-future export-learnings store-decisions generate-report reasoningbank learn estimate-complexity "
        "persist-patterns load-cognitive-state structured",
        "",
    ),
    "swarms of agents": (
        "auto-spawn-agents auto-spawn auto-assign-agents auto-assign-agent coordinate-swarm optimize-topology update-swarm-status "
        "swarm-status broadcast broadcast-agents cleanup-agents init-swarm update-status git-integration start-daemon "
        "update-agent-memory",
        "",
    ),
    "memory and state: what an event says is always kept": (
        "update-memory memory-store store-results persist-state save-state preserve-memory backup-memory optimize-memory "
        "cache-results cache update-cache compress merge-context restore-files resume-tasks load-preferences auto-configure "
        "cleanup-temp export-state persist check-memory-first",
        "",
    ),
    "telemetry and effects on files": (
        "telemetry update-telemetry track-metrics notify-on-failure format-code auto-format validate-output validate-syntax "
        "validate-no-fallbacks check-permissions check-conflicts prepare-resources prepare-directory backup backup-file batch "
        "expand-query suggest-filters no-suggestions sign-with-ed25519 no-redesigns auto-recover v3-dashboard",
        "",
    ),
}


def kind_of(group: str, name: str) -> str:
    """switch, text, or "" for an option (`name` in kebab case, without dashes) that the table does not know.

    >>> kind_of("memory", "reasoningbank"), kind_of("memory", "backend"), kind_of("memory", "build-hnsw-now")
    ('switch', 'text', 'family')
    """
    table = HOOKS if group == "hooks" else MEMORY if group == "memory" else {}
    for switches, texts in table.values():
        if name in switches.split(" "):
            return SWITCH
        if name in texts.split(" "):
            return TEXT
    if group == "memory":
        for word in name.split("-"):
            if word in MEMORY_WORDS:
                return "family"
    return ""
