"""Finds the session and agent of a hook call. Few prompts name a session, so the fallbacks decide most calls.

The session is, in this order (docs/agents.md, "Whose call it is"):

1. the one named by an option;
2. the agent event's own `session_id`;
3. `HOOKS_SESSION_ID`, unless a later session of the same agent took its place;
4. the one that the nearest living ancestor process works in: that process was bound by itself, and not as a parent of others' calls;
5. the newest active one of the last 12 hours that was opened on this machine, marked `guessed`; never for a person;
6. none (and `pre-task` makes one).
"""

from __future__ import annotations

from hooks_cli.errors import ReadOnlyAgent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.rows import journal
    from hooks_cli.store.sqlite.rows.bindings import Bound
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


BY_OPTION, BY_ENVIRONMENT, BY_EVENT, BY_PROCESS, GUESSED, NEW, PERSON = (
    "option",
    "environment",
    "event",
    "bound",
    "guessed",
    "new",
    "person",
)
# What an agent's SessionStart says of its cause when the session takes the place of the one that it had.
REPLACING = ("clear", "resume")


class Caller:
    """Who calls, when and where, as far as the call says it.

    `session_id` and `agent` are the options ("" for none), `event_session` the session that an agent's event names. `call_id` makes the
    call idempotent; `trace` is the trace that it belongs to; `at` (ms) the time of a call that is recorded later. `cause` is what an
    agent's SessionStart gives as its source.
    """

    __slots__ = ("agent", "at", "call_id", "cause", "event_session", "session_id", "trace")

    def __init__(
        self,
        session_id: str = "",
        agent: str = "",
        event_session: str = "",
        *,
        call_id: str | None = None,
        trace: str | None = None,
        at: int | None = None,
        cause: str = "",
    ) -> None:
        self.session_id = session_id
        self.agent = agent
        self.event_session = event_session
        self.call_id = call_id
        self.trace = trace
        self.at = at
        self.cause = cause

    def in_transaction(self, tx: Transaction, environment: Environment, verb: str) -> Attribution:
        """The session and agent that the write belongs to. Raises ReadOnlyAgent (77)."""
        check_write(environment, self.agent)
        return attribute(tx, environment, verb, self)


class Attribution:
    """The session (row id and name, None without one), how it was found, and the agent's name or None.

    `how` is None where nobody named a session and none was found, PERSON where that was a person's call.
    """

    __slots__ = ("agent", "how", "session", "session_name")

    def __init__(self, session: int | None, session_name: str | None, how: str | None, agent: str | None) -> None:
        self.session = session
        self.session_name = session_name
        self.how = how
        self.agent = agent

    @property
    def guessed(self) -> bool:
        """Whether the caller named no session."""
        return self.how == GUESSED


def agent_name(environment: Environment, agent: str = "") -> str | None:
    """The agent: the option, else HOOKS_AGENT, else None."""
    return agent or environment.variables.get("HOOKS_AGENT", "") or None


def named_session(
    store: EmbeddedStore, environment: Environment, session_id: str = "", event_session: str = ""
) -> tuple[str, str] | None:
    """(name, how) of the session that the caller named, or None."""
    if session_id:
        return session_id, BY_OPTION
    if event_session:
        return event_session, BY_EVENT
    variable = environment.variables.get("HOOKS_SESSION_ID", "")
    if not variable:
        return None
    from hooks_cli.store.sqlite.rows import journal

    replaced = journal.replaced_in(store, variable)
    if replaced:
        chain = environment.ancestors()
        if any(process in replaced for process in chain):
            later = _of_process(store, chain, environment)
            if later is not None:
                return later.name, BY_PROCESS
    return variable, BY_ENVIRONMENT


