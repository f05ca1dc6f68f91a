"""`memory get-pattern-stats`: prints how often the patterns for a task succeeded."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.memory import search, search_patterns, stats
from hooks_cli.features.search.search import search_store
from hooks_cli.model.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "get-pattern-stats",
    "Count how the patterns that fit a task went: successes, failures, reward, cost.",
    options=tuple(
        option
        for option in (*search_patterns.OUTCOME_OPTIONS, *search.VERB.options)
        if option.name not in ("output", "keys_only", "count_only", "group_by", "stats", "sort_order", "redact")
    ),
    positionals=search.VERB.positionals,
    examples=('npx claude-flow@alpha memory get-pattern-stats "API: login" --k=5',),
    details="The figures are of the --limit patterns (10) that fit best.",
    strangers="narrow",
)


def run(call: Call, environment: Environment) -> int:
    """Print the figures. Raises UsageError (64) as `memory search-patterns` does."""
    search_patterns.limit(call)
    store = store_access.for_reading(environment)
    request = search.request_of(call, environment)
    found = (
        [] if store is None else [_fields(hit.entry.metadata) for hit in search_store(store, environment, request).hits]
    )
    stats.print_figures(call, environment, figures(found))
    return 0


def figures(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of patterns' metadata; means are of those that say the number.

    >>> figures([{"success": True, "reward": 1}, {"success": False, "reward": 0.5}, {"status": "started"}])
    {'total_patterns': 3, 'successes': 1, 'failures': 1, 'open': 1, 'success_rate': 0.5, 'mean_reward': 0.75}
    """
    good = sum(1 for fields in found if fields.get("success") is True)
    bad = sum(1 for fields in found if fields.get("success") is False)
    counted: dict[str, Any] = {
        "total_patterns": len(found),
        "successes": good,
        "failures": bad,
        "open": len(found) - good - bad,
    }
    if good + bad:
        counted["success_rate"] = round(good / (good + bad), 3)
    for name in ("reward", "tokens_used", "latency_ms"):
        numbers = [fields[name] for fields in found if type(fields.get(name)) in (int, float)]
        if numbers:
            counted[f"mean_{name}"] = round(sum(numbers) / len(numbers), 3)
    return counted


def _fields(metadata: str | None) -> dict[str, Any]:
    import json

    found = json.loads(metadata) if metadata else {}
    return found if isinstance(found, dict) else {}
