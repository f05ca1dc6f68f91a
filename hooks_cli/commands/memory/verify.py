"""`memory verify`: reads every row and page and reports whether the store is intact."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import shared
from hooks_cli.errors import Tampered
from hooks_cli.features import attribution
from hooks_cli.features import verification as verify
from hooks_cli.model.verb import Verb
from hooks_cli.output.progress import Progress, mode_of
from hooks_cli.text.json_writer import object_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

VERB = Verb(
    "memory",
    "verify",
    "Read every row and page, and say whether the store is what was written.",
    options=(shared.PROGRESS,),
    examples=("hooks-cli memory verify", "hooks-cli memory verify --accept-rollback"),
    details=(
        "Recomputes the ledger (a keyed hash over all rows) and compares it with the ledger in the store and with "
        "the anchor beside the key. Other processes can write while it runs. --accept-rollback accepts a store "
        "that was rolled back or altered, and starts a new ledger and anchor. Look at such a store first, with "
        "the same option on recall, list or history."
    ),
    actions=(),
)


def run(call: Call, environment: Environment) -> int:
    """Verify; with --accept-rollback accept. Raises Tampered (77) with what was expected and found."""
    store = store_access.for_memory(environment, create=False)
    with Progress(environment, "Verifying", mode=mode_of(call), unit="rows") as progress:
        if progress.shown:
            progress.total = verify.row_count(store)
        found = verify.verify(store, progress.advance)
    anchored = "none" if found.anchored is None else f"revision {found.anchored[0]}"
    if environment.accept_rollback and (store.rollback_seen is not None or not found.sound):
        attribution.check_write(environment)
        if store.replica is not None:
            raise Tampered(
                store=store.path,
                expected=_expected(found),
                found=_found(found) or "a state that was rolled back or altered",
                hint="A shared memory comes back from its server: hooks-cli remote join ADDRESS --key-file FILE --replace",
            )
        if found.pages:
            raise Tampered(store=store.path, expected="authentic pages", found=found.pages[0])
        verify.accept(store)
        environment.err("hooks-cli: the store was accepted; it has a new ledger and anchor")
        found = verify.verify(store, lambda _: None)
    if found.only_words:
        hint = "The entries are intact; lists and searches miss some of them. Rebuild the word index: hooks-cli memory reindex"
        raise Tampered(store=store.path, expected=_expected(found), found=_found(found), hint=hint)
    if not found.sound:
        raise Tampered(store=store.path, expected=_expected(found), found=_found(found))
    if call.format != "text":
        body = {"sound": True, "rows": found.rows, "revision": found.revision, "ledger": found.kept.hex()}
        environment.out(object_text({"schema_version": "1", **body}) + "\n")
        return 0
    environment.out(
        f"The store is what was written: {found.rows} rows, revision {found.revision}, anchor {anchored}.\n"
    )
    return 0


def _expected(found: verify.Evidence) -> str:
    return f"the ledger {found.kept.hex()[:16]} at revision {found.revision}"


def _found(found: verify.Evidence) -> str:
    said = [f"the rows' ledger {found.computed.hex()[:16]}"] if found.kept != found.computed else []
    return "; ".join([*said, *found.pages, *found.broken])
