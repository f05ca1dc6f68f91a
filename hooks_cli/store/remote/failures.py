"""The errors of a shared memory, each with its exit code."""

from __future__ import annotations

from hooks_cli.errors import AccessDenied, Busy, ConfigError, HooksError, Tampered, Unavailable


class ServerUnreachable(Busy):
    """The server of this memory cannot be reached: {reason}. Nothing was stored."""

    hint = "Reading works on. Try again later, or see: hooks-cli remote status"


class Postponed(ServerUnreachable):
    """The call goes to the server of this memory later."""

    hint = ""


class LogBusy(Busy):
    """Other machines write to this memory and went on for {seconds} s. Nothing was stored."""

    hint = "Try again."


class BehindLog(Busy):
    """This machine has read up to record {seq}, but the log now begins after {floor}. Nothing was stored."""

    hint = "Fetch the server's snapshot: hooks-cli remote pull"


class KeptRemotely(HooksError):
    """The write is stored on the server, but not yet here: {reason}. It comes with the next pull. Do not repeat it."""

    exit_code = 74
    hint = "When this machine can write again: hooks-cli remote pull"


class OutcomeUnknown(HooksError):
    """The connection broke while the write was sent: {reason}. Whether it is stored shows with the next pull."""

    exit_code = 74
    hint = "Look before you repeat it: hooks-cli remote pull"


class LogTampered(Tampered):
    """The log of this memory on the server was altered: expected {expected}, found {found}."""

    hint = (
        "Nothing was imported. Ask who runs the server; when it was put back to an older backup, one machine makes a new log of what it "
        "has: hooks-cli remote rotate"
    )


class LogGone(AccessDenied):
    """The server has no log of this memory."""

    hint = "Check the address: hooks-cli remote status. To make a new log from this machine's data: hooks-cli remote create ADDRESS"


class LogEnded(AccessDenied):
    """The log of this memory was ended: its key was rotated on another machine. Nothing was stored."""

    hint = "Ask a colleague for an invite, then: hooks-cli remote join ADDRESS --invite FILE --replace"


class ServerRefused(AccessDenied):
    """The server refused the connection or the request: {reason}."""

    hint = "Passwords come from ~/.pgpass or a service file. Look at it: hooks-cli remote status"


class NewerLog(Unavailable):
    """The log of this memory has format {found}; this program knows formats up to {known}."""

    hint = "Update hooks-cli; nothing was changed."


class NoAddress(ConfigError):
    """This memory is a replica, but the address of its server is not known: {reason}."""

    hint = "Give it: HOOKS_REMOTE_URL=postgresql://…, or leave the server: hooks-cli remote leave"


class AnswerLost(Exception):
    """The connection broke after the records were sent and before the answer came: the log may have them or not."""
