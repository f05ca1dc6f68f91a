"""The queries of `monitor`: open sessions, running tasks, notices, rate of writes."""

from __future__ import annotations

from hooks_cli.store.sqlite.reports.monitor import Seen

__all__ = ["Seen"]
