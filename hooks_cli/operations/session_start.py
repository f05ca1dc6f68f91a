"""`session-start`: a session that is named is opened, again if it was closed; without a name a new one begins."""

from __future__ import annotations

from hooks_cli.operations.recording import Occasion, Recorded, attribution_of, record_in, refused_draft

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.embedded import EmbeddedStore


def start(store: EmbeddedStore, environment: Environment, occasion: Occasion) -> Recorded:
    """Open the session, bind the calling processes to it, and record the call."""
    refusal = refused_draft(store, environment, occasion)
    with store.writing() as tx:
        who = attribution_of(tx, environment, occasion, begin=True, fresh=True)
        occasion.fields["session_id"] = who.session_name
        recorded = record_in(tx, environment, occasion, attribution=who)
    if refusal is not None:
        raise refusal
    return recorded
