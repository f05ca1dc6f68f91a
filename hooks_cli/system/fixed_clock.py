"""The time at which HOOKS_NOW stops the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hooks_cli.errors import ConfigError


def milliseconds(fixed: str) -> int:
    """Milliseconds since 1970 of a time in ISO 8601, in UTC when it names no zone. Raises ConfigError (78) for anything else."""
    try:
        moment = datetime.fromisoformat(fixed)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        raise ConfigError(
            path="HOOKS_NOW", reason=f"{fixed!r} is neither a time in ISO 8601 nor milliseconds since 1970"
        ) from None