def attribute(
    tx: Transaction,
    environment: Environment,
    verb: str,
    caller: Caller,
    *,
    begin: bool = False,
    fresh: bool = False,
) -> Attribution:
    """Find the session of a call inside its transaction. A named one that is new is made.

    `begin` (pre-task, session-start, session-restore): a closed session is opened again, its processes are bound to it, and one is made
    when none is found. `fresh` (session-start): one is made when none is named.
    """
    from hooks_cli.store.sqlite.rows import journal

    who = agent_name(environment, caller.agent)
    named = named_session(tx.store, environment, caller.session_id, caller.event_session)
    if named is not None:
        name, how = named
        session = None if begin else journal.find_session(tx.store, name)
        if session is None:
            session = journal.open_session(tx, name, verb, who)
    else:
        session, found = (None, None) if fresh else _unnamed(tx.store, tx.now, environment)
        if session is None:
            if not begin:
                return Attribution(None, None, found, who)
            session, found = journal.open_session(tx, f"session-{tx.revision + 1}", verb, who), NEW
        how = found or NEW
    if begin and how != GUESSED:
        from hooks_cli.store.sqlite.rows import bindings

        holders = environment.holders()
        told_by = bindings.BY_PERSON if environment.is_person else bindings.BY_CALL
        bindings.bind(tx, holders, session.id, bindings.BY_AGENT if how == BY_EVENT else told_by)
        if how == BY_EVENT:
            bindings.replace(tx, holders, session.id, caller.cause in REPLACING)
    return Attribution(session.id, session.name, how, who)


def current_session(store: EmbeddedStore, environment: Environment) -> journal.Session | None:
    """The session of a call that only reads: the one named in the environment, else bound or guessed; None without one."""
    from hooks_cli.store.sqlite.rows import journal

    named = named_session(store, environment)
    if named is not None:
        return journal.find_session(store, named[0])
    return _unnamed(store, environment.now(), environment)[0]


def _unnamed(store: EmbeddedStore, now: int, environment: Environment) -> tuple[journal.Session | None, str | None]:
    from hooks_cli.store.sqlite.rows import journal

    if journal.is_any_process_bound(store):
        session = _of_process(store, environment.ancestors(), environment)
        if session is not None:
            return session, BY_PROCESS
    if environment.is_person:
        return None, PERSON
    session = journal.active_session(store, now)
    return session, None if session is None else GUESSED


def _of_process(store: EmbeddedStore, chain: list[tuple[int, int]], environment: Environment) -> journal.Session | None:
    """The session of the nearest of these processes that works in exactly one.

    A process works in a session when those that stood between it and the call that named the session have ended: while one of them
    lives, the session is that one's, and this process is a parent that others may share. A session that an agent's own event told of
    counts before those that its shells named. A person's call belongs to a session that a person named in that very shell.
    """
    if not chain:
        return None
    from hooks_cli.store.sqlite.rows import bindings, journal

    if environment.is_person:
        chain = chain[:1]
    found = bindings.of_processes(store, chain)
    for process in chain if found else ():
        here = [one for one in found if one.process == process and _is_its_own(store, one)]
        if not here:
            continue
        if environment.is_person:
            here = [one for one in here if one.told_by == bindings.BY_PERSON]
        here = [one for one in here if one.told_by == bindings.BY_AGENT] or here
        if len(here) != 1:
            return None
        return journal.session_by_id(store, here[0].session)
    return None


def _is_its_own(store: EmbeddedStore, bound: Bound) -> bool:
    if not bound.depth:
        return True
    from hooks_cli.store.sqlite.rows import bindings
    from hooks_cli.system.process_ancestry import alive

    return not any(alive(pid, start) for pid, start in bindings.nearer(store, bound))


def refusal(environment: Environment, agent: str | None) -> ReadOnlyAgent | None:
    """The error (77) for a write by this agent, or None when it may write. No agent, or one without settings, may."""
    if not agent:
        return None
    settings = environment.settings
    if settings.get(f"agents.{agent}.memory_access") != "read-only":
        return None
    return ReadOnlyAgent(agent=agent)


def check_write(environment: Environment, agent: str = "") -> None:
    """Raise ReadOnlyAgent (77) when the agent that speaks (the option, else HOOKS_AGENT) may only read."""
    refused = refusal(environment, agent or environment.variables.get("HOOKS_AGENT", ""))
    if refused is not None:
        raise refused
