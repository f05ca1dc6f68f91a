"""Runs the hook calls that waited in the queue folder, each with its own time and project, into the open store."""

from __future__ import annotations

import sys
import time

from hooks_cli.cli.verb_lookup import declared, module_name
from hooks_cli.errors import Busy, HooksError, StorageFailed, UnknownVerb
from hooks_cli.features.journal import call_queue
from hooks_cli.features.journal.record import AlreadyRecorded
from hooks_cli.features.journal.replay import Replay
from hooks_cli.model.verb import Call
from hooks_cli.output.envelope import moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.features.store_opening import Store

TAKEN, REFUSED, WAITS = "taken", "refused", "waits"


def take_in(store: Store, environment: Environment, patience_ms: int) -> None:
    """Take in what waits, oldest first, for at most about `patience_ms`; the rest is the next call's. Raises nothing."""
    folder = environment.places.queue_dir
    deadline = time.monotonic() + patience_ms / 1000
    taken, budget_ms = 0, store.budget_ms
    store.wait_at_most(patience_ms // 4)  # what waits has waited before; the call at hand is not to be late for it
    facts, store.span_facts = store.span_facts, None  # the span is about this call, not about those that waited
    for name in call_queue.waiting(folder):
        if taken and time.monotonic() > deadline:
            break
        claimed = call_queue.claim(folder, name)
        if claimed is None:
            continue
        try:
            outcome = _take(store, environment, claimed)
            if outcome == WAITS:
                break
            taken += outcome == TAKEN
        except OSError as error:
            environment.err(f"hooks-cli: a queued call could not be recorded: {error.strerror}")
            break
        finally:
            store.clock, store.trace = environment.now, environment.trace
    store.wait_at_most(budget_ms)
    store.span_facts = facts
    call_queue.remove_if_empty(folder)
    if taken:
        environment.err(f"hooks-cli: took in {taken} queued {'call' if taken == 1 else 'calls'}")


def _take(store: Store, environment: Environment, claimed: call_queue.Claimed) -> str:
    """Run one queued call: TAKEN, REFUSED for ever, or it WAITS on, and the others with it."""
    title = "call"
    then = None
    try:
        told = claimed.content(environment, store.key)
        group, verb, alias = told["verb"]
        title = f"{group} {verb}"
        then = Replay(environment, store, told)
        store.clock, store.trace = then.now, then.trace
        _run(group, verb, alias, told, then)
    except AlreadyRecorded:
        pass
    except (Busy, StorageFailed):
        if not _kept(then):
            claimed.put_back()
            return WAITS
    except Exception as error:
        if not _kept(then):
            reason = " ".join(str(error).split()) if isinstance(error, HooksError) else repr(error)
            place = claimed.set_aside(environment.places.queue_dir + "-refused")
            environment.err(
                f"hooks-cli: a queued {title} of {moment(claimed.at)} cannot be taken in and lies in {place}: {reason}"
            )
            return REFUSED
    claimed.done()
    return TAKEN


def _kept(then: Environment | None) -> bool:
    """Whether the call is in the journal although it ended with an error."""
    return then is not None and then.transaction is not None and then.transaction.ended


def _run(group: str, verb: str, alias: str, told: dict[str, Any], then: Environment) -> None:
    declaration = declared(group, verb)
    if declaration is None:
        raise UnknownVerb(verb=f"{group} {verb}")
    unknown = [(name, value) for name, value in told["unknown"]]
    call = Call(declaration, told["values"], unknown, told["missing"], alias, told["foreign"])
    sys.modules[module_name(group, verb)].run(call, then)
