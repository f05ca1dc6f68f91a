"""Look at sessions: how long they took, and what happened in them.

The verbs of the group `session`, one module a verb. Sessions are opened and closed by the hooks.
"""
