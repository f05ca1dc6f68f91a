"""`memory gc`, also `memory cleanup`: deletes what the retention rules allow, and says why."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options, shared
from hooks_cli.errors import UsageError
from hooks_cli.features import attribution
from hooks_cli.features.retention import collect
from hooks_cli.features.retention import run as retention_run
from hooks_cli.model import address as addresses
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output.progress import Progress, mode_of
from hooks_cli.text.units import DAY, size_in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.features.retention.decide import Decision
    from hooks_cli.features.retention.outcome import Collected
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "gc",
    "Delete what the rules of [memory.gc] allow, and shrink the file.",
    options=(
        Option(
            "older_than",
            ("--older-than", "--max-age", "--age", "-o"),
            "Take what is older than this (30d, 24h, 1mo, 90min; a bare number is days, a bare m is refused), in place of max_age_days.",
            metavar="AGE",
        ),
        Option(
            "days",
            ("--days", "--retention-days", "--remove-older-than"),
            "The same in days.",
            "integer",
            metavar="N",
        ),
        shared.namespace(),
        shared.exclude(
            "Leave alone what this glob matches, or this namespace, whatever the rules say; several with commas."
        ),
        Option("expired_only", ("--expired-only", "--expired", "-e"), "Only what has outlived its --ttl.", "switch"),
        Option(
            "remove_expired", ("--remove-expired",), "The same, unless an age is given, too.", "switch", hidden=True
        ),
        Option("aggressive", ("--aggressive", "--full"), "Also every replaced version, whatever its age.", "switch"),
        Option("defrag_only", ("--defrag-only",), "Take nothing away, only make the file smaller.", "switch"),
        Option(
            "incremental", ("--incremental",), "Only for 200 ms, going on where the last such run stopped.", "switch"
        ),
        Option(
            "threshold",
            ("--threshold",),
            "Only if the store is larger than this: a size (10MB), or a share of max_size (0.9).",
            metavar="SIZE",
        ),
        Option(
            "explain", ("--explain",), "Say of each version of this address what would become of it.", metavar="KEY"
        ),
        Option("stats", ("--stats", "--verbose"), "Also say how large the store was and is.", "switch"),
        Option(
            "corrupted_only",
            ("--corrupted-only", "--corrupted"),
            "Take nothing; verify the store, as memory verify does.",
            "switch",
            hidden=True,
        ),
        shared.SCHEDULE,
        Option("backup", ("--backup", "--backup-first"), "First back the whole store up (memory backup).", "switch"),
        shared.PROGRESS,
        address_options.DRY_RUN,
        *address_options.WHO_OPTIONS,
    ),
    positionals=(Positional("pattern", "Only addresses that fit this glob."),),
    examples=(
        "hooks-cli memory gc --dry-run",
        "claude-flow memory cleanup --older-than 30d",
        'hooks-cli memory gc --explain "swarm/performance/baseline"',
    ),
    details=(
        "Versions older than max_age_days (90) are deleted. Pinned entries, successful patterns and the newest "
        "baselines of each commit are kept. A deleted version cannot be restored.\n\nTo change the rules, edit "
        "config.toml or hooks.toml (hooks-cli config path): [memory.gc] max_age_days = 30, "
        '[memory.gc.rules."decisions/*"] keep = true. hooks-cli config show memory.gc prints the rules in force; '
        "docs/retention.md explains each. If [memory.gc] is set, gc also runs at session-end."
    ),
    aliases=("cleanup", "compact", "optimize"),
    actions=(
        "optimize-storage",
        "compress",
    ),
)

# What chooses other things than the settings do.
_CHOOSING = (
    "older_than", "days", "namespace", "exclude", "expired_only", "remove_expired", "aggressive", "defrag_only",
)  # fmt: skip


def run(call: Call, environment: Environment) -> int:
    """Collect. Raises UsageError (64), NotFound (1) for --explain of an address without versions."""
    if call.text("schedule"):
        from hooks_cli.commands.options import schedule

        return schedule.answer(call, environment)
    if call.flag("corrupted_only"):
        from hooks_cli.commands.memory import verify

        return verify.run(call, environment)
    store = store_access.for_changing(environment)
    request = _request(call)
    _refuse_with_incremental(call)
    if call.text("explain"):
        return _explain(call, environment, store, request)
    limit = _threshold(call, environment)
    before = retention_run.used_bytes(store)
    if limit and before <= limit:
        return _nothing_to_do(call, environment, before, limit)
    if call.flag("dry_run"):
        return _show_plan(call, environment, store, request)
    attribution.check_write(environment, call.text("agent"))
    if call.flag("backup"):
        from hooks_cli.features.backup import backup

        made = backup.under_free_name(
            lambda: backup.default_name(environment),
            lambda name: backup.back_up(store, environment, name),
        )
        environment.err(f"hooks-cli: backed up to {made.path}")
    if call.flag("incremental"):
        found = collect.bounded(store, environment)
    else:
        with Progress(environment, "Collecting", mode=mode_of(call), unit="addresses") as progress:
            found = retention_run.run(store, environment, request, address_options.who(call), progress)
    _tell(call, environment, store, found, before, request.max_age)
    return 0


def _nothing_to_do(call: Call, environment: Environment, size: int, threshold: int) -> int:
    from hooks_cli.output import changes

    if call.format != "text":
        environment.out(changes.json_object({"collected": {}, "store_bytes": size, "threshold_bytes": threshold}))
    else:
        environment.out(f"The store has {size_in_words(size)}: nothing was collected.\n")
    return 0


def _tell(call: Call, environment: Environment, store: Store, found: Collected, before: int, age: int | None) -> None:
    """What was taken, from a store of `before` bytes, and what could not be; `age` (ms) is the one that was asked for."""
    after = retention_run.used_bytes(store)
    older = _older(age)
    if call.format != "text":
        from hooks_cli.output import changes

        body: dict[str, Any] = {"collected": found.figures(), "store_bytes": after, "pages_returned": found.pages}
        environment.out(changes.json_object({**body, "over_max_size": found.excess, **older}))
    else:
        nothing = "Nothing was taken.\n" if call.flag("defrag_only") else "Nothing to delete.\n"
        environment.out(_with_age(found.line() or nothing, age))
        if call.flag("stats"):
            environment.out(
                f"  store: {size_in_words(before)} -> {size_in_words(after)}, "
                f"{found.pages:,} pages given back, {retention_run.free_pages(store):,} free\n"
            )
    if found.words_left:
        environment.err(
            "hooks-cli: others wrote all the time, so the words of what is gone are still in the search index; "
            "once it is quieter: memory gc --defrag-only"
        )
    if found.excess:
        environment.err(
            f"hooks-cli: the store is still {size_in_words(found.excess)} larger than max_size: "
            "what is left is pinned or held by a keep rule (memory gc --dry-run)"
        )


def _older(age: int | None) -> dict[str, Any]:
    """The age that was asked for, as a field of an answer: in words, and in ms."""
    if age is None:
        return {}
    from hooks_cli.text import ages

    return {"older_than": ages.in_words(age), "older_than_ms": age}


def _with_age(line: str, age: int | None) -> str:
    """The line of an answer with the age that was asked for: `Collected 2 versions (older than 30 days).`"""
    if age is None:
        return line
    from hooks_cli.text import ages

    return line.removesuffix(".\n") + f" (older than {ages.in_words(age)}).\n"


def _refuse_with_incremental(call: Call) -> None:
    """Raise UsageError (64) for what a bounded run does not do: it goes by the settings, through the whole store."""
    given = [option.flags[0] for option in VERB.options if option.name in _CHOOSING and call.values.get(option.name)]
    given += ["a glob"] if call.text("pattern") else []
    if call.flag("incremental") and given:
        raise UsageError(
            f"{call.verb.title} --incremental takes no {given[0]}: it goes by [memory.gc], through the whole store.",
            hint="Without --incremental it does; or write a rule for it: docs/retention.md",
        )


def _request(call: Call) -> retention_run.Request:
    address_options.one_of(call, "older_than", "days")
    age: int | None = None
    if "days" in call.values:
        from hooks_cli.text import ages

        age = ages.checked(call.integer("days", 0) * DAY, f"--days {call.integer('days', 0)}")
    elif "older_than" in call.values:
        from hooks_cli.text import ages

        age = ages.parse_age(call.text("older_than"), "--older-than")
    pattern, namespace = call.text("pattern"), call.text("namespace")
    if addresses.without_namespace(namespace) and not pattern:
        raise UsageError(
            f"{call.verb.title}: addresses without a namespace cannot be collected by themselves.",
            hint="Without --namespace it looks at all; or name them: memory gc GLOB.",
        )
    glob = addresses.join(namespace, pattern) if pattern else addresses.under(namespace)
    return retention_run.Request(
        glob,
        spared=addresses.left_alone(call.words("exclude")),
        max_age=age,
        aggressive=call.flag("aggressive"),
        expired_only=call.flag("expired_only") or (call.flag("remove_expired") and age is None),
        defrag_only=call.flag("defrag_only"),
    )


def _threshold(call: Call, environment: Environment) -> int:
    """The size in bytes above which a run is wanted, 0 for any."""
    text = call.text("threshold").strip().lower().removesuffix("b")
    if not text:
        return 0
    unit = {"k": 10, "m": 20, "g": 30}.get(text[-1], 0)
    try:
        number = float(text[:-1] if unit else text)
    except ValueError:
        number = -1.0
    if unit and number > 0:
        return int(number * (1 << unit))
    most = environment.settings.number("memory.max_size")
    if not 0 < number <= 1:
        raise UsageError(f"--threshold {call.text('threshold')!r} is neither a size (10MB) nor a share (0.9).")
    if not most:
        environment.err("hooks-cli: [memory] max_size is not set, so that the store is never at a share of it")
        return 1 << 62
    return int(number * most)


def _explain(call: Call, environment: Environment, store: Store, request: retention_run.Request) -> int:
    from hooks_cli.errors import NotFound

    address = call.text("explain")
    found = collect.explain(
        store, request.rules(environment, retention_run.used_bytes(store)), environment.now(), address
    )
    if not found:
        raise NotFound(f"There is no version of {address} to explain.", address=address)
    _show(call, environment, list(reversed(found)), {})
    return 0


def _show_plan(call: Call, environment: Environment, store: Store, request: retention_run.Request) -> int:
    from hooks_cli.output import changes
    from hooks_cli.text import ages

    found, others, events = retention_run.plan(store, environment, request)
    going = [d for d in found if not d.keep]
    size = sum(d.version.size for d in going)
    summary: dict[str, Any] = {
        "drop": len(going),
        "keep_by_rule": len(found) - len(going),
        "not_due": others,
        "events": events,
        "bytes": size,
        "dry_run": True,
        **_older(request.max_age),
    }
    _show(call, environment, found, summary)
    if call.format == "text":
        environment.out(
            f"{changes.count(len(going), 'version', 'versions')} would go ({size_in_words(size)}) and "
            f"{changes.count(events, 'event', 'events')}; {len(found) - len(going):,} stay by a rule, "
            f"{others:,} are not due. Nothing was changed.\n"
            + ("" if request.max_age is None else f"Age: older than {ages.in_words(request.max_age)}.\n")
        )
    return 0


def _show(call: Call, environment: Environment, found: list[Decision], summary: dict[str, Any]) -> None:
    from hooks_cli.output import changes
    from hooks_cli.output.listing import one_line

    if call.format == "text":
        for d in found:
            word = "keep" if d.keep else "drop"
            environment.out(f"{word}\t{one_line(d.version.address, 1024)}\tv{d.version.version}\t{d.reason}\n")
        return
    rows = [
        {
            "key": d.version.address,
            "key_version": d.version.version,
            "revision": d.version.revision,
            "keep": d.keep,
            "reason": d.reason,
        }
        for d in found
    ]
    environment.out(changes.json_object({"decisions": rows, **summary}))
