"""Finds the session and agent of a hook call. Few prompts name a session, so the fallbacks decide most calls.

The session is, in this order: the one named by an option; `HOOKS_SESSION_ID`; the agent event's own `session_id`; the one bound to the
nearest living ancestor process; the newest active one of the last 12 hours, marked `guessed`; else none (and `pre-task` makes one).
"""

from __future__ import annotations

from hooks_cli.errors import ReadOnlyAgent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.store.sqlite.rows import journal
    from hooks_cli.store.sqlite.store import EmbeddedStore
    from hooks_cli.store.sqlite.transaction import Transaction


BY_OPTION, BY_ENVIRONMENT, BY_EVENT, BY_PROCESS, GUESSED, NEW = (
    "option",
    "environment",
    "event",
    "bound",
    "guessed",
    "new",
)


class Caller:
    """Who calls, when and where, as far as the call says it.

    `session_id` and `agent` are the options ("" for none), `event_session` the session that an agent's event names. `call_id` makes the
    call idempotent; `trace` is the trace that it belongs to; `at` (ms) the time of a call that is recorded later.
    """

    __slots__ = ("agent", "at", "call_id", "event_session", "session_id", "trace")

    def __init__(
        self,
        session_id: str = "",
        agent: str = "",
        event_session: str = "",
        *,
        call_id: str | None = None,
        trace: str | None = None,
        at: int | None = None,
    ) -> None:
        self.session_id = session_id
        self.agent = agent
        self.event_session = event_session
        self.call_id = call_id
        self.trace = trace
        self.at = at

    def in_transaction(self, tx: Transaction, environment: Environment, verb: str) -> Attribution:
        """The session and agent that the write belongs to. Raises ReadOnlyAgent (77)."""
        check_write(environment, self.agent)
        return attribute(tx, environment, verb, self)


class Attribution:
    """The session (row id and name, None without one), how it was found, and the agent's name or None."""

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


def named_session(environment: Environment, session_id: str = "", event_session: str = "") -> tuple[str, str] | None:
    """(name, how) of the session that the caller named, or None."""
    if session_id:
        return session_id, BY_OPTION
    variable = environment.variables.get("HOOKS_SESSION_ID", "")
    if variable:
        return variable, BY_ENVIRONMENT
    return (event_session, BY_EVENT) if event_session else None


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
    named = named_session(environment, caller.session_id, caller.event_session)
    if named is not None:
        name, how = named
        session = None if begin else journal.find_session(tx.store, name)
        if session is None:
            session = journal.open_session(tx, name, verb, who)
    else:
        session, how = (None, NEW) if fresh else _unnamed(tx.store, tx.now, environment)
        if session is None:
            if not begin:
                return Attribution(None, None, None, who)
            session, how = journal.open_session(tx, f"session-{tx.revision + 1}", verb, who), NEW
    if begin and how != GUESSED:
        journal.bind(tx, environment.ancestors(), session.id)
    return Attribution(session.id, session.name, how, who)


def current_session(store: EmbeddedStore, environment: Environment) -> journal.Session | None:
    """The session of a call that only reads: the one named in the environment, else bound or guessed; None without one."""
    from hooks_cli.store.sqlite.rows import journal

    named = named_session(environment)
    if named is not None:
        return journal.find_session(store, named[0])
    return _unnamed(store, environment.now(), environment)[0]


def _unnamed(store: EmbeddedStore, now: int, environment: Environment) -> tuple[journal.Session | None, str]:
    from hooks_cli.store.sqlite.rows import journal

    bound = journal.bindings(store)
    if bound:
        for process in environment.ancestors():
            if process in bound:
                return journal.session_by_id(store, bound[process]), BY_PROCESS
    return journal.active_session(store, now), GUESSED


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
