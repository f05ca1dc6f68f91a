"""The journal: hook calls, sessions, tasks, captured files, the queue of calls."""
