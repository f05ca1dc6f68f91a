"""List sessions and show one with its tasks, edits and notices.

The verbs of the group `session`, one module a verb. Sessions are opened and closed by the hooks.
"""
