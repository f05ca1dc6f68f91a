"""Checks a write against the schema of its address, as `[schemas] mode` says. On the hot path.

A user's schema (`[schemas.patterns]`, the first glob that matches) takes the place of the built-in one of the key family
(`swarm/<family>/…`). Both say what the metadata may be. Built-in: a look at plain members (`surely_fits`), and where that is not
enough the plan (`builtin_plans`). A user's: its plan from the cache (`user_schemas`). Nothing is loaded for an address without one.
"""

from __future__ import annotations

from hooks_cli.errors import SchemaViolation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from hooks_cli.environment import Environment
    from hooks_cli.model.entry import Draft
    from hooks_cli.store.sqlite.store import EmbeddedStore

FAMILY_ROOT = "swarm/"
USER_TABLE = "schemas.patterns"
# What the members of each family's metadata may be, as letters (`surely_fits`); "" where they cannot say it. Here, because to load
# a module costs more than all the rest of the check. From here on made by scripts/compile-schemas:
# fmt: off
MEMBERS: dict[str, dict[str, str]] = {'architect': {'confidence': 'rS',
               'layers': '',
               'plugin_types': '',
               'patterns': '',
               'trait_count': 'i',
               'pattern_count': 'i',
               'decision': 's',
               'rationale': 's',
               'alternatives': ''},
 'chaos': {'experiments': 'i',
           'faults': 'i',
           'fault': 's',
           'target': 's',
           'timing': 's',
           'failover_time_ms': 'n',
           'recovery_time_ms': 'n',
           'success_rate_during': 'r',
           'success_rate_after': 'r',
           'success_rate': 'r',
           'success': 'b'},
 'intelligence': {'confidence': 'rS',
                  'source': 's',
                  'trace_count': 'i',
                  'count': 'i',
                  'frequency': 'r',
                  'success_rate': 'r',
                  'success': 'b',
                  'pattern_hash': 'S',
                  'span_topology': ''},
 'orchestration': {'services': '',
                   'edges': '',
                   'topology': 's',
                   'constraints': 'i',
                   'violations': 'i',
                   'valid': 'b',
                   'success': 'b'},
 'performance': {'test_name': 'S',
                 'git_commit': 'S',
                 'p50_ms': 'n',
                 'p95_ms': 'n',
                 'p99_ms': 'n',
                 'p50_latency_ms': 'n',
                 'p95_latency_ms': 'n',
                 'p99_latency_ms': 'n',
                 'n': 'i',
                 'p95_low_ms': 'n',
                 'p95_high_ms': 'n',
                 'cpu_avg_percent': 'n',
                 'memory_peak_mb': 'n',
                 'duration_ms': 'n',
                 'captured_at': 's',
                 'regressions': 'i',
                 'bottlenecks': 'i'},
 'self_healing': {'pattern': 's',
                  'error_type': 's',
                  'root_cause': 's',
                  'symptom_spans': '',
                  'remediation': 's',
                  'attempts': 'i',
                  'success': 'b',
                  'success_rate': 'r',
                  'auto_fixed': 'i',
                  'manual_required': 'i',
                  'total_duration_ms': 'n'},
 'topology': {'agents': 'i', 'layers': '', 'topology': 's', 'swarm_id': 's', 'status': 's'}}
# fmt: on


def check_draft(store: EmbeddedStore, environment: Environment, draft: Draft) -> None:
    """Tell on stderr what does not fit (mode warn), or raise SchemaViolation (65) for it (mode strict).

    In both modes a check by the user's own schema that takes too many steps is a SchemaViolation.
    """
    settings = environment.settings
    mode = settings.text("schemas.mode")
    if mode == "off" or draft.value is None:
        return
    patterns = settings.table(USER_TABLE) if settings.values else {}
    if not patterns and (draft.metadata is None or not draft.address.startswith(FAMILY_ROOT)):
        return
    reason = violation(store, environment, draft.address, draft.metadata, mode == "strict")
    if reason is None:
        return
    if mode == "strict":
        raise SchemaViolation(address=draft.address, reason=reason)
    environment.err(f"hooks-cli: {draft.address} does not fit its schema: metadata: {reason}")


def violation(
    store: EmbeddedStore, environment: Environment, address: str, metadata: str | None, strict: bool = False
) -> str | None:
    """What of the metadata (JSON text of an object, or None) does not fit the schema of the address; None when all fits.

    Raises ConfigError (78) when `strict` and the schema that settings name cannot be used; otherwise that is one line on stderr. Raises
    SchemaViolation (65) when the check by the user's own takes too many steps.
    """
    if environment.settings.table(USER_TABLE):
        from hooks_cli.features.validation import user_schemas

        schema = user_schemas.schema_for(address, environment.settings)
        if schema is not None:
            return user_schemas.violation(store, environment, schema, address, metadata or "{}", strict)
    return _family_violation(store, address, metadata)


def family_of(address: str) -> str:
    """The key family of an address, "" when it is in none.

    >>> family_of("swarm/performance/baseline"), family_of("notes/x")
    ('performance', '')
    """
    return address[len(FAMILY_ROOT) :].partition("/")[0] if address.startswith(FAMILY_ROOT) else ""


def _family_violation(store: EmbeddedStore, address: str, metadata: str | None) -> str | None:
    family = family_of(address)
    if not family or metadata is None:
        return None

    members = MEMBERS.get(family)
    if members is None or surely_fits(metadata, members):
        return None
    from hooks_cli.features.validation.builtin_plans import FAMILIES
    from hooks_cli.features.validation.plan import first_violation
    from hooks_cli.system.sqlite_json import read_json

    return first_violation(FAMILIES[family], read_json(store, metadata))


def surely_fits(text: str, members: Mapping[str, str]) -> bool:
    """Whether the text, which is valid JSON, is an object whose members all have one of their letters. False is not a verdict.

    It takes only what most metadata is, a flat object of numbers, booleans and plain strings without space between its members, and
    costs microseconds, where the plan costs 0.5 ms. The letters: i integer from 0 on, n number from 0 on, r number from 0 to 1,
    s string, S string that is not empty, b boolean.

    >>> surely_fits('{"p95_ms":120.5,"note":"a, b"}', {"p95_ms": "n"}), surely_fits('{"p95_ms":120.5}', {"p95_ms": "n"})
    (False, True)
    """
    if text[:1] != "{" or text[-1:] != "}" or "\\" in text or "[" in text or "{" in text[1:]:
        return False
    if text == "{}":
        return True
    for member in text[1:-1].split(","):
        name, _, value = member.partition(":")
        if len(name) < 2 or name[0] != '"' or name[-1] != '"':
            return False  # a comma or colon within a string, or space
        letters = _letters(value)
        if not letters:
            return False
        wanted = members.get(name[1:-1])
        if wanted is not None and not any(letter in wanted for letter in letters):
            return False
    return True


def _letters(value: str) -> str:
    """What a member's text surely is; "" for what is not plain."""
    if value[:1] == '"':
        if len(value) < 2 or value[-1] != '"' or '"' in value[1:-1]:
            return ""
        return "sS" if len(value) > 2 else "s"
    if value == "true" or value == "false":
        return "b"
    if not value.isascii() or not value.replace(".", "", 1).isdigit():
        return ""
    kind = "n" if "." in value else "in"
    return kind + "r" if float(value) <= 1 else kind
