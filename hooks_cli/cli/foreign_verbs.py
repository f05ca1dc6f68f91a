"""Suggests the nearest verb for commands that do not exist here: claude-flow's own, and likely guesses."""

from __future__ import annotations

# What a hint says where something here comes near it, and where nothing does.
_NEAR = "It is claude-flow's own: it {does}. Nearest here: {here}"
_FAR = "It is claude-flow's own: it {does}. Nothing was recorded. The real one, past the shim: npm exec claude-flow@alpha -- {typed} …"

# (what it does there, what comes nearest here, the words)
_HOOKS = (
    ("chooses an agent or a model for a task", "", "route route-task explain model-route model-outcome model-stats coverage-route"),
    ("learns patterns from work and suggests by them", "",
     "intelligence intel pretrain build-agents neural-patterns neural-train transfer train-pattern"),
    ("runs workers in the background", "", "worker autopilot autopilot-check"),
    ("draws a status line", "hooks metrics, memory stats", "statusline progress mcp-status"),
    ("looks for code without tests", "", "coverage-gaps coverage-suggest"),
    ("saves tokens by its cache", "", "token-optimize"),
    ("starts and steers agents", "", "agent-spawn swarm-init swarm-status swarm-shutdown swarm-gate task-orchestrate"),
    ("says whether a file may be edited", "[safety] judges shell commands: hooks pre-command --validate-safety", "check-protected"),
    ("runs a hook on demand", "the hook's own verb, as hooks pre-edit --file F", "test execute trigger run"),
    ("shows figures", "hooks metrics", "stats session-metrics agent-metrics performance"),
    ("shows sessions", "hooks-cli session list", "session-list session-status session-info"),
    ("keeps a journal", "memory log shows it, hooks notify --message writes to it", "journal"),
    ("sets up hooks", "hooks-cli setup claude-code (--check, --remove)",
     "enable disable register configure install uninstall init setup add remove reset repair"),
)  # fmt: skip
_MEMORY = (
    ("merges and deletes stale entries", "memory gc --dry-run",
     "consolidate distill archive compress dedupe prune gc-run optimize-storage"),
    ("shares memory between machines", "memory export and memory import; all worktrees of a project share one memory",
     "sync share link distribute distributed replicate merge sync-status connectivity"),
    ("stores much at once", "memory import FILE (JSON, NDJSON, CSV)",
     "batch-store bulk-store parallel-store concurrent-store batch-write bulk-import batch-import batch"),
    ("searches", "memory search TEXT",
     "vector-search parallel-query batch-query multi-query concurrent-search semantic-search probe related"),
    ("writes memory to a file", "memory export FILE, memory import FILE", "persist concurrent-export batch-export dump"),
    ("says which engine it uses", "memory status", "detect mode backend config configure config-show tables"),
    ("moves memory between its engines", "hooks-cli memory import FILE", "migrate import-claude"),
    ("looks for damage", "memory verify, hooks-cli doctor", "debug repair recover integrity-check consistency-check"),
    ("watches", "memory watch", "monitor events"),
    ("makes vectors and graphs", "",
     "embed store-vector quantize trajectory reasoning learning graph classify select-operator directive layer"),
)  # fmt: skip
TABLES = {"hooks": _HOOKS, "memory": _MEMORY}
# (what to do instead, the words)
_GUESSES = (
    (
        "memory undelete KEY brings back what was deleted, memory revert KEY NUMBER an old version (memory history KEY)",
        "undo rollback unstore",
    ),
    ("hooks-cli memory recall FROM | hooks-cli memory store TO --stdin", "copy cp duplicate clone"),
    ("memory store KEY VALUE --tags a,b writes them with a version", "tag tags label annotate"),
    ("memory list --count", "count size len"),
    ("memory list --keys", "keys names"),
    ("memory show KEY", "info inspect describe meta metadata"),
    ("memory recall KEY exits with 1 if there is no entry", "exists has contains"),
    ("memory touch KEY --ttl 5d", "ttl expire expiry renew"),
    ("memory search TEXT", "grep lookup"),
    ("memory diff KEY", "compare"),
    ("hooks-cli memory recall KEY > FILE, edit it, hooks-cli memory store KEY --file FILE", "edit"),
)


def hint(group: str, name: str) -> str:
    """What to tell about a verb that this program does not have; "" when nothing is known of it.

    >>> hint("memory", "migrate")
    "It is claude-flow's own: it moves memory between its engines. Nearest here: hooks-cli memory import FILE"
    >>> hint("hooks", "post-taks")
    ''
    """
    for does, here, words in TABLES.get(group, ()):
        if name in words.split():
            return (_NEAR if here else _FAR).format(does=does, here=here, typed=f"{group} {name}")
    if group == "memory":
        return next((f"Nearest: {here}" for here, words in _GUESSES if name in words.split()), "")
    return ""
