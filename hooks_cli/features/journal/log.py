"""Reads the journal line by line, newest or oldest first: `memory log`."""

from __future__ import annotations

from hooks_cli.store.sqlite.reports.journal_log import Line, LogQuery, newest, oldest

__all__ = ["Line", "LogQuery", "newest", "oldest"]
